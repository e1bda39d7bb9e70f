"""Samplers that take tokens out, as llama.cpp's `llama-sampling.cpp` does it.

Every function takes the candidates and the values that hold, and changes the candidates. What
cannot be told from the recorded tokens alone is left open between bounds. Samplers that
llama.cpp has not: modules/sampler_hijack.py of github.com/oobabooga/text-generation-webui.
"""

import math
from itertools import pairwise

from zatsudan.lab.candidates import NEVER, NOBODY, Candidates, Values, log, number


def top_k(here: Candidates, values: Values) -> None:
    """Leave the k likeliest."""
    k = int(number(values, "top_k", 0))
    if k <= 0:
        return
    found, _, _ = here.before()
    for at, before in found.items():
        if before.most >= k:
            here.take(at, "top_k", sure=before.fewest >= k)
    rest = here.rest
    above = len(here.above_rest())
    if rest.high == NEVER or above >= k:
        here.rest = NOBODY
        return
    count = min(rest.many, k - above)
    low = rest.low + log(min(1.0, max(0, k - len(found)) / rest.many))
    here.rest = rest._replace(low=low, high=min(rest.high, rest.cap + log(count)), many=count)


def top_p(here: Candidates, values: Values) -> None:
    """Leave the likeliest until they have the share p of what is left."""
    p = number(values, "top_p", 1.0)
    if p >= 1:
        return
    floor, top = max(1, here.floor), here.top
    low, high, rest_low, _ = here.weights()
    found, whole_low, whole_high = here.before()
    above = here.above_rest()
    for at, before in found.items():
        if before.high >= p * max(before.high, whole_low) and before.most >= floor:
            sure = before.low >= p * whole_high and before.fewest >= floor
            here.take(at, "top_p", sure=sure)
    rest = here.rest
    mass = sum(low[at] for at in above)
    if rest.high == NEVER or (mass >= p * whole_high and len(above) >= floor):
        here.rest = NOBODY
        return
    # The last that stays begins below p.
    most = log(max(0.0, p * whole_high - mass)) + top
    least = max(0.0, p * rest_low - (1 - p) * sum(high))
    here.rest = rest._replace(
        low=min(rest.low, log(least) + top),
        high=min(rest.high, _sum(most, rest.cap + log(floor))),
    )


def min_p(here: Candidates, values: Values) -> None:
    """Leave what has this share of the likeliest one's at least."""
    _least("min_p", here, log(number(values, "min_p", 0.0)))


def _least(name: str, here: Candidates, share: float) -> None:
    """Leave what is above a share (a logarithm) of the likeliest one's."""
    if share == NEVER:
        return
    least, most = here.surest + share, here.top + share
    found = here.before()[0] if here.floor > 1 else {}
    for at in here.left:
        if here.low[at] >= most or (found and found[at].most < here.floor):
            continue
        sure = here.high[at] < least and (not found or found[at].fewest >= here.floor)
        here.take(at, name, sure=sure)
    rest = here.rest
    if rest.high == NEVER:
        return
    if rest.cap < least and len(here.above_rest()) >= here.floor:
        here.rest = NOBODY
        return
    # What goes are at most so many, each below the bound.
    goes = rest.many * math.exp(min(most, rest.cap) - rest.low) if rest.low > NEVER else 1.0
    low = rest.low + log(max(0.0, 1 - goes)) if rest.low > NEVER else NEVER
    stay = rest.many
    if here.floor <= 1:
        stay = min(stay, max(1, math.floor(math.exp(min(40.0, rest.high - least)))))
    here.rest = rest._replace(low=low, high=min(rest.high, rest.cap + log(stay)), many=stay)


def top_a(here: Candidates, values: Values) -> None:
    """Leave what has this part of the square of the likeliest one's share at least."""
    part = number(values, "top_a", 0.0)
    if part > 0:
        _, _, whole_low, whole_high = _whole(here)
        best = math.exp(here.surest - whole_high), math.exp(min(0.0, here.top - whole_low))
        _bounded(here, "top_a", part * best[0], part * best[1])


def epsilon_cutoff(here: Candidates, values: Values) -> None:
    """Leave what has a share above a fixed one; in units of 1e-4."""
    least = number(values, "epsilon_cutoff", 0.0) * 1e-4
    if least > 0:
        _bounded(here, "epsilon_cutoff", least, least)


def _bounded(here: Candidates, name: str, least: float, most: float) -> None:
    """Leave the shares above a bound that lies between two; the likeliest one always."""
    low, high, whole_low, whole_high = _whole(here)
    best = here.top
    for at in here.left:
        if here.low[at] >= best or low[at] - whole_high >= log(most):
            continue
        sure = high[at] - whole_low < log(least) and here.high[at] < here.surest
        here.take(at, name, sure=sure)
    rest = here.rest
    if rest.high > NEVER:
        gone = rest.cap - whole_low < log(least) and rest.cap < here.surest
        here.rest = NOBODY if gone else rest._replace(low=NEVER)


def _whole(here: Candidates) -> tuple[list[float], list[float], float, float]:
    low, high, rest_low, rest_high = here.weights()
    top = here.top
    return (
        here.low[:],
        here.high[:],
        log(sum(low) + rest_low) + top,
        log(sum(high) + rest_high) + top,
    )


def top_n_sigma(here: Candidates, values: Values) -> None:
    """Leave the logits within n standard deviations of the greatest."""
    n = number(values, "top_n_sigma", -1.0)
    left = here.left
    if n <= 0 or (len(left) <= 1 and here.exact):
        return
    if not here.exact:
        _open(here, "top_n_sigma")
        return
    logits = [here.low[at] for at in left]
    mean = math.fsum(logits) / len(logits)
    sigma = math.sqrt(math.fsum((logit - mean) ** 2 for logit in logits) / len(logits))
    for at in left:
        if here.low[at] < here.top - n * sigma:
            here.take(at, "top_n_sigma", sure=True)


def typical(here: Candidates, values: Values) -> None:
    """Leave those whose surprise is nearest to the expected one, until they have the share p."""
    p = number(values, "typical_p", 1.0)
    if p >= 1:
        return
    if not here.exact:
        _open(here, "typ_p", likeliest=False)
        return
    share = parts(here)
    entropy = -math.fsum(part * math.log(part) for part in share.values() if part > 0)
    ranked = sorted(share, key=lambda at: (abs(-log(share[at]) - entropy), -share[at]))
    so_far = 0.0
    for rank, at in enumerate(ranked):
        if so_far > p and rank >= max(1, here.floor):
            here.take(at, "typ_p", sure=True)
        so_far += share[at]


def tail_free(here: Candidates, values: Values) -> None:
    """Cut the tail where the likelihoods flatten out, by their second differences."""
    z = number(values, "tfs", 1.0)
    left = here.left
    if z >= 1 or (here.exact and len(left) <= 2):
        return
    if not here.exact:
        _open(here, "tfs")
        return
    share = parts(here)
    ranked = sorted(left, key=lambda at: -share[at])
    first = [share[a] - share[b] for a, b in pairwise(ranked)]
    second = [abs(a - b) for a, b in pairwise(first)]
    whole = math.fsum(second)
    so_far = 0.0
    for rank, step in enumerate(second):
        so_far += step / whole if whole > 1e-6 else 1 / len(second)
        if so_far > z and rank >= max(1, here.floor):
            for at in ranked[rank:]:
                here.take(at, "tfs", sure=True)
            return


def parts(here: Candidates) -> dict[int, float]:
    """Return the share of each token left, where all is known."""
    low, _, _, _ = here.weights()
    whole = math.fsum(low)
    return {at: low[at] / whole for at in here.left}


def _open(here: Candidates, name: str, *, likeliest: bool = True) -> None:
    """Leave open what a sampler takes out that looks at all tokens; `likeliest`: that one stays."""
    best = here.top
    for at in here.left:
        if not (likeliest and here.low[at] >= best):
            here.take(at, name, sure=False)
    if here.rest.high > NEVER:
        here.rest = here.rest._replace(low=NEVER)


def xtc(here: Candidates, values: Values) -> float:
    """Take out all above a share but the least of them; return how often this is done."""
    chance = number(values, "xtc_probability", 0.0)
    least = number(values, "xtc_threshold", 0.1)
    if chance <= 0 or least > 0.5:
        return 0.0
    low, high, rest_low, rest_high = here.weights()
    whole_low, whole_high = sum(low) + rest_low, sum(high) + rest_high
    ranked = here.order()
    perhaps = bool(rest_high) and math.exp(here.rest.cap - here.top) >= least * whole_low
    if perhaps:
        here.rest = here.rest._replace(low=NEVER)
    if ranked is None:
        likely = [at for at in here.left if high[at] >= least * whole_low]
        for at in likely if len(likely) + perhaps > 1 else ():
            here.take(at, "xtc", sure=False)
        return min(1.0, chance)
    last = max((rank for rank, at in enumerate(ranked) if low[at] >= least * whole_high), default=0)
    if here.floor > 1 and here.exact and len(ranked) - last < here.floor:
        return 0.0
    for rank in range(len(ranked) - 1, -1, -1):
        at = ranked[rank]
        if rank < last or perhaps:
            here.take(at, "xtc", sure=(rank < last and here.floor <= 1) or here.exact)
        perhaps = perhaps or high[at] >= least * whole_low
    return min(1.0, chance)


def _sum(one: float, other: float) -> float:
    top = max(one, other)
    return top + math.log(math.exp(one - top) + math.exp(other - top)) if top > NEVER else NEVER
