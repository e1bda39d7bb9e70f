"""A thought is ended while it comes, and the model answers: by the server's control, by prefill, in words."""

from typing import TYPE_CHECKING

from tests.support.chats import chat_with
from tests.support.doubles import turn_in
from tests.support.server import (
    DONE,
    Piece,
    Request,
    Script,
    chunk,
    event,
    fails,
    says,
    serve,
    whole,
)
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.servers.choice import Server as At
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt
from zatsudan.talk.thought import Thought
from zatsudan.talk.turn import Turn
from zatsudan.wire.protocol import Delta
from zatsudan.wire.refusals import PREFILL, Repair

if TYPE_CHECKING:
    from collections.abc import Callable

LLAMA = At("llama.cpp", "", model="scripted")


def thought(text: str) -> bytes:
    return event({"id": "c1", "choices": [{"index": 0, "delta": {"reasoning_content": text}}]})


def endless(*after: Piece) -> Script:
    """A stream that thinks, and then goes on with these pieces."""
    return Script([*(thought(f"{word} ") for word in ("Let", "me", "think")), *after])


async def answered(chat: Chat, at: str = "think") -> tuple[Turn, list[str]]:
    """Ask, and have the thought ended when it has come to that word."""
    notes: list[str] = []
    turn = turn_in(chat, chat.talk.say("17 * 23?"))

    def see(delta: Delta) -> None:
        if at in delta.reasoning:
            assert turn.thought.under_way
            turn.thought.end()
            assert not turn.thought.under_way

    await turn.run(see, notes.append)
    return turn, notes


def completions(requests: list[Request]) -> list[JsonObject]:
    return [request.body for request in requests if request.path.endswith("/completions")]


def same_request(chat: Chat, turn: Turn, body: JsonObject) -> bool:
    return rebuilt(chat.talk.session, turn.nodes[0]).body == body


async def test_llama_cpp_is_told_while_it_streams() -> None:
    def answer(request: Request) -> Script:
        if request.path == "/v1/chat/completions/control":
            return whole({"success": True})
        return endless(0.2, chunk("391"), chunk(finish="stop"), DONE)

    async with serve(answer) as server, chat_with(server.base_url, LLAMA) as chat:
        turn, notes = await answered(chat)

        assert [request.body for request in server.requests if "control" in request.path] == [
            {"id": "c1", "action": "reasoning_end", "model": "scripted"}
        ]
        (body,) = completions(server.requests)
        assert body["reasoning_control"] is True
        assert turn.nodes[0].message.text == "391"
        assert turn.made.reasoning == "Let me think "
        assert turn.made.request["answered"] == "control"
        assert "reasoning_control" not in turn.made.parameters
        assert notes == ["Its thought is ended here: it answers now."]
        assert same_request(chat, turn, body)


async def test_elsewhere_it_goes_on_behind_the_closed_thought() -> None:
    script: list[Script | Callable[[Request], Script]] = [
        endless(1.0, chunk("never")),
        says("39", "1"),
    ]
    async with serve(*script) as server, chat_with(server.base_url) as chat:
        chat.link.learned.add("scripted", "scripted", Repair(PREFILL, "trailing"), "today")
        turn, notes = await answered(chat)

        first, second = completions(server.requests)
        assert isinstance(first["messages"], list)
        assert second["messages"] == [
            *first["messages"],
            {"role": "assistant", "content": "<think>\nLet me think\n</think>\n\n"},
        ]
        node = turn.nodes[0]
        assert len(turn.nodes) == 1
        assert node.message.text == "391"
        assert turn.made.reasoning == "Let me think "
        assert (turn.made.request["answered"], turn.made.request["thought"]) == ("prefill", 13)
        assert turn.made.given == 0
        assert notes == ["Its thought is ended here: it answers now."]
        assert same_request(chat, turn, second)


async def test_where_the_control_is_not_taken_it_is_a_prefill() -> None:
    def answer(request: Request) -> Script:
        if request.path.endswith("/control"):
            return whole({"success": False, "message": "not armed"})
        messages = request.body["messages"]
        return says("391") if messages[-1]["role"] == "assistant" else endless(1.0)

    async with serve(answer) as server, chat_with(server.base_url, LLAMA) as chat:
        chat.link.learned.add("llama.cpp", "scripted", Repair(PREFILL, "unthinking"), "today")
        turn, _ = await answered(chat)
        assert turn.nodes[0].message.text == "391"
        assert turn.made.request["answered"] == "prefill"
        assert turn.made.parameters == {}
        assert same_request(chat, turn, completions(server.requests)[-1])


async def test_a_server_without_prefill_is_asked_in_words() -> None:
    async with (
        serve(endless(1.0), says("391")) as server,
        chat_with(server.base_url, At("openai", "", model="scripted")) as chat,
    ):
        turn, notes = await answered(chat)
        last = completions(server.requests)[-1]
        assert isinstance(last["messages"], list)
        assert last["messages"][-2] == {"role": "assistant", "content": "Let me think"}
        assert "Give your answer now" in str(last["messages"][-1])
        assert last["reasoning_effort"] == "none"
        assert turn.nodes[0].message.text == "391"
        assert turn.made.request["answered"] == "words"
        assert notes == ["It takes no prefill here: it is asked in words to answer now."]
        assert same_request(chat, turn, last)


async def test_a_prefill_that_is_refused_after_all_is_asked_in_words() -> None:
    refused = fails(400, {"error": {"message": "no assistant message at the end"}})
    async with (
        serve(endless(1.0), refused, says("391")) as server,
        chat_with(server.base_url) as chat,
    ):
        chat.link.learned.add("scripted", "scripted", Repair(PREFILL, "trailing"), "today")
        turn, _ = await answered(chat)
        assert turn.nodes[0].message.text == "391"
        assert turn.made.request["answered"] == "words"


async def test_a_thought_that_ends_by_itself_is_let_be() -> None:
    async with serve(says("391")) as server, chat_with(server.base_url) as chat:
        thought = Thought()
        thought.add(Delta(reasoning="Hm."))
        thought.end()
        assert thought.wanted
        thought.add(Delta(content="391"))
        assert await thought.ended(await chat.link.client(), "c1", {"reasoning_control": True})
        assert (thought.how, thought.facts(), thought.given) == ("", {}, "")
        assert server.requests == []


async def test_nothing_is_to_be_ended_where_nothing_is_thought() -> None:
    async with serve(says("391")) as server, chat_with(server.base_url) as chat:
        turn = turn_in(chat, chat.talk.say("?"))
        turn.thought.end()
        await turn.run(lambda _: turn.thought.end())
        assert len(completions(server.requests)) == 1
        assert "answered" not in turn.made.request
