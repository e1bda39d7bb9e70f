"""The table of the numbers that are told of a reply: one row each, which every view reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.lab.metrics import METRICS
from zatsudan.lab.sheet import Row
from zatsudan.wire.ends import STOP, meaning_of


class Number(NamedTuple):
    """A number about a reply. `key` names it in files, `head` over a column; `legend` says what it is.

    `share`: it is 1 or 0, and its mean a share. `brief`: it stands in the table of single replies.
    """

    key: str
    head: str
    digits: int
    of: Callable[[Row], float | None]
    legend: str = ""
    share: bool = False
    brief: bool = True

    @property
    def shown(self) -> Printable:
        """Its head, as a person reads it."""
        return say(self.head)

    def text(self, value: float | None) -> Printable:
        """Return a value as it is shown."""
        return printable("·" if value is None else f"{value:,.{self.digits}f}")


def _stopped(row: Row) -> float | None:
    return float(meaning_of(row.ended) == STOP) if row.text or row.tokens is not None else None


def _metric(key: str, head: str, legend: str = "", *, brief: bool = True) -> Number:
    return Number(key, head, 2, lambda row: row.metrics.get(key), legend, brief=brief)


NUMBERS = (
    Number("tokens", later("tok"), 0, lambda row: row.tokens),
    Number("seconds", later("s"), 1, lambda row: row.seconds),
    Number("tokens_per_second", later("tok/s"), 0, lambda row: row.speed),
    Number(
        "stopped", later("stop"), 2, _stopped,
        later("stop: share that ended by themselves"), share=True, brief=False,
    ),
    *(_metric(row.key, row.head, row.legend, brief=row.brief) for row in METRICS),
    Number(
        "likeness", later("like"), 2, lambda row: row.likeness,
        later("like: mean likeness to the others, by runs of three {unit}"),
    ),
)  # fmt: skip

#: The one whose mean is over pairs of replies.
LIKENESS = "likeness"


def numbers_with(own: Iterable[str]) -> tuple[Number, ...]:
    """Return the table with a person's own metrics at its end."""
    names = list(own)
    kept = [number for number in NUMBERS if number.key not in names]
    return (*kept, *(_metric(name, name) for name in names))


def known(numbers: Sequence[Number], rows: Sequence[Row]) -> tuple[Number, ...]:
    """Return the numbers that some row has."""
    return tuple(number for number in numbers if any(number.of(row) is not None for row in rows))


def named(numbers: Sequence[Number], name: str) -> Number:
    """Return the number that is called so, by its key or its head; raises CommandError."""
    for number in numbers:
        if name in (number.key, number.head, number.shown):
            return number
    raise CommandError(
        say("There is no number {name}.", name=one_line(name, 40)),
        say("Numbers: {names}.", names=", ".join(number.head for number in numbers)),
    )


def legend(numbers: Sequence[Number], unit: Printable) -> Printable:
    """Say what the heads stand for; `unit` is what texts are measured by."""
    told = [say(number.legend, unit=unit) for number in numbers if number.legend]
    return say("{what}.", what=say("; ").join(told)) if told else EMPTY


def measured(rows: Sequence[Row], own: Mapping[str, Sequence[float | None]]) -> list[Row]:
    """Return rows with a person's own numbers, which are told of those that have a reply, in their order."""
    from dataclasses import replace

    found: list[Row] = []
    at = 0
    for row in rows:
        if row.replied:
            values = {name: value for name, of in own.items() if (value := of[at]) is not None}
            found.append(replace(row, metrics={**row.metrics, **values}))
            at += 1
        else:
            found.append(row)
    return found
