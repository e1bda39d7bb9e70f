"""The plain terminal: deltas as they come, nothing redrawn, nothing coloured.

For pipes, files, `TERM=dumb` and `--plain`. Replies go to standard output, all
else to standard error where the two differ.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Inspect, Part, Pick, Talk
from zatsudan.commands.registry import Command
from zatsudan.core.attachments import said
from zatsudan.core.errors import CommandError, ZatsudanError
from zatsudan.core.messages import Json
from zatsudan.core.printable import one_line, printable
from zatsudan.core.protocol import Delta
from zatsudan.terminal.parts import PROMPT, error_rows, part_rows, status
from zatsudan.terminal.repl import Repl, greeting
from zatsudan.terminal.rows import uncoloured

if TYPE_CHECKING:
    from zatsudan.lab import OnDelta, OnEnd, Run
    from zatsudan.terminal.tokens import Choice
    from zatsudan.turn import Turn

WIDTH = 80


class PlainTerminal:
    """Reads lines, writes text. `out` takes replies, `err` everything else."""

    def __init__(
        self,
        chat: Chat,
        commands: dict[str, Command],
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._chat = chat
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        # A pipe's lines are data: nobody typed an @ to send a file.
        self._repl = Repl(chat, commands, self, typed=sys.stdin.isatty())
        self._task: asyncio.Task[bool] | None = None
        self._left = False
        self._wrote = ""

    async def once(self, text: str) -> bool:
        """Send one message, write its reply, and return whether it went well."""
        return await self._run(text)

    async def run(self, first: Sequence[Part] = ()) -> None:
        """Read lines from standard input until it ends or the person leaves."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(signal.SIGINT, self._interrupt)
        self.show([*greeting(private=self._chat.sessions is None), *first])
        await self._repl.connect()
        reader = _LineReader(sys.stdin.fileno())
        while not self._left:
            self._write(self._err, PROMPT)
            line = await reader.line()
            if line is None:
                break
            if line.strip():
                await self._run(line)
        self._write(self._err, "\n")

    async def _run(self, line: str) -> bool:
        self._task = asyncio.ensure_future(self._repl.handle(line))
        return await self._task

    def _interrupt(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
        else:
            self._write(self._err, f"\nCtrl-D or /quit leaves\n{PROMPT}")

    @staticmethod
    def _write(file: TextIO, text: str) -> None:
        file.write(text)
        file.flush()

    def echo(self, content: Json) -> None:
        for label in said(content).labels:  # the rest stands there already
            self._write(self._err, one_line(label) + "\n")

    def show(self, parts: Sequence[Part]) -> None:
        for part in parts:
            file = self._out if isinstance(part, Talk) else self._err
            for row in part_rows(part, WIDTH, lambda text, _: printable(text).split("\n")):
                self._write(file, uncoloured(row) + "\n")

    def error(self, error: ZatsudanError) -> None:
        for row in error_rows(error, WIDTH):
            self._write(self._err, uncoloured(row) + "\n")

    def begin(self, turn: "Turn") -> Callable[[Delta], None]:
        del turn
        self._wrote = ""

        def add(delta: Delta) -> None:
            if delta.index == 0 and delta.content:
                self._wrote = delta.content
                self._write(self._out, printable(delta.content))

        return add

    def note(self, text: str) -> None:
        self._write(self._err, f"[{printable(text)}]\n")

    def end(self, turn: "Turn") -> None:
        if self._wrote and not self._wrote.endswith("\n"):
            self._write(self._out, "\n")
        if turn.nodes and self._err.isatty():
            self._write(self._err, f"[{status(turn.made)}]\n")

    async def pick(self, pick: Pick) -> str | None:
        self.show(pick.instead)
        return None

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        """Write each reply as a whole, in the order of the cells: pieces of many cannot be told apart."""
        from zatsudan.core.grid import shown
        from zatsudan.lab import ENDED

        texts: dict[int, list[str]] = {}
        written: list[int] = []

        def add(number: int, delta: Delta) -> None:
            if delta.content:
                texts.setdefault(number, []).append(delta.content)

        def ended(_number: int) -> None:
            while len(written) < len(run.slots) and run.slots[len(written)].state == ENDED:
                at = len(written)
                written.append(at)
                label = "?" if run.blind else one_line(shown(run.slots[at].cell.label), 80)
                self._write(self._err, f"[{at + 1}  {label}]\n")
                self._write(self._out, printable("".join(texts.get(at, []))).rstrip() + "\n\n")
                fault = run.fault(run.slots[at])
                if fault:
                    self._write(self._err, f"[{printable(fault)}]\n")

        return add, ended

    def end_run(self, run: "Run") -> None:
        """Nothing: each reply was written as it ended."""

    def hint(self, text: str) -> None:
        """Nothing: what was written cannot be taken back."""

    async def inspect(self, outcome: Inspect) -> "Choice | None":
        """There is no screen to lend: say what there is instead."""
        advice = f"/tokens {outcome.reply.id} shows the tokens."
        self.error(CommandError("The inspector needs the live screen.", advice))
        return None

    def clear_screen(self) -> None:
        """Nothing: what is written stays."""

    def prefill(self, text: str, *, editor: bool = False) -> None:
        del text, editor  # there is no input line to put it into; /retry sends it again

    def doing(self, text: str) -> None:
        del text  # what is done says so itself

    async def copy(self, text: str) -> str:
        from zatsudan.terminal.clipboard import fill_clipboard

        return await fill_clipboard(text, os.environ, None)

    def leave(self) -> None:
        self._left = True


class _LineReader:
    """Lines of a file descriptor, read on the event loop, so that a signal can come between."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = b""
        self._ended = False

    async def line(self) -> str | None:
        while b"\n" not in self._buffer and not self._ended:
            piece = await self._read()
            self._ended = not piece
            self._buffer += piece
        line, newline, self._buffer = self._buffer.partition(b"\n")
        if not line and not newline:
            return None
        return line.decode("utf-8", "replace").rstrip("\r")

    async def _read(self) -> bytes:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()

        def ready() -> None:
            if not future.done():
                future.set_result(os.read(self._fd, 65_536))

        try:
            loop.add_reader(self._fd, ready)
        except (OSError, ValueError):  # a regular file cannot be polled, nor need it be
            return os.read(self._fd, 65_536)
        try:
            return await future
        finally:
            loop.remove_reader(self._fd)
