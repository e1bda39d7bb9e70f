"""Tokens of a reply: read leniently, joined to characters, binned, and taken back to text."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import Json
from zatsudan.wire.tokenview import (
    Option,
    Token,
    entries_before,
    entries_of,
    least_likely,
    percent,
    perplexity,
    pieces,
    read_tokens,
    surprises,
    text_before,
    visible,
)


def entry(text: str | bytes, p: float = 1.0, **others: float) -> dict[str, Json]:
    data = text.encode() if isinstance(text, str) else text
    top: list[Json] = [
        {"token": name, "logprob": math.log(value), "bytes": list(name.encode())}
        for name, value in others.items()
    ]
    return {
        "token": data.decode("utf-8", "replace"),
        "bytes": list(data),
        "logprob": math.log(p),
        "top_logprobs": top,
    }


def cut_anywhere(text: str, cuts: list[int]) -> list[Json]:
    data = text.encode()
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [entry(data[a:b]) for a, b in pairwise(places)]


@given(st.text(min_size=1, max_size=20), st.lists(st.integers(0, 200), max_size=20))
def test_pieces_are_the_text_wherever_its_bytes_were_cut(text: str, cuts: list[int]) -> None:
    tokens = read_tokens(cut_anywhere(text, cuts))
    shown = pieces(tokens)

    assert "".join(piece.text for piece in shown) == text
    covered = [at for piece in shown for at in range(piece.first, piece.last + 1)]
    assert covered == list(range(len(tokens)))


def test_a_character_over_three_tokens_is_one_piece_with_the_least_probability() -> None:
    data = "雑".encode()
    tokens = read_tokens([entry("a"), entry(data[:1], 0.9), entry(data[1:2], 0.1), entry(data[2:])])

    assert [(piece.text, piece.first, piece.last) for piece in pieces(tokens)] == [
        ("a", 0, 0),
        ("雑", 1, 3),
    ]
    assert pieces(tokens)[1].p == pytest.approx(0.1)
    assert Option(data[:1], 0.5).refusal == "it is a part of a character"


def test_bytes_that_never_make_a_character_stand_alone() -> None:
    tokens = read_tokens([entry(b"\xff"), entry("so")])

    assert [piece.text for piece in pieces(tokens)] == ["\N{REPLACEMENT CHARACTER}", "so"]


@pytest.mark.parametrize(
    ("logprob", "p"),
    [
        (-9999.0, None),
        (-10000, None),
        (None, None),
        ("-1", None),
        (True, None),
        (0, 1.0),
        (5, None),
    ],
)
def test_a_probability_that_is_not_told_is_unknown(logprob: Json, p: float | None) -> None:
    (token,) = read_tokens([{"token": "x", "logprob": logprob}])

    assert token.p == p
    assert token.bin == (4 if p is None else 0)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["token", "bytes", "logprob", "top_logprobs"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_a_server_sends_can_be_read(value: Json) -> None:
    tokens = read_tokens(value if isinstance(value, list) else [value])

    assert all(0 <= token.bin <= 4 for token in tokens)
    pieces(tokens)


@pytest.mark.parametrize(
    ("p", "place"), [(1.0, 0), (0.9, 0), (0.89, 1), (0.5, 1), (0.3, 2), (0.1, 3), (0.01, 4)]
)
def test_the_bins(p: float, place: int) -> None:
    assert Token(b"x", p).bin == place


def test_perplexity_is_that_of_the_tokens_that_are_told() -> None:
    tokens = read_tokens([entry("a", 0.5), entry("b", 0.125), {"token": "c", "logprob": -9999}])

    assert perplexity(tokens) == pytest.approx(4.0)
    assert perplexity(()) is None
    assert surprises(tokens) == [1, 2]
    assert least_likely(tokens, 2) == [2, 1]


def test_percent_and_blanks() -> None:
    assert [percent(p) for p in (None, 0.004, 0.081, 1.0)] == ["?", "<1 %", "8 %", "100 %"]
    assert visible(" a\n\tb") == "·a↵→b"


def test_the_text_before_a_token_is_the_replys_own() -> None:
    thought = read_tokens(
        [entry("hm"), entry("Red"), entry(","), entry(" blue"), entry("<|im_end|>")]
    )

    assert text_before(thought, 3, "Red, blue") == "Red,"
    assert text_before(thought, 1, "Red, blue") == ""
    assert text_before(thought, 0, "Red, blue") is None  # in what it thought
    assert text_before(thought, 2, "something else") is None


def test_the_text_before_a_token_holds_what_was_given_without_tokens() -> None:
    tokens = read_tokens([entry(" blue"), entry(" sky")])

    assert text_before(tokens, 1, "The blue sky", 3) == "The blue"
    assert text_before(tokens, 0, "The blue sky", 3) == "The"


def test_a_split_character_gives_no_text() -> None:
    data = "雑".encode()

    assert text_before(read_tokens([entry(data[:1]), entry(data[1:])]), 1, "雑") is None


def test_the_logprobs_of_a_fork_begin_with_those_before_it() -> None:
    entries = [entry("a", 0.5), entry("b", 0.5, c=0.3), entry("d", 0.5)]

    known = list(entries_before(entries, 1, read_tokens(entries)[1].options[0]))

    assert [token.text for token in read_tokens(known)] == ["a", "c"]
    assert read_tokens(known)[1].p == pytest.approx(0.3)
    assert entries_of("ac", known) == tuple(known)
    assert entries_of("a", known) == tuple(known[:1])
    assert entries_of("ax", known) == ()
    assert entries_of("", known) == ()


def test_no_reply_goes_on_from_the_mark_of_its_end() -> None:
    for text in ("", "<|im_end|>", "</s>"):
        assert "ends" in Option(text.encode(), 0.5).refusal
    assert Option(b" so", 0.5).refusal == ""


def test_an_alternative_that_is_the_end_of_a_character_is_that_character() -> None:
    """llama.cpp tells the alternatives to the last byte only."""
    o, ta = "お".encode(), "た".encode()
    others: list[Json] = [
        {"token": "", "bytes": list(data), "logprob": -1.0 - at}
        for at, data in enumerate((o[2:], ta[2:], b"\xff", b"\xe3\x82"))
    ]

    (token,) = read_tokens([{**entry(ta, 0.3), "top_logprobs": others}])

    assert [option.name for option in token.options] == ["お", "た", "<FF>", "<E3><82>"]
    assert token.options[1].data == token.data
    assert token.options[0].refusal == ""
    assert "part of a character" in token.options[3].refusal
