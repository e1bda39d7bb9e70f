"""What other settings would have given each token of a reply, computed from its log probabilities.

`read` takes a reply's tokens, `shares_at` tells what a chain of samplers gives those at one place,
`reshaped` compares two chains at all places, and `totals` sums that up. What lies outside the
recorded alternatives is told as bounds.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from zatsudan.lab import bending, cutting
from zatsudan.lab.candidates import (
    NEVER,
    NOBODY,
    ROUNDING,
    VOCABULARY,
    Candidates,
    Rest,
    Shares,
    Values,
    log,
    number,
    shares,
)
from zatsudan.lab.repeats import Past, biased, dry, penalties
from zatsudan.wire.tokenview import Option, Token

#: Bounds of a share that lie further apart than this say nothing.
OPEN = 0.95

#: The steps that do the same each time, by llama.cpp's names of them.
STEPS: Mapping[str, Callable[[Candidates, Values], None]] = {
    "top_n_sigma": cutting.top_n_sigma,
    "top_k": cutting.top_k,
    "top_a": cutting.top_a,
    "typ_p": cutting.typical,
    "tfs": cutting.tail_free,
    "epsilon_cutoff": cutting.epsilon_cutoff,
    "top_p": cutting.top_p,
    "min_p": cutting.min_p,
    "temperature": bending.temperature,
    "smoothing": bending.smoothing,
}


class Chain(NamedTuple):
    """A server's samplers in their order, by llama.cpp's names, and the parameters that hold.

    `window`: its penalties look at the last `repeat_last_n` tokens, those of the prompt too.
    """

    order: tuple[str, ...]
    values: Values
    window: bool = True


class Place(NamedTuple):
    """A place of a reply: the tokens that are told of, which of them was taken, and all before any sampler."""

    options: tuple[Option, ...]
    chosen: int
    start: Candidates


class Reading(NamedTuple):
    """A reply that can be reshaped: its places, and what stands before them."""

    places: tuple[Place, ...]
    past: Past


class Shape(NamedTuple):
    """A place as it was and as it would be."""

    options: tuple[Option, ...]
    chosen: int
    now: Shares
    then: Shares

    @property
    def change(self) -> float:
        """How far the shares of the told tokens moved, from 0 to 1: half the sum of the differences."""
        return 0.5 * sum(
            abs(middle(self.then, at) - middle(self.now, at)) for at in range(len(self.options))
        )


def middle(found: Shares, at: int) -> float:
    """Return what lies between the bounds of a token's share."""
    return (found.low[at] + found.high[at]) / 2


def is_open(low: float, high: float) -> bool:
    """Tell whether the bounds of a share lie so far apart that they say nothing of it."""
    return high - low > OPEN


def read(
    tokens: Sequence[Token],
    prompt: Sequence[bytes] | None = None,
    *,
    vocabulary: int = VOCABULARY,
) -> Reading:
    """Take a reply's tokens; `prompt`: those that the model saw before it, where they are known."""
    return Reading(
        tuple(_place(token, vocabulary) for token in tokens),
        Past([token.data for token in tokens], prompt),
    )


def grown(reading: Reading, tokens: Sequence[Token], *, vocabulary: int = VOCABULARY) -> Reading:
    """Return a reading with tokens that came behind those so far."""
    past = reading.past
    prompt = past.tokens[: past.prompt] if past.whole else None
    so_far = past.tokens[past.prompt :]
    return Reading(
        (*reading.places, *(_place(token, vocabulary) for token in tokens)),
        Past([*so_far, *(token.data for token in tokens)], prompt),
    )


def _place(token: Token, vocabulary: int) -> Place:
    told = [option for option in token.options if option.p]
    options: list[Option] = list(told)
    chosen = _same(token, options)
    if chosen is None:
        chosen = len(options)
        options.append(token)
    logs = [math.log(option.p) if option.p else NEVER for option in options]
    mass = math.fsum(option.p or 0.0 for option in options)
    count = vocabulary - len(options)
    rest = NOBODY
    if count > 0:
        most = log(max(0.0, 1 - mass) + ROUNDING)
        cap = min([most, *(math.log(option.p) for option in told if option.p)])
        rest = Rest(log(1 - mass - ROUNDING), min(most, cap + log(count)), cap, count)
    high = logs[:]
    if not token.p and logs[chosen] == NEVER:  # less likely than all that are told
        high[chosen] = rest.cap
    return Place(tuple(options), chosen, Candidates.of(logs, high, rest))


def _same(token: Token, options: Sequence[Option]) -> int | None:
    for at, option in enumerate(options):
        if token.id is not None and option.id is not None:
            if token.id == option.id:
                return at
        elif option.data == token.data:
            return at
    return None


def shares_at(reading: Reading, at: int, chain: Chain) -> Shares:
    """Return what a chain gives the tokens at a place."""
    return shares(_run(reading, at, chain))


def _run(reading: Reading, at: int, chain: Chain) -> list[tuple[float, Candidates]]:
    """Return the tokens after a chain; XTC, which throws a coin, makes two ways of one, each with its chance."""
    place = reading.places[at]
    values = chain.values
    tokens = [option.data for option in place.options]
    here = place.start.copy()
    here.floor = int(number(values, "min_keep", 0))
    biased(here, [option.id for option in place.options], values)
    ways = [(1.0, here)]
    for step in chain.order:
        if step == "xtc":
            ways = [way for chance, one in ways for way in _parted(chance, one, values)]
            continue
        for _, one in ways:
            if step == "penalties":
                penalties(one, tokens, reading.past, at, values, window=chain.window)
            elif step == "dry":
                dry(one, tokens, reading.past, at, values)
            elif step in STEPS:
                STEPS[step](one, values)
    return ways


def _parted(chance: float, one: Candidates, values: Values) -> list[tuple[float, Candidates]]:
    struck = one.copy()
    often = cutting.xtc(struck, values)
    ways = [(chance * (1 - often), one), (chance * often, struck)]
    return [way for way in ways if way[0] > 0]


def reshaped(reading: Reading, now: Chain, then: Chain) -> tuple[Shape, ...]:
    """Return each place with the shares by the one chain and by the other."""
    return tuple(
        Shape(
            place.options,
            place.chosen,
            shares_at(reading, at, now),
            shares_at(reading, at, then),
        )
        for at, place in enumerate(reading.places)
    )


class Totals(NamedTuple):
    """A reply of `size` tokens by one chain: `stays` are left for sure, `cut` are not, the others are open.

    `logprob`: bounds of the logarithm of the chance of just this text; `choices`: bounds of how
    many tokens a place is as good as a free choice among (the exponential of the mean entropy).
    """

    stays: int
    cut: int
    logprob: tuple[float, float]
    choices: tuple[float, float]
    size: int = 0


def totals(found: Sequence[tuple[int, Shares]]) -> Totals:
    """Sum places up, each given as its chosen token and its shares; raises ValueError for none."""
    if not found:
        raise ValueError("no places")
    low = [place.low[chosen] for chosen, place in found]
    high = [place.high[chosen] for chosen, place in found]
    least, most = (
        math.exp(math.fsum(place.entropy[bound] for _, place in found) / len(found))
        for bound in (0, 1)
    )
    return Totals(
        sum(share > 0 for share in low),
        sum(share == 0 for share in high),
        (math.fsum(map(log, low)), math.fsum(map(log, high))),
        (least, most),
        len(found),
    )


def moved(shapes: Sequence[Shape], count: int) -> list[int]:
    """Return the places that change most, the most first; none that does not change."""
    ranked = sorted(range(len(shapes)), key=lambda at: -shapes[at].change)
    return [at for at in ranked[:count] if shapes[at].change >= 0.005]
