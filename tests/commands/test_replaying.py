"""A recorded request sent again, and what is said of the reply."""

from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, run
from tests.support.server import Request, Script, says, serve
from zatsudan.commands.outcomes import Generate, Outcome, Show, Work
from zatsudan.commands.replaying import verdict
from zatsudan.servers.choice import Server as Address
from zatsudan.sessions.records import apply
from zatsudan.sessions.session import Node, Session
from zatsudan.talk.beginning import again
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json


async def test_replay_sends_the_same_again() -> None:
    scripts = (says("one two"), says("x"), says("one too"))
    async with serve(*scripts) as server, chat_with(server.base_url) as chat:
        await run(chat, "/temperature 0.3")
        await ask(chat, "first")
        await ask(chat, "second")
        await run(chat, "/temperature 1.9")
        outcome = await run(chat, "/replay 2")
        assert isinstance(outcome, Generate)
        assert outcome.again is chat.talk.session.nodes["2"]
        turn = again(chat.talk, chat.link, outcome.again)
        await turn.run(lambda _: None)
        bodies = [request.body for request in server.requests if "chat" in request.path]
        assert bodies[2] == bodies[0]
        said = "\n".join(lines(Show(verdict(outcome.again, turn.nodes[0]))))
        assert "from character 6 on (word 2)" in said
        assert rebuilt(chat.talk.session, turn.nodes[0]).body == bodies[0]


def node(text: str, fingerprint: str = "") -> Node:
    session = Session()
    record: dict[str, Json] = {
        "type": "message", "id": "2", "message": {"role": "assistant", "content": text},
        "made": {"ended": "finished", "fingerprint": fingerprint},
    }  # fmt: skip
    apply(session, record)
    return session.nodes["2"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (node("a", "f"), node("a", "f"), ["The same text", "fingerprint is the same (f)"]),
        (node("a", "f"), node("a", "g"), ["The same text", "has changed: f → g"]),
        (node("a"), node("ab"), ["from character 2", "tells no system_fingerprint"]),
        (node("a", "f"), node(""), ["from character 1", "f → none"]),
    ],
)
def test_the_verdict(before: Node, after: Node, said: list[str]) -> None:
    text = "\n".join(lines(Show(verdict(before, after))))
    assert all(part in text for part in said)


NUMBERS = count()


def reusing(request: Request) -> Script:
    """A server whose seeded text changes when it reuses a part of its prompt cache."""
    body = request.body or {}
    return says("Salt") if body.get("cache_prompt") is False else says(f"Storm {next(NUMBERS)}")


async def replayed(chat: Chat, line: str) -> Outcome:
    outcome = await run(chat, line)
    assert isinstance(outcome, Generate)
    assert outcome.again is not None
    assert outcome.then is not None
    await again(chat.talk, chat.link, outcome.again).run(lambda _: None)
    return await outcome.then()


async def test_a_seeded_text_that_changed_is_tried_without_the_prompt_cache() -> None:
    llama = Address("llama.cpp", "", model="scripted")
    async with serve(reusing) as server, chat_with(server.base_url, llama) as chat:
        await ask(chat, "without a seed")
        assert isinstance(await replayed(chat, "/replay 2"), Show)
        await run(chat, "/set seed 4")
        await ask(chat, "with one")
        number = chat.talk.session.head
        work = await replayed(chat, f"/replay {number}")
        assert isinstance(work, Work)
        assert any("Another text" in line for line in lines(Show(work.parts)))
        before = len(server.requests)
        said = lines(await work.run(lambda _: None))
        sent = [request.body for request in server.requests[before:]]
        assert [body["cache_prompt"] for body in sent] == [False, False]
        assert [body["seed"] for body in sent] == [4, 4]
        assert "it was the cache. /set +cache_prompt false" in said[0]
    async with serve(reusing) as server, chat_with(server.base_url) as chat:  # has no such field
        await run(chat, "/set seed 4")
        await ask(chat, "with one")
        assert isinstance(await replayed(chat, "/replay 2"), Show)
