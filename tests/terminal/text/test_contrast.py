"""Every style can be read in every terminal's own colours, on a dark and on a light ground."""

from collections.abc import Iterator
from dataclasses import fields
from typing import NamedTuple

import pytest
from prompt_toolkit.styles import Style as Classes
from rich.style import Style

from zatsudan.base.styles import COLOURS, Styles
from zatsudan.terminal.live import prompt
from zatsudan.terminal.markdown.look import look_of
from zatsudan.terminal.pages import inspector
from zatsudan.terminal.text import rows
from zatsudan.terminal.text.colour import fitted, ground

#: The sixteen colours that each has without a theme, then its dark ground.
PALETTES = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5"
    " 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff 000000",
    "VTE (Tango)": "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf"
    " 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec 000000",
    "kitty": "000000 cc0403 19cb00 cecb00 0d73cc cb1ed1 0dcdcd dddddd"
    " 767676 f2201f 23fd00 fffd00 1a8fff fd28ff 14ffff ffffff 000000",
    "alacritty": "181818 ac4242 90a959 f4bf75 6a9fb5 aa759f 75b5aa d8d8d8"
    " 6b6b6b c55555 aac474 feca88 82b8c8 c28cb8 93d3c3 f8f8f8 181818",
    "Windows Terminal (Campbell)": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc"
    " 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2 0c0c0c",
    "macOS Terminal": "000000 990000 00a600 999900 0000b2 b200b2 00a6b2 bfbfbf"
    " 666666 e50000 00d900 e5e500 0000ff e500e5 00e5e5 e5e5e5 000000",
    "Konsole": "232627 ed1515 11d116 f67400 1d99f3 9b59b6 1abc9c fcfcfc"
    " 7f8c8d c0392b 1cdc9a fdbc4b 3daee9 8e44ad 16a085 ffffff 232627",
    "urxvt": "000000 cd0000 00cd00 cdcd00 0000cd cd00cd 00cdcd e5e5e5"
    " 404040 ff0000 00ff00 ffff00 0000ff ff00ff 00ffff ffffff 000000",
}

MANY = {"TERM": "xterm-256color"}
FEW = {"TERM": "xterm"}


class Used(NamedTuple):
    """A style that is used: its colours as the terminal is told them, empty where it is not."""

    where: str
    colour: str
    ground: str
    dim: bool


def of_rich(where: str, style: Style) -> Used:
    names = [colour.name if colour else "" for colour in (style.color, style.bgcolor)]
    return Used(where, names[0], names[1], bool(style.dim))


def of_classes(where: str, classes: Classes) -> Iterator[Used]:
    for name in {name for names, _ in classes.style_rules for name in names.split()}:
        attrs = classes.get_attrs_for_style_str(
            " ".join(f"class:{'.'.join(name.split('.')[:end])}" for end in range(1, 9))
        )
        colours = [
            "" if colour in (None, "", "default") else f"#{colour}".replace("#ansi", "")
            for colour in (attrs.color, attrs.bgcolor)
        ]
        yield Used(f"{where} {name}", colours[0], colours[1], bool(attrs.dim))


def used(environ: dict[str, str]) -> Iterator[Used]:
    """Every style that the program uses in an environment."""
    styles = fitted(Styles(), environ)
    for name, paint in styles.paints().items():
        yield Used(name, paint.colour, paint.ground, "dim" in paint.weights)
    for tone, text in rows.TONES.items():
        assert not any(colour in text.split() for colour in COLOURS), tone
    look = look_of(styles)
    for field in fields(look):
        value = getattr(look, field.name)
        if isinstance(value, Style):
            yield of_rich(field.name, value)
    for level, style in enumerate(look.headings):
        yield of_rich(f"heading {level}", style)
    for kind, style in look.code_tokens.items():
        yield of_rich(".".join(kind), style)
    yield from of_classes("prompt", prompt.style(styles))
    if environ is MANY:  # else its marks are written
        yield from of_classes("inspector", inspector.STYLE)


def luminance(colour: str) -> float:
    levels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("on", ["dark", "light"])
@pytest.mark.parametrize("environ", [MANY, FEW, "told"])
def test_every_style_has_a_contrast_of_three(
    palette: str, on: str, environ: dict[str, str] | str
) -> None:
    *sixteen, dark = PALETTES[palette].split()
    behind = dark if on == "dark" else "ffffff"
    if isinstance(environ, str):
        environ = {**FEW, "COLORFGBG": "15;0" if on == "dark" else "0;15"}

    def shown(colour: str) -> str:
        return colour[1:] if colour.startswith("#") else sixteen[COLOURS.index(colour)]

    for style in used(environ):
        assert not (style.colour and style.dim), f"{style.where}: dim takes of its contrast"
        if style.colour or style.ground:
            assert style.colour, f"{style.where}: a ground with whatever colour stands on it"
            there = shown(style.ground) if style.ground else behind
            assert contrast(shown(style.colour), there) >= 3, style


def test_the_colours_are_the_same_where_there_are_256_and_more() -> None:
    levels = {"00", "5f", "87", "af", "d7", "ff"}
    for style in used(MANY):
        for colour in filter(None, (style.colour, style.ground)):
            assert {colour[at : at + 2] for at in (1, 3, 5)} <= levels, style


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("15;0", "dark"),
        ("0;15", "light"),
        ("0;default;15", "light"),  # urxvt
        ("7;8", "dark"),
        ("0;7", "light"),
        ("15;default", ""),
        ("", ""),
        ("0;99", ""),
    ],
)
def test_the_ground_is_told(told: str, expected: str) -> None:
    assert ground({"COLORFGBG": told}) == expected


@pytest.mark.parametrize("behind", ["002b36", "fdf6e3", "1e1e1e", "f5f5f0", "300a24"])
def test_themes_of_the_terminal_change_nothing_where_there_are_256(behind: str) -> None:
    """The grounds of Solarized, of editors, of Ubuntu: their yellow and cyan are not used."""
    for style in used(MANY):
        if style.colour and not style.ground:
            assert contrast(style.colour.removeprefix("#"), behind) >= 2.95, style
