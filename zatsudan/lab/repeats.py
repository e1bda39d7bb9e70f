"""What keeps a text from repeating itself, at one place of it: penalties, DRY and biases.

As llama.cpp's `llama-sampling.cpp` does it, on what stands before the place. Tokens are the same
where their bytes are. Where the prompt's tokens are not known, whatever may stand there is left open.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence

from zatsudan.lab.candidates import NEVER, Candidates, Values, number

#: How far back llama.cpp's penalties look where nobody says so (common/common.h).
WINDOW = 64

#: What ends a phrase for DRY where nobody says so (common/common.h).
BREAKERS = ("\n", ":", '"', "*")

#: Greatest exponent, as a logarithm, with which DRY's penalty is still a single-precision number.
_GREATEST = 88.7228391


class Past:
    """What stands before the places of a reply: its prompt, and itself.

    `prompt`: its tokens; None where they are not known.
    """

    def __init__(self, reply: Sequence[bytes], prompt: Sequence[bytes] | None = None) -> None:
        self.prompt = len(prompt) if prompt is not None else 0
        self.whole = prompt is not None
        self.tokens = (*(prompt or ()), *reply)
        self._places: dict[bytes, list[int]] = {}
        for at, token in enumerate(self.tokens):
            self._places.setdefault(token, []).append(at)
        self._breaks: dict[tuple[bytes, ...], list[int]] = {}

    def places(self, token: bytes, begin: int, end: int) -> list[int]:
        """Return where a token stands between two places."""
        found = self._places.get(token, [])
        return found[bisect_left(found, begin) : bisect_left(found, end)]

    def phrase(self, end: int, breakers: tuple[bytes, ...]) -> int:
        """Return how many tokens before a place stand behind the last breaker; all where there is none."""
        ends = self._breaks.get(breakers)
        if ends is None:
            ends = self._breaks[breakers] = self._ends(breakers)
        for at in range(end - 1, -1, -1):
            if ends[at] >= 0 and at + ends[at] < end:
                return end - 1 - at - ends[at]
        return end

    def _ends(self, breakers: tuple[bytes, ...]) -> list[int]:
        """Return for each token how many more make the breaker whole that begins in it; -1 for none."""
        found = [-1] * len(self.tokens)
        for at, token in enumerate(self.tokens):
            for breaker in breakers:
                joined, more = token, 0
                while (
                    joined.find(breaker) < 0
                    and at + more + 1 < len(self.tokens)
                    and len(joined) < len(token) + len(breaker) - 1
                ):
                    more += 1
                    joined += self.tokens[at + more]
                if 0 <= joined.find(breaker) < len(token):
                    found[at] = max(found[at], more)
        return found


def penalties(
    here: Candidates, tokens: Sequence[bytes], past: Past, at: int, values: Values, *, window: bool
) -> None:
    """Lower tokens that were used before place `at` of the reply.

    `window`: as llama.cpp, which looks at the last tokens, the prompt's too. Elsewhere presence
    and frequency are those in the reply, and repetition that in the prompt too. The penalty of
    repetition divides the logits themselves, of which no server tells more than differences:
    how much it does is left open.
    """
    presence = number(values, "presence_penalty", 0.0)
    frequency = number(values, "frequency_penalty", 0.0)
    factor = number(values, "repeat_penalty", number(values, "repetition_penalty", 1.0))
    end = past.prompt + at
    last = int(number(values, "repeat_last_n", WINDOW)) if window else -1
    begin = max(0, end - last) if last >= 0 else 0
    unseen = 0 if past.whole else _hidden(at, last, values)
    counted = begin if window else past.prompt
    hidden = unseen if window else 0
    if (presence or frequency) and (end > counted or hidden):
        for place, token in enumerate(tokens):
            count = len(past.places(token, counted, end))
            least, most = _lowered(count, count + hidden, presence, frequency)
            here.low[place] -= most
            here.high[place] -= least
        least, most = _lowered(0, end - counted + hidden, presence, frequency)
        rest = here.rest
        here.rest = rest._replace(low=rest.low - most, high=rest.high - least, cap=rest.cap - least)
    if factor != 1 and (end > begin or unseen):
        seen = [unseen > 0 or bool(past.places(token, begin, end)) for token in tokens]
        here.rest = here.rest._replace(low=NEVER)
        if factor < 1:  # raised without a bound
            seen = [True] * len(tokens)
        here.low = [NEVER if used else low for used, low in zip(seen, here.low, strict=True)]


def _hidden(at: int, last: int, values: Values) -> int:
    """Return how many tokens of an unknown prompt are looked at."""
    if last < 0:
        return int(number(values, "num_ctx", 1_000_000))
    return max(0, last - at)


def _lowered(fewest: int, most: int, presence: float, frequency: float) -> tuple[float, float]:
    """Return the least and the most that a token is lowered by that was used so often."""
    counts = {fewest, most, min(most, max(1, fewest))}
    found = [count * frequency + (presence if count else 0.0) for count in counts]
    return min(found), max(found)


def dry(here: Candidates, tokens: Sequence[bytes], past: Past, at: int, values: Values) -> None:
    """Lower tokens that would go on with a phrase that stood before place `at` of the reply."""
    multiplier, base = number(values, "dry_multiplier", 0.0), number(values, "dry_base", 1.75)
    allowed, last = (
        int(number(values, name, unset))
        for name, unset in (("dry_allowed_length", 2), ("dry_penalty_last_n", -1))
    )
    if multiplier == 0 or base < 1 or last == 0:
        return
    listed = values.get("dry_sequence_breakers")
    texts = listed if isinstance(listed, list) and listed else BREAKERS
    breakers = tuple(str(text).encode() for text in texts if text)
    end = past.prompt + at
    size = min(end, last) if last > 0 else end
    hidden = not past.whole and (last < 0 or last > at)
    limit = min(size, past.phrase(end, breakers))
    if not hidden and (size <= allowed or limit < allowed):
        return
    steps = int(_GREATEST / math.log(base)) if base > 1.000001 else 0

    def lowered(length: int) -> float:
        over = length - allowed
        return multiplier * base ** (min(over, steps) if steps else over)

    longest = _continued(past, end, size, limit, allowed)
    # What stands in a prompt that is not known may go on as long as no breaker ends it.
    most = limit if limit < at or not hidden else steps + allowed
    unknown = lowered(most) if hidden and most >= allowed else 0.0
    for place, token in enumerate(tokens):
        if any(breaker in token for breaker in breakers):
            continue
        known = lowered(longest[token]) if token in longest else 0.0
        here.high[place] -= known
        here.low[place] -= max(known, unknown)
    others = [lowered(length) for token, length in longest.items() if token not in tokens]
    here.rest = here.rest._replace(low=here.rest.low - max((unknown, *others)))


def _continued(past: Past, end: int, size: int, limit: int, allowed: int) -> dict[bytes, int]:
    """Return the tokens that would go on with a phrase, each with the phrase's length so far."""
    found: dict[bytes, int] = {}
    text, begin = past.tokens, end - size
    if size <= allowed or limit < allowed:
        return found
    for at in past.places(text[end - 1], begin, end - 1):
        length = 0
        while (
            length < limit and at - length >= begin and text[at - length] == text[end - 1 - length]
        ):
            length += 1
        if length >= allowed:
            found[text[at + 1]] = max(length, found.get(text[at + 1], 0))
    return found


def biased(here: Candidates, ids: Sequence[int | None], values: Values) -> None:
    """Add what `logit_bias` has for tokens by their ids; where these are not told it may be any's."""
    listed = values.get("logit_bias")
    if not isinstance(listed, dict) or not listed:
        return
    given = {name: _bias(value) for name, value in listed.items()}
    least, most = min(0.0, *given.values()), max(0.0, *given.values())
    for place, number_of in enumerate(ids):
        if number_of is None:
            here.low[place] += least
            here.high[place] += most
        else:
            own = given.pop(str(number_of), 0.0)
            here.low[place] += own
            here.high[place] += own
    if given:
        least, most = min(0.0, *given.values()), max(0.0, *given.values())
        rest = here.rest
        here.rest = rest._replace(low=rest.low + least, high=rest.high + most, cap=rest.cap + most)


def _bias(value: object) -> float:
    """Read a bias; llama.cpp takes false for never."""
    return float(value) if isinstance(value, int | float) and value is not False else NEVER
