"""Chats over a scripted server: made, asked, closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.doubles import chat_over, turn_in
from tests.support.server import DONE, Script, chunk, event
from zatsudan.base.jsonvalues import Json
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.talk.chat import Chat
from zatsudan.talk.turn import Turn

ADDRESS = Server("scripted", "", model="scripted")


@asynccontextmanager
async def chat_with(base_url: str, server: Server = ADDRESS, **more: object) -> AsyncIterator[Chat]:
    async def connect() -> Client:
        return Client(server._replace(base_url=base_url), Network(2.0, 5.0))

    chat = chat_over(connect, **more)  # type: ignore[arg-type]
    chat.talk.new()
    try:
        yield chat
    finally:
        await chat.aclose()


async def ask(chat: Chat, text: str) -> tuple[Turn, list[str]]:
    notes: list[str] = []
    turn = turn_in(chat, chat.talk.say(text))
    await turn.run(lambda _: None, notes.append)
    return turn, notes


async def asked(chat: Chat, text: str, **overrides: Json) -> Turn:
    """Say a text, with other parameters for once; return the turn, which has gone well."""
    turn = turn_in(chat, chat.talk.say(text), overrides)
    await turn.run(lambda _: None)
    assert turn.error is None, turn.error
    return turn


def thinks(*thoughts: str, says: str) -> Script:
    deltas = [
        event({"choices": [{"index": 0, "delta": {"reasoning_content": text}}]})
        for text in thoughts
    ]
    return Script([*deltas, chunk(says), chunk(finish="stop"), DONE])


@asynccontextmanager
async def talk(server: Server, sessions: Path | None = None) -> AsyncIterator[Chat]:
    async def connect() -> Client:
        return Client(server, Network())

    chat = chat_over(connect, sessions)
    chat.talk.new()
    try:
        yield chat
    finally:
        await chat.aclose()
