"""Text that would steer the terminal, or make the renderer fall over."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem

from tests.support.looks import DEFAULT
from tests.support.texts import pieces
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import Writer, plain

_LINKED = replace(DEFAULT, hyperlinks=True)
_OURS = re.compile(r"\x1b\[[0-9;]*[mG]|\x1b\]8;(?:id=[0-9a-f]+)?;[!-~]*\x1b\\")
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")

_EVIL = [
    "\x1b[2J", "\x1b]0;title\x07", "\x1b]52;c;eA==\x1b\\", "\x9b31m", "\x07", "\x00", "\x7f",
    "\u202e", "\u2066", "\u2028", "\ud800", "&#27;[2J", "&#x9b;", "&#x202e;", "&NewLine;", "&Tab;",
    "</kbd>", "[bold]", "[/]", "[link=x]",
]  # fmt: skip
_FRAMES = [
    "{}", "`{}`", "```{}\nx\n```", "```\n{}\n```", "```py\n{}\n```", "# {}", "- {}", "> {}",
    "[x](http://a/{})", "[{}](b)", "<http://a/{}>", "![{}](<a {}>)", "[x](y \"{}\")",
    "| {} | b |\n|---|---|\n| c | {} |", "${}$", "    {}", "**{}**",
]  # fmt: skip


def _safe(cut: list[str]) -> None:
    stream = Stream(40, _LINKED)
    rows = [row for piece in cut for row in (*stream.feed(piece), *stream.tail(9))]
    for row in rows + stream.finish():
        for system in (None, ColorSystem.STANDARD, ColorSystem.TRUECOLOR):
            assert not _UNSAFE.search(_OURS.sub("", Writer(system).row(row)))


@pytest.mark.parametrize("evil", _EVIL)
def test_nothing_steers_the_terminal(evil: str) -> None:
    for frame in _FRAMES:
        text = frame.replace("{}", f"a{evil}b")
        _safe([text])
        _safe(list(text))


@settings(max_examples=60, deadline=None)
@given(pieces(st.lists(st.sampled_from([*_EVIL, *_FRAMES, "\n", "x "])).map("".join)))
def test_nothing_steers_the_terminal_in_any_mix(text: tuple[str, list[str]]) -> None:
    _safe(text[1])


def test_markup_of_rich_is_text() -> None:
    shown = "\n".join(plain(row) for row in render("[bold]x[/bold] [red]", 40, DEFAULT))
    assert shown == "[bold]x[/bold] [red]"


@pytest.mark.parametrize(
    "text",
    [
        ">" * 500,
        "> " * 500 + "x\n" * 3,
        "[" * 3_000,
        "![" * 500,
        "\n".join("  " * depth + "- x" for depth in range(150)),
        "- " * 1_000 + "x",
        "*a " * 3_000,
        "**a" * 2_000,
        "`" * 3_000,
        "|a" * 500 + "|\n" + "|-" * 500 + "|\n" + "|b" * 500,
        "```js\n" + "/*" * 2_000,
        "```" * 1_000,
        "e" + "\u0301" * 5_000,
        "👨\u200d" * 2_000,
        "x" * 50_000,
        "&" * 2_000 + "#" * 2_000,
        "1" * 5_000 + ". x",
        "<a" * 3_000,
        "\\" * 5_000,
        "\t" * 2_000 + "x",
        "# a" + " " * 20_000 + "#b #  ",
        "| a | b |\n|---|---|\n| c" + " " * 20_000 + "<b | d |",
        "- " + " " * 20_000 + "x",
        "-" + " " * 20_000 + "x",
        "a" + " " * 20_000 + "\nb",
    ],
    ids=lambda text: text[:8],
)
def test_no_text_is_too_much(text: str) -> None:
    whole = render(text, 40, DEFAULT)
    stream = Stream(40, DEFAULT)
    rows = [row for at in range(0, len(text), 37) for row in stream.feed(text[at : at + 37])]
    stream.tail(10)
    assert rows + stream.finish() == whole


def test_a_flood_of_marks_is_bounded() -> None:
    (row,) = render("e" + "\u0301" * 5_000, 40, DEFAULT)
    assert len(plain(row)) < 20
