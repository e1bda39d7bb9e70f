"""No phrase that is banned is ever shown, and the reply goes on another way."""

from collections.abc import Mapping

import hypothesis
from hypothesis import strategies as st

from tests.support.doubles import ScriptedClient, chat_over, text, turn_in, usage
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.talk.banning import AT_ONE_PLACE, Guard, Hit, Leg
from zatsudan.talk.turn import Turn
from zatsudan.wire.protocol import Chunk, Delta
from zatsudan.wire.refusals import PREFILL, Repair


def shown(guard: Guard, *pieces: str) -> tuple[str, Hit | None]:
    text = ""
    for piece in pieces:
        free, hit = guard.feed(Delta(content=piece))
        text += "".join(delta.content for delta in free)
        if hit is not None:
            return text, hit
    return text, None


def test_what_may_begin_a_phrase_is_held_back_until_it_does_not() -> None:
    guard = Guard(["shivers down"])
    assert shown(guard, "It sent", " shi") == ("It sent", None)
    assert shown(guard, "p to sea") == (" ship to sea", None)
    assert guard.text == "It sent ship to sea"


def test_where_a_phrase_stands_all_before_it_is_shown_without_its_blank() -> None:
    guard = Guard(["shivers down"])
    assert shown(guard, "It sent", " Shivers", " down", " my") == (
        "It sent", Hit("shivers down", " Shivers"),
    )  # fmt: skip
    assert guard.given() == "It sent"


def test_an_end_lets_the_begin_of_a_phrase_through() -> None:
    guard = Guard(["shivers down"])
    free, hit = guard.feed(Delta(content="a shiver"))
    free += guard.feed(Delta(finish_reason="stop"))[0]
    assert hit is None
    assert "".join(delta.content for delta in free) == "a shiver"
    assert free[-1].finish_reason == "stop"


PHRASES = st.lists(
    st.text("abİ ", min_size=1, max_size=4).filter(str.strip), min_size=1, max_size=3
)


@hypothesis.given(PHRASES, st.lists(st.text("abAB İc", max_size=5), max_size=12))
def test_however_it_comes_no_phrase_is_shown_and_no_word_is_lost(
    phrases: list[str], pieces: list[str]
) -> None:
    guard = Guard(phrases)
    text, hit = shown(guard, *pieces)
    if hit is None:
        text += "".join(delta.content for delta in guard.rest())
        assert text == "".join(pieces)
    assert "".join(pieces).startswith(text)
    assert all(phrase not in text for phrase in phrases)
    assert guard.text == text


def over(leg: Leg, came: int = 0, **parameters: object) -> Mapping[str, object]:
    return leg.over(parameters, came)  # type: ignore[arg-type]


def test_a_leg_disfavours_tokens_for_a_few_and_keeps_to_the_limits() -> None:
    bridge = Leg("It", frozenset({7}), 8)
    assert over(bridge, logit_bias={"3": 5}) == {"logit_bias": {"3": 5, "7": -100}, "max_tokens": 8}
    assert over(bridge, came=95, max_tokens=100)["max_tokens"] == 5
    assert over(Leg("It"), came=40, max_completion_tokens=100) == {"max_completion_tokens": 60}
    assert over(Leg("It"), came=40) == {}


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
