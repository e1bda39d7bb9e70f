"""The tokens that may stand at one place, on their way through the samplers.

A server tells the likeliest tokens of a place only. Each has a weight between `low` and `high`,
which are the same wherever all is known; of the tokens that are not told there is a `Rest`.
Every step keeps what is true between the bounds. Weights are natural logarithms, of any scale.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json

#: The parameters that hold, by our names.
Values = Mapping[str, Json]

NEVER = -math.inf

#: More tokens than any vocabulary has (the largest known ones have 262,208).
VOCABULARY = 300_000

#: How far the sum of all probabilities may be off: llama.cpp adds them in single precision, the
#: greatest first, and loses most of the tail. 4e-5 with the 49,152 tokens of SmolLM2.
ROUNDING = 1e-4


class Rest(NamedTuple):
    """The tokens of which nothing is told but what is left for them.

    `low` and `high`: bounds of their weight together; `cap`: no one has more; `many`: there
    are no more of them.
    """

    low: float = NEVER
    high: float = NEVER
    cap: float = NEVER
    many: int = 0


NOBODY = Rest()


class Before(NamedTuple):
    """What ranks before a token: at least and at most, as a weight (not its logarithm) and a count."""

    low: float
    high: float
    fewest: int
    most: int


@dataclass(slots=True)
class Candidates:
    """The tokens at a place; a step changes them.

    `low` and `high` bound the weight that a token has where it is still there; `open`: it may
    have been taken out. `cut`: the sampler that took it out, or may have. `floor`: how many
    tokens the cutting samplers leave at least (`min_keep`).
    """

    low: list[float]
    high: list[float]
    rest: Rest = NOBODY
    open: list[bool] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    floor: int = 0

    @classmethod
    def of(cls, low: Sequence[float], high: Sequence[float], rest: Rest) -> "Candidates":
        """Return the tokens of a place before any sampler."""
        size = len(low)
        return cls(list(low), list(high), rest, [False] * size, [""] * size)

    def copy(self) -> "Candidates":
        """Return the same tokens, to be changed apart from these."""
        return replace(self, low=self.low[:], high=self.high[:], open=self.open[:], cut=self.cut[:])

    @property
    def left(self) -> list[int]:
        """The places of the tokens that may still be there."""
        return [at for at, high in enumerate(self.high) if high > NEVER]

    @property
    def exact(self) -> bool:
        """Whether all is known."""
        return self.rest.high == NEVER and self.low == self.high and True not in self.open

    @property
    def top(self) -> float:
        """The most that any token may have."""
        return max(max(self.high, default=NEVER), self.rest.cap)

    @property
    def surest(self) -> float:
        """The most that some token has at least."""
        return max(
            (low for low, maybe in zip(self.low, self.open, strict=True) if not maybe),
            default=NEVER,
        )

    def above_rest(self) -> list[int]:
        """Return the places of the tokens that are there for sure and before all that are not told."""
        cap = self.rest.cap
        return [at for at, low in enumerate(self.low) if NEVER < low >= cap and not self.open[at]]

    def take(self, at: int, sampler: str, *, sure: bool) -> None:
        """Let a sampler take out a token: for sure, or perhaps."""
        self.cut[at] = sampler
        self.open[at] = True
        if sure:
            self.low[at] = self.high[at] = NEVER
            self.open[at] = False

    def order(self) -> list[int] | None:
        """Return the places of the tokens left, the likeliest first; None where the order is open."""
        ranked = sorted(self.left, key=lambda at: -self.high[at])
        if self.low != self.high:
            for upper, lower in pairwise(ranked):
                if self.low[upper] < self.high[lower]:
                    return None
        if ranked and self.rest.high > NEVER and self.low[ranked[-1]] < self.rest.cap:
            return None
        return ranked

    def weights(self) -> tuple[list[float], list[float], float, float]:
        """Return the lower and upper weights and those of the rest, on a scale on which the top is 1."""
        top = self.top
        if top == NEVER:
            return [0.0] * len(self.low), [0.0] * len(self.high), 0.0, 0.0
        exp = math.exp
        high = [exp(value - top) for value in self.high]
        low = high if self.low == self.high else [exp(value - top) for value in self.low]
        if True in self.open:
            low = [0.0 if maybe else own for own, maybe in zip(low, self.open, strict=True)]
        rest_low, rest_high = self.rest.low, self.rest.high
        if rest_high == NEVER:
            return low, high, 0.0, 0.0
        return low, high, exp(rest_low - top), exp(min(600.0, rest_high - top))

    def before(self) -> tuple[dict[int, Before], float, float]:
        """Return what ranks before each token left, and the bounds of the whole weight."""
        low, high, rest_low, rest_high = self.weights()
        whole_low, whole_high = sum(low) + rest_low, sum(high) + rest_high
        ranked = self.order()
        if ranked is None:
            return self._before(low, high, rest_high), whole_low, whole_high
        found: dict[int, Before] = {}
        least = most = 0.0
        fewest = 0
        for rank, at in enumerate(ranked):
            found[at] = Before(least, most, fewest, rank)
            least += low[at]
            most += high[at]
            fewest += not self.open[at]
        return found, whole_low, whole_high

    def _before(
        self, low: Sequence[float], high: Sequence[float], rest_high: float
    ) -> dict[int, Before]:
        """Return what ranks before each token where bounds overlap; of equal ones the first leads."""
        found: dict[int, Before] = {}
        left = self.left
        for at in left:
            most_own, least_own = self.high[at], self.low[at]
            surely = [
                other
                for other in left
                if not self.open[other]
                and (self.low[other] > most_own or (self.low[other] == most_own and other < at))
            ]
            perhaps = [
                other
                for other in left
                if other != at
                and (self.high[other] > least_own or (self.high[other] == least_own and other < at))
            ]
            outside = self.rest.high > NEVER and self.rest.cap > least_own
            found[at] = Before(
                sum(low[other] for other in surely),
                sum(high[other] for other in perhaps) + (rest_high if outside else 0.0),
                len(surely),
                len(perhaps) + (self.rest.many if outside else 0),
            )
        return found


class Shares(NamedTuple):
    """What each token and the rest get of a place, from 0 to 1: bounds, equal where all is known.

    `cut`: the sampler that took a token out, or may have; `` for none. `entropy` in nats.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    cut: tuple[str, ...]
    rest: tuple[float, float]
    entropy: tuple[float, float]

    @property
    def width(self) -> float:
        """How far apart the bounds are of the token that is told of least."""
        return max((high - low for low, high in zip(self.low, self.high, strict=True)), default=0.0)


def shares(branches: Sequence[tuple[float, Candidates]]) -> Shares:
    """Return the shares of a place; of several branches, each with its chance, what is to be expected."""
    found = [(chance, *_shares(one), one.rest.many) for chance, one in branches]
    size = len(branches[0][1].low)
    low = tuple(sum(c * lo[at] for c, lo, *_ in found) for at in range(size))
    high = tuple(min(1.0, sum(c * hi[at] for c, _, hi, *_ in found)) for at in range(size))
    rest = (
        sum(chance * each[0] for chance, _, _, each, _ in found),
        min(1.0, sum(chance * each[1] for chance, _, _, each, _ in found)),
    )
    count = max(many for *_, many in found)
    cut = tuple(next((one.cut[at] for _, one in branches if one.cut[at]), "") for at in range(size))
    return Shares(low, high, cut, rest, _entropy(low, high, rest, count))


def _shares(one: Candidates) -> tuple[list[float], list[float], tuple[float, float]]:
    low, high, rest_low, rest_high = one.weights()
    whole_low, whole_high = sum(low) + rest_low, sum(high) + rest_high
    if one.exact:
        same = [weight / whole_low if whole_low else 0.0 for weight in low]
        return same, same, (0.0, 0.0)
    return (
        [_part(own, whole_high - most) for own, most in zip(low, high, strict=True)],
        [_part(most, whole_low - own) for own, most in zip(low, high, strict=True)],
        (_part(rest_low, whole_high - rest_high), _part(rest_high, whole_low - rest_low)),
    )


def _part(own: float, others: float) -> float:
    return own / (own + max(0.0, others)) if own > 0 else 0.0


def _entropy(
    low: Sequence[float], high: Sequence[float], rest: tuple[float, float], count: int
) -> tuple[float, float]:
    """Return bounds of the entropy, by those of each share."""
    least = most = 0.0
    for lower, upper in zip(low, high, strict=True):
        least += min(_surprise(lower), _surprise(upper))
        most += _surprise(min(max(lower, 1 / math.e), upper))
    if rest[1] > 0 and count:
        each = min(max(rest[0] / count, 1 / math.e), rest[1] / count)
        most += count * _surprise(each)
        least += min(_surprise(rest[0]), _surprise(rest[1])) if count == 1 else 0.0
    kinds = sum(upper > 0 for upper in high) + (count if rest[1] > 0 else 0)
    return least, max(least, min(most, math.log(kinds) if kinds else 0.0))


def _surprise(share: float) -> float:
    return -share * math.log(share) if share > 0 else 0.0


def log(value: float) -> float:
    """Return the natural logarithm, that of nothing too."""
    return math.log(value) if value > 0 else NEVER


def number(values: Values, name: str, unset: float) -> float:
    """Return a parameter's value; `unset` where there is none."""
    value = values.get(name)
    return float(value) if isinstance(value, int | float) else unset
