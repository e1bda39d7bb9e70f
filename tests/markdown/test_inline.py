"""The pieces of a line, as values."""

import pytest

from zatsudan.markdown.inline import inline
from zatsudan.markdown.pieces import Inline
from zatsudan.markdown.reading import first_line

_END = Inline("close")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("a *b*", [Inline("text", "a "), Inline("emphasis"), Inline("text", "b"), _END]),
        ("**「b」**は", [Inline("strong"), Inline("text", "「b」"), _END, Inline("text", "は")]),
        ("~~a~~\n`b`", [Inline("strike"), Inline("text", "a"), _END, Inline("break"), Inline("code", "b")]),
        ("[a](b 'c')", [Inline("link", address="b"), Inline("text", "a"), _END]),
        ("![a](b)", [Inline("image", "a", "b")]),
        ("$a_b_$&copy;", [Inline("math", "$a_b_$"), Inline("text", "©")]),
        ("&#x9b;[2J\x1b", [Inline("text", "\ufffd[2J␛")]),
        ("(http://a/_b_).", [Inline("text", "("), Inline("address", "http://a/_b_"[:-1]), Inline("text", "_).")]),
        ("*http://a*を", [Inline("emphasis"), Inline("address", "http://a"), _END, Inline("text", "を")]),
        ("\\http://a `http://b`", [Inline("text", "\\http://a "), Inline("code", "http://b")]),
    ],
)  # fmt: skip
def test_pieces(source: str, expected: list[Inline]) -> None:
    assert inline(source) == expected


def test_a_line_ends_where_it_says_so() -> None:
    parts = [Inline("text", "a"), Inline("break"), Inline("text", "b")]
    for source in ("a<br>b", "a<BR/> b", "a<br />\nb", "a\nb"):
        assert inline(source) == parts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("## **Learning** `C#`\n\nmore", "Learning C#"),
        ("\n\n- [a](http://b)\n- c", "a"),
        ("first\nsecond", "first"),
        ("```\n\n x\n```", "x"),
        ("| a | b |\n|-|-|", "a"),
        ("---\n", ""),
        ("", ""),
    ],
)
def test_the_first_line_that_is_shown(text: str, line: str) -> None:
    assert first_line(text) == line
