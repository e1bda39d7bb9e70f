"""A change of the width: nothing is laid out or painted for a width that is gone."""

import asyncio
import re

from tests.support.emulator import Sitting, sitting
from tests.support.server import says


def torn(screen: str, width: int) -> list[str]:
    """Return the rows of words that are no whole words, or wider than the screen allows."""
    rows = [row for row in screen.splitlines() if re.match(r"w\d", row)]
    return [row for row in rows if len(row) >= width or re.sub(r"w\d{4} ?", "", row)]


def drag(person: Sitting, columns: int) -> None:
    person.resize(columns, 24)


async def test_a_reply_that_streams_and_ends_while_the_width_changes_has_rows_of_the_last_width() -> (
    None
):
    words = [f"w{number:04} " for number in range(300)]
    paragraphs = ["".join(words[at : at + 25]) + "\n\n" for at in range(0, 300, 25)]
    async with sitting(says(*paragraphs, pause=0.01), columns=100) as person:
        person.type("go\r")
        await person.until("w0020")
        before = person.screen.scrollback()
        while person.terminal.busy:  # never at rest until the reply has ended
            drag(person, max(60, person.screen.size.columns - 1))
            await asyncio.sleep(0.02)
        drag(person, 50)
        await person.at_rest()
        seen = person.screen.scrollback()
        later = [row for row in seen.splitlines() if row[:5] not in before]
        assert not torn("\n".join(later), 50)
        new = [word for word in map(str.strip, words) if word not in before]
        assert re.findall(r"w\d{4}", "\n".join(later))[-len(new) :] == new


async def test_the_lab_lays_nothing_out_for_a_width_that_is_gone() -> None:
    words = [f"w{number:04} " for number in range(60)]
    async with sitting(
        says(*words, pause=0.01), says(*words, pause=0.01), columns=100, rows=40
    ) as person:
        person.type("/compare temperature=0 temperature=1 -- go\r")
        await person.until("w0003")
        person.resize(90, 40)
        assert person.terminal._app.frozen
        view = person.terminal._surface.view
        assert view is not None
        assert not view._draw(hold=False)
        written = "".join(person.screen.raw)
        assert not view._draw(hold=True)
        assert "".join(person.screen.raw) == written
        await person.at_rest()
        last = [row for row in person.screen.scrollback().splitlines() if "w0059" in row]
        assert last
        assert all(len(row) < 90 and row.count("w00") % 2 == 0 for row in last)


async def test_what_is_said_while_the_width_changes_is_wrapped_for_the_last_one() -> None:
    async with sitting(columns=100) as person:
        drag(person, 90)
        person.terminal._surface.echo("said " * 20)
        drag(person, 40)
        await person.until("said said")
        await person.at_rest()
        rows = [row for row in person.screen.shown().splitlines() if "said" in row]
        assert sum(row.count("said") for row in rows) == 20
        assert all(row.replace("»", "").split() == ["said"] * row.count("said") for row in rows)


async def test_a_screen_that_changed_while_a_page_had_it_is_painted_again() -> None:
    async with sitting(says("one"), says("two and three and four")) as person:
        await person.say("go")
        surface = person.terminal._surface
        async with surface.lending.page():
            drag(person, 60)
            await person.until(lambda: not person.terminal._app.frozen)
            surface.echo("said aside")
        await person.until("said aside")
        shown = await person.say("more")
        assert "two and three and four" in shown
