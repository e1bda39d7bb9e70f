"""The plain terminal: deltas as they come, nothing redrawn, nothing coloured.

For pipes, files, `TERM=dumb` and `--plain`. Replies go to standard output, all
else to standard error where the two differ.
"""

import asyncio
import contextlib
import os
import signal
import sys
import termios
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from prompt_toolkit.utils import get_cwidth

from zatsudan.commands.outcomes import Inspect, Pick
from zatsudan.commands.parts import Part, Talk
from zatsudan.commands.registry import Commands, parse
from zatsudan.core.attachments import said
from zatsudan.core.errors import CommandError, ZatsudanError
from zatsudan.core.language import say
from zatsudan.core.messages import Json
from zatsudan.core.printable import one_line, printable
from zatsudan.core.protocol import Delta
from zatsudan.exits import let_go
from zatsudan.talk.chat import Chat
from zatsudan.terminal.greeting import greeting
from zatsudan.terminal.parts import PROMPT, error_rows, part_rows, status
from zatsudan.terminal.repl import Repl
from zatsudan.terminal.rows import uncoloured

if TYPE_CHECKING:
    from zatsudan.core.asking import Question
    from zatsudan.lab import OnDelta, OnEnd, Run
    from zatsudan.talk.turn import Turn
    from zatsudan.terminal.tokens import Choice

WIDTH = 80


class Output:
    """Where replies go, which may end before they do: `gone` when whoever read it has left.

    `trouble` is why nothing more can be written there, if it is not that. Either calls
    `on_end` once; what is written afterwards goes nowhere.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.gone = False
        self.trouble = ""
        self.on_end: Callable[[], object] = lambda: None

    def write(self, text: str) -> None:
        """Write a text, at once."""
        if self.gone or self.trouble:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self.gone = isinstance(error, BrokenPipeError)
            self.trouble = "" if self.gone else error.strerror or str(error)
            let_go(self._file)
            self.on_end()


class PlainTerminal:
    """Reads lines, writes text. `out` takes replies, `err` everything else.

    `failure` is what went wrong last; `came` tells whether a part of the last reply came.
    """

    def __init__(
        self,
        chat: Chat,
        commands: Commands,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._chat = chat
        self.output = Output(out or sys.stdout)
        self.output.on_end = self._unread
        self.encoding = getattr(out or sys.stdout, "encoding", None) or "utf-8"
        self._err = err or sys.stderr
        self.failure: ZatsudanError | None = None
        self.came = False
        # A pipe's lines are data: nobody typed an @ to send a file.
        self._repl = Repl(chat, commands, self, typed=sys.stdin.isatty())
        self._task: asyncio.Task[bool] | None = None
        self._reader: _LineReader | None = None
        self._left = False
        #: What a command shows, until it is known whether it makes replies.
        self._held: list[Part] | None = None
        self._wrote = ""

    async def once(self, text: str, *, typed: bool) -> bool:
        """Send one message, write its reply, and return whether it went well.

        Only what a person `typed` may be a command. What it shows is the output, unless it
        makes replies: then they are.
        """
        self._held = [] if typed and parse(text) is not None else None
        well = await self._run("/" + text if text.startswith("/") and not typed else text)
        held, self._held = self._held or [], None
        self._write_parts(held, self.output.write)
        return well

    async def run(self, first: Sequence[Part] = (), line: str = "") -> None:
        """Read lines from standard input until it ends or the person leaves.

        `line` is carried out first, before anything is connected.
        """
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(signal.SIGINT, self._interrupt)
        self.show([*greeting(private=self._chat.talk.folder is None), *first])
        reader = self._reader = _LineReader(sys.stdin.fileno())
        if line:
            await self._run(line)
        await self._repl.connect()
        while not self._left:
            self._tell(PROMPT)
            typed = await reader.line()
            if typed is None:
                break
            if typed.strip():
                await self._run(typed)
        self._tell("\n")

    async def _run(self, line: str) -> bool:
        self._task = asyncio.ensure_future(self._repl.handle(line))
        return await self._task

    def _interrupt(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
        else:
            self._tell("\n" + say("Ctrl-D or /quit leaves") + f"\n{PROMPT}")

    def _unread(self) -> None:
        """Nobody gets what is written: stop the reply, and leave."""
        self._left = True
        if self._task is not None:
            self._task.cancel()

    def _tell(self, text: str) -> None:
        """Write to standard error; where that is closed, to nobody."""
        try:
            self._err.write(text)
            self._err.flush()
        except OSError:
            let_go(self._err)

    def echo(self, content: Json) -> None:
        for label in said(content).labels:  # the rest stands there already
            self._tell(one_line(label) + "\n")

    def show(self, parts: Sequence[Part]) -> None:
        if self._held is not None:
            self._held += parts
            return
        for part in parts:
            self._write_parts([part], self.output.write if isinstance(part, Talk) else self._tell)

    @staticmethod
    def _write_parts(parts: Sequence[Part], write: Callable[[str], None]) -> None:
        for part in parts:
            for row in part_rows(part, WIDTH, lambda text, _: printable(text).split("\n")):
                write(uncoloured(row) + "\n")

    def _release(self) -> None:
        """Replies come: what was shown before them goes where all else does."""
        held, self._held = self._held or [], None
        self.show(held)

    def error(self, error: ZatsudanError) -> None:
        self.failure = error
        for row in error_rows(error, WIDTH):
            self._tell(uncoloured(row) + "\n")

    def begin(self, turn: "Turn") -> Callable[[Delta], None]:
        del turn
        self._release()
        self._wrote = ""

        def add(delta: Delta) -> None:
            if delta.index == 0 and delta.content:
                self._wrote = delta.content
                self.output.write(printable(delta.content))

        return add

    def note(self, text: str) -> None:
        self._tell(f"[{printable(text)}]\n")

    def end(self, turn: "Turn") -> None:
        self.came = bool(turn.nodes)
        if self._wrote and not self._wrote.endswith("\n"):
            self.output.write("\n")
        if turn.nodes and self._err.isatty():
            self._tell(f"[{status(turn.made)}]\n")

    async def pick(self, pick: Pick) -> str | None:
        self.show(pick.instead)
        return None

    async def ask(self, question: "Question") -> str | None:
        """Ask by numbers and names; a hidden answer is not echoed."""
        if self._reader is None or not sys.stdin.isatty():
            raise CommandError(
                say("There is nobody here to answer questions."),
                say("Start zatsudan in a terminal, or write a profile into the config file."),
            )
        for row in question_rows(question):
            self._tell(row + "\n")
        while True:
            line = await self._reader.answer(lambda: self._tell(PROMPT), hidden=question.hidden)
            if line is None or question.hidden:
                self._tell("\n")
            answer = question.read(line) if line is not None else None
            if line is None or answer is not None:
                return answer
            self._tell(say("Write a number or a name of the list.") + "\n")

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        """Write each reply as a whole, in the order of the cells: pieces of many cannot be told apart."""
        from zatsudan.core.grid import shown
        from zatsudan.lab import ENDED

        self._release()
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
                self._tell(f"[{at + 1}  {label}]\n")
                self.output.write(printable("".join(texts.get(at, []))).rstrip() + "\n\n")
                fault = run.fault(run.slots[at])
                if fault:
                    self._tell(f"[{printable(fault)}]\n")

        return add, ended

    def end_run(self, run: "Run") -> None:
        self.came = any(slot.node is not None for slot in run.slots)

    def hint(self, text: str) -> None:
        """Nothing: what was written cannot be taken back."""

    async def inspect(self, outcome: Inspect) -> "Choice | None":
        """There is no screen to lend: say what there is instead."""
        advice = say("/tokens {number} shows the tokens.", number=outcome.reply.id)
        self.error(CommandError(say("The inspector needs the live screen."), advice))
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


def question_rows(question: "Question") -> list[str]:
    """Return a question as lines, what is offered numbered."""
    widths = [get_cwidth(one_line(row.cells[0], 40)) for row in question.rows]
    rows = [question.title]
    for number, (row, width) in enumerate(zip(question.rows, widths, strict=True), 1):
        name = one_line(row.cells[0], 40) + " " * (max(widths) - width)
        rows.append(f"{number:>3}  {name}  {one_line(row.cells[-1], 60)}".rstrip())
    likely = say("Enter: {name}", name=one_line(question.rows[0].cells[0])) if question.rows else ""
    notes = [note for note in (likely, question.help, say("Ctrl-C leaves")) if note]
    return [*rows, " · ".join(notes)]


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

    async def answer(self, prompt: Callable[[], None], *, hidden: bool) -> str | None:
        """Return a line, unechoed where `hidden`; None for Ctrl-C and Ctrl-D.

        `prompt` is called when it may be typed: a key that comes sooner would be seen.
        """
        before = termios.tcgetattr(self._fd)
        try:
            if hidden:
                silent = termios.tcgetattr(self._fd)
                silent[3] &= ~termios.ECHO
                termios.tcsetattr(self._fd, termios.TCSADRAIN, silent)
            prompt()
            line = await self.line()
        except asyncio.CancelledError:
            return None
        finally:
            left, self._ended = self._ended, False  # Ctrl-D leaves the question alone
            termios.tcsetattr(self._fd, termios.TCSADRAIN, before)
        return None if left else line

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
