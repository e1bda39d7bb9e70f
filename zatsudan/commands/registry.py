"""A slash command is one decorated function; the table is collected from the modules.

The docstring is the help: its first line in menus and lists, the rest on the
command's own page. The index tells of a command what menus and lists need, so
that its module is imported when it is first used.
"""

import functools
import importlib
import re
from collections.abc import Awaitable, Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, printable

if TYPE_CHECKING:
    from zatsudan.commands.outcomes import Outcome
    from zatsudan.talk.chat import Chat


class Choice(NamedTuple):
    """One completion: the text, and what the menu says beside it."""

    text: str
    meta: Printable = EMPTY

    @classmethod
    def quoted(cls, text: str, meta: Printable = EMPTY) -> "Choice":
        """Return a choice whose text reads back as one word."""
        from zatsudan.base.words import quote

        return cls(quote(text), meta)


#: Commands by which other programs send a file.
ATTACHING = ("attach", "file", "image", "upload")

Run: TypeAlias = "Callable[[Chat, str], Awaitable[Outcome]]"
Complete: TypeAlias = "Callable[[Chat, str], Iterable[Choice]]"
Possible: TypeAlias = "Callable[[Chat], bool]"
More: TypeAlias = "Callable[[Chat | None], Printable]"


def no_choices(_chat: "Chat", _args: str) -> Iterable[Choice]:
    """Complete nothing."""
    return ()


def nothing(_chat: "Chat | None") -> Printable:
    """Add nothing to a page."""
    return EMPTY


def always(_chat: "Chat") -> bool:
    """Say that a command makes sense at any moment."""
    return True


class Command(NamedTuple):
    """One slash command: `complete` gets what stands before the cursor after the name.

    `known_as` are names that other programs have for it: they work as well, and stand in no list.
    `more` is what its page says below `page` of what stands in tables, and of how things are in
    a chat, where there is one; put together when it is shown, in the person's language.
    """

    name: str
    usage: str
    run: Run
    help: str
    page: str
    group: str
    complete: Complete = no_choices
    everyday: bool = False
    possible: Possible = always
    more: More = nothing
    from_disk: bool = False
    known_as: tuple[str, ...] = ()

    def explained(self, chat: "Chat | None" = None) -> Printable:
        """Return the page in the person's language, a paragraph a line; `` if the help is all."""
        parts = (unfolded(say(self.page)) if self.page else EMPTY, self.more(chat))
        return printable("\n".join(filter(None, parts)))


def unfolded(text: Printable) -> Printable:
    """Return a text whose lines end where they do in the source as paragraphs: the screen breaks them."""
    text = printable(re.sub(r"(?<=[。、])\n(?!\n)", "", text))  # no blank follows these
    return printable(re.sub(r"(?<!\n)\n(?!\n)", " ", text))


def command(
    name: str,
    usage: str = "",
    *,
    group: str,
    complete: Complete = no_choices,
    everyday: bool = False,
    possible: Possible = always,
    more: More = nothing,
    from_disk: bool = False,
    known_as: tuple[str, ...] = (),
) -> Callable[[Run], Command]:
    """Make a Command of an async function `(chat, args) -> Outcome`.

    `from_disk`: what completes it reads many files.
    """

    def make(run: Run) -> Command:
        import inspect

        page = inspect.getdoc(run) or ""
        first, _, rest = page.partition("\n")
        return Command(
            name,
            usage,
            run,
            first,
            rest.strip(),
            group,
            complete,
            everyday,
            possible,
            more,
            from_disk,
            known_as,
        )

    return make


class Entry(NamedTuple):
    """A command in the index, whose module is imported when more than this is asked for.

    `marks` holds "everyday", "moments" if it makes sense at some moments only, and "disk" if
    what completes it reads many files.
    """

    module: str
    name: str
    usage: str
    help: str
    group: str
    marks: str = ""
    known_as: str = ""

    @classmethod
    def of(cls, module: str, command: Command) -> "Entry":
        """Return the entry of a command that a module declares."""
        marks = ["everyday"] if command.everyday else []
        marks += ["moments"] if command.possible is not always else []
        marks += ["disk"] if command.from_disk else []
        return cls(
            module,
            command.name,
            command.usage,
            command.help,
            command.group,
            " ".join(marks),
            " ".join(command.known_as),
        )

    @property
    def everyday(self) -> bool:
        """Is it one of the few to be learned first?"""
        return "everyday" in self.marks

    @property
    def from_disk(self) -> bool:
        """Does its completion read many files?"""
        return "disk" in self.marks

    def possible(self, chat: "Chat") -> bool:
        """Tell whether the command makes sense now."""
        return "moments" not in self.marks or self._declared().possible(chat)

    def complete(self, chat: "Chat", args: str) -> Iterable[Choice]:
        """Complete its arguments."""
        return self._declared().complete(chat, args)

    async def run(self, chat: "Chat", args: str) -> "Outcome":
        """Carry it out. Who asks it for help, and gets none by that, is told where it stands."""
        try:
            return await self._declared().run(chat, args)
        except ZatsudanError as error:
            if args.strip().lower() not in ("help", "-h", "--help", "?"):
                raise
            raise CommandError(
                error.sentence, say("/help {name} explains it.", name=self.name)
            ) from error

    def explained(self, chat: "Chat | None" = None) -> Printable:
        """Return its page in the person's language; `` if the help is all."""
        return self._declared().explained(chat)

    def _declared(self) -> Command:
        return _declared_in(self.module)[self.name]


Commands: TypeAlias = dict[str, Entry]


def read_index(text: str) -> Commands:
    """Read the index: an entry a line, its fields between tabs."""
    entries = (Entry(*line.split("\t")) for line in text.splitlines())
    return {entry.name: entry for entry in entries}


@functools.cache
def _declared_in(module: str) -> dict[str, Command]:
    return collect(importlib.import_module(f"zatsudan.commands.{module}"))


def collect(*modules: ModuleType) -> dict[str, Command]:
    """Return the commands of some modules by name; a name used twice is an error."""
    commands: dict[str, Command] = {}
    for module in modules:
        for value in vars(module).values():
            several = isinstance(value, tuple) and not isinstance(value, Command)
            for found in value if several else (value,):
                if isinstance(found, Command):
                    if found.name in commands:
                        raise ValueError(f"two commands are called {found.name}")
                    commands[found.name] = found
    return commands


def find(commands: Commands, name: str) -> Entry:
    """Return the command of that name, which other programs call so, or of which it is the only beginning.

    Raises CommandError.
    """
    if name in commands:
        return commands[name]
    for entry in commands.values():
        if entry.known_as and name in entry.known_as.split(" "):
            return entry
    begins = [key for key in commands if key.startswith(name)] if name else []
    if len(begins) == 1:
        return commands[begins[0]]
    from zatsudan.base.matching import meant

    sentence = say("There is no command /{name}.", name=name[:40])
    near = begins[:4] or meant(name, commands)
    if name in ATTACHING:
        raise CommandError(sentence, say("@FILE in a message sends that file with it."))
    advice = say(
        "/help lists them; a message that begins with a slash is written with two: //{name}.",
        name=name[:20],
    )
    if near:
        listed = ", ".join(f"/{key}" for key in near)
        advice = say("Did you mean {meant}? {advice}", meant=listed, advice=advice)
    raise CommandError(sentence, advice)
