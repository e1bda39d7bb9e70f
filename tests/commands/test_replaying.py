"""A recorded request sent again, and what is said of the reply."""

from typing import TYPE_CHECKING

import pytest

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, run
from tests.support.server import says, serve
from zatsudan.commands.outcomes import Generate, Show
from zatsudan.commands.replaying import verdict
from zatsudan.sessions.records import apply
from zatsudan.sessions.session import Node, Session
from zatsudan.talk.beginning import again
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
