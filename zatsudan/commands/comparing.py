"""Commands on what an experiment gave: its table, files of it, and a blind one's pick."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError, StoreError
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import quote, split
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.sessions.session import Lab, Node
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json, JsonObject
    from zatsudan.lab.sheet import Row

GROUP = later("The lab")

#: How a reply ended, besides the server's own words for it.
_ENDS = {later("interrupted"), later("failed"), later("no reply")}


def _has_lab(chat: Chat) -> bool:
    return chat.talk.session.lab is not None


def _formats(_chat: Chat, args: str) -> Iterable[Choice]:
    if " " not in args:
        yield Choice("export", say("write it to a file: .md .csv .json .html"))


@command("lab!", "export FILE", group=GROUP, complete=_formats, possible=_has_lab)
async def lab_anyway(chat: Chat, args: str) -> Outcome:
    """Export the last experiment over a file that is there."""
    return _lab(chat, args, overwrite=True)


@command("lab", "[export FILE]", group=GROUP, complete=_formats, possible=_has_lab)
async def lab(chat: Chat, args: str) -> Outcome:
    """Show the last experiment again, or export it.

    `/lab export FILE` writes it as Markdown, CSV, JSON or HTML, by the ending of the name; never over a
    file, but with `/lab!`.
    """
    return _lab(chat, args)


def _lab(chat: Chat, args: str, *, overwrite: bool = False) -> Outcome:
    last = chat.talk.session.lab
    if last is None:
        raise CommandError(
            say("There was no experiment yet."), say("/compare and /sweep make one.")
        )
    verb, _, name = args.partition(" ")
    if not verb:
        return Show(sheet(chat, last))
    names = [word.text for word in split(name)]
    if verb != "export" or len(names) != 1:
        raise CommandError(
            say("/lab cannot do that: {args}.", args=one_line(args, 40)), say("/lab export FILE.")
        )
    return _export(chat, last, names[0], overwrite=overwrite)


def _export(chat: Chat, last: Lab, name: str, *, overwrite: bool) -> Outcome:
    """Write the table into a new file, with the person's own umask: it is made to be handed on."""
    from zatsudan.lab.sheet import rows_of, sheet_of
    from zatsudan.sessions.exports.experiment import FORMATS

    if last.blind:
        raise CommandError(
            say("The comparison is still blind."), say("/pick one first; then it is told.")
        )
    path = Path(name).expanduser()
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise CommandError(
            say("{name} has no ending that tells the form.", name=one_line(path.name, 40)),
            say("One of {endings}.", endings=" ".join(FORMATS)),
        )
    rows = rows_of(chat.talk.session, last, chat.link.gauge(chat.talk.session).estimator.count)
    text = write(sheet_of(rows, chat.talk.session.nodes[last.parent].message.text))
    try:
        with path.open(
            "w" if overwrite else "x", encoding="utf-8", errors="replace", newline=""
        ) as file:
            file.write(text)
    except FileExistsError:
        raise StoreError(
            say("{path} is there already.", path=one_line(str(path))),
            say(
                "Nothing was written; {command} overwrites it.",
                command=f"/lab! export {quote(name)}",
            ),
        ) from None
    except OSError as error:
        raise StoreError(
            say(
                "{path} cannot be written ({why}).",
                path=one_line(str(path)),
                why=error.strerror or error,
            ),
            say("Name another file."),
        ) from error
    written = say("{count} replies written to {path}.", count=len(rows), path=one_line(str(path)))
    return tell(written, "good")


def sheet(chat: Chat, last: Lab) -> tuple[Part, ...]:
    """Return an experiment's table and how to read it; a blind one tells nothing of its settings."""
    from zatsudan.lab.sheet import rows_of

    rows = rows_of(chat.talk.session, last, chat.link.gauge(chat.talk.session).estimator.count)
    known = any(row.logprob is not None for row in rows) and not last.blind
    head = [
        EMPTY,
        say("settings"),
        printable("tok"),
        say("s"),
        printable("tok/s"),
        say("end"),
        printable("dist-2"),
        say("like"),
        say("begins"),
    ]
    if known:
        head.insert(6, printable("logp"))
    picked = {node.id for node in chat.talk.session.path()}
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
        _cells_of(row, last, known=known, first=first.get(row.text, row.number)) for row in rows
    )
    table = Table(
        tuple(head),
        cells,
        marks=marks,
        right=frozenset({0, 2, 3, 4} | set(range(6, len(head) - 1))),
        brief=True,
    )
    return (table, Line(_legend(rows, known=known), "dim"), Line(_next(last, marks), "dim"))


def _cells_of(row: "Row", last: Lab, *, known: bool, first: int) -> tuple[Printable, ...]:
    """Return the cells of a reply; `first` is the first that has the same text."""
    from zatsudan.lab.grid import shown

    hidden = "?"
    mark = "~" if row.estimated else ""
    cells = [
        str(row.number),
        hidden if last.blind else one_line(shown(row.label), 60),
        f"{mark}{row.tokens:,}" if row.tokens is not None else "·",
        hidden if last.blind else _number(row.seconds, 1),
        hidden if last.blind else mark + _number(row.speed, 0),
        say(row.ended) if row.ended in _ENDS else one_line(row.ended, 20),
    ]
    if known:
        cells.append(_number(row.logprob, 2))
    begins = (
        one_line(row.text, 40)
        if first == row.number
        else say("the same text as {number}", number=first)
    )
    cells += [_number(row.distinct, 2), _number(row.likeness, 2), begins]
    return tuple(map(printable, cells))


def _number(value: float | None, digits: int) -> Printable:
    return printable("·" if value is None else f"{value:.{digits}f}")


def _legend(rows: "Sequence[Row]", *, known: bool) -> Printable:
    measured = [row.characters for row in rows if row.text]
    unit = say("characters") if all(measured) and measured else say("words")
    if len(set(measured)) > 1:
        unit = say("words (characters where a reply is Japanese)")
    if known:
        return say(
            "dist-2: share of distinct pairs of {unit}; like: mean likeness to the others, by runs of three {unit}; "
            "logp: mean log probability of the tokens.",
            unit=unit,
        )
    return say(
        "dist-2: share of distinct pairs of {unit}; like: mean likeness to the others, by runs of three {unit}.",
        unit=unit,
    )


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


def told(chat: Chat, node: Node | None) -> tuple[Part, ...]:
    """Count the pick of a blind comparison, None for a tie, and tell which cell is which.

    Nothing for a reply that is not of it.
    """
    from zatsudan.lab.grid import shown

    last = chat.talk.session.lab
    labels = {node_id: label for label, node_id in last.cells} if last is not None else {}
    if last is None or not last.blind or (node is not None and node.id not in labels):
        return ()
    names: list[Json] = [label for label, _ in last.cells]
    picked = labels[node.id] if node is not None else ""
    tie: JsonObject = {} if node is not None else {"tie": True}
    chat.talk.record({"type": "vote", "picked": picked, "labels": names, **tie})
    lines = [
        Line(
            printable(f"{at}  {one_line(shown(label), 60)}"),
            "good" if node is not None and node_id == node.id else "plain",
        )
        for at, (label, node_id) in enumerate(last.cells, 1)
    ]
    return (*lines, Line(say("Counted: /tally shows all blind picks."), "dim"))
