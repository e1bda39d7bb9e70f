"""Runs of a text: what a row takes at once, and beside which characters it may end."""

import pytest
from rich.style import Style

from zatsudan.terminal.markdown.runs import RUN, Parts, base, may_break

BOLD, PLAIN = Style(bold=True), Style()


def test_pieces_are_cut_where_it_is_asked_whatever_their_styles() -> None:
    parts = Parts([("ab", BOLD), ("", PLAIN), ("cdef", PLAIN)])

    assert parts.upto(1) == [("a", BOLD)]
    assert parts.upto(4) == [("b", BOLD), ("cd", PLAIN)]
    parts.at = 5  # what stands before it is passed over
    assert parts.upto(6) == [("f", PLAIN)]
    assert parts.upto(6) == []


def test_what_leans_on_a_character_is_in_its_run() -> None:
    assert [match[0] for match in RUN.finditer("ab  1\ufe0f\u20e3x\n")] == [
        *("ab", "  ", "1\ufe0f\u20e3", "x", "\n")
    ]


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ("語", "文", True),
        ("a", "文", True),
        ("a", "b", False),
        ("語", "。", False),
        ("「", "語", False),
        ("語", "\u0301", False),
    ],
)
def test_where_a_row_may_end(before: str, after: str, may: bool) -> None:
    assert may_break(before, after) is may


def test_marks_decide_about_no_break() -> None:
    assert base("e\u0301") == "e"
    assert base("\u200b") == ""
