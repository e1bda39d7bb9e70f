"""Two texts, word by word: what went and what came. Signs without blanks are compared one by one."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, groupby
from typing import NamedTuple

from zatsudan.lab.metrics import UNSPACED

SAME, OLD, NEW = "same", "old", "new"

#: From so many pieces on, lines are aligned first: the comparison is quadratic.
ALIGN_LINES = 2_000
#: Steps that a comparison may take: half a second.
STEPS = 5_000_000

_PIECE = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|\n|[^\S\n]+|[^\w\s]")


class Change(NamedTuple):
    """A stretch of text; `kind`: same in both, only in the old, or only in the new."""

    kind: str
    text: str


def pieces(text: str) -> list[str]:
    """Cut a text into words, stretches of blanks, line ends, punctuation and single Japanese signs."""
    return _PIECE.findall(text)


def diff(old: str, new: str) -> tuple[Change, ...]:
    """Return the changes from one text to the other; joined, the old and the new kinds give both back."""
    left, right = pieces(old), pieces(new)
    work = _Work()
    if max(len(left), len(right)) <= ALIGN_LINES:
        changes = _compare(left, right, work)
    else:
        changes = _by_lines(old.splitlines(keepends=True), new.splitlines(keepends=True), work)
    return tuple(_joined(_rounded(list(changes))))


@dataclass
class _Work:
    """Steps that are left: the comparison of two texts of one sign alone is quadratic."""

    left: int = STEPS


def _compare(old: Sequence[str], new: Sequence[str], work: _Work) -> Iterator[Change]:
    for before, after, same in _stretches(old, new, work):
        if before:
            yield Change(OLD, "".join(before))
        if after:
            yield Change(NEW, "".join(after))
        if same:
            yield Change(SAME, "".join(same))


def _by_lines(old: Sequence[str], new: Sequence[str], work: _Work) -> Iterator[Change]:
    for before, after, same in _stretches(old, new, work):
        yield from _compare(pieces("".join(before)), pieces("".join(after)), work)
        if same:
            yield Change(SAME, "".join(same))


def _stretches(
    old: Sequence[str], new: Sequence[str], work: _Work
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """Yield what went, what came for it, and what stands behind that in both.

    As difflib finds it; what would take more steps than are left went and came as a whole.
    """
    most = min(len(old), len(new))
    begin = next((at for at in range(most) if old[at] != new[at]), most)
    most -= begin
    end = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    middle = slice(begin, len(old) - end), slice(begin, len(new) - end)
    blocks = [
        (i + begin, j + begin, size) for i, j, size in _blocks(old[middle[0]], new[middle[1]], work)
    ]
    i = j = 0
    for at, other, size in [(0, 0, begin), *blocks, (len(old) - end, len(new) - end, end)]:
        yield old[i:at], new[j:other], old[at : at + size]
        i, j = at + size, other + size


def _blocks(old: Sequence[str], new: Sequence[str], work: _Work) -> list[tuple[int, int, int]]:
    """Return the stretches that are the same, as `SequenceMatcher.get_matching_blocks` does."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    counts = Counter(new)
    # To look for the longest match takes a step for each place in `new` of each piece of `old`.
    steps = list(accumulate((1 + counts[piece] for piece in old), initial=0))
    found: list[tuple[int, int, int]] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        i, i_end, j, j_end = waiting.pop()
        needed = steps[i_end] - steps[i]
        if i == i_end or j == j_end or needed > work.left:
            continue
        work.left -= needed
        match = matcher.find_longest_match(i, i_end, j, j_end)
        if match.size:
            found.append((match.a, match.b, match.size))
            waiting += [
                (i, match.a, j, match.b),
                (match.a + match.size, i_end, match.b + match.size, j_end),
            ]
    return sorted(found)


def _rounded(changes: list[Change]) -> Iterator[Change]:
    """Take a lone blank between two changes into them: `[-a b-]` reads better than `[-a-] [-b-]`."""
    for at, change in enumerate(changes):
        between = 0 < at < len(changes) - 1 and change.kind == SAME
        if between and change.text.isspace() and "\n" not in change.text:
            yield Change(OLD, change.text)
            yield Change(NEW, change.text)
        else:
            yield change


def _joined(changes: Iterator[Change]) -> Iterator[Change]:
    """Put neighbours together; within a change the old comes before the new."""
    for is_same, group in groupby(changes, key=lambda change: change.kind == SAME):
        texts: dict[str, list[str]] = {SAME: [], OLD: [], NEW: []}
        for change in group:
            texts[change.kind].append(change.text)
        yield from (
            Change(kind, text)
            for kind in ((SAME,) if is_same else (OLD, NEW))
            if (text := "".join(texts[kind]))
        )


def marked(changes: Sequence[Change]) -> str:
    """Return the changes as one text: `[-old-]{+new+}`."""
    return "".join(mark(change) for change in changes)


def mark(change: Change) -> str:
    """Return one change with its marks."""
    return {SAME: "{}", OLD: "[-{}-]", NEW: "{{+{}+}}"}[change.kind].format(change.text)


def difference_at(one: str, two: str) -> int | None:
    """Return the position of the first character in which two texts differ; None if they are the same."""
    if one == two:
        return None
    for at, (left, right) in enumerate(zip(one, two, strict=False)):
        if left != right:
            return at
    return min(len(one), len(two))
