"""What an experiment gave, as it is shown: a row for each setting or for each reply, and a number drawn."""

from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.parts import Figure, Line, Part, Table
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Session
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zatsudan.lab.numbers import Number
    from zatsudan.lab.sheet import Row
    from zatsudan.lab.summaries import Summaries

#: Numbers that are made of a count of tokens, and those that could tell a server.
_COUNTED = ("tokens", "tokens_per_second")
_TIMED = ("seconds", "tokens_per_second")

#: How a reply ended, besides the server's own words for it.
_ENDS = {later("interrupted"), later("failed"), later("no reply")}


class Found(NamedTuple):
    """All that is known of an experiment, measured."""

    rows: "Sequence[Row]"
    numbers: "Sequence[Number]"
    settings: "Summaries"
    faults: tuple[Line, ...]


async def found_of(chat: Chat, last: Lab) -> Found:
    """Return what an experiment gave, measured: own metrics are asked too."""
    from random import Random

    from zatsudan.lab.measuredrows import measured_rows
    from zatsudan.lab.numbers import numbers_with
    from zatsudan.lab.summaries import summaries
    from zatsudan.lab.turns import in_turns

    session, metrics = chat.talk.session, chat.config.metrics
    count = chat.link.gauge(session).estimator.count
    rows, faults = await measured_rows(session, last, count, metrics)
    numbers = numbers_with(metrics)
    # A fixed seed: the same replies have the same p whenever they are looked at.
    found = await in_turns(summaries(rows, last, numbers, Random(0)))  # noqa: S311
    return Found(rows, numbers, found, tuple(Line(fault, "warn") for fault in faults))


async def sheet(chat: Chat, last: Lab, *, replies: bool = False, by: str = "") -> tuple[Part, ...]:
    """Return an experiment's table and how to read it; a blind one tells nothing of its settings.

    Where settings ran several times it is a row for each setting, unless the `replies` are wanted.
    `by` is the number that is drawn.
    """
    from zatsudan.lab.numbers import known, named

    found = await found_of(chat, last)
    if by:
        named(found.numbers, by)
    if not found.settings.repeated or replies or last.blind:
        shown = _reply_rows(chat, last, found)
    else:
        shown = _setting_rows(chat.talk.session, found)
    wanted = by or last.by
    if last.blind or len(found.settings.settings) < 2 or replies:
        return (*shown, *found.faults)
    if not (wanted or found.settings.repeated or found.settings.crossed):
        return (*shown, *found.faults)
    from zatsudan.lab.report import figure_of, unit_of

    there = known(found.numbers, found.rows)
    drawn = _drawn(there, chat, wanted.removeprefix("-"), found.numbers)
    figures = (
        (Figure(figure_of(drawn, found.settings, unit_of(found.rows))),) if drawn in there else ()
    )
    return (*figures, *shown, *found.faults)


def _drawn(
    there: "Sequence[Number]", chat: Chat, wanted: str, numbers: "Sequence[Number]"
) -> "Number":
    """Return the number to be drawn: the one that is wanted, else a person's own, else how varied replies are.

    Where no reply has that, as dist-2 of single words, it is the first that some have.
    """
    from zatsudan.lab.numbers import named

    if wanted:
        return named(numbers, wanted)
    usual = next(iter(chat.config.metrics), "distinct_pairs")
    return next((number for number in there if number.key == usual), (*there, *numbers)[0])


def left(session: Session) -> list[int]:
    """Return the places of the last experiment's cells that have no whole reply yet."""
    cells = session.lab.cells if session.lab is not None else ()
    nodes = [session.nodes.get(id_ or "") for _, id_ in cells]
    whole = [node and node.made and node.made.ended == FINISHED for node in nodes]
    return [at for at, is_whole in enumerate(whole) if not is_whole]


def _unmade(session: Session) -> tuple[Printable, ...]:
    """Say how many are left, and how they are made."""
    count = len(left(session)) if session.lab is not None and session.lab.plans else 0
    told = say_count("{n} is left: /sweep continue", "{n} are left: /sweep continue", count)
    return (told,) if count else ()


def _setting_rows(session: Session, found: Found) -> tuple[Part, ...]:
    """Return a row for each setting, and what is to be said of them."""
    from zatsudan.lab.numbers import known, legend
    from zatsudan.lab.report import summary_table, unit_of
    from zatsudan.lab.summaries import methods, verdicts

    numbers = known(found.numbers, found.rows)
    head, *rows = summary_table(found.settings, numbers)
    table = Table(head, tuple(rows), right=frozenset(range(1, len(head))), repeat=1)
    told = [methods(found.settings, numbers), legend(numbers, unit_of(found.rows))]
    next_ = say("/lab replies shows each reply, /lab NUMBER draws another number")
    parts = (*_unmade(session), next_, printable("/lab export FILE"))
    said = verdicts(found.settings)
    return (
        table,
        *(Line(line) for line in (*said, *found.settings.remarks)),
        *(Line(line, "dim") for line in told if line),
        Line(printable(" · ".join(parts)), "dim"),
    )


def _reply_rows(chat: Chat, last: Lab, found: Found) -> tuple[Part, ...]:
    """Return a row for each reply."""
    from zatsudan.lab.numbers import known, legend
    from zatsudan.lab.report import unit_of

    rows = found.rows
    numbers = [number for number in known(found.numbers, rows) if number.brief]
    if last.blind:
        numbers = [number for number in numbers if number.key != "mean_logprob"]
    remarks = () if last.blind else found.settings.remarks
    head = [
        EMPTY,
        say("settings"),
        *([say("server")] if remarks else []),
        *(number.shown for number in numbers),
        say("end"),
        say("begins"),
    ]
    picked = set(chat.talk.session.path().ids)
    marks = frozenset(
        at
        for at, (_, node_id) in enumerate(last.cells)
        if node_id is not None and node_id in picked
    )
    first: dict[str, int] = {}
    for row in rows:
        if row.text:
            first.setdefault(row.text, row.number)
    cells = tuple(
        _cells_of(row, last, numbers, first=first.get(row.text, row.number), server=bool(remarks))
        for row in rows
    )
    table = Table(
        tuple(head),
        cells,
        marks=marks,
        right=frozenset({0, *range(2 + bool(remarks), len(head) - 2)}),
        brief=True,
    )
    told = legend(numbers, unit_of(rows))
    known_of = (Line(line) for line in remarks)
    hints = (
        _next(last, marks)
        if last.blind
        else " · ".join((*_unmade(chat.talk.session), _next(last, marks)))
    )
    return (table, *known_of, Line(told, "dim"), Line(printable(hints), "dim"))


def _cells_of(
    row: "Row", last: Lab, numbers: "Sequence[Number]", *, first: int, server: bool
) -> tuple[Printable, ...]:
    """Return the cells of a reply; `first` is the first that has the same text. `server`: which made it."""
    from zatsudan.lab.labels import shown

    hidden = printable("?")
    cells = [printable(str(row.number)), hidden if last.blind else one_line(shown(row.label), 60)]
    if server:
        cells.append(one_line(row.server, 40))
    for number in numbers:
        mark = "~" if row.estimated and number.key in _COUNTED else ""
        value = printable(mark + number.text(number.of(row)))
        cells.append(hidden if last.blind and number.key in _TIMED else value)
    begins = (
        one_line(row.text, 40)
        if first == row.number
        else say("the same text as {number}", number=first)
    )
    ended = say(row.ended) if row.ended in _ENDS else one_line(row.ended, 20)
    return (*cells, ended, begins)


def _next(last: Lab, marks: frozenset[int]) -> Printable:
    if last.blind:
        pick = say(
            "/pick N goes on with another; which is which is told then. /tie: none is better"
        )
    elif marks:
        pick = say("{number} is on the path. /pick N goes on with another", number=min(marks) + 1)
    else:
        pick = say("/pick N goes on with another")
    return printable(f"{pick} · /diff A B · /lab export FILE")
