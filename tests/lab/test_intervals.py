"""Means and intervals, against those of scipy."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from zatsudan.lab.intervals import Mean, mean_of, mean_of_pairs, share_of, t_quantile

numbers = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 8, 31, 63, 999])
@pytest.mark.parametrize("share", [0.6, 0.9, 0.975, 0.995])
def test_quantiles_of_t(freedom: int, share: float) -> None:
    assert t_quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=1e-8)


@given(st.lists(numbers, min_size=2, max_size=40))
def test_the_interval_of_a_mean(values: list[float]) -> None:
    spread = np.std(values, ddof=1)
    assume(spread > 1e-6)
    low, high = stats.t.interval(
        0.95, len(values) - 1, loc=np.mean(values), scale=spread / np.sqrt(len(values))
    )
    found = mean_of(values)
    assert found is not None
    assert found.value == pytest.approx(np.mean(values), abs=1e-9)
    assert found.low == pytest.approx(low, abs=1e-6)
    assert found.high == pytest.approx(high, abs=1e-6)


@given(st.integers(2, 64).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share(counts: tuple[int, int]) -> None:
    ones, count = counts
    right = stats.binomtest(ones, count).proportion_ci(0.95, "wilson")
    found = share_of([1.0] * ones + [0.0] * (count - ones))
    assert found is not None
    assert found.value == pytest.approx(ones / count)
    assert found.low == pytest.approx(right.low)
    assert found.high == pytest.approx(right.high)


@given(st.integers(3, 9), st.integers(0, 2**32 - 1))
def test_the_interval_of_a_mean_over_pairs(count: int, seed: int) -> None:
    half = np.random.default_rng(seed).uniform(size=(count, count))
    rows = (half + half.T) / 2
    np.fill_diagonal(rows, 1.0)

    def mean(of: list[int]) -> float:
        return float(np.mean([rows[one, other] for one, other in combinations(of, 2)]))

    everyone = list(range(count))
    whole = mean(everyone)
    left = [mean([one for one in everyone if one != out]) for out in everyone]
    pseudo = [count * whole - (count - 1) * value for value in left]
    low, high = stats.t.interval(0.95, count - 1, loc=np.mean(pseudo), scale=stats.sem(pseudo))
    found = mean_of_pairs(rows.tolist())
    assert found is not None
    assert found.value == pytest.approx(whole)
    assert found.low == pytest.approx(max(0, low), abs=1e-8)
    assert found.high == pytest.approx(min(1, high), abs=1e-8)


def test_a_mean_of_too_few_has_no_interval() -> None:
    assert mean_of([]) is None
    assert share_of([]) is None
    assert share_of([1.0]) == Mean(1.0, 1, method="Wilson")
    assert mean_of([3.0]) == Mean(3.0, 1)
    assert mean_of_pairs([[1.0]]) is None
    two = mean_of_pairs([[1.0, 0.25], [0.25, 1.0]])
    assert two is not None
    assert (two.value, two.low, two.known) == (0.25, None, False)


def test_what_is_always_the_same_has_an_interval_of_no_width_but_as_a_share() -> None:
    same = mean_of([4.0] * 8)
    assert same is not None
    assert (same.low, same.high) == (4.0, 4.0)
    always = share_of([1.0] * 8)
    assert always is not None
    assert always.low == pytest.approx(0.676, abs=1e-3)
    assert always.high == 1.0
