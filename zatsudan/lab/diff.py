"""Two texts, word by word: what went and what came. Characters without blanks are compared one by one."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from zatsudan.lab.metrics import UNSPACED

SAME, OLD, NEW = "same", "old", "new"

#: From so many pieces on, lines are aligned first: the comparison is quadratic.
ALIGN_LINES = 2_000

_PIECE = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|\n|[^\S\n]+|[^\w\s]")


class Change(NamedTuple):
    """A stretch of text; `kind`: same in both, only in the old, or only in the new."""

    kind: str
    text: str


def pieces(text: str) -> list[str]:
    """Cut a text into words, stretches of blanks, line ends, punctuation and single Japanese characters."""
    return _PIECE.findall(text)


def diff(old: str, new: str) -> tuple[Change, ...]:
    """Return the changes from one text to the other; joined, the old and the new kinds give both back."""
    left, right = pieces(old), pieces(new)
    if max(len(left), len(right)) <= ALIGN_LINES:
        changes = _compare(left, right)
    else:
        changes = _by_lines(old.splitlines(keepends=True), new.splitlines(keepends=True))
    return tuple(_joined(_rounded(list(changes))))


def _compare(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Change(SAME, "".join(old[i1:i2]))
            continue
        if i2 > i1:
            yield Change(OLD, "".join(old[i1:i2]))
        if j2 > j1:
            yield Change(NEW, "".join(new[j1:j2]))


def _by_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left, right = "".join(old[i1:i2]), "".join(new[j1:j2])
        if tag == "equal":
            yield Change(SAME, left)
        elif max(len(left), len(right)) > 10 * ALIGN_LINES:
            yield from (Change(OLD, left), Change(NEW, right))
        else:
            yield from _compare(pieces(left), pieces(right))


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
        texts = {SAME: "", OLD: "", NEW: ""}
        for change in group:
            texts[change.kind] += change.text
        yield from (
            Change(kind, texts[kind])
            for kind in ((SAME,) if is_same else (OLD, NEW))
            if texts[kind]
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
