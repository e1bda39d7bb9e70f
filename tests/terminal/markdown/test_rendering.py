"""However a text is cut, the rows are those of the whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.looks import DEFAULT
from tests.support.shapes import SHAPES
from tests.support.texts import markdown, pieces
from zatsudan.terminal.markdown.listing import CONTINUED
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import Row, plain

_WIDTHS = st.sampled_from([20, 33, 60, 80, 200])


def _streamed(cut: list[str], width: int) -> list[Row]:
    stream = Stream(width, DEFAULT)
    rows = [row for piece in cut for row in stream.feed(piece)]
    return rows + stream.finish()


@settings(max_examples=250, deadline=None)
@given(pieces(markdown), _WIDTHS)
def test_streamed_rows_are_those_of_the_whole(text: tuple[str, list[str]], width: int) -> None:
    whole, cut = text
    assert _streamed(cut, width) == render(whole, width, DEFAULT)


@settings(max_examples=60, deadline=None)
@given(pieces(markdown), _WIDTHS)
def test_tail_shows_what_is_open_and_changes_nothing(
    text: tuple[str, list[str]], width: int
) -> None:
    whole, cut = text
    stream = Stream(width, DEFAULT)
    rows: list[Row] = []
    for at, piece in enumerate(cut):
        rows += stream.feed(piece)
        if at % 7 == 0:
            for row in stream.tail(6, hold=at % 2 == 0):
                assert cell_len(plain(row)) <= width
    assert rows + stream.finish() == render(whole, width, DEFAULT)


@settings(max_examples=100, deadline=None)
@given(markdown, st.integers(20, 200))
def test_rows_fit_and_end_clean(text: str, width: int) -> None:
    rows = render(text, width, DEFAULT)
    for row in rows:
        line = plain(row)
        assert cell_len(line) <= width
        assert not line.endswith(" ")
        assert "\n" not in line
    assert not rows or (rows[0] and rows[-1])


@pytest.mark.parametrize("name", SHAPES)
def test_long_replies_of_one_shape(name: str) -> None:
    text = SHAPES[name](9_000)
    for size in (7, 40, 1_000):
        cut = [text[at : at + size] for at in range(0, len(text), size)]
        assert _streamed(cut, 70) == render(text, 70, DEFAULT)


def test_a_paragraph_longer_than_a_page_is_the_same_in_pieces() -> None:
    text = "**never closed " + "some words, 日本語も、 and `code` " * 900
    cut = [text[at : at + 50] for at in range(0, len(text), 50)]
    assert _streamed(cut, 80) == render(text, 80, DEFAULT)


def test_finished_blocks_are_handed_out_at_once() -> None:
    stream = Stream(40, DEFAULT)
    assert [plain(row) for row in stream.feed("# Title\nSome")] == ["Title"]
    assert stream.feed(" text") == []
    rows = stream.feed(".\n\n- one\n- two\n- thr")
    assert [plain(row) for row in rows] == ["", "Some text.", "", "• one"]
    assert [plain(row) for row in stream.tail(5)] == ["• two", "• thr"]
    assert [plain(row) for row in stream.finish()] == ["• two", "• thr"]


def test_code_is_handed_out_line_by_line_also_in_items() -> None:
    stream = Stream(40, DEFAULT)
    rows = stream.feed("1. so:\n   ```py\n   a = 1\n   b =")
    assert [plain(row) for row in rows] == ["1. so:", "   a = 1"]
    assert [plain(row) for row in stream.tail(5)] == ["   b ="]
    assert [plain(row) for row in stream.feed(" 2\n")] == ["   b = 2"]


def test_long_paragraph_is_handed_out_while_it_grows() -> None:
    stream = Stream(60, DEFAULT)
    rows = [row for _ in range(200) for row in stream.feed("many **bold** words and ")]
    assert len(rows) > 50
    assert len(stream.tail(100)) < 20


@pytest.mark.parametrize(
    "text",
    [
        "**[docs](https://a.example/x)**",
        "*[a]* and **<b@c.example>** or **![i](u)**",
        "***&copy;*** **\\_x** ~~[b](c)~~",
    ],
)
def test_no_mark_of_the_end_is_shown_before_it_is_known(text: str) -> None:
    stream = Stream(80, DEFAULT)
    for char in text:
        assert stream.feed(char) == []
        shown = "".join(plain(row) for row in stream.tail(5))
        assert not set("*~&<\\[").intersection(shown.replace("[a]", ""))


def test_tail_holds_ends_that_may_become_something_else() -> None:
    stream = Stream(40, DEFAULT)
    stream.feed("A paragraph\n-")
    assert [plain(row) for row in stream.tail(5)] == ["A paragraph"]
    shown = stream.tail(5, hold=False)  # a heading, for all that is known
    assert shown[0][0].style != DEFAULT.text
    stream.feed("- a list after all")
    assert stream.feed("\n") == []


def test_tail_closes_open_marks() -> None:
    stream = Stream(40, DEFAULT)
    stream.feed("Some **bold wor")
    assert [plain(row) for row in stream.tail(5)] == ["Some bold wor"]
    stream.feed("ds** and `code to be")
    assert [plain(row) for row in stream.tail(5)] == ["Some bold words and code to be"]


def test_tail_shows_the_head_of_a_table_as_one_before_its_second_line() -> None:
    stream = Stream(40, DEFAULT)
    for piece in ("| na", "me | x |", "\n", "|--", "-|-"):
        stream.feed(piece)
        first, rule = stream.tail(5)
        assert plain(first).startswith("na")
        assert not plain(rule).strip("─┼")


def test_tail_is_the_same_object_while_nothing_comes() -> None:
    stream = Stream(40, DEFAULT)
    stream.feed("words")
    assert stream.tail(5) is stream.tail(5)


def test_resize_changes_only_rows_to_come() -> None:
    stream = Stream(60, DEFAULT)
    line = "- an item of a list with a good many words that fill more than sixty cells\n"
    before = stream.feed(line * 2)
    stream.resize(30)
    after = stream.feed(line) + stream.finish()
    assert max(cell_len(plain(row)) for row in before) > 30
    assert max(cell_len(plain(row)) for row in after) <= 30


@pytest.mark.parametrize("kind", ["table", "fence", "paragraph", "quote"])
def test_resize_inside_any_block_loses_no_word(kind: str) -> None:
    text = SHAPES[kind](6_000)
    stream = Stream(100, DEFAULT)
    rows: list[Row] = []
    for at in range(0, len(text), 40):
        if at % 1000 == 0:
            stream.resize(40 + at % 3000 // 50)
            stream.tail(12)
        rows += stream.feed(text[at : at + 40])
    rows += stream.finish()
    words = "".join("".join(map(plain, rows)).split()).replace(CONTINUED.strip(), "")
    for mark in ("alpha", "radius", "emphasis"):
        assert text.count(mark) == words.count(mark)


def test_carriage_returns_end_lines_with_their_newline_only() -> None:
    assert _streamed(["a\r", "\n\r\nb\rc", "\r"], 40) == render("a\n\nb\rc\r", 40, DEFAULT)
    assert [plain(row) for row in render("a\r\n\r\nb\rc", 40, DEFAULT)] == ["a", "", "b␍c"]


def test_nothing_gives_no_rows() -> None:
    assert render("", 40, DEFAULT) == []
    assert render("\n\n \n\t\n", 40, DEFAULT) == []
    assert Stream(40, DEFAULT).tail(5) == []
