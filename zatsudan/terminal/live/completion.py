"""Completion of commands and their arguments, with their help beside them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from zatsudan.base.language import say
from zatsudan.base.printable import one_line

if TYPE_CHECKING:
    from zatsudan.commands.registry import Choice, Commands
    from zatsudan.talk.chat import Chat
    from zatsudan.talk.running import Ran


def completes(before_cursor: str) -> bool:
    """Tell whether there may be something to complete: a command, or a file behind an `@`."""
    if before_cursor.startswith("/") and not before_cursor.startswith("//"):
        return "\n" not in before_cursor
    if "@" not in before_cursor:
        return False
    from zatsudan.talk.attachments import mentioned

    return mentioned(before_cursor) is not None or before_cursor.endswith("@")


class LineCompleter(Completer):
    """Completes a line that begins with one slash, and in a message what stands behind an `@`.

    `ran` is the last command that was run, which `@!` stands for.
    """

    def __init__(
        self,
        commands: "Commands",
        chat: "Callable[[], Chat]",
        ran: "Callable[[], Ran | None]",
    ) -> None:
        self._commands = commands
        self._chat = chat
        self._ran = ran

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        line = document.text_before_cursor
        if not completes(line):
            return
        if not line.startswith("/") or line.startswith("//") or "\n" in line:
            yield from self._files(line)
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

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        """Complete, in a thread what reads many files: the next key is not to wait for them."""
        found = self.get_completions(document, complete_event)
        name = document.text_before_cursor[1:].partition(" ")[0]
        command = self._commands.get(name) if document.text_before_cursor[:1] == "/" else None
        if command is not None and command.from_disk:
            found = await asyncio.to_thread(list, found)
        for completion in found:
            yield completion

    def _files(self, line: str) -> Iterable[Completion]:
        from zatsudan.commands.paths import paths
        from zatsudan.talk.attachments import mentioned

        typed = mentioned(line) or ""
        ran = self._ran()
        if not typed and ran is not None:
            meta = say("output of {command}", command=one_line(ran.command, 60))
            yield Completion("!", display="!", display_meta=meta)
        begin = typed.removeprefix('"')
        yield from matching(paths(begin), begin, replaced=len(typed))

    def _names(self, typed: str) -> Iterable[Completion]:
        from zatsudan.base.matching import fold, loosely

        chat = self._chat()
        folded = fold(typed)
        fitting = [entry for entry in self._commands.values() if loosely(folded, fold(entry.name))]
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
                display_meta=say(entry.help),
            )


def matching(
    choices: "Iterable[Choice]", typed: str, replaced: int | None = None
) -> Iterable[Completion]:
    """Return the choices that fit what was typed, those that begin with it first.

    They take the place of what was typed, or of so many characters.
    """
    from zatsudan.base.matching import fold, loosely

    folded = fold(typed)
    fitting = [choice for choice in choices if loosely(folded, fold(choice.text))]
    fitting.sort(key=lambda choice: not fold(choice.text).startswith(folded))
    for choice in fitting[:500]:
        yield Completion(
            choice.text,
            -len(typed) if replaced is None else -replaced,
            display=one_line(choice.text, 60),
            display_meta=one_line(choice.meta, 100),
        )
