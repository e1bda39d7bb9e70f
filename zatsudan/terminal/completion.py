"""Completion of commands and their arguments, with their help beside them."""

from collections.abc import Callable, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from zatsudan.chat import Chat
from zatsudan.commands.registry import Choice, Command
from zatsudan.core.printable import one_line


class CommandCompleter(Completer):
    """Completes a line that begins with one slash; a message is left alone."""

    def __init__(self, commands: dict[str, Command], chat: Callable[[], Chat]) -> None:
        self._commands = commands
        self._chat = chat

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.text_before_cursor
        if not line.startswith("/") or line.startswith("//") or "\n" in line:
            return
        name, blank, args = line[1:].partition(" ")
        if not blank:
            yield from self._names(name)
            return
        command = self._commands.get(name)
        if command is None:
            return
        last = args.rpartition(" ")[2]
        yield from matching(command.complete(self._chat(), args), last)

    def _names(self, typed: str) -> Iterable[Completion]:
        chat = self._chat()
        fitting = [entry for entry in self._commands.values() if fits(typed, entry.name)]
        # What makes sense at this moment first, and there the everyday ones.
        fitting.sort(
            key=lambda entry: (
                not entry.name.startswith(typed),
                not entry.possible(chat),
                not entry.everyday,
                entry.name,
            )
        )
        for entry in fitting:
            yield Completion(
                f"/{entry.name}",
                -len(typed) - 1,
                display=f"/{entry.name} {entry.usage}".rstrip(),
                display_meta=entry.help,
            )


def fits(typed: str, name: str) -> bool:
    """Tell whether the signs of `typed` stand in `name` in their order."""
    rest = iter(name.casefold())
    return all(sign in rest for sign in typed.casefold())


def matching(choices: Iterable[Choice], typed: str) -> Iterable[Completion]:
    """Return the choices that fit what was typed, those that begin with it first."""
    fitting = [choice for choice in choices if fits(typed, choice.text)]
    fitting.sort(key=lambda choice: not choice.text.casefold().startswith(typed.casefold()))
    for choice in fitting[:500]:
        yield Completion(
            choice.text,
            -len(typed),
            display=one_line(choice.text, 60),
            display_meta=one_line(choice.meta, 100),
        )
