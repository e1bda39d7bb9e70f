"""Styles: their grammar, and themes that can be read."""

import pytest

from zatsudan.base.styles import PARTS, THEMES, Paint, Styles, read


def test_a_style_is_read() -> None:
    assert read("bold bright_blue on #202020") == Paint(("bold",), "bright_blue", "#202020")
    assert read("none") == Paint()


@pytest.mark.parametrize(
    "text", ["cyann", "red blue", "on on red", "#12", "#gggggg", "bold on purple"]
)
def test_what_is_no_style_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"colour"):
        read(text)


@pytest.mark.parametrize("theme", THEMES)
def test_themes_name_parts_and_read(theme: str) -> None:
    assert THEMES[theme].keys() <= PARTS.keys()
    Styles(theme).paints()


def luminance(colour: str) -> float:
    levels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("theme", "ground"), [("dark", "#282c34"), ("light", "#f5f5f0")])
def test_every_colour_of_a_theme_can_be_read_on_its_ground(theme: str, ground: str) -> None:
    """WCAG 2.1 asks for a contrast of 4.5."""
    for name, paint in Styles(theme).paints().items():
        light, dark = sorted((luminance(paint.colour), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


def test_one_heading_style_holds_for_all_levels_that_have_none() -> None:
    paints = Styles("dark", {"heading": "red", "heading3": "green"}).paints()
    assert [paints[f"heading{n}"].colour for n in (1, 2, 3, 6)] == ["red", "red", "green", "red"]
