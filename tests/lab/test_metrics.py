"""Metrics: each with an example counted by hand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.lab.metrics import (
    by_characters,
    distinct_pairs,
    first_difference,
    likeness,
    likeness_to_others,
    mean_logprob,
    shingles,
    units,
)


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
    assert distinct_pairs("To be or not to be") == pytest.approx(4 / 5)
    # は-は three times: one of three.
    assert distinct_pairs("はははは") == pytest.approx(1 / 3)
    assert distinct_pairs("one") is None
    assert distinct_pairs("") is None


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
    assert likeness_to_others(["a b c", "a b c", "x y z"]) == [0.5, 0.5, 0.0]
    assert likeness_to_others(["alone"]) == [None]
    assert likeness_to_others([]) == []


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
