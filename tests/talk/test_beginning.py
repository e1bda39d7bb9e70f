"""How a turn begins: with the session's parameters and words, or with a request that was sent before."""

import pytest

from tests.support.chats import chat_with
from tests.support.server import Request, Script, says, serve
from zatsudan.base.errors import CommandError
from zatsudan.sessions.byhand import Begin
from zatsudan.talk.beginning import again, turn_to


async def test_a_turn_has_the_sessions_parameters_or_others_for_this_once() -> None:
    async with serve(says("a"), says("b")) as server, chat_with(server.base_url) as chat:
        chat.talk.record({"type": "set", "name": "top_k", "value": 5})
        chat.talk.record({"type": "set", "name": "seed", "value": 1})
        turn = turn_to(chat.talk, chat.link, chat.talk.say("hi"), {"seed": 2})
        await turn.run(lambda _: None)

        sent = server.requests[-1].body
        assert (sent["top_k"], sent["seed"]) == (5, 2)
        assert chat.talk.session.parameters == {"top_k": 5, "seed": 1}


def goes_on(request: Request) -> Script:
    """Goes on from what is given to it; knows the alphabet."""
    last = request.body["messages"][-1]
    if last["role"] == "assistant" and last["content"].endswith("m n"):
        return says(" o", " p")
    return says(" upon a time")


@pytest.mark.parametrize(
    ("prefix", "text", "begun"), [("", "Once upon a time", "Once"), ("So", "So upon a time", "")]
)
async def test_a_turn_begins_as_the_session_says_unless_it_goes_on_from_something(
    prefix: str, text: str, begun: str
) -> None:
    async with serve(goes_on) as server, chat_with(server.base_url) as chat:
        chat.talk.record(Begin("Once").to_json())
        turn = turn_to(chat.talk, chat.link, chat.talk.say("hi"), prefix=prefix)
        await turn.run(lambda _: None)

        assert turn.error is None
        assert (turn.nodes[0].message.text, turn.begun) == (text, begun)


async def test_a_recorded_request_is_sent_as_it_was() -> None:
    async with serve(says("a"), says("b")) as server, chat_with(server.base_url) as chat:
        chat.talk.record({"type": "system", "content": "Be brief."})
        first = turn_to(chat.talk, chat.link, chat.talk.say("hi"), {"seed": 2})
        await first.run(lambda _: None)
        chat.talk.record({"type": "system", "content": "Be long."})
        second = again(chat.talk, chat.link, first.nodes[0])
        await second.run(lambda _: None)

        one, two = (request.body for request in server.requests[-2:])
        assert one == two
        assert second.nodes[0].parent == first.nodes[0].parent
        assert second.nodes[0].message.text == "b"


async def test_what_was_not_made_by_a_request_cannot_be_sent_again() -> None:
    async with serve() as server, chat_with(server.base_url) as chat:
        said = chat.talk.say("hi")
        with pytest.raises(CommandError, match="not made by a request"):
            again(chat.talk, chat.link, said)
