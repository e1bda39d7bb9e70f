"""A reply goes on another way from before a banned phrase, a bounded number of times."""

import pytest

from tests.support.doubles import ScriptedClient, chat_over, text, turn_in, usage
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.talk.detours import AT_ONE_PLACE
from zatsudan.talk.turn import Turn
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.refusals import PREFILL, Repair


async def sent(
    *scripts: list[Chunk], form: str = "trailing", **parameters: Json
) -> tuple[Turn, ScriptedClient, list[str]]:
    """Run a turn at a server that takes prefill in a form, with "shivers down" banned."""
    client = ScriptedClient(*scripts)
    chat = chat_over(client.connect)
    chat.talk.new()
    await chat.link.client()
    chat.link.learn("m", Repair(PREFILL, form))
    values: dict[str, Json] = {"banned_strings": ["shivers down"], **parameters}
    turn = turn_in(chat, chat.talk.say("hi"), values)
    notes: list[str] = []
    await turn.run(lambda _: None, notes.append)
    return turn, client, notes


def given(request: JsonObject) -> Json:
    """What a request gives the model to go on from; None for nothing."""
    messages = request["messages"]
    last = messages[-1] if isinstance(messages, list) else None
    return last["content"] if isinstance(last, dict) and last["role"] == "assistant" else None


async def test_a_reply_goes_back_before_a_phrase_and_on_by_prefill() -> None:
    phrase = [text("It sent"), text(" shivers"), text(" down"), text(" my spine", "stop")]
    bridge = [text(" a chill"), text(" through", "length")]
    end = [text(" me.", "stop"), usage(9, 1)]
    turn, client, notes = await sent(phrase, bridge, end, max_tokens=50)
    (node,) = turn.nodes
    assert node.message.text == "It sent a chill through me."
    assert [given(request) for request in client.requests] == [
        None,
        "It sent",
        "It sent a chill through",
    ]
    assert [request.get("max_tokens") for request in client.requests][:2] == [50, 8]
    assert notes == ["Went back 1 time before a banned phrase."]
    assert turn.made.request["went_back"] == 1
    assert turn.made.finish_reason == "stop"
    assert turn.made.usage is not None
    assert turn.made.usage.estimated, "of what was left nobody told the count"


async def test_it_goes_back_a_bounded_number_of_times_and_stops() -> None:
    first = [text("It sent"), text(" shivers down", "stop")]
    again = [text(" shivers down", "stop")]
    turn, client, notes = await sent(first, *[again] * 9)
    assert turn.nodes[0].message.text == "It sent"
    assert len(client.requests) == 1 + AT_ONE_PLACE
    assert notes == [
        f'It comes to "shivers down" again, {AT_ONE_PLACE} times back: the reply stops there.'
    ]


async def test_where_the_server_takes_no_prefill_it_is_said_before_and_nothing_is_cut() -> None:
    turn, client, notes = await sent([text("It sent shivers down", "stop")], form="none")
    assert turn.nodes[0].message.text == "It sent shivers down"
    assert notes == ["m takes no prefill here: banned phrases are not kept out."]
    assert len(client.requests) == 1


async def test_a_phrase_at_the_very_begin_is_asked_anew_without_a_given_text() -> None:
    turn, client, _ = await sent([text("Shivers down", "stop")], [text("A chill.", "stop")])
    assert turn.nodes[0].message.text == "A chill."
    assert given(client.requests[1]) is None


async def test_the_tokens_of_a_phrase_are_those_of_the_model_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []

    async def tokenize(_client: object, model: str, form: str) -> list[int]:
        asked.append((model, form))
        return [7]

    monkeypatch.setattr("zatsudan.servers.native.tokenize", tokenize)
    _, client, _ = await sent([text(" shivers down", "stop")], [text("A chill.", "stop")])
    assert {model for model, _ in asked} == {client.requests[0]["model"]} != {""}
    assert client.requests[1]["logit_bias"] == {"7": -100}
