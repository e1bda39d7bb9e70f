"""Code on the screen: a line that takes several rows shows that it does, and copies as it is."""

import pytest

from tests.support.emulator import sitting
from tests.support.looks import DEFAULT
from tests.support.server import says
from zatsudan.terminal.markdown.listing import CONTINUED
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import plain

LINE = "".join(f"{number:04}-" for number in range(900))


def joined(rows: list[str]) -> list[str]:
    """Return the lines of which these are the rows, by their marks."""
    lines: list[str] = []
    for row in rows:
        if row.startswith(CONTINUED):
            lines[-1] += row.removeprefix(CONTINUED)
        else:
            lines.append(row)
    return lines


@pytest.mark.parametrize("width", [20, 33, 79])
def test_a_line_can_be_put_together_from_its_rows(width: int) -> None:
    text = f"```\nshort\n{LINE}\n  end\n```"
    rows = [plain(row) for row in render(text, width, DEFAULT)]
    assert joined(rows) == ["short", LINE, "  end"]
    assert all(len(row) <= width for row in rows)


@pytest.mark.parametrize("width", [20, 33, 79])
def test_the_rows_of_a_line_that_still_grows_are_those_that_it_will_have(width: int) -> None:
    stream = Stream(width, DEFAULT)
    stream.feed(f"```\n{LINE[:-7]}")
    tail = [plain(row) for row in stream.tail(6)]
    stream.feed(LINE[-7:])
    whole = [plain(row) for row in stream.finish()]
    assert "\n".join(tail[:-1]) in "\n".join(whole)
    assert all(row.startswith(CONTINUED) for row in tail)


def test_where_there_is_no_room_there_is_no_mark() -> None:
    assert [plain(row) for row in render("```\nabcdefgh\n```", 5, DEFAULT)] == ["abcde", "fgh"]


async def test_what_is_copied_shown_raw_or_written_has_no_mark() -> None:
    line = "call(" + ", ".join(map(str, range(40))) + ")"
    async with sitting(says(f"```py\n{line}\n```"), columns=60) as person:
        shown = await person.say("go")
        assert line not in shown
        assert CONTINUED in shown
        before = shown.count(CONTINUED)
        person.type("/raw\r")
        await person.until("```py")
        await person.at_rest()
        assert person.screen.scrollback().count(CONTINUED) == before
        path = person.screen
        person.type("/copy 1\r")
        await person.at_rest()
        import base64

        told = base64.b64encode(f"{line}\n".encode()).decode()
        assert told in "".join(path.raw)
