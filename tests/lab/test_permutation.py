"""The permutation test, against one that is made with numpy and scipy."""

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from zatsudan.lab.metrics import likenesses
from zatsudan.lab.permutation import DRAWS, LEVEL, Group, compare, corrected, replies_needed
from zatsudan.lab.turns import at_once

Table = NDArray[np.float64]


def drawn(count: int, seed: int) -> Table:
    half = np.random.default_rng(seed).uniform(size=(count, count))
    rows = (half + half.T) / 2
    np.fill_diagonal(rows, 1.0)
    return rows


def energy(rows: Table, ours: list[int]) -> float:
    """By its definition: 2 E|X-Y| - E|X-X'| - E|Y-Y'| of the distances, weighted by the sizes."""
    theirs = [at for at in range(len(rows)) if at not in ours]
    far = 1 - rows
    blocks = [far[np.ix_(one, other)].mean() for one, other in
              ((ours, theirs), (ours, ours), (theirs, theirs))]  # fmt: skip
    size = len(ours) * len(theirs) / len(rows)
    return float(size * (2 * blocks[0] - blocks[1] - blocks[2]))


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 4), st.integers(2, 4), st.integers(0, 2**32 - 1))
def test_p_is_the_share_of_draws_that_part_as_much(one: int, other: int, seed: int) -> None:
    rows = drawn(one + other, seed)
    actual = energy(rows, list(range(one)))
    every = [energy(rows, list(draw)) for draw in combinations(range(one + other), one)]
    found = at_once(compare([Group(rows.tolist(), one)], Random(0)))
    assert found is not None
    assert found.p == pytest.approx(np.mean(np.array(every) >= actual - 1e-9))
    pairs = [rows[a, b] for a, b in combinations(range(one), 2)]
    pairs += [rows[a, b] for a, b in combinations(range(one, one + other), 2)]
    assert found.within == pytest.approx(np.mean(pairs))
    assert found.between == pytest.approx(np.mean(rows[:one, one:]))
    assert found.p >= found.least - 1e-12


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=3),
    st.integers(0, 99),
)
def test_replies_are_exchanged_within_their_block_alone(
    sizes: list[tuple[int, int]], seed: int
) -> None:
    ours = [f"block {at}" for at, (one, _) in enumerate(sizes) for _ in range(one)]
    theirs = [f"block {at}" for at, (_, other) in enumerate(sizes) for _ in range(other)]
    blocks, first = [*ours, *theirs], len(ours)
    rows = drawn(len(blocks), seed)
    found = at_once(compare([Group(rows.tolist(), first, blocks)], Random(0)))
    if first == 0 or not theirs or len(blocks) == 2:
        assert found is None
        return
    counts = {block: ours.count(block) for block in blocks}
    every = [
        energy(rows, list(draw))
        for draw in combinations(range(len(blocks)), first)
        if all(sum(blocks[at] == block for at in draw) == count for block, count in counts.items())
    ]
    assert found is not None
    actual = energy(rows, list(range(first)))
    assert found.p == pytest.approx(np.mean(np.array(every) >= actual - 1e-9))
    assert found.p >= found.least - 1e-12
    # As many as there are draws tell the smallest p, twice that where each has a mirror image.
    assert found.least in {1 / len(every), 2 / len(every)}


def test_one_block_is_as_none() -> None:
    rows = drawn(30, 3).tolist()
    assert at_once(compare([Group(rows, 15)], Random(1))) == at_once(
        compare([Group(rows, 15, ["a"] * 30)], Random(1))
    )


def test_a_random_share_is_near_the_exact_one() -> None:
    rows = drawn(18, 7)

    def statistic(order: NDArray[np.int64], axis: int) -> NDArray[np.float64]:
        return np.apply_along_axis(
            lambda one: energy(rows, [int(at) for at in one[:9]]), axis, order
        )

    right = stats.permutation_test(
        (np.arange(18),), statistic,
        permutation_type="pairings", n_resamples=1500, alternative="greater",
        rng=np.random.default_rng(3),
    )  # fmt: skip
    found = at_once(compare([Group(rows.tolist(), 9)], Random(1)))
    assert found is not None
    # Two shares of random draws: their standard errors are 0.013 and 0.008 at most.
    assert found.p == pytest.approx(right.pvalue, abs=0.06)
    assert (found.p * (DRAWS[1] + 1)) % 1 == pytest.approx(0, abs=1e-6)


def test_replies_that_are_parted_are_told_apart_and_the_same_are_not() -> None:
    ours = [f"the sea is {word} today and wide" for word in ("blue", "grey", "calm", "loud")]
    theirs = [
        f"mountains rise {word} over green valleys" for word in ("high", "far", "cold", "old")
    ]
    apart = at_once(compare([Group(at_once(likenesses([*ours, *theirs])), 4)], Random(0)))
    assert apart is not None
    assert apart.p == apart.least == pytest.approx(2 / 70)
    assert apart.within > apart.between == 0
    same = at_once(compare([Group(at_once(likenesses(["a b c d"] * 8)), 4)], Random(0)))
    assert same is not None
    assert same.p == 1.0


def test_prompts_are_not_exchanged_for_one_another() -> None:
    # Each setting answers two prompts, alike: only the prompts differ.
    sea, hill = ["the sea is wide"] * 2, ["mountains rise far away"] * 2
    mixed = at_once(
        compare(
            [Group(at_once(likenesses(sea * 2)), 2), Group(at_once(likenesses(hill * 2)), 2)],
            Random(0),
        )
    )
    assert mixed is not None
    assert mixed.p == 1.0
    assert mixed.within == mixed.between == 1.0


def test_a_single_reply_each_tells_nothing() -> None:
    assert at_once(compare([Group(at_once(likenesses(["a", "b"])), 1)], Random(0))) is None
    assert at_once(compare([Group(at_once(likenesses(["a", "b"])), 2)], Random(0))) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm(values: list[float]) -> None:
    # By its definition: the tests in the order of p, each against the level over those that are left.
    order = np.argsort(values, kind="stable")
    left = len(values) - np.arange(len(values))
    right = np.empty(len(values))
    right[order] = np.minimum(1, np.maximum.accumulate(np.array(values)[order] * left))
    assert corrected(values) == pytest.approx(list(right))


@pytest.mark.parametrize(("tests", "count"), [(1, 4), (2, 5), (6, 5), (7, 6)])
def test_how_many_replies_are_needed(tests: int, count: int) -> None:
    assert replies_needed(tests) == count
    from scipy.special import comb

    assert 2 / comb(2 * count, count) * tests <= LEVEL < 2 / comb(2 * count - 2, count - 1) * tests
