"""Rows as escape sequences: closed, in the colours the terminal has, safe."""

import re
from dataclasses import replace

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from tests.support.looks import DEFAULT
from zatsudan.terminal.markdown.rendering import render
from zatsudan.terminal.markdown.segments import Writer


def test_styles_are_closed_within_the_row() -> None:
    row = (Segment("a"), Segment("b", Style(bold=True, color="cyan")), Segment("c", Style()))
    assert Writer(ColorSystem.STANDARD).row(row) == "a\x1b[1;36mb\x1b[0mc"


def test_without_colours_the_weight_stays() -> None:
    row = (Segment("a", Style(bold=True, color="#ff0000")), Segment("b", Style(color="red")))
    assert Writer(None).row(row) == "\x1b[1ma\x1b[0mb"


def test_colours_are_brought_down_to_what_the_terminal_has() -> None:
    row = (Segment("a", Style(color="#ff0000", bgcolor="#000000")),)
    assert Writer(ColorSystem.TRUECOLOR).row(row) == "\x1b[38;2;255;0;0;48;2;0;0;0ma\x1b[0m"
    assert Writer(ColorSystem.EIGHT_BIT).row(row) == "\x1b[38;5;196;48;5;16ma\x1b[0m"


def test_links_are_clickable_only_if_asked_for() -> None:
    text = "[a](http://b/c)"
    (row,) = render(text, 40, DEFAULT)
    assert "\x1b]8" not in Writer(ColorSystem.STANDARD).row(row)
    (row,) = render(text, 40, replace(DEFAULT, hyperlinks=True))
    assert ";http://b/c\x1b\\" in Writer(ColorSystem.STANDARD).row(row)


def test_an_address_over_several_rows_is_one_link() -> None:
    address = "https://a.example/" + "long/" * 12
    rows = render(
        f"Open {address}x now. [label]({address}y)", 40, replace(DEFAULT, hyperlinks=True)
    )
    found = [re.findall(r"\x1b\]8;id=(\w+);(\S+?)\x1b", Writer(None).row(row)) for row in rows]
    ids: dict[str, set[str]] = {}
    for key, target in (link for links in found for link in links):
        ids.setdefault(target, set()).add(key)
    assert {target: len(keys) for target, keys in ids.items()} == {
        f"{address}x": 1,
        f"{address}y": 1,
    }
    assert sum((f"{address}x" in {target for _, target in links}) for links in found) >= 2
