"""One message and its reply, for pipes and scripts: as text, or as JSON.

The reply goes to standard output, all else to standard error. A signal stops the
reply; what came of it is printed and saved.
"""

import asyncio
import os
import signal
from argparse import Namespace
from collections.abc import Callable, Coroutine, Sequence
from functools import partial

from zatsudan.base import signals
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.cli import exits
from zatsudan.cli.asjson import JsonTerminal
from zatsudan.commands import COMMANDS
from zatsudan.commands.parts import Line, Part
from zatsudan.servers.discovery import not_taken
from zatsudan.talk.chat import Chat
from zatsudan.talk.entered import Entered
from zatsudan.terminal.plain.terminal import PlainTerminal

_STOPS = (signal.SIGINT, *signals.ENDING)


async def answer(chat: Chat, line: Entered, args: Namespace, first: Sequence[Part]) -> int:
    """Send one message, write its reply, and return the exit code; raises CommandError.

    Of what a talk would show `first`, only what a person should know is said.
    """
    terminal = _terminal(chat, line, args)
    hint = _meant(args.message) if line.text == " ".join(args.message) else EMPTY
    terminal.show([Line(hint, "dim")] if hint else [])
    terminal.show([part for part in first if isinstance(part, Line) and part.tone != "good"])
    code = await _stoppable(_once(terminal, line))
    for server in chat.finder.others[:1] if chat.finder is not None else ():
        terminal.show([Line(not_taken(server), "dim")])
    if isinstance(terminal, JsonTerminal):
        terminal.write(terminal.result(chat))
    await chat.talk.journal.synced()
    if chat.talk.journal.trouble:
        terminal.show([Line(chat.talk.journal.trouble, "warn")])
    if terminal.output.trouble:
        terminal.show([Line(exits.unwritten(terminal.output.trouble), "warn")])
        return exits.FAILED
    return exits.READER_GONE if terminal.output.gone else code


def _terminal(chat: Chat, line: Entered, args: Namespace) -> PlainTerminal:
    """Return what writes the reply in the form that the flags ask for."""
    if not args.json and not args.stream:
        if args.plain or chat.config.screen.read_aloud(os.environ):
            from zatsudan.terminal.plain.aloud import AloudTerminal

            return AloudTerminal(chat, COMMANDS)
        return PlainTerminal(chat, COMMANDS)
    terminal = JsonTerminal(chat, COMMANDS)
    if terminal.is_command(line):
        raise CommandError(
            say("JSON is made of the reply to a message, not of what a command answers."),
            say("// begins a message with a slash."),
        )
    terminal.stream = bool(args.stream)
    return terminal


def _meant(message: Sequence[str]) -> Printable:
    """Return a hint where a message of one word may be a subcommand with a slip in it."""
    word = message[0] if len(message) == 1 else ""
    if not word.isalpha():
        return EMPTY
    from zatsudan.base.matching import meant
    from zatsudan.cli.subcommands import SUBCOMMANDS

    near = meant(word.lower(), SUBCOMMANDS, 1, cutoff=0.8)
    if not near:
        return EMPTY
    return say(
        "{word} is sent as a message; the subcommand is {subcommand}.",
        word=word,
        subcommand=near[0],
    )


async def _once(terminal: PlainTerminal, line: Entered) -> int:
    if await terminal.once(line):
        terminal.show([Line(text, "warn") for text in terminal.short])
        return exits.NOT_WHOLE if terminal.short else exits.OK
    if terminal.failure is None:
        return exits.FAILED
    return exits.code_of(terminal.failure, came=terminal.came)


async def _stoppable(job: Coroutine[None, None, int]) -> int:
    """Run a job that a signal cancels, and return its exit code.

    What the second signal does is Python's affair: then nothing is waited for.
    """
    task = asyncio.ensure_future(job)
    caught: list[int] = []
    ends: list[Callable[[], None]] = []
    # What nohup or a shell's & has set aside stays so.
    heeded = [number for number in _STOPS if signal.getsignal(number) is not signal.SIG_IGN]

    def release() -> None:
        while ends:
            ends.pop()()

    def stop(number: int) -> None:
        caught.append(number)
        release()
        task.cancel()

    ends += [signals.listen(number, partial(stop, number)) for number in heeded]
    try:
        code = await task
    except asyncio.CancelledError:
        code = exits.INTERRUPTED
    finally:
        release()
    return 128 + caught[0] if caught else code
