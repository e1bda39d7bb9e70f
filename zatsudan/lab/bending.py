"""Samplers that bend the logits: the temperature, and what stands in its place or beside it.

As llama.cpp's `llama-sampling.cpp` does it; smoothing as modules/sampler_hijack.py of
github.com/oobabooga/text-generation-webui and KoboldCpp do.
"""

import math

from zatsudan.lab.candidates import NEVER, NOBODY, Candidates, Values, log, number
from zatsudan.lab.cutting import parts


def temperature(here: Candidates, values: Values) -> None:
    """Divide the logits by the temperature, or by one that follows the entropy (dynatemp)."""
    base, reach = number(values, "temperature", 1.0), number(values, "dynatemp_range", 0.0)
    if reach <= 0:
        _divide(here, base, base)
        return
    coolest, warmest = max(0.0, base - reach), base + reach
    left = here.left
    if here.exact and len(left) <= 1:
        return
    if not here.exact:
        _divide(here, coolest, warmest)
        return
    entropy = -math.fsum(part * math.log(part) for part in parts(here).values() if part > 0)
    doubt = entropy / math.log(len(left))
    now = coolest + (warmest - coolest) * doubt ** number(values, "dynatemp_exponent", 1.0)
    _divide(here, now, now)


def _divide(here: Candidates, coolest: float, warmest: float) -> None:
    """Divide the logits by a temperature between two; 0 and less leaves the likeliest alone."""
    if warmest <= 0:
        _greedy(here)
        return
    if coolest == warmest == 1:
        return
    top, rest = here.top, here.rest
    # Cooler is lower, since the top is taken for 0.
    high = [(value - top) / warmest for value in here.high]
    low = high
    if coolest != warmest or here.low != here.high:
        low = [_quotient(value - top, coolest) for value in here.low]
    if coolest <= 0:  # it may be greedy: only one stays
        low = [
            NEVER if value > NEVER and here.low[at] < top else value for at, value in enumerate(low)
        ]
    here.low, here.high = low[:], high
    if rest.high == NEVER:
        return
    cap = rest.cap - top
    here.rest = rest._replace(
        low=_least_power(rest.low - top, cap, rest.many, coolest),
        high=_most_power(rest.high - top, cap, rest.many, warmest),
        cap=cap / warmest,
    )


def _quotient(value: float, by: float) -> float:
    if value == 0:
        return 0.0
    return value / by if by > 0 else NEVER


def _most_power(mass: float, cap: float, count: int, by: float) -> float:
    """Return the most that tokens can weigh at a temperature: all at the cap, or spread evenly."""
    most = cap / by + log(count)
    if by < 1:
        # Whole tokens at the cap, and what is left over counts as no more than it would there.
        return min(most, mass + (1 / by - 1) * cap)
    return min(most, log(count) + (mass - log(count)) / by)


def _least_power(mass: float, cap: float, count: int, by: float) -> float:
    """Return the least that tokens can weigh at a temperature: spread evenly, or all at the cap."""
    if mass == NEVER or by <= 0:
        return NEVER
    if by < 1:
        return log(count) + (mass - log(count)) / by
    return mass + (1 / by - 1) * cap


def _greedy(here: Candidates) -> None:
    """Leave the likeliest one."""
    surest, rest = here.surest, here.rest
    found, _, _ = here.before()
    for at, before in found.items():
        if before.most:
            here.take(at, "temperature", sure=bool(before.fewest))
    if rest.high > NEVER:
        here.rest = rest._replace(low=NEVER) if rest.cap > surest else NOBODY


def smoothing(here: Candidates, values: Values) -> None:
    """Bend the logits below the greatest by a square, and by a cube with a curve."""
    factor = number(values, "smoothing_factor", 0.0)
    curve = number(values, "smoothing_curve", 1.0)
    if factor <= 0:
        return
    top, rest = here.top, here.rest
    square, cube = factor * (3 - curve) / 2, factor * (curve - 1) / 2
    # With a curve above 3 the square turns round: what is a little below the top goes above it.
    turn = 2 * square / (3 * cube) if square < 0 else 0.0

    def bent(below: float) -> float:
        return cube * below**3 - square * below**2 if below > NEVER else NEVER

    def most(low: float, high: float) -> float:
        return bent(turn) if low <= turn <= high else max(bent(low), bent(high))

    exact = here.low == here.high
    bounds = [(low - top, high - top) for low, high in zip(here.low, here.high, strict=True)]
    here.high = [bent(high) if exact else most(low, high) for low, high in bounds]
    here.low = here.high[:] if exact else [min(bent(low), bent(high)) for low, high in bounds]
    if rest.high > NEVER:
        cap = most(NEVER, rest.cap - top)
        here.rest = rest._replace(low=NEVER, high=cap + log(rest.many), cap=cap)
