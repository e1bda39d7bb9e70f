"""Estimates of tokens: by kind of character, and learned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.sessions.estimate import Estimator, raw_count


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("four", 1), ("a" * 400, 100), ("日本語で", 3), ("😀😀😀😀", 3), ("éééé", 1)],
)
def test_a_first_estimate(text: str, tokens: int) -> None:
    assert raw_count(text) == tokens
    assert Estimator().count(text) == tokens


def test_what_was_seen_scales_the_estimate() -> None:
    learned = Estimator().learn(100, 150)

    assert learned == Estimator(ratio=1.5, seen=100)
    assert learned.count("a" * 400) == 150


def test_later_counts_move_the_ratio_on() -> None:
    learned = Estimator().learn(100, 150).learn(100, 50)

    assert learned.ratio == pytest.approx(1.0)


@pytest.mark.parametrize(("raw", "exact"), [(0, 5), (5, 0), (0.5, 10)])
def test_nothing_is_learned_from_nothing(raw: float, exact: int) -> None:
    assert Estimator().learn(raw, exact) == Estimator()


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 10**7)), max_size=10))
def test_the_ratio_stays_sane(seen: list[tuple[float, int]]) -> None:
    estimator = Estimator()
    for raw, exact in seen:
        estimator = estimator.learn(raw, exact)

    assert 0.25 <= estimator.ratio <= 4


@given(st.text(), st.text())
def test_more_text_is_more_tokens(one: str, two: str) -> None:
    assert raw_count(one + two) == pytest.approx(raw_count(one) + raw_count(two))
