"""Rows that come and go above a prompt which is not written again."""

import asyncio
import re
from collections.abc import Sequence

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from prompt_toolkit.data_structures import Point
from pyte.screens import Char

from tests.support.emulator import Screen, Sitting, sitting
from tests.support.server import says
from zatsudan.base.printable import Styled
from zatsudan.terminal.live import ptk
from zatsudan.terminal.live.shifting import Below, room, shifted

COLUMNS, ROWS = 30, 12

ROW = st.sampled_from(
    ["", "a", "ab", "abc", "\x1b[1mab\x1b[0mc", "日本", "日本語", "• 日", "e\u0301"]
)
LISTS = st.lists(ROW, max_size=6)


def plain(rows: Sequence[str]) -> str:
    """Return what rows look like, as one screen."""
    screen = Screen(COLUMNS, 40)
    screen.write("\r\n".join(rows))
    return screen.shown()


@settings(max_examples=200)
@given(above=st.integers(0, 20), old=LISTS, new=LISTS, rows=st.integers(1, 4), data=st.data())
def test_all_is_where_it_would_be_if_it_were_written_anew(
    above: int, old: list[str], new: list[str], rows: int, data: st.DataObject
) -> None:
    talk = [f"talk {number}" for number in range(above)]
    prompt = [f"prompt {number}" for number in range(rows)]
    cursor = Point(data.draw(st.integers(0, 9)), data.draw(st.integers(0, rows - 1)))
    below = Below(cursor, rows)
    assume(room(old, new, below) <= ROWS)
    screen = Screen(COLUMNS, ROWS)
    screen.write("\r\n".join([*talk, *old, *prompt]) + f"\x1b[{ROWS}B")
    stands = min(above + len(old) + rows, ROWS)
    screen.write(f"\x1b[{stands - rows + cursor.y + 1};{cursor.x + 1}H")

    screen.write(shifted(old, new, below, COLUMNS))

    assert screen.scrollback() == plain([*talk, *new, *prompt])
    x, y = screen.cursor
    shown = screen.shown().splitlines()
    assert (x, shown[y]) == (cursor.x, prompt[cursor.y])
    screen.write("!")  # in no style of ours
    assert screen.cells()[y][x]._replace(data=" ") == screen.cells()[-1][-1]._replace(data=" ")


def test_what_stands_below_is_not_written_again() -> None:
    prompt = Below(Point(2, 0), 2)
    old, new = ["one", "", "status 1"], ["one", "two", "", "status 2"]

    assert shifted(old, new, prompt, 80) == ("\n\n\r\x1b[4A\x1b[Ltwo\r\x1b[2B\x1b[7C2\r\n\x1b[2C")
    assert shifted(new, old, prompt, 80) == "\r\x1b[3A\x1b[M\r\n\x1b[7C1\r\n\x1b[2C"
    assert shifted(new, [*new[:3], "status 3"], prompt, 80) == "\x1b7\r\x1b[1A\x1b[7C3\x1b8"
    assert shifted(new, [], prompt, 80) == "\r\x1b[4A\x1b[4M\r\x1b[2C"
    assert shifted([], ["new"], Below(Point(0, 0), 1), 80) == "\n\r\x1b[1A\x1b[Lnew\r\n"


LIVE = st.lists(
    st.sampled_from(["", "open row", "日本語の行", "│ quoted", "status 12", "\x1b[2mdim\x1b[0m"]),
    max_size=5,
)
FRAMES = st.tuples(st.lists(ROW, max_size=4), LIVE)
#: Frames, and keys that are pressed between them: words, new lines, a menu of completion, all erased.
DONE = st.lists(
    st.one_of(
        FRAMES,
        FRAMES,
        st.sampled_from(
            ["word ", "日本 ", "\x1b\r", "\x15", "/se", "/", "\x7f", "\x01", "long " * 12]
        ),
    ),
    min_size=3,
    max_size=14,
)


async def done(person: Sitting, steps: Sequence[object]) -> None:
    painter = person.terminal._surface._painter
    app = person.terminal._app
    for step in steps:
        if isinstance(step, str):
            person.type(step)
            await asyncio.sleep(0.08)
            await person.until(lambda: not app.invalidated)
        elif isinstance(step, tuple):
            committed, live = step
            painter.show([Styled(row) for row in committed], [Styled(row) for row in live])


async def seen(
    columns: int, rows: int, steps: Sequence[object]
) -> tuple[str, tuple[int, int], list[Char]]:
    """Return the talk, the cursor's place, and what is on the screen; a bold blank is not seen."""
    async with sitting(columns=columns, rows=rows, private=True) as person:
        await person.until(lambda: person.chat.link.server is not None)
        await person.until(lambda: "connecting" not in person.screen.shown())
        await person.at_rest()
        await done(person, steps)
        await person.at_rest()
        cells = [
            cell._replace(bold=cell.bold and cell.data != " ")
            for row in person.screen.cells()
            for cell in row
        ]
        return person.screen.scrollback(), person.screen.cursor, cells


@pytest.mark.timeout(180)
@settings(max_examples=8, deadline=None)
@given(st.sampled_from([(80, 24), (40, 14), (30, 10)]), DONE)
@example((30, 10), [([""], [""] * 5), "long " * 12, ([], [])])  # a draft that has more room again
def test_the_screen_is_the_one_that_is_drawn_anew(
    size: tuple[int, int], steps: list[object]
) -> None:
    shifting = asyncio.run(seen(*size, steps))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ptk, "stays", lambda *_args, **_more: False)
        anew = asyncio.run(seen(*size, steps))
    assert shifting[:2] == anew[:2]
    assert shifting[2] == anew[2]


async def test_the_prompt_is_not_written_again_for_each_row_of_a_reply() -> None:
    lines = [f"- w{number:04}\n" for number in range(60)]
    async with sitting(says(*lines, pause=0.01)) as person:
        person.type("go\r")
        await person.until("w0003")
        written = len(person.screen.raw)
        await person.until("w0050")
        during = "".join(person.screen.raw[written:])
        await person.at_rest()
        assert re.search(r"\x1b\[\d*L", during)
        assert "scripted" not in during
        assert "»" not in during
