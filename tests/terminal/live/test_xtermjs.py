"""The screen in xterm.js, which wraps all rows anew but the cursor's, and moves the cursor at that."""

from functools import cache

import pytest

from tests.support import xtermjs
from tests.support.emulator import Sitting, sitting
from tests.support.server import says

pytestmark = pytest.mark.xtermjs

VSCODE = {"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "COLORTERM": "truecolor"}

available = cache(xtermjs.available)


@pytest.fixture(autouse=True)
def wanted() -> None:
    """Skip where xterm.js is not to be had."""
    if not available():
        pytest.skip("node does not find @xterm/headless")


async def resize(person: Sitting, columns: int, rows: int) -> None:
    person.resize(columns, rows)
    await person.at_rest()


def seen(person: Sitting, columns: int, rows: int) -> str:
    return xtermjs.played(columns, rows, person.screen.steps)


@pytest.mark.parametrize("rows", [30, 12])
async def test_a_long_typed_line_and_an_open_menu_survive_narrowing(rows: int) -> None:
    async with sitting(says("a reply"), columns=100, rows=rows, environ=VSCODE) as person:
        await person.say("go")
        person.type("typed " * 15)
        await person.until("typed typed")
        for columns in (30, 70, 25, 90):
            await resize(person, columns, rows)
        person.type("\x15/se")
        await person.until("/sessions")
        for columns in (70, 40, 80):
            await resize(person, columns, rows)
        person.type("\x15")
        await person.at_rest()
        talk = seen(person, 100, rows)
        assert talk.count("» go") == 1, talk
        assert talk.count("a reply") == 1, talk
        assert "10 in, 1 out" in talk, talk
        assert talk.count("»") == 2, talk
        assert "typed" not in talk, talk
        assert "/se" not in talk, talk


async def test_a_reply_that_streams_through_drags_is_whole() -> None:
    words = [f"w{number:04} " for number in range(200)]
    async with sitting(says(*words, pause=0.01), columns=100, environ=VSCODE) as person:
        person.type("go\r")
        await person.until("w0020")
        person.type("typed " * 12)
        for columns in (60, 45, 80, 33, 70):
            person.resize(columns, 24)
            await person.until(lambda: person.terminal._app.frozen)
            await person.until(lambda: not person.terminal._app.frozen)
        await person.at_rest()
        talk = seen(person, 100, 24).replace("\n", " ")
        for word in map(str.strip, words):
            assert talk.count(word) == 1, (word, talk)


@pytest.mark.parametrize("rows", [24, 9])
async def test_rows_that_come_in_above_a_draft_and_a_menu_stand_as_in_another_emulator(
    rows: int,
) -> None:
    lines = [f"- 行 {number}\n  - w{number:04}\n" for number in range(40)]
    async with sitting(says(*lines, pause=0.02), columns=60, rows=rows, environ=VSCODE) as person:
        person.type("go\r")
        await person.until("w0003")
        person.type("a draft " * 12)
        await person.until("w0012")
        person.type("\x15/se")
        await person.until("w0020")
        person.type("\x15typed")
        await person.until("typed")
        await person.at_rest()
        talk = seen(person, 60, rows)
        assert talk == person.screen.scrollback()
        assert [talk.count(f"w{number:04}") for number in range(40)] == [1] * 40
