"""What moves shows each frame at its time, and without motion the last one."""

import re
from xml.etree import ElementTree as ET

from tests.support.emulator import Screen
from tests.support.film import Film

SVG = "{http://www.w3.org/2000/svg}"


def filmed() -> Film:
    """Three frames: 0 to 1 s, 1 to 3 s, 3 to 5 s; the second twice as it is."""
    film, screen = Film(), Screen(10, 3)
    screen.write("stays\r\n")
    film.take(screen, 1)
    screen.write("a")
    film.take(screen, 1)
    film.take(screen, 1)
    screen.write("b\x1b[1;1H")
    film.take(screen, 2)
    return film


def groups() -> tuple[str, list[tuple[str, str]]]:
    """Return the rules of style, and each group: its classes, and its text."""
    root = ET.fromstring(filmed().svg("talk", "a talk"))
    (screen,) = (group for group in root if group.tag == f"{SVG}g")
    found = [
        (group.get("class", ""), "".join(group.itertext())) for group in screen.findall(f"{SVG}g")
    ]
    return root.findtext(f"{SVG}style") or "", found


def test_what_never_changes_is_drawn_once_and_without_a_rule() -> None:
    text = filmed().svg("talk", "a talk")

    assert text.count(">stays<") == 1
    assert len(filmed().frames) == 3


def test_a_row_is_seen_from_its_frame_until_the_next() -> None:
    style, found = groups()

    (name,) = (classes.split()[-1] for classes, text in found if text == "a")
    rule = re.search(rf"@keyframes {name}{{(.*?}})}}", style)
    assert rule is not None
    assert rule[1] == "0%{visibility:hidden}20%{visibility:visible}60%{visibility:hidden}"
    assert f".{name}{{animation:{name} 5s step-end infinite}}" in style


def test_without_motion_the_last_frame_stands() -> None:
    style, found = groups()

    still, moving = style.split("@media (prefers-reduced-motion:no-preference)")
    assert ".v{visibility:hidden}" in still
    assert "animation" not in still
    assert moving.count("{") == moving.count("}")
    assert [text for classes, text in found if "v" not in classes.split() and text] == ["ab"]


def test_a_cursor_that_is_hidden_is_not_drawn() -> None:
    film, screen = Film(), Screen(10, 3)
    screen.write("a\x1b[?25l")
    film.take(screen, 1)
    hidden = film.svg("talk", "a talk")
    screen.write("\x1b[?25h")
    film.take(screen, 1)
    assert film.svg("talk", "a talk").count("<rect") == hidden.count("<rect") + 1
