"""Help, and the way out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, printable
from zatsudan.commands.outcomes import Leave, Outcome, Show
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.registry import Choice, Commands, Entry, command, find
from zatsudan.parameters.table import GROUPS
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.parameters.row import Parameter

GROUP = later("The program")

#: Cells of a usage in a list: the whole of it stands on the command's own page.
USAGE = 34

KEYS = later(
    "Enter sends or queues · Alt-Enter, Shift-Enter new line · Tab completes\n"
    "Up, Ctrl-R earlier · Esc, Ctrl-C stop · Ctrl-X Ctrl-E editor · Ctrl-D leaves"
)

LINES = later(
    "@FILE in a message sends that file; !COMMAND runs it, @! sends its output.\n"
    "/help all lists every command, /help NAME explains one; // sends a slash."
)


def _table() -> Commands:
    from zatsudan.commands import COMMANDS  # the table is whole only once this module is read

    return COMMANDS


def _names(_chat: Chat, _args: str) -> Iterable[Choice]:
    return (Choice(entry.name, say(entry.help)) for entry in _table().values())


@command(
    "help",
    "[COMMAND|PARAMETER|all]",
    group=GROUP,
    everyday=True,
    complete=_names,
    known_as=("commands", "keys"),
)
async def help_(chat: Chat, args: str) -> Outcome:
    """Show this page, one command's page, or all."""
    table = _table()
    if args and args != "all":
        return Show(await _explained(chat, args.split(maxsplit=1)[0].lstrip("/")))
    everyday = [entry for entry in table.values() if entry.everyday]
    rows = tuple(_line(entry) for entry in everyday)
    parts: list[Part] = [Table((EMPTY, EMPTY), rows, say("Everyday"))]
    if args == "all":
        own = tuple(GROUPS.values())
        groups: dict[str, list[Entry]] = {}
        for entry in table.values():
            groups.setdefault(entry.group, []).append(entry)
        for group in sorted(
            groups, key=lambda name: (name in own, own.index(name) if name in own else 0)
        ):
            rows = tuple(_line(entry) for entry in groups[group] if not entry.everyday)
            if rows:
                parts.append(Table((EMPTY, EMPTY), rows, say(group)))
    else:
        parts.append(Line(say(LINES)))
        parts.append(Line(say(KEYS), "dim"))
    return Show(tuple(parts))


def _line(entry: Entry) -> tuple[Printable, Printable]:
    usage = f"/{entry.name} {entry.usage}".rstrip()
    if len(usage) > USAGE:
        usage = usage[:USAGE].rpartition(" ")[0] + " …"
    return printable(usage), say(entry.help)


async def _explained(chat: Chat, name: str) -> tuple[Part, ...]:
    """Return the page of a command or a parameter, by a name or the beginning of one."""
    from zatsudan.commands.here import ask_names, knows

    table = _table()
    if name not in table and not any(key.startswith(name) for key in table):
        if not knows(chat, name):
            await ask_names(chat)
        if knows(chat, name):
            row = chat.link.here.find(name)
            return _page(table[row.name], chat) if row.name in table else _of_row(row, chat)
    return _page(find(table, name), chat)


def _of_row(row: "Parameter", chat: Chat) -> tuple[Part, ...]:
    from zatsudan.commands.rowpages import about

    head = Line(printable(f"/set {row.name} VALUE"))
    return (head, Line(say(row.help)), Line(about(row, chat), "dim"))


def _page(entry: Entry, chat: Chat) -> tuple[Part, ...]:
    parts: list[Part] = [
        Line(printable(f"/{entry.name} {entry.usage}".rstrip())),
        Line(say(entry.help)),
    ]
    if page := entry.explained(chat):
        parts.append(Line(page, "dim"))
    return tuple(parts)


@command("quit", "", group=GROUP, everyday=True, known_as=("exit", "bye"))
async def quit_(_chat: Chat, _args: str) -> Outcome:
    """Leave. The session is saved already."""
    return Leave()
