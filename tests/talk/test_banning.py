"""No phrase that is banned is ever shown, and the reply goes on another way."""

from collections.abc import Mapping

import hypothesis
from hypothesis import strategies as st

from zatsudan.talk.banning import Guard, Hit, Leg
from zatsudan.wire.protocol import Delta


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
