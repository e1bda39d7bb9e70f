"""Do two settings write differently? A permutation test on how like their replies are.

If a setting changes nothing, replies are as like those of the other setting as those of their own,
and it could as well be drawn by lot which reply belongs to which. The test counts how many of
these draws part the replies as much as the settings do.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from math import comb, prod
from random import Random
from typing import NamedTuple

from zatsudan.lab.turns import Turns

#: A difference is told from chance where it is rarer than this.
LEVEL = 0.05
#: So many draws are all made; of more, so many are made by lot.
DRAWS = 20_000, 4_000
#: What sums of floats may differ by and be the same.
_SAME = 1e-9


class Group(NamedTuple):
    """Replies that may be exchanged for one another, as those to one prompt: how like each is to each.

    The first `first` are those of the one setting, the rest those of the other. Where there are
    `blocks`, one for each reply, as of the servers that made them, replies are exchanged within a block
    alone: what sets the servers apart then does not count as the settings' doing.
    """

    rows: Sequence[Sequence[float]]
    first: int
    blocks: Sequence[str] = ()

    @property
    def exchanged(self) -> list[tuple[list[int], int]]:
        """The replies of each block, and how many of them are of the first setting."""
        if not self.blocks:
            return [(list(range(len(self.rows))), self.first)]
        places: dict[str, list[int]] = {}
        for at, block in enumerate(self.blocks):
            places.setdefault(block, []).append(at)
        return [(of, sum(at < self.first for at in of)) for of in places.values()]


class Compared(NamedTuple):
    """The mean likeness `within` settings and `between` them, and how often chance parts them as much.

    `least` is the smallest `p` that so few replies can give.
    """

    within: float
    between: float
    p: float
    least: float


def compare(groups: Sequence[Group], random: Random) -> Turns[Compared | None]:
    """Compare two settings; None where one of them has a single reply everywhere.

    Exact where there are few draws. Else a share of `random` ones, which counts the draw that
    was made (Phipson and Smyth 2010, arXiv:1603.05766).
    """
    groups = [group for group in groups if group.first > 0 and len(group.rows) > group.first]
    if not any(_has_pairs(group) for group in groups):
        return None
    tables = [_Table(group.rows, group.first) for group in groups]
    actual = [tuple(range(group.first)) for group in groups]
    found = _statistic(tables, actual)
    blocks = [block for group in groups for block in group.exchanged]
    every = prod(comb(len(of), first) for of, first in blocks)
    exact = every <= DRAWS[0]
    draws = _every(groups) if exact else _some(groups, random)
    as_far = 0
    for draw in draws:
        as_far += _statistic(tables, draw) >= found - _SAME
        yield
    p = as_far / every if exact else (as_far + 1) / (DRAWS[1] + 1)
    # Where both have as many replies, each draw parts them as its mirror image does.
    mirrored = all(2 * first == len(of) for of, first in blocks)
    least = (2 if mirrored else 1) / every
    within = [table.means(draw)[0] for table, draw in zip(tables, actual, strict=True)]
    between = [table.means(draw)[1] for table, draw in zip(tables, actual, strict=True)]
    return Compared(_mean(within), _mean(between), p, max(least, 0 if exact else 1 / DRAWS[1]))


def corrected(values: Sequence[float]) -> list[float]:
    """Return what `p` of several tests are when all are looked at (Holm 1979)."""
    found = list(values)
    worst = 0.0
    for rank, at in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        worst = max(worst, min(1.0, (len(found) - rank) * values[at]))
        found[at] = worst
    return found


def replies_needed(tests: int) -> int:
    """Return of how many replies each setting must be before any of so many tests can tell it from chance."""
    count = 2
    while 2 / comb(2 * count, count) * tests > LEVEL:
        count += 1
    return count


def _has_pairs(group: Group) -> bool:
    return group.first > 1 or len(group.rows) - group.first > 1


class _Table:
    """The likenesses of one group, and sums of them that no draw changes."""

    def __init__(self, rows: Sequence[Sequence[float]], first: int) -> None:
        self._rows = rows
        self._first = first
        self._each = [sum(row) - row[at] for at, row in enumerate(rows)]
        self._whole = sum(self._each) / 2

    def means(self, draw: Sequence[int]) -> tuple[float, float]:
        """Return the mean likeness within the two parts of a draw, pair by pair, and that between them."""
        one, other, between = self._sums(draw)
        pairs = comb(self._first, 2) + comb(len(self._rows) - self._first, 2)
        return (one + other) / pairs if pairs else between, between

    def energy(self, draw: Sequence[int]) -> float:
        """Return how far a draw parts the replies, as the energy distance does (Székely and Rizzo 2013).

        Means over all pairs, each reply with itself too, so that it is never below 0.
        """
        first, second = self._first, len(self._rows) - self._first
        one, other, between = self._sums(draw)
        inner = (2 * one + first) / first**2 + (2 * other + second) / second**2
        return first * second / (first + second) * (inner - 2 * between)

    def _sums(self, draw: Sequence[int]) -> tuple[float, float, float]:
        """Return the sums within the first part and the second, and the mean between them."""
        rows = self._rows
        one = sum(rows[at][to] for at, to in combinations(draw, 2))
        between = sum(self._each[at] for at in draw) - 2 * one
        second = len(rows) - self._first
        return one, self._whole - one - between, between / (self._first * second)


def _statistic(tables: Sequence[_Table], draw: Sequence[Sequence[int]]) -> float:
    return sum(table.energy(part) for table, part in zip(tables, draw, strict=True))


def _every(groups: Sequence[Group]) -> Iterator[Sequence[Sequence[int]]]:
    return product(*(list(_draws(group)) for group in groups))


def _draws(group: Group) -> Iterator[Sequence[int]]:
    for parts in product(*(combinations(of, first) for of, first in group.exchanged)):
        yield [at for part in parts for at in part]


def _some(groups: Sequence[Group], random: Random) -> Iterator[Sequence[Sequence[int]]]:
    blocks = [group.exchanged for group in groups]
    for _ in range(DRAWS[1]):
        yield [[at for of, first in group for at in random.sample(of, first)] for group in blocks]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
