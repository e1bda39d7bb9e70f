"""Metrics: each with an example counted by hand."""

import gzip
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from zatsudan.lab.metrics import (
    by_characters,
    compression,
    distinct,
    first_difference,
    likeness,
    likeness_to_others,
    likenesses,
    mean_entropy,
    mean_logprob,
    shingles,
    units,
)
from zatsudan.lab.turns import at_once


def test_words_are_the_unit_where_there_are_blanks() -> None:
    assert units("Don't stop: a well-known Cat, a cat.") == [
        "don't", "stop", "a", "well-known", "cat", "a", "cat",
    ]  # fmt: skip


def test_characters_are_the_unit_in_japanese() -> None:
    assert by_characters("猫が好き。")
    assert units("猫が好き。") == ["猫", "が", "好", "き"]
    assert not by_characters("The word 猫 means cat.")


def test_distinct_pairs() -> None:
    # to-be be-or or-not not-to to-be: four of five.
    assert distinct("To be or not to be", 2) == pytest.approx(4 / 5)
    # は-は three times: one of three.
    assert distinct("はははは", 2) == pytest.approx(1 / 3)
    assert distinct("one", 2) is None
    assert distinct("", 2) is None


def test_likeness() -> None:
    # abc bcd | abc bce: one run of three in common, three in all.
    assert likeness("a b c d", "a b c e") == pytest.approx(1 / 3)
    assert likeness("A, b c!", "a b c") == 1.0
    assert likeness("a b c", "x y z") == 0.0
    assert likeness("", "") == 1.0
    assert likeness("", "a") == 0.0
    # 今日は 日は晴 は晴れ | 今日は 日は雨: one of four.
    assert likeness("今日は晴れ", "今日は雨") == pytest.approx(1 / 4)


def test_a_short_text_is_one_run() -> None:
    assert shingles("a b") == {("a", "b")}
    assert shingles("a b c") == {("a", "b", "c")}


def test_likeness_to_the_others_is_the_mean() -> None:
    assert at_once(likeness_to_others(["a b c", "a b c", "x y z"])) == [0.5, 0.5, 0.0]
    assert at_once(likeness_to_others(["alone"])) == [None]
    assert at_once(likeness_to_others([])) == []


def test_mean_logprob_leaves_out_what_is_no_number() -> None:
    entries: list[Any] = [
        {"logprob": -1.0},
        {"logprob": -3},
        {"logprob": -9999.0},
        {"token": "x"},
        None,
    ]
    assert mean_logprob(entries) == -2.0
    assert mean_logprob([]) is None


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ("a b c", "a b c", None),
        ("one two three", "one two four", 3),
        ("one two", "one two three", 3),
        ("one", "two", 1),
        ("one two", "one twofold", 2),
        ("今日は晴れ", "今日は雨", 4),
        ("", "a", 1),
    ],
)
def test_the_first_difference(one: str, other: str, place: int | None) -> None:
    assert first_difference(one, other) == place


@given(st.text(), st.text())
def test_likeness_is_a_share_and_has_no_direction(one: str, other: str) -> None:
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1.0
    assert (first_difference(one, other) is None) == (one == other)


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.integers(1, 4))
def test_distinct_runs_are_those_that_numpy_counts(words: list[str], n: int) -> None:
    numbers = np.array([ord(word) for word in words])
    if len(words) < n:
        assert distinct(" ".join(words), n) is None
        return
    runs = np.lib.stride_tricks.sliding_window_view(numbers, n)
    assert distinct(" ".join(words), n) == pytest.approx(len(np.unique(runs, axis=0)) / len(runs))


@given(st.text(min_size=1))
def test_compression_is_that_of_gzip_without_its_frame(text: str) -> None:
    data = text.encode("utf-8", "replace")
    # A head of ten bytes, a tail of eight (RFC 1952).
    packed = len(gzip.compress(data, 9, mtime=0)) - 18
    assert compression(text) == pytest.approx(len(data) / packed)


def test_what_repeats_is_compressed_more() -> None:
    varied = compression("The quick brown fox jumps over the lazy dog.")
    repeated = compression("the dog the dog the dog the dog the dog the d")
    assert varied is not None
    assert repeated is not None
    assert repeated > 2 * varied
    assert compression("") is None


@given(st.lists(st.floats(1e-6, 1), min_size=2, max_size=8))
def test_entropy_is_that_of_scipy_where_all_is_recorded(weights: list[float]) -> None:
    shares = np.array(weights) / np.sum(weights)
    entry: Any = {"top_logprobs": [{"logprob": float(value)} for value in np.log(shares)]}
    assert mean_entropy([entry]) == pytest.approx(stats.entropy(shares), abs=1e-9)


def test_entropy_is_a_lower_bound_where_some_is_not_recorded() -> None:
    shares = np.array([0.5, 0.2, 0.1, 0.1, 0.1])
    entry: Any = {"top_logprobs": [{"logprob": float(value)} for value in np.log(shares[:2])]}
    told = mean_entropy([entry, {"logprob": -1.0}])
    assert told == pytest.approx(stats.entropy([0.5, 0.2, 0.3]))
    assert told is not None
    assert told < stats.entropy(shares)
    assert mean_entropy([{"logprob": -1.0, "top_logprobs": []}]) is None


def test_likenesses_are_those_of_all_pairs() -> None:
    texts = ["a b c d", "a b c e", "x y z"]
    rows = at_once(likenesses(texts))
    for one, other in combinations(range(3), 2):
        assert rows[one][other] == rows[other][one] == likeness(texts[one], texts[other])
