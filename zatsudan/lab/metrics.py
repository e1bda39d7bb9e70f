"""Numbers about replies: how varied one is, how like others, how sure the model was.

Words are the unit where a text has blanks between them; Japanese and Chinese
have none, so there each character is a unit. Whoever shows a number says which.
"""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from zatsudan.base.jsonvalues import Json

#: Kana, Han and full-width characters: scripts that put no blanks between words.
UNSPACED = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
_UNSPACED = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_CHARACTER = re.compile(r"\w")


def by_characters(text: str) -> bool:
    """Tell whether a text is measured character by character: a third of its letters know no blanks."""
    characters = len(_CHARACTER.findall(text))
    return 3 * len(_UNSPACED.findall(text)) > characters > 0


def units(text: str) -> list[str]:
    """Return the words of a text, or its characters where it has no blanks; without case and punctuation."""
    found = (_CHARACTER if by_characters(text) else _WORD).findall(text)
    return [unit.casefold() for unit in found]


def distinct_pairs(text: str) -> float | None:
    """Return the share of pairs of neighbouring units that are distinct (dist-2); None below a pair.

    1 repeats nothing; a loop comes near 0.
    """
    found = units(text)
    pairs = list(pairwise(found))
    return len(set(pairs)) / len(pairs) if pairs else None


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return the runs of three units of a text; a shorter text is one run."""
    found = units(text)
    if not found:
        return set()
    return {tuple(found[at : at + 3]) for at in range(max(1, len(found) - 2))}


def likeness(one: str, other: str) -> float:
    """Return how like two texts are: the Jaccard index of their shingles, 0 to 1."""
    return _jaccard(shingles(one), shingles(other))


def _jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    together = one | other
    return len(one & other) / len(together) if together else 1.0


def likeness_to_others(texts: Sequence[str]) -> list[float | None]:
    """Return of each text its mean likeness to the others; None where there are none."""
    if len(texts) < 2:
        return [None] * len(texts)
    sets = [shingles(text) for text in texts]
    rows = [[_jaccard(one, other) for other in sets] for one in sets]
    return [(sum(row) - row[at]) / (len(texts) - 1) for at, row in enumerate(rows)]


def mean_logprob(entries: Sequence[Json]) -> float | None:
    """Return the mean log probability of a reply's tokens; None where none is known.

    -9999 is what OpenAI writes for a token that is not among the 20 likeliest: no number.
    """
    values = [
        float(value)
        for entry in entries
        if isinstance(entry, dict)
        and isinstance(value := entry.get("logprob"), int | float)
        and math.isfinite(value)
        and value > -9999
    ]
    return sum(values) / len(values) if values else None


def first_difference(one: str, other: str) -> int | None:
    """Return which unit (from 1) is the first that differs between two texts; None if they are the same.

    What is no unit (blanks, punctuation) counts to the unit before it.
    """
    if one == other:
        return None
    pattern = _CHARACTER if by_characters(one) else _WORD
    left, right = pattern.findall(one), pattern.findall(other)
    for at, (mine, yours) in enumerate(zip(left, right, strict=False)):
        if mine != yours:
            return at + 1
    if len(left) != len(right):
        return min(len(left), len(right)) + 1
    same = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return max(1, sum(1 for match in pattern.finditer(one) if match.end() <= same))
