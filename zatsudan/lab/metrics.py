"""Metrics of replies: how varied one is, how like others, how sure the model was.

`METRICS` is the table: a row is all that a metric of one reply takes.
Words are the unit where a text has blanks between them; Japanese and Chinese
have none, so there each character is a unit. Whoever shows a number says which.
"""

import math
import re
import zlib
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later
from zatsudan.lab.turns import Turns
from zatsudan.wire.tokenview import entropy_of

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


def distinct(text: str, n: int) -> float | None:
    """Return the share of runs of `n` units that are distinct (dist-n); None where there is no run.

    1 repeats nothing; a loop comes near 0. Li et al. 2016, arXiv:1510.03055.
    """
    found = units(text)
    runs = [tuple(found[at : at + n]) for at in range(len(found) - n + 1)]
    return len(set(runs)) / len(runs) if runs else None


def compression(text: str) -> float | None:
    """Return how many times shorter DEFLATE makes a text's UTF-8; None of an empty one.

    More is more redundant. Without the frame of gzip, which weighs as much as a short reply.
    Shaib et al. 2024, arXiv:2403.00553.
    """
    data = text.encode("utf-8", "replace")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return len(data) / len(packer.compress(data) + packer.flush()) if data else None


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return the runs of three units of a text; a shorter text is one run."""
    found = units(text)
    if not found:
        return set()
    return {tuple(found[at : at + 3]) for at in range(max(1, len(found) - 2))}


def likeness(one: str, other: str) -> float:
    """Return how like two texts are: the Jaccard index of their shingles, 0 to 1."""
    return _jaccard(shingles(one), shingles(other))


def _jaccard(one: AbstractSet[object], other: AbstractSet[object]) -> float:
    both = len(one & other)
    together = len(one) + len(other) - both
    return both / together if together else 1.0


def likenesses(texts: Sequence[str]) -> Turns[list[list[float]]]:
    """Return how like each text is to each."""
    numbers: dict[tuple[str, ...], int] = {}  # of shingles: sets of numbers are compared sooner
    sets: list[frozenset[int]] = []
    rows = [[1.0] * len(texts) for _ in texts]
    for at, text in enumerate(texts):
        one = frozenset(numbers.setdefault(shingle, len(numbers)) for shingle in shingles(text))
        for before, other in enumerate(sets):
            rows[at][before] = rows[before][at] = _jaccard(one, other)
        sets.append(one)
        yield
    return rows


def likeness_to_others(texts: Sequence[str]) -> Turns[list[float | None]]:
    """Return of each text its mean likeness to the others; None where there are none."""
    if len(texts) < 2:
        return [None] * len(texts)
    rows = yield from likenesses(texts)
    return [(sum(row) - row[at]) / (len(texts) - 1) for at, row in enumerate(rows)]


def mean_logprob(entries: Sequence[Json]) -> float | None:
    """Return the mean log probability of a reply's tokens; None where none is known.

    -9999 is what OpenAI writes for a token that is not among the 20 likeliest: no number.
    """
    values = [value for entry in entries if (value := _logprob(entry)) is not None]
    return sum(values) / len(values) if values else None


def mean_entropy(entries: Sequence[Json]) -> float | None:
    """Return the mean entropy of the places of a reply, in nats; None where no alternatives were recorded.

    A lower bound: what is left beside the recorded alternatives counts as one token more.
    """
    places = [found for entry in entries if (found := _entropy(entry)) is not None]
    return sum(places) / len(places) if places else None


def _entropy(entry: Json) -> float | None:
    top = entry.get("top_logprobs") if isinstance(entry, dict) else None
    if not isinstance(top, list):
        return None
    known = [math.exp(min(0.0, value)) for item in top if (value := _logprob(item)) is not None]
    if not known:
        return None
    return entropy_of(known)


def _logprob(entry: Json) -> float | None:
    value = entry.get("logprob") if isinstance(entry, dict) else None
    known = isinstance(value, int | float) and math.isfinite(value) and value > -9999
    return float(value) if known and isinstance(value, int | float) else None


class Metric(NamedTuple):
    """A number that a reply's text and logprobs give, None where they give none.

    `key` names it in files, `head` over a column; `legend` says what it is. `brief`: it stands in the
    table of single replies. The logprobs are none where they do not cover the whole text.
    """

    key: str
    head: str
    legend: str
    of: Callable[[str, Sequence[Json]], float | None]
    brief: bool = False


METRICS = (
    Metric(
        "mean_logprob", later("logp"), later("logp: mean log probability of the tokens"),
        lambda _, entries: mean_logprob(entries), brief=True,
    ),
    Metric(
        "mean_entropy", later("entr"),
        later("entr: mean entropy of the places in nats, at least"),
        lambda _, entries: mean_entropy(entries),
    ),
    Metric(
        "distinct_units", later("dist-1"), later("dist-1: share of distinct {unit}"),
        lambda text, _: distinct(text, 1),
    ),
    Metric(
        "distinct_pairs", later("dist-2"), later("dist-2: share of distinct pairs of {unit}"),
        lambda text, _: distinct(text, 2), brief=True,
    ),
    Metric(
        "compression", later("compr"), later("compr: how many times shorter DEFLATE makes it"),
        lambda text, _: compression(text),
    ),
)  # fmt: skip


def metrics_of(text: str, entries: Sequence[Json]) -> dict[str, float]:
    """Return what the metrics give of a reply, by their keys; those that give nothing are left out."""
    found = {metric.key: metric.of(text, entries) for metric in METRICS}
    return {key: value for key, value in found.items() if value is not None}


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
