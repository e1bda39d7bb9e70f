"""A reply is weighed as it grows just as one that is whole."""

from tests.support.weighed import OPTIONS, told
from zatsudan.base.jsonvalues import Json
from zatsudan.lab.reshaping import Chain, read
from zatsudan.lab.weighing import Weighing
from zatsudan.wire.tokenview import read_tokens

#: Penalties look at what stands before a place, the prompt too.
NOW = Chain(("penalties", "temperature"), {"temperature": 1.0})
THEN = Chain(("penalties", "temperature"), {"presence_penalty": 1.5, "temperature": 0.7})
ENTRIES: list[Json] = [told(text, OPTIONS) for text in (" cat", " dog", " cat", " eel")]  # type: ignore[misc]
TOKENS = read_tokens(ENTRIES)
PROMPT = [b"a", b" dog"]


def test_what_grew_token_by_token_is_what_is_read_at_once() -> None:
    whole = Weighing(read(TOKENS, PROMPT), NOW, THEN)
    growing = Weighing(read((), PROMPT), NOW, THEN)
    for at, token in enumerate(TOKENS):
        growing.grow([token])
        assert len(growing) == at + 1
        assert growing.at(at) == whole.at(at)
    growing.more(4)
    whole.more(4)
    assert growing.totals() == whole.totals()


def test_the_next_reply_is_one_to_the_same_prompt_by_its_own_chain() -> None:
    first = Weighing(read(TOKENS, PROMPT), NOW, THEN)
    fresh = first.afresh(THEN)
    assert len(fresh) == 0
    fresh.grow(TOKENS)
    asked = fresh.at(1)
    assert asked.now == asked.then == first.at(1).then
    unknown = Weighing(read(TOKENS), NOW, THEN).afresh(NOW)
    unknown.grow(TOKENS)
    assert unknown.at(0) == Weighing(read(TOKENS), NOW, THEN).at(0)
