"""Means and how far they can be trusted: 95 % intervals, each by a method that has a name.

Student's t for numbers, Wilson's for shares, and the jackknife for a mean over pairs,
whose terms are not independent of one another.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

#: The share of intervals that hold the true mean.
LEVEL = 0.95

T, WILSON, JACKKNIFE = "t", "Wilson", "jackknife"


class Mean(NamedTuple):
    """The mean of `n` values; `low` and `high` are None where so few say nothing of their spread."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None
    method: str = T

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return self.low is not None


def mean_of(values: Sequence[float]) -> Mean | None:
    """Return the mean of independent values with Student's interval; None of none."""
    if not values:
        return None
    count, mean = len(values), math.fsum(values) / len(values)
    if count < 2:
        return Mean(mean, count)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    half = t_quantile((1 + LEVEL) / 2, count - 1) * math.sqrt(variance / count)
    return Mean(mean, count, mean - half, mean + half)


def share_of(values: Sequence[float]) -> Mean | None:
    """Return the share of ones among ones and zeros, with the interval of Wilson (1927); None of none.

    Student's would have no width where all are the same.
    """
    if not values:
        return None
    count, share = len(values), math.fsum(values) / len(values)
    if count < 2:
        return Mean(share, count, method=WILSON)
    z = _normal_quantile((1 + LEVEL) / 2)
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2) / (1 + z * z / count)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Mean(share, count, min(low, share), max(high, share), WILSON)


def mean_of_pairs(rows: Sequence[Sequence[float]]) -> Mean | None:
    """Return the mean over all pairs of a symmetric table; None below two.

    A pair shares each of its ends with others, so their spread says too little: the interval is
    Student's over the jackknife's pseudo-values (Arvesen 1969), from three on. Kept within 0 to 1.
    """
    count = len(rows)
    if count < 2:
        return None
    each = [(math.fsum(row) - row[at]) / (count - 1) for at, row in enumerate(rows)]
    mean = math.fsum(each) / count
    if count < 3:
        return Mean(mean, count, method=JACKKNIFE)
    # Without one, the mean is (count * mean - 2 * each) / (count - 2).
    pseudo = [count * mean - (count - 1) * (count * mean - 2 * one) / (count - 2) for one in each]
    found = mean_of(pseudo)
    if found is None or found.low is None or found.high is None:
        return Mean(mean, count, method=JACKKNIFE)
    return Mean(mean, count, max(0.0, found.low), min(1.0, found.high), JACKKNIFE)


def t_quantile(share: float, freedom: int) -> float:
    """Return below what a share (above a half) of Student's distribution lies, to 1e-10."""
    low, high = 0.0, 1.0
    while _t_share(high, freedom) < share:
        high *= 2
    while high - low > 1e-10 * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_share(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def _t_share(t: float, freedom: int) -> float:
    """Return the share of Student's distribution below `t` (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine = math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    whole = 0.0
    for at in range(freedom // 2):
        whole += term
        term *= cosine * cosine * (2 * at + 1 + odd) / (2 * at + 2 + odd)
    middle = math.sin(angle) * whole
    if odd:
        middle = 2 / math.pi * (angle + middle)
    return 0.5 + middle / 2


def _normal_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)
