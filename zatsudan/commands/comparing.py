"""Commands on what an experiment gave: its table, files of it, and a blind one's pick."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import quote, split
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.paths import write_file
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.results import found_of, sheet
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json, JsonObject
    from zatsudan.sessions.exports.experiment import Sheet

GROUP = later("The lab")

#: The word that shows each reply.
REPLIES = "replies"


def _has_lab(chat: Chat) -> bool:
    return chat.talk.session.lab is not None


def _formats(chat: Chat, args: str) -> Iterable[Choice]:
    if " " not in args:
        yield Choice("export", say("write it to a file: .md .csv .json .html"))
        yield Choice(REPLIES, say("each reply, where settings ran several times"))
        from zatsudan.lab.numbers import numbers_with

        for number in numbers_with(chat.config.metrics):
            yield Choice(number.head, say("draw this number"))


@command("lab!", "export FILE", group=GROUP, complete=_formats, possible=_has_lab)
async def lab_anyway(chat: Chat, args: str) -> Outcome:
    """Export the last experiment over a file that is there."""
    return await _lab(chat, args, overwrite=True)


@command(
    "lab", "[replies | NUMBER | export FILE]", group=GROUP, complete=_formats, possible=_has_lab
)
async def lab(chat: Chat, args: str) -> Outcome:
    """Show the last experiment again, or export it.

    `/lab replies` shows each reply where settings ran several times, `/lab dist-2` draws another number.
    `/lab export FILE` writes it as Markdown, CSV, JSON or HTML, by the ending of the name; never over a
    file, but with `/lab!`.
    """
    return await _lab(chat, args)


async def _lab(chat: Chat, args: str, *, overwrite: bool = False) -> Outcome:
    last = chat.talk.session.lab
    if last is None:
        raise CommandError(
            say("There was no experiment yet."), say("/compare and /sweep make one.")
        )
    verb, _, name = args.partition(" ")
    if not verb:
        return Show(await sheet(chat, last))
    if verb == REPLIES and not name:
        return Show(await sheet(chat, last, replies=True))
    names = [word.text for word in split(name)]
    if verb == "export" and len(names) == 1:
        return await _export(chat, last, names[0], overwrite=overwrite)
    if verb == "export":
        raise CommandError(say("/lab export takes one FILE."), _example())
    if name:
        raise CommandError(
            say("/lab cannot do that: {args}.", args=one_line(args, 40)),
            say("/lab replies, /lab NUMBER or /lab export FILE."),
        )
    return Show(await sheet(chat, last, by=verb))


async def _export(chat: Chat, last: Lab, name: str, *, overwrite: bool) -> Outcome:
    """Write the table into a new file, with the person's own umask: it is made to be handed on."""
    from zatsudan.lab.filed import sheet_of

    if last.blind:
        raise CommandError(
            say("The comparison is still blind."), say("/pick one first; then it is told.")
        )
    write = _format(name)
    found = await found_of(chat, last)
    text = write(sheet_of(found.rows, _message(chat, last), found.numbers, found.settings))
    instead = say(
        "Nothing was written; {command} overwrites it.", command=f"/lab! export {quote(name)}"
    )
    path = write_file(name, text, overwrite=overwrite, instead=instead)
    count = len(found.rows)
    written = say("{count} replies written to {path}.", count=count, path=one_line(str(path)))
    return Show((*found.faults, Line(written, "good")))


def _example() -> Printable:
    """Say how an export is written."""
    from zatsudan.sessions.exports.experiment import FORMATS

    endings = " ".join(FORMATS)
    return say("As in /lab export results.html; the endings are {endings}.", endings=endings)


def _format(name: str) -> "Callable[[Sheet], str]":
    """Return what writes a file of this name; raises CommandError."""
    from zatsudan.sessions.exports.experiment import FORMATS

    path = Path(name)
    write = FORMATS.get(path.suffix.lower())
    if write is None:
        raise CommandError(
            say("{name} has no ending that tells the form.", name=one_line(path.name, 40)),
            _example(),
        )
    return write


def _message(chat: Chat, last: Lab) -> str:
    """Return the messages that were answered, each once."""
    nodes = chat.talk.session.nodes
    return "\n".join(nodes[message].message.text for message in dict.fromkeys(last.messages()))


def told(chat: Chat, node: Node | None) -> tuple[Part, ...]:
    """Count the pick of a blind comparison, None for a tie, and tell which cell is which.

    Nothing for a reply that is not of it.
    """
    from zatsudan.lab.labels import shown

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
