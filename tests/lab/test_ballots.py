"""What blind picks say, against independent reckoning."""

import math
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.lab.ballots import Ballot, interval, leaning, pairs, ranking

AB = ("a", "b")


def won(times: int, sides: tuple[str, ...] = AB, picked: int | None = 0) -> list[Ballot]:
    return [Ballot(sides, picked)] * times


def test_wins_losses_and_ties_of_two() -> None:
    ballots = [*won(6), *won(2, AB, 1), *won(2, AB, None), *won(1, ("b", "a"), 1)]

    (pair,) = pairs(ballots)

    assert (pair.first, pair.second) == AB
    assert (pair.wins, pair.losses, pair.ties, pair.met) == (7, 2, 2, 11)
    assert pair.share == pytest.approx(8 / 11)
    assert pair.low < 0.5 < pair.high
    assert not pair.apart
    assert pair.more is not None
    # So many more of the same share, and not one fewer, tell them apart.
    low, _ = interval(pair.share * (pair.met + pair.more), pair.met + pair.more)
    before, _ = interval(pair.share * (pair.met + pair.more - 1), pair.met + pair.more - 1)
    assert before <= 0.5 < low


def test_the_better_one_stands_first_and_may_be_apart() -> None:
    (pair,) = pairs(won(20, AB, 1))
    assert (pair.first, pair.wins, pair.losses) == ("b", 20, 0)
    assert pair.apart
    assert pair.more is None


def test_as_many_wins_as_losses_are_never_told_apart() -> None:
    (pair,) = pairs([*won(5), *won(5, AB, 1)])
    assert pair.share == 0.5
    assert pair.more is None


def test_a_pick_among_four_is_three_wins_and_says_nothing_of_the_losers() -> None:
    found = pairs([Ballot(("a", "b", "c", "d"), 2)])
    assert {(pair.first, pair.second, pair.wins) for pair in found} == {
        ("c", "a", 1),
        ("c", "b", 1),
        ("c", "d", 1),
    }
    assert len(pairs([Ballot(("a", "b", "c"), None)])) == 3
    assert pairs([Ballot(("a", "a"), 0)]) == []


@given(st.integers(1, 60), st.data())
def test_wilsons_interval_is_where_the_score_test_turns(count: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, count * 2)) / 2
    low, high = interval(wins, count)
    assert 0 <= low <= wins / count <= high <= 1
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            score = (wins / count - end) / math.sqrt(end * (1 - end) / count)
            assert abs(score) == pytest.approx(1.6448536, abs=1e-6)


def test_the_ranking_finds_the_strengths_that_made_the_picks() -> None:
    strengths = {"a": 4.0, "b": 2.0, "c": 1.0, "d": 0.5}
    chance = random.Random(7)
    ballots = []
    for _ in range(4000):
        one, other = chance.sample(sorted(strengths), 2)
        share = strengths[one] / (strengths[one] + strengths[other])
        ballots.append(Ballot((one, other), 0 if chance.random() < share else 1))

    found = ranking(ballots)

    assert list(found) == ["a", "b", "c", "d"]
    middle = math.exp(sum(map(math.log, strengths.values())) / 4)
    for name, strength in strengths.items():
        assert found[name] == pytest.approx(strength / (strength + middle), abs=0.03)


def test_the_ranking_is_the_likeliest() -> None:
    ballots = [*won(5), *won(3, ("b", "c")), *won(2, ("c", "a")), *won(1, AB, 1)]
    found = ranking(ballots)
    odds = {name: math.log(share / (1 - share)) for name, share in found.items()}

    def likelihood(odds: dict[str, float]) -> float:
        total = 0.0
        for pair in pairs(ballots):
            gap = odds[pair.first] - odds[pair.second]
            total -= (pair.wins + pair.ties / 2 + 0.5) * math.log1p(math.exp(-gap))
            total -= (pair.losses + pair.ties / 2 + 0.5) * math.log1p(math.exp(gap))
        return total

    best = likelihood(odds)
    for name, step in product(odds, (-0.05, 0.05)):
        assert likelihood({**odds, name: odds[name] + step}) < best


def test_what_never_met_cannot_be_ranked() -> None:
    assert ranking([*won(3), *won(3, ("c", "d"))]) == {}
    assert ranking([]) == {}
    assert list(ranking([*won(3), *won(3, ("b", "c"))])) == ["a", "b", "c"]


def test_a_leaning_to_one_side_is_told_when_chance_would_hardly_do_it() -> None:
    even = [*won(8), *won(8, AB, 1)]
    assert leaning(even) is None
    assert leaning(won(9)) is None  # too few to say
    found = leaning([*won(17), *won(3, AB, 1), *won(9, AB, None)])
    assert found is not None
    assert (found.first, found.picks, found.expected) == (17, 20, 10)
    exact = 2 * sum(math.comb(20, k) for k in range(17, 21)) / 2**20
    assert found.chance == pytest.approx(exact)
    away = leaning(won(20, ("a", "b", "c"), 2))
    assert away is not None
    assert away.first == 0
    assert away.chance == pytest.approx(
        sum(
            math.comb(20, k) * (1 / 3) ** k * (2 / 3) ** (20 - k)
            for k in range(21)
            if abs(k - 20 / 3) >= 20 / 3 - 1e-9
        )
    )
