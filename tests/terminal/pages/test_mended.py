"""A list of sessions of which the first are shown before all were looked at, as a person sees it."""

import threading
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.emulator import Sitting, sitting
from tests.support.server import says
from tests.support.stored import write
from zatsudan.cli import opening
from zatsudan.commands import sessions as commands
from zatsudan.sessions import atonce, index, indexing, search, shelf
from zatsudan.sessions.journal import encode
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message

DOWN, FOOT = "\x1b[B", "Esc leaves"


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nine sessions that an index knows, of which four are shown first."""
    monkeypatch.setattr(index, "SMALL", 0)
    monkeypatch.setattr(atonce, "WORTH", 0)
    monkeypatch.setattr(commands, "FIRST", 4)
    for number in range(9):
        write(tmp_path, f"s{number}", f"talk number {number}", "reply", age=number)
    indexing.update(tmp_path)
    return tmp_path


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets a look at all journals end."""
    event = threading.Event()
    for module, name in ((shelf, "summaries"), (search, "search")):
        real = getattr(module, name)

        def held(*args: object, real: object = real) -> object:
            found = real(*args)  # type: ignore[operator]
            event.wait(30)
            return found

        monkeypatch.setattr(module, name, held)
    yield event
    event.set()


async def opened(person: Sitting, line: str = "/sessions") -> list[str]:
    person.type(line + "\r")
    return (await person.until(lambda: FOOT in person.screen.shown())).splitlines()


async def closed(person: Sitting) -> None:
    person.type("\x1b")
    await person.until(lambda: FOOT not in person.screen.shown())


def marked(person: Sitting) -> str:
    """Return what the marked row begins with."""
    rows = [row for row in person.screen.cells()[2:12] if row[0].reverse]
    return "".join(cell.data for cell in rows[0]).strip()[:13] if rows else ""


def append(path: Path, text: str) -> None:
    with path.open("ab") as file:
        file.write(encode(message_record("9", None, Message("user", text), "")))


async def test_the_first_are_there_before_all_were_looked_at(
    sessions: Path, gate: threading.Event
) -> None:
    async with sitting(says("ok"), sessions=sessions) as person:
        rows = await opened(person)
        assert rows[0] == " Sessions 9 »"
        assert rows[5].startswith(" talk number 3")
        assert "talk number 4" not in "\n".join(rows[:12])
        person.type("number 7")
        await person.until("nothing fits")
        gate.set()
        assert "1 of 9" in await person.until(" talk number 7")
        person.type("\r")
        await person.until(lambda: person.chat.talk.session.id == "s7")


async def test_what_another_program_wrote_is_shown_then_and_the_mark_stays(
    sessions: Path, gate: threading.Event
) -> None:
    append(sessions / "s8.jsonl", "later")
    async with sitting(says("ok"), sessions=sessions) as person:
        assert (await opened(person))[2].startswith(" talk number 0")
        person.type(DOWN + DOWN)
        await person.until(lambda: marked(person) == "talk number 2")
        gate.set()
        rows = (await person.until("talk number 8")).splitlines()
        assert rows[2].startswith(" talk number 8")
        assert rows[3].startswith(" talk number 0")
        assert marked(person) == "talk number 2"
        await closed(person)


async def test_what_was_deleted_and_renamed_meanwhile_stays_so(
    sessions: Path, gate: threading.Event
) -> None:
    async with sitting(says("ok"), sessions=sessions) as person:
        await opened(person)
        person.type("\x04")
        await person.until("Delete “talk number 0” for good?")
        person.type("y")
        await person.until(lambda: "talk number 0" not in person.screen.shown())
        person.type("\x12\x15Another name\r")
        await person.until(lambda: " Another name" in person.screen.shown())
        gate.set()
        rows = (await person.until("talk number 8")).splitlines()
        assert rows[0] == " Sessions 8 »"
        assert rows[2].startswith(" Another name")
        assert rows[3].startswith(" talk number 2")
        await closed(person)


async def test_left_before_all_were_looked_at(sessions: Path, gate: threading.Event) -> None:
    async with sitting(says("ok"), sessions=sessions) as person:
        await opened(person)
        person.type(DOWN + "\r")
        await person.until(lambda: person.chat.talk.session.id == "s1")
        gate.set()
        assert "ok" in await person.say("hello")


async def test_hits_of_another_program_come_later(sessions: Path, gate: threading.Event) -> None:
    append(sessions / "s8.jsonl", "again number 3")
    async with sitting(says("ok"), sessions=sessions) as person:
        assert (await opened(person, "/search number 3"))[0] == " Search 1 »"
        gate.set()
        rows = (await person.until("again number 3")).splitlines()
        assert rows[0] == " Search 2 »"
        person.type("again\r")
        await person.until(lambda: person.chat.talk.session.id == "s8")
        assert person.chat.talk.session.head == "9"


async def test_that_words_stand_nowhere_is_said_at_once_and_mended(
    sessions: Path, gate: threading.Event
) -> None:
    append(sessions / "s8.jsonl", "a quillwort")
    async with sitting(says("ok"), sessions=sessions) as person:
        person.type("/search quillwort\r")
        await person.until("quillwort stands in no session.")
        person.type("hel")  # who types goes on meanwhile
        await person.until("» hel")
        gate.set()
        await person.until("#9 user: a quillwort")
        rows = [row for row in person.screen.shown().splitlines() if row.strip()]
        at = next(at for at, row in enumerate(rows) if "stands in no session" in row)
        assert rows[at + 1].strip() == "A look at everything found some:"
        assert rows[at + 2].startswith("talk number 8")
        person.type("lo\r")
        await person.until("ok")


async def test_a_look_for_words_that_is_stopped_is_no_look_at_all(
    sessions: Path, gate: threading.Event
) -> None:
    append(sessions / "s8.jsonl", "a quillwort")
    async with sitting(says("ok"), sessions=sessions) as person:
        person.type("/search quillwort\r")
        await person.until("quillwort stands in no session.")
        person.type("\x03")
        await person.until("Stopped before all was looked at.")
        gate.set()
        assert "ok" in await person.say("hello")


async def test_that_the_last_session_was_another_is_said_behind_the_prompt(sessions: Path) -> None:
    path = opening.to_resume(Namespace(resume=None, last=True), sessions)
    assert path is not None
    assert path.stem == "s0"
    overtaken = opening.overtaken(Namespace(resume=None, last=True), path)
    assert overtaken is not None
    assert overtaken() == ""
    append(sessions / "s8.jsonl", "later")
    async with sitting(says("ok"), sessions=sessions, behind=overtaken) as person:
        await person.until("Changed later: /load s8 (talk number 8)")
        person.type("/load s8\r")
        await person.until(lambda: person.chat.talk.session.id == "s8")
    assert opening.overtaken(Namespace(resume="s0", last=False), path) is None
