"""What blind picks say: who won how often against whom, and whether that is more than chance.

Every number is made of the picks alone. A tie is half a win for each side.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

#: How many standard deviations an interval of 90 % is wide to each side.
_Z = 1.6448536269514722
#: More picks than this are no advice.
MOST_PICKS = 10_000
#: How unlikely a leaning to one side must be before it is said, and after how many picks.
LEANING = 0.05
LEAST_PICKS = 10


class Ballot(NamedTuple):
    """One blind comparison: what stood for choice, in the order it was shown, and the place that was picked.

    `picked` is None for a tie.
    """

    sides: tuple[str, ...]
    picked: int | None


class Pair(NamedTuple):
    """Two that were compared. `share` is the first one's of the wins, with its interval (Wilson's)."""

    first: str
    second: str
    wins: int
    losses: int
    ties: int
    share: float
    low: float
    high: float

    @property
    def met(self) -> int:
        """How often the two stood against each other."""
        return self.wins + self.losses + self.ties

    @property
    def apart(self) -> bool:
        """Whether the interval leaves out that both are as good."""
        return self.low > 0.5 or self.high < 0.5

    @property
    def more(self) -> int | None:
        """About how many more picks would tell them apart, went they on so; None where none would."""
        if self.apart or self.share == 0.5:
            return None
        count = self.met
        while count < MOST_PICKS:
            count += 1
            low, high = interval(self.share * count, count)
            if low > 0.5 or high < 0.5:
                return count - self.met
        return None


def interval(wins: float, count: int) -> tuple[float, float]:
    """Return Wilson's interval of a share (E. B. Wilson, 1927): it stays within 0 and 1, also of few."""
    if not count:
        return 0.0, 1.0
    share, square = wins / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = (
        _Z
        / (1 + square / count)
        * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    )
    # At the ends the two parts are the same but for rounding.
    low = middle - spread if wins > 0 else 0.0
    high = middle + spread if wins < count else 1.0
    return max(0.0, low), min(1.0, high)


def pairs(ballots: Iterable[Ballot]) -> list[Pair]:
    """Return each two that were compared, the most often compared first, the better one of two first."""
    scores: dict[tuple[str, str], list[int]] = {}
    for ballot in ballots:
        for one, other, result in _duels(ballot):
            first, second = sorted((one, other))
            score = scores.setdefault((first, second), [0, 0, 0])
            if result == 0:
                score[2] += 1
            else:
                score[0 if (first == one) == (result > 0) else 1] += 1
    found = [_pair(*names, *score) for names, score in scores.items()]
    return sorted(found, key=lambda pair: (-pair.met, -pair.share, pair.first))


def _pair(first: str, second: str, wins: int, losses: int, ties: int) -> Pair:
    if losses > wins:
        first, second, wins, losses = second, first, losses, wins
    won, count = wins + ties / 2, wins + losses + ties
    return Pair(first, second, wins, losses, ties, won / count, *interval(won, count))


def _duels(ballot: Ballot) -> Iterable[tuple[str, str, int]]:
    """Yield two sides each, and 1 where the first won, 0 for a tie. Losers say nothing of each other."""
    if ballot.picked is None:
        yield from ((one, other, 0) for one, other in combinations(ballot.sides, 2) if one != other)
        return
    winner = ballot.sides[ballot.picked]
    for place, side in enumerate(ballot.sides):
        if place != ballot.picked and side != winner:
            yield winner, side, 1


def ranking(ballots: Sequence[Ballot]) -> Mapping[str, float]:
    """Return the strength of each side by Bradley and Terry (1952), the best first.

    A strength is the share of wins to be expected against the middle of all. Where some were
    never compared with the others, not even by way of third ones, nothing is returned. One
    tie is added for each two that met, so that who never lost is not infinitely strong.
    """
    found = pairs(ballots)
    names = sorted({name for pair in found for name in (pair.first, pair.second)})
    if not names or not _connected(names, found):
        return {}
    strengths = dict.fromkeys(names, 1.0)
    for _ in range(1000):
        fresh = {name: _stronger(name, strengths, found) for name in names}
        middle = math.exp(sum(map(math.log, fresh.values())) / len(fresh))
        fresh = {name: strength / middle for name, strength in fresh.items()}
        moved = max(abs(fresh[name] - strengths[name]) / strengths[name] for name in names)
        strengths = fresh
        if moved < 1e-9:
            break
    shares = {name: strength / (1 + strength) for name, strength in strengths.items()}
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _stronger(name: str, strengths: Mapping[str, float], found: Iterable[Pair]) -> float:
    """Return the next guess of a strength (D. R. Hunter, 2004: minorise and maximise)."""
    won = weight = 0.0
    for pair in found:
        if name not in (pair.first, pair.second):
            continue
        wins = pair.wins if name == pair.first else pair.losses
        won += wins + pair.ties / 2 + 0.5
        weight += (pair.met + 1) / (strengths[pair.first] + strengths[pair.second])
    return won / weight


def _connected(names: Sequence[str], found: Iterable[Pair]) -> bool:
    edges = [(pair.first, pair.second) for pair in found]
    reached, before = {names[0]}, 0
    while len(reached) != before:
        before = len(reached)
        for one, other in edges:
            if one in reached or other in reached:
                reached |= {one, other}
    return len(reached) == len(names)


class Leaning(NamedTuple):
    """How often the side that was shown first was picked, of how many picks; by chance `expected`."""

    first: int
    picks: int
    expected: float
    chance: float


def leaning(ballots: Iterable[Ballot]) -> Leaning | None:
    """Return the leaning to the first side or away from it; None where it may well be chance.

    By the exact distribution of how often chance alone would pick the first.
    """
    picked = [ballot for ballot in ballots if ballot.picked is not None]
    if len(picked) < LEAST_PICKS:
        return None
    first = sum(ballot.picked == 0 for ballot in picked)
    distribution = [1.0]
    for ballot in picked:
        hit = 1 / len(ballot.sides)
        distribution = [
            (distribution[at] * (1 - hit) if at < len(distribution) else 0.0)
            + (distribution[at - 1] * hit if at else 0.0)
            for at in range(len(distribution) + 1)
        ]
    expected = sum(1 / len(ballot.sides) for ballot in picked)
    off = abs(first - expected)
    chance = sum(share for at, share in enumerate(distribution) if abs(at - expected) >= off - 1e-9)
    return Leaning(first, len(picked), expected, chance) if chance < LEANING else None
