"""What cells are called: their labels as the journal keeps them, and as a person reads them."""

import re
from collections.abc import Sequence

from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, printable

#: The label of a cell that has nothing otherwise, and those of one request's replies.
#: Labels are kept in the journal: see `shown`.
AS_IT_IS = later("as it is now")
_CHOICE = re.compile(r"choice (\d+)")
_RUN, _PROMPT = re.compile(r"run (\d+)"), re.compile(r"prompt (\d+)")


def shown(label: str) -> Printable:
    """Return a cell's label as a person reads it: what was typed, or our words where nothing was."""
    return printable(" · ".join(map(_part, label.split(" · "))))


def _part(part: str) -> Printable:
    if (choice := _CHOICE.fullmatch(part)) is not None:
        return say("choice {number}", number=choice[1])
    if (run := _RUN.fullmatch(part)) is not None:
        return say("run {number}", number=run[1])
    if (prompt := _PROMPT.fullmatch(part)) is not None:
        return say("prompt {number}", number=prompt[1])
    return say(AS_IT_IS) if part == AS_IT_IS else printable(part)


def in_common(labels: Sequence[str]) -> str:
    """Return what all labels have: that of the setting of which they are runs."""
    parts = [label.split(" · ") for label in labels]
    common = set[str].intersection(*map(set, parts)) if parts else set()
    return " · ".join(part for part in parts[0] if part in common) if common else AS_IT_IS


def difference_first(labels: Sequence[str]) -> list[str]:
    """Return labels, in each first what not all of them have: a narrow column cuts the end."""
    parts = [label.split(" · ") for label in labels]
    common = set[str].intersection(*map(set, parts)) if len(parts) > 1 else set()
    return [" · ".join(sorted(one, key=lambda part: part in common)) for one in parts]
