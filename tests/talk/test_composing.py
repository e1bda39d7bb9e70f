"""The request of a turn: with what it begins, in which form it goes on, and what is said of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from tests.support.chats import chat_with
from tests.support.server import Request, Script, fails, says, serve
from zatsudan.base.errors import TooLong, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.servers.choice import Server
from zatsudan.talk.banning import Leg
from zatsudan.talk.chat import Chat
from zatsudan.talk.composing import BANNED, Composing
from zatsudan.talk.request import Composed
from zatsudan.talk.thought import BY_PREFILL, BY_WORDS, Thought
from zatsudan.wire.messages import Message
from zatsudan.wire.protocol import Delta

if TYPE_CHECKING:
    from zatsudan.base.printable import Printable

MODEL = "scripted"
SMALL = Server("scripted", "", model=MODEL, context_length=100)


def goes_on(request: Request) -> Script:
    """Goes on from what is given to it; knows the alphabet."""
    last = request.body["messages"][-1]
    if last["role"] == "assistant" and last["content"].endswith("m n"):
        return says(" o", " p")
    return says("A B")


def begins_anew(_request: Request) -> Script:
    return says("A new reply.")


def composing(
    chat: Chat,
    parameters: Mapping[str, Json] | None = None,
    *,
    prefix: str = "",
    asking: bool = False,
    system: str | None = None,
    anyway: bool = False,
    begun: bool = False,
) -> Composing:
    return Composing(
        chat.talk,
        chat.link,
        chat.talk.session.path()[-1],
        parameters or {},
        prefix=prefix,
        asking=asking,
        system=system,
        anyway=anyway,
        begun=begun,
    )


async def composed(what: Composing, thought: Thought | None = None) -> tuple[Composed, str]:
    notes: list[Printable] = []
    found = await what.next(MODEL, thought or Thought(), notes.append)
    return found, "\n".join(notes)


def roles(found: Composed) -> list[Json]:
    messages = found.body["messages"]
    assert isinstance(messages, list)
    return [message["role"] for message in messages if isinstance(message, dict)]


async def test_a_plain_request_asks_no_server_and_says_nothing() -> None:
    async with serve() as server, chat_with(server.base_url) as chat:
        await chat.link.client()
        chat.talk.say("hello")
        found, notes = await composed(composing(chat, {"temperature": 0.5}, system="Be brief."))

        assert found.body["temperature"] == 0.5
        assert roles(found) == ["system", "user"]
        assert "begun" not in found.told
        assert (notes, server.requests) == ("", [])


@pytest.mark.parametrize(("asking", "said"), [(False, ""), (True, "Going on from where it")])
async def test_a_prefix_is_given_where_the_server_goes_on_from_it(asking: bool, said: str) -> None:
    async with serve(goes_on) as server, chat_with(server.base_url) as chat:
        await chat.link.client()
        chat.talk.say("hello")
        found, notes = await composed(composing(chat, prefix="Once", asking=asking, begun=True))

        assert roles(found) == ["user", "assistant"]
        assert found.told["begun"] is True
        assert notes.startswith(said)
        assert bool(notes) is bool(said)


async def test_where_no_prefix_is_taken_it_is_asked_in_words_or_refused() -> None:
    async with serve(begins_anew) as server, chat_with(server.base_url) as chat:
        await chat.link.client()
        chat.talk.say("hello")
        found, notes = await composed(composing(chat, prefix="Once", asking=True))

        assert roles(found) == ["user", "assistant", "user"]
        assert "asked in words" in notes
        with pytest.raises(ZatsudanError):
            await composed(composing(chat, prefix="Once"))


@pytest.mark.parametrize(
    ("server", "how"), [(goes_on, BY_PREFILL), (begins_anew, BY_WORDS)], ids=["prefill", "words"]
)
async def test_a_thought_that_is_ended_is_given_back(server: object, how: str) -> None:
    async with serve(server) as scripted, chat_with(scripted.base_url) as chat:  # type: ignore[arg-type]
        await chat.link.client()
        chat.talk.say("hello")
        thought = Thought()
        thought.add(Delta(reasoning="Let me think"))
        thought.how = BY_PREFILL
        found, notes = await composed(composing(chat), thought)

        assert thought.how == how
        assert "Let me think" in str(found.body["messages"])
        assert notes == thought.note()


async def test_what_is_too_long_is_refused_unless_it_is_to_be_sent_anyway() -> None:
    async with serve(fails(404, {})) as server, chat_with(server.base_url, SMALL) as chat:
        await chat.link.client()
        chat.talk.say("word " * 400)
        with pytest.raises(TooLong):
            await composed(composing(chat))
        found, _ = await composed(composing(chat, anyway=True))

        assert roles(found) == ["user"]


async def test_what_the_servers_tokenizer_finds_short_is_sent() -> None:
    def counts(request: Request) -> Script:
        if request.path.endswith("/tokenize"):
            return fails(200, {"tokens": [1, 2, 3]})
        return fails(404, {})

    async with serve(counts) as server, chat_with(server.base_url, SMALL) as chat:
        await chat.link.client()
        chat.talk.say("word " * 400)
        found, _ = await composed(composing(chat))
        assert roles(found) == ["user"]
        with pytest.raises(TooLong):  # the server's refusal was its count
            await composing(chat).next(MODEL, Thought(), lambda _: None, refused=True)


@pytest.mark.parametrize(
    ("server", "watched"), [(goes_on, True), (begins_anew, False)], ids=["prefill", "none"]
)
async def test_phrases_are_watched_where_a_reply_can_be_taken_up_again(
    server: object, watched: bool
) -> None:
    async with serve(server) as scripted, chat_with(scripted.base_url) as chat:  # type: ignore[arg-type]
        await chat.link.client()
        chat.talk.say("hello")
        what = composing(chat, {BANNED: ["of course"]})
        _, notes = await composed(what)

        assert (what.guard is not None) is watched
        assert ("are not kept out" in notes) is not watched
        if watched:
            leg = what.leg(MODEL, Leg("So far"), 2)
            assert leg.body["messages"][-1]["content"] == "So far"  # type: ignore[index,call-overload]


async def test_calls_that_nobody_answered_are_told() -> None:
    call: Json = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    async with serve() as server, chat_with(server.base_url) as chat:
        await chat.link.client()
        chat.talk.say("hello")
        chat.talk.add(Message("assistant", "", {"tool_calls": [call]}), chat.talk.session.head)
        chat.talk.say("and now?")
        _, notes = await composed(composing(chat))

        assert notes == "1 call has no answer: it is not sent."
