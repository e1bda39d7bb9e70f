"""Replies to one setting that several servers made: which are to be held against each other, and what to know of them."""

from collections import Counter
from collections.abc import Sequence

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.lab.sheet import Row
from zatsudan.sessions.planned import Lab


def blocks_of(rows: Sequence[Row], lab: Lab, cells: Sequence[int]) -> Sequence[str]:
    """Return the server of each of these cells, where it is not what sets them apart; else nothing."""
    asked = {(lab.plans[at].pool, lab.plans[at].profile) for at in cells} if lab.plans else set()
    return [rows[at].server for at in cells] if len(asked) == 1 else ()


def remarks(rows: Sequence[Row], lab: Lab) -> list[Printable]:
    """Say what to know of replies that were asked of several servers as of one."""
    groups: dict[object, list[Row]] = {}
    for row, plan in zip(rows, lab.plans, strict=False):
        if row.replied:
            groups.setdefault((plan.pool, plan.profile), []).append(row)
    said: list[Printable] = []
    for group in groups.values():
        counts = Counter(row.server for row in group)
        if len(counts) > 1:
            said += _remarks(group, counts)
    return said


def _remarks(rows: Sequence[Row], counts: Counter[str]) -> list[Printable]:
    told = ", ".join(f"{one_line(name, 40)} {count}" for name, count in sorted(counts.items()))
    said = [
        say(
            "Several servers replied ({servers}): settings are compared server by server, s and tok/s are theirs.",
            servers=printable(told),
        )
    ]
    if any("seed" in row.parameters for row in rows):
        said.append(
            say("The seeds are used across servers: each may give another text for the same seed.")
        )
    models = {row.model: row.server for row in reversed(rows)}
    if len(models) > 1:
        names = ", ".join(
            f"{one_line(server, 40)} {one_line(model, 60)}" for model, server in models.items()
        )
        said.append(say("The servers name different models: {names}.", names=printable(names)))
    return said
