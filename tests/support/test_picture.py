"""A screen as an SVG: every character at its column, and nothing else."""

from xml.etree import ElementTree as ET

import pyte
from hypothesis import given
from hypothesis import strategies as st
from pyte.screens import Char

from tests.support.emulator import Screen
from tests.support.picture import LINES, MARGIN, WIDTH, svg

SVG = "{http://www.w3.org/2000/svg}"


def row_of(written: str, columns: int = 40) -> list[Char]:
    screen = Screen(columns, 1)
    screen.write(written)
    return screen.cells()[0]


def texts(row: list[Char]) -> list[ET.Element]:
    """The pieces of text of a picture of one row."""
    group = ET.fromstring(svg([row], "", "", None)).find(f"{SVG}g")
    assert group is not None
    return group.findall(f"{SVG}text")


def column(x: str) -> float:
    return (float(x) - MARGIN) / WIDTH


@given(st.text(st.sampled_from("a &<>\"'é雑談。─│ "), max_size=30))
def test_every_sign_stands_in_order_at_its_column(written: str) -> None:
    row = row_of(written, columns=80)

    found: dict[int, str] = {}
    for text in texts(row):
        assert text.text is not None
        places = [column(x) for x in text.attrib["x"].split()]
        if len(places) == 1 and "textLength" in text.attrib:
            assert round(float(text.attrib["textLength"]) / WIDTH) == len(text.text)
            places = [places[0] + at for at in range(len(text.text))]
        assert len(places) == len(text.text)
        found |= {int(place + 0.1): char for place, char in zip(places, text.text, strict=True)}

    expected = {
        x: cell.data for x, cell in enumerate(row) if cell.data.strip() and cell.data not in LINES
    }
    assert {x: char for x, char in found.items() if char != " "} == expected


def test_a_look_is_a_class_and_a_colour() -> None:
    row = row_of("\x1b[1mbold\x1b[0m \x1b[2;31mfaint\x1b[0m \x1b[38;5;2mgreen \x1b[7mback")
    bold, faint, green, back = texts(row)
    assert (bold.text, bold.attrib["class"]) == ("bold", "b")
    assert (faint.text, faint.attrib["class"], faint.attrib["fill"]) == ("faint", "f", "#f07178")
    assert (green.text, green.attrib["fill"]) == ("green", "#00cd00")
    assert "class" not in green.attrib
    assert (back.text, back.attrib["fill"]) == ("back", "#16181d")


def test_lines_are_drawn_to_the_edges_of_their_cells() -> None:
    drawn = svg([row_of("─┼─", 3), row_of(" │ ", 3)], "", "", None)
    assert "─" not in drawn
    assert 'd="M30.6 45V64M18 54.5H43.2"' in drawn
    assert 'd="M30.6 64V83"' in drawn


def test_the_emulator_keeps_faint_text() -> None:
    plain = pyte.Screen(10, 1)
    pyte.Stream(plain).feed("\x1b[2mx")
    assert plain.buffer[0][0] == Char("x")  # pyte alone drops it
    assert row_of("\x1b[2mx")[0].blink
