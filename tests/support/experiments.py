"""Experiments of the lab, and what came of them."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.chats import chat_with
from tests.support.commands import run
from tests.support.server import Request, Server
from zatsudan.commands.outcomes import Experiment
from zatsudan.config.settings import Config, Profile
from zatsudan.lab.run import Run
from zatsudan.lab.slots import Slot
from zatsudan.servers.choice import Wishes
from zatsudan.servers.discovery import Finder
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import Message

#: No server here is the embedded one.
NO_MODELS = Path(os.devnull)


@asynccontextmanager
async def talk_beside(
    own: Server,
    known: dict[str, Profile],
    environ: Mapping[str, str],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Chat]:
    """A chat with one server that knows the profiles of others."""
    config = Config(profiles=known)
    finder = Finder(Wishes(), environ, config, models=NO_MODELS)
    async with chat_with(own.base_url, reach=finder.reach, sleep=sleep) as chat:
        chat.config = config
        yield chat


def posts(server: Server) -> list[Request]:
    """The requests for replies."""
    return [request for request in server.requests if request.method == "POST"]


def run_of(chat: Chat, made: Experiment) -> Run:
    """The run of an experiment, as the terminal makes it."""
    slots = [Slot(cell) for cell in made.cells]
    return Run(
        chat.talk, chat.link, made.parent, slots, blind=made.blind, before=made.before,
        places=made.places, economy=made.economy, by=made.by, concurrency=made.concurrency,
    )  # fmt: skip


def texts(run: Run) -> list[str]:
    return [slot.node.message.text if slot.node else "" for slot in run.slots]


async def drive(run: Run) -> list[str]:
    notes: list[str] = []
    await run.run(lambda _number, _delta: None, notes.append)
    return notes


async def stopped(run: Run, servers: Sequence[Server]) -> None:
    """Make a run, stop it when a reply has begun at each of these servers, and see them closed."""
    begun: set[int] = set()
    all_begun = asyncio.Event()

    def look(number: int, _delta: object) -> None:
        begun.add(number)
        if len(begun) == len(servers):
            all_begun.set()

    task = asyncio.ensure_future(run.run(look))
    await all_begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        for server in servers:
            await server.gone.wait()


async def experiment(chat: Chat, line: str) -> Experiment:
    outcome = await run(chat, line)
    assert isinstance(outcome, Experiment)
    return outcome


def talk(chat: Chat, *replies: str) -> None:
    """A message with these replies."""
    parent = chat.talk.say("a question")
    for at, text in enumerate(replies):
        made = Made(model="m", parameters={"temperature": at, "seed": 1})
        node_id = chat.talk.session.next_id()
        chat.talk.record(message_record(node_id, parent.id, Message("assistant", text), "", made))
