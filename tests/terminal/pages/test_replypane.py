"""A reply in its pane: whole, and growing."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import Json
from zatsudan.lab.reshaping import Chain, read
from zatsudan.lab.weighing import Weighed, Weighing
from zatsudan.terminal.pages.replypane import GROWING, ReplyPane
from zatsudan.wire.protocol import Delta
from zatsudan.wire.tokenview import read_tokens

CHAIN = Chain(("temperature", "min_p"), {"temperature": 1.3, "min_p": 0.1})
#: Words, line ends, wide characters, and bytes that are parts of characters.
TOKENS = st.sampled_from(
    [b"a", b" word", b"\n", b"", b" longer-than-a-row-is", "日本".encode(), *(bytes([byte]) for byte in "語🙂".encode()), b"\xff"]
)  # fmt: skip


def entry(data: bytes, p: float) -> Json:
    told: dict[str, Json] = {"token": "", "bytes": list(data), "logprob": math.log(p)}
    return {**told, "top_logprobs": [told, {"token": "x", "logprob": math.log(0.3)}]}


@settings(max_examples=40)
@given(
    st.lists(st.tuples(TOKENS, st.sampled_from([0.02, 0.3, 0.6])), min_size=1, max_size=24),
    st.lists(st.integers(1, 7), min_size=1),
    st.integers(4, 20),
    st.booleans(),
)
def test_one_that_grew_looks_as_one_that_is_whole(
    tokens: list[tuple[bytes, float]], sizes: list[int], width: int, drawn: bool
) -> None:
    entries = [entry(data, p) for data, p in tokens]
    empty = Weighing(read(()), CHAIN, CHAIN)
    growing = ReplyPane(Weighed(GROWING, "", weighing=empty), coloured=True)
    at = 0
    for turn in range(len(entries)):
        size = sizes[turn % len(sizes)]
        growing.grow([Delta(0, logprobs=(each,)) for each in entries[at : at + size]])
        at += size
        if drawn:
            growing.rows(width, 5, at)
    found = read_tokens(entries)
    weighing = Weighing(read(found), CHAIN, CHAIN)
    whole = ReplyPane(Weighed("2", "", found, weighing), coloured=True)
    assert growing.tokens == len(tokens)
    assert growing.rows(width, 99, 0) == whole.rows(width, 99, 0)
    at = len(tokens) - 1
    assert growing.rows(width, 3, at) == whole.rows(width, 3, at)


def test_a_reply_without_tokens_shows_its_end_while_it_grows_and_its_begin_behind_it() -> None:
    pane = ReplyPane(Weighed(GROWING, ""), coloured=True)
    pane.grow([Delta(0, reasoning="think"), Delta(0, "one\ntwo\n"), Delta(0, "three")])
    assert [row[0][1] for row in pane.rows(20, 2, 0)] == ["two", "three"]
    assert pane.rows(20, 9, 0)[0] == [("class:dim", "think")]
    pane.become(Weighed("3", "one\ntwo\nthree"))
    assert [row[0][1] for row in pane.rows(20, 2, 0)] == ["one", "two"]
    pane.scroll(1)
    assert [row[0][1] for row in pane.rows(20, 2, 0)] == ["two", "three"]
    pane.scroll(5)
    assert [row[0][1] for row in pane.rows(20, 2, 0)] == ["two", "three"]
    assert pane.token_at(0, 0) is None


def test_a_place_of_the_mouse_is_a_token() -> None:
    found = read_tokens([entry(data, 0.5) for data in (b"ab", "日".encode(), b"\n", b"cd")])
    pane = ReplyPane(Weighed("2", "", found, Weighing(read(found), CHAIN, CHAIN)), coloured=False)
    pane.rows(20, 5, 0)
    assert [pane.token_at(x, 0) for x in range(5)] == [0, 0, 1, 2, None]
    assert pane.token_at(1, 1) == 3
    assert pane.token_at(0, 2) is None


def test_two_replies_are_compared_word_by_word() -> None:
    old = ReplyPane(Weighed("2", "the old sea"), coloured=True)
    new = ReplyPane(Weighed("3", "the new\tsea"), coloured=True)
    rows = new.compared(old, 40, 5)
    assert [style for style, text in (piece[:2] for piece in rows[0]) if "old" in text] == [
        "class:old"
    ]
    assert "".join(piece[1] for piece in rows[0]).startswith("the old")
