"""A slash command is one decorated function; the table is collected from the modules.

The docstring is the help: its first line in menus and lists, the rest on the
command's own page.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from types import ModuleType
from typing import NamedTuple

from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Outcome
from zatsudan.core.errors import CommandError
from zatsudan.core.language import say
from zatsudan.core.words import quote


class Choice(NamedTuple):
    """One completion: the text, and what the menu says beside it."""

    text: str
    meta: str = ""

    @classmethod
    def quoted(cls, text: str, meta: str = "") -> "Choice":
        """Return a choice whose text reads back as one word."""
        return cls(quote(text), meta)


Run = Callable[[Chat, str], Awaitable[Outcome]]
Complete = Callable[[Chat, str], Iterable[Choice]]


def no_choices(_chat: Chat, _args: str) -> Iterable[Choice]:
    """Complete nothing."""
    return ()


class Command(NamedTuple):
    """One slash command: `complete` gets what stands before the cursor after the name.

    `page` is a function where it is put together only when it is shown.
    """

    name: str
    usage: str
    run: Run
    help: str
    page: str | Callable[[], str]
    group: str
    complete: Complete = no_choices
    everyday: bool = False
    possible: Callable[[Chat], bool] = lambda _: True

    def explained(self) -> str:
        """Return the page in the person's language; `` if the help is all."""
        return self.page() if callable(self.page) else say(self.page)


def command(
    name: str,
    usage: str = "",
    *,
    group: str,
    complete: Complete = no_choices,
    everyday: bool = False,
    possible: Callable[[Chat], bool] = lambda _: True,
) -> Callable[[Run], Command]:
    """Make a Command of an async function `(chat, args) -> Outcome`."""

    def make(run: Run) -> Command:
        page = inspect.getdoc(run) or ""
        first, _, rest = page.partition("\n")
        return Command(name, usage, run, first, rest.strip(), group, complete, everyday, possible)

    return make


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


def parse(line: str) -> tuple[str, str] | None:
    """Return name and arguments of a line that is a command; None for a message.

    `//` begins a message with a slash. A path such as `/etc/hosts` is taken as
    a command, and the error that follows tells of `//`.
    """
    if not line.startswith("/") or line.startswith("//"):
        return None
    name, _, args = line[1:].partition(" ")
    if "\n" in name:
        name, _, rest = name.partition("\n")
        args = f"{rest} {args}".strip()
    return name, args.strip()


def find(commands: dict[str, Command], name: str) -> Command:
    """Return the command of that name, or of which it is the only beginning; raises CommandError."""
    if name in commands:
        return commands[name]
    begins = [key for key in commands if key.startswith(name)] if name else []
    if len(begins) == 1:
        return commands[begins[0]]
    import difflib

    near = begins[:4] or difflib.get_close_matches(name, commands, n=3, cutoff=0.6)
    advice = say(
        "/help lists them; a message that begins with a slash is written with two: //{name}.",
        name=name[:20],
    )
    if near:
        meant = ", ".join(f"/{key}" for key in near)
        advice = say("Did you mean {meant}? {advice}", meant=meant, advice=advice)
    raise CommandError(say("There is no command /{name}.", name=name[:40]), advice)
