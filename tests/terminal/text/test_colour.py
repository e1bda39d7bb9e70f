"""How many colours a terminal has, and the codes for them."""

import pytest

from zatsudan.base.styles import COLOURS, WEIGHTS, Paint, read
from zatsudan.terminal.live.replies import colour_system
from zatsudan.terminal.text.colour import codes, colours, has_colours


def test_codes_fit_the_terminal() -> None:
    paint = read("bold #ff8800 on blue")
    assert codes(paint, 1 << 24) == "1;38;2;255;136;0;44"
    assert codes(paint, 256) == "1;38;5;208;44"
    assert codes(paint, 16) == "1;31;44"
    assert codes(paint, 0) == "1"
    assert [codes(Paint(colour=name), 16) for name in (COLOURS[0], COLOURS[15])] == ["30", "97"]


def test_how_many_colours() -> None:
    assert colours({"TERM": "xterm-256color"}) == 256
    assert colours({"TERM": "xterm", "COLORTERM": "truecolor"}) == 1 << 24
    assert colours({"TERM": "linux"}) == 16
    assert colours({"TERM": "xterm", "NO_COLOR": "1"}) == colours({}) == 0
    assert colours({"TERM": "xterm-kitty"}) == colours({"TERM": "foot"}) == 1 << 24
    assert colours({"TERM": "xterm-direct"}) == 1 << 24
    assert colours({"TERM": "rxvt", "COLORTERM": "rxvt-xpm"}) == 256
    assert colours({"TERM": "dumb", "COLORTERM": "truecolor"}) == 0


@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_weight_has_a_code(weight: str) -> None:
    assert codes(read(weight), 0).isdecimal()


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, True),
        ({"TERM": "xterm"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({}, False),
    ],
)
def test_who_gets_colours(environ: dict[str, str], coloured: bool) -> None:
    assert has_colours(environ) is coloured
    assert has_colours(environ) is (colours(environ) >= 256)
    assert (colour_system(environ) is None) is (colours(environ) == 0)
