"""A talk that goes on from a journal: the prompt stands first, and what was said comes when it is read."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over
from tests.support.emulator import sitting
from tests.support.server import Request, says
from zatsudan.base.errors import StoreError
from zatsudan.base.printable import printable
from zatsudan.commands.parts import Part
from zatsudan.commands.resuming import resume
from zatsudan.sessions.journal import Journal, begin_record, load
from zatsudan.sessions.records import message_record
from zatsudan.talk.chat import Chat
from zatsudan.terminal.live import warmup
from zatsudan.wire.messages import Message


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A session of two messages."""
    path = tmp_path / "saved.jsonl"
    journal = Journal(path)
    journal.append(begin_record("saved", "2026-01-01T00:00:00Z"))
    journal.append(message_record("1", None, Message("user", "earlier"), ""))
    journal.append(message_record("2", "1", Message("assistant", "An earlier reply."), ""))
    journal.close()
    return path


async def test_what_is_typed_meanwhile_goes_to_the_session_that_is_read(
    saved: Path, tmp_path: Path
) -> None:
    read = asyncio.Event()

    async def first(chat: Chat) -> Sequence[Part]:
        await read.wait()
        return await resume(chat, saved)

    async with sitting(says("one"), sessions=tmp_path, first=first) as person:
        person.type("typed ahead")
        assert "» typed ahead" in await person.until("typed ahead")
        person.type("\r")
        await person.until(lambda: person.terminal.busy)
        person.type("and more")
        assert "typed ahead" not in await person.until("» and more")
        assert person.server.requests == []
        read.set()
        shown = await person.until("one")
        assert shown.index("An earlier reply.") < shown.index("typed ahead") < shown.index("one")
        await person.at_rest()

    (sent,) = [each.body["messages"] for each in person.server.requests if "messages" in each.body]
    assert [message["content"] for message in sent] == [
        "earlier",
        "An earlier reply.",
        "typed ahead",
    ]
    assert [node.message.text for node in load(saved).session.path()][-1] == "one"


async def test_what_cannot_be_read_ends_the_program_and_sends_nothing(tmp_path: Path) -> None:
    read = asyncio.Event()

    async def first(_chat: Chat) -> Sequence[Part]:
        await read.wait()
        raise StoreError(printable("It holds no session."))

    asked: list[Request] = []

    async def to_sit_down() -> None:
        async with sitting(says("one"), sessions=tmp_path, first=first) as person:
            person.type("typed ahead\r")
            await person.until(lambda: person.terminal.busy)
            read.set()
            await person.until(lambda: not person.terminal.busy)
            asked.extend(each for each in person.server.requests if "messages" in each.body)

    with pytest.raises(StoreError, match="holds no session"):
        await to_sit_down()
    assert asked == []
    assert not [*tmp_path.glob("*.jsonl")]  # noqa: ASYNC240


async def test_to_leave_while_it_is_read_gives_the_session_free(
    saved: Path, tmp_path: Path
) -> None:
    async def first(chat: Chat) -> Sequence[Part]:
        parts = await resume(chat, saved)
        await asyncio.Event().wait()
        return parts

    async with sitting(sessions=tmp_path, first=first) as person:
        person.type("\x04")

    journal = Journal(saved)
    journal.take()
    journal.close()


@pytest.mark.parametrize(("at_hand", "read"), [(1, 0), (2, 2)])
async def test_what_would_not_stay_at_hand_is_not_counted_behind_the_prompt(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_hand: int, read: int
) -> None:
    """Nobody tells how much the model takes: all of the talk would be sent."""
    monkeypatch.setattr(warmup, "AT_HAND", at_hand)
    chat = chat_over(ScriptedClient().connect, tmp_path)
    await chat.talk.load(saved)

    warmup.count(chat)

    assert len(chat.talk.session.nodes._read) == read
    await chat.aclose()
