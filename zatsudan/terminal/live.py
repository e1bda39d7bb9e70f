"""The live terminal: a prompt that stays alive while a reply streams above it."""

import asyncio
import contextlib
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from prompt_toolkit.application.run_in_terminal import in_terminal
from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import Input

from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Inspect, Part, Pick
from zatsudan.commands.registry import Command, parse
from zatsudan.commands.tree import step
from zatsudan.config import Screen
from zatsudan.core.errors import ZatsudanError
from zatsudan.core.messages import Json
from zatsudan.core.printable import one_line, printable
from zatsudan.core.protocol import Delta
from zatsudan.core.styles import Dress, colours
from zatsudan.terminal import prompt, ptk
from zatsudan.terminal.attention import Attention
from zatsudan.terminal.completion import LineCompleter
from zatsudan.terminal.history import PrivateFileHistory
from zatsudan.terminal.painter import Painter
from zatsudan.terminal.parts import error_rows, part_rows, reply_note, said_rows, status_rows
from zatsudan.terminal.repl import Repl, greeting
from zatsudan.terminal.rows import has_colours, reflows, sgr, wear, wrap
from zatsudan.terminal.stream import RowStream
from zatsudan.terminal.toolbar import Toolbar, keys_now
from zatsudan.terminal.view import LiveView

if TYPE_CHECKING:
    from zatsudan.core.asking import Question
    from zatsudan.lab import OnDelta, OnEnd, Run
    from zatsudan.terminal.labview import LabView
    from zatsudan.terminal.tokens import Choice
    from zatsudan.turn import Turn

RESIZE_SECONDS = 0.08
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

#: What is imported behind the prompt, while the person reads and writes.
WARM = (
    "zatsudan.running",
    "zatsudan.attach",
    "zatsudan.lab",
    "zatsudan.discovery",
    "rich.console",
    "httpcore._backends.anyio",
    "anyio._backends._asyncio",
)


class LiveTerminal:
    """The screen's one owner. Made with its device, so that a test can hand it another."""

    def __init__(
        self,
        chat: Chat,
        commands: dict[str, Command],
        *,
        environ: Mapping[str, str] = os.environ,
        history: Path | None = None,
        stdout: TextIO | None = None,
        input_: Input | None = None,
        size: Callable[[], Size] | None = None,
        clock: Callable[[], float] = time.monotonic,
        screen: Screen | None = None,
    ) -> None:
        screen = screen or Screen()
        self._dress = Dress(screen.theme, screen.styles)
        wear(self._dress, environ)
        self._chat = chat
        self._bar = Toolbar(chat)
        self._environ = environ
        self._streams: Callable[[int], RowStream] | None = None
        self._clock = clock
        self._repl = Repl(chat, commands, self, typed=True)
        self._stdout = stdout or sys.stdout
        self._output = ptk.ReservingOutput(
            self._stdout, size or _terminal_size, environ.get("TERM")
        )
        self._attention = Attention(self._output, screen.bell)
        self._prompt = prompt.build(
            self,
            self._output,
            self._toolbar,
            completer=LineCompleter(commands, lambda: chat, lambda: self._repl.ran),
            history=PrivateFileHistory(history) if history is not None else InMemoryHistory(),
            input_=input_,
            vi=screen.keys == "vi",
            dress=self._dress,
            colours=colours(environ),
        )
        self._app = self._prompt.app
        self._app.on_resize = self._resize_soon
        self._app.after_render += self._after_render
        self._painter = Painter(self._app, self._output, reflows=reflows(environ))
        self._columns = self._output.real_size.columns
        self._resizing: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[Any]] = set()
        self._queue: list[str] = []
        self._view: LiveView | LabView | None = None
        self._run: Run | None = None
        self._hint = ""
        self._doing = ""
        self._doing_since = 0.0
        self._ticking: asyncio.TimerHandle | None = None
        self._reply_since = 0.0
        self._progress = ""
        self._ended_by = 0

    async def run(self, first: Sequence[Part] = (), line: str = "", *, before: bool = False) -> int:
        """Run until the person leaves, or a signal ends it; return that signal's number, or 0.

        `first` is shown and `line` carried out as if it had been typed, `before`
        anything is connected where it says so.
        """

        def start() -> None:
            self.show([*greeting(private=self._chat.sessions is None), *first])
            self._attention.listen(on=True)
            self.submit(line)
            self._start(self._connect(self._task if before else None))
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                    loop.add_signal_handler(number, self._signalled, number)

        def soon() -> None:
            asyncio.get_running_loop().call_soon(start)  # once the prompt stands

        await self._app.run_async(pre_run=soon)
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for task in list(self._others):
            task.cancel()
        self._attention.listen(on=False)
        self._stdout.flush()
        return self._ended_by

    def _signalled(self, number: int) -> None:
        """Leave in order, so that the terminal is sane and the reply so far is kept."""
        self._ended_by = number
        self.leave()

    async def _connect(self, after: "asyncio.Task[None] | None") -> None:
        for name in WARM:
            await asyncio.to_thread(importlib.import_module, name)
        if after is not None:
            await asyncio.wait([after])
        await self._repl.connect()
        self.progress("")

    def progress(self, text: str) -> None:
        """Say in the toolbar what is being waited for."""
        self._progress = text
        self._app.invalidate()

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.ensure_future(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        return task

    # --- what the keys ask for -------------------------------------------

    @property
    def busy(self) -> bool:
        return self._task is not None and not self._task.done()

    def submit(self, text: str) -> None:
        self._hint = ""
        if not text.strip():
            return
        if self.busy:
            self._queue.append(text)
            self._app.invalidate()
        else:
            self._task = asyncio.ensure_future(self._work(text))

    async def _work(self, text: str) -> None:
        while True:
            went_well = await self._repl.handle(text)
            if not self._queue:
                break
            if not went_well and parse(text) is None:
                # What waited was written for a reply that did not come.
                waiting = "\n".join(self._queue)
                self._queue.clear()
                self.prefill(waiting)
                break
            text = self._queue.pop(0)
        self._app.invalidate()

    def interrupt(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def interrupt_one(self, number: int) -> None:
        if self._run is not None and number <= len(self._run.slots):
            self._run.stop(number - 1)

    def take_queued(self) -> str:
        return self._queue.pop() if self._queue else ""

    def variant(self, by: int) -> None:
        shown = step(self._chat, by)
        if shown is None:
            self.hint("The last reply has no other variant; /retry makes one.")
        else:
            self.show(shown.parts)

    def leave(self) -> None:
        self._start(self._leave())

    async def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()  # what came of the reply is shown and kept
            await asyncio.gather(self._task, return_exceptions=True)
        if not self._app.is_done:
            self._painter.lend()
            self._app.exit()

    def hint(self, text: str) -> None:
        self._hint = text
        self._app.invalidate()

    def clear_screen(self) -> None:
        """Scroll the screen empty; what stood on it is in scrollback."""
        self._painter.clear_screen()

    def aside(self, what: str) -> None:
        self._start(self._aside(what))

    async def _aside(self, what: str) -> None:
        self._painter.lend()
        self._attention.listen(on=False)
        try:
            if what == "edit":
                await self._prompt.buffer.open_in_editor()
            else:
                async with in_terminal():
                    os.kill(0, signal.SIGTSTP)
        finally:
            self._attention.listen(on=True)
            self._painter.take_back()

    async def pick(self, pick: Pick) -> str | None:
        from zatsudan.terminal.picker import Picker

        self._painter.lend()
        try:
            async with in_terminal():
                return await Picker(pick, self._output, self._app.input, self._app.style).run()
        finally:
            self._painter.take_back()

    async def ask(self, question: "Question") -> str | None:
        from zatsudan.terminal.asking import Asker

        self._painter.lend()
        try:
            async with in_terminal():
                return await Asker(question, self._output, self._app.input, self._app.style).run()
        finally:
            self._painter.take_back()

    # --- what is shown ---------------------------------------------------

    def _width(self) -> int:
        return max(4, self._output.real_size.columns - 1)

    def _commit(self, rows: Sequence[str]) -> None:
        self._painter.show(rows, ())

    def _make_stream(self, width: int) -> RowStream:
        if self._streams is None:
            from zatsudan.terminal.replies import markdown_streams

            self._streams = markdown_streams(self._environ, self._dress)
        return self._streams(width)

    def _render(self, text: str, width: int) -> Sequence[str]:
        stream = self._make_stream(width)
        return [*stream.feed(text), *stream.finish()]

    def echo(self, content: Json) -> None:
        rows = list(said_rows(content, self._width()))
        is_command = isinstance(content, str) and parse(content) is not None
        self._commit(rows if is_command else [*rows, ""])

    def doing(self, text: str) -> None:
        self._doing = text
        self._doing_since = self._clock()
        if self._ticking is not None:
            self._ticking.cancel()
        self._tick()

    def _tick(self) -> None:
        self._app.invalidate()
        loop = asyncio.get_running_loop()
        self._ticking = loop.call_later(1.0, self._tick) if self._doing else None

    async def copy(self, text: str) -> str:
        def write(sequence: str) -> None:
            self._output.write_raw(sequence)
            self._output.flush()

        from zatsudan.terminal.clipboard import fill_clipboard

        return await fill_clipboard(text, self._environ, write)

    def focused(self, *, here: bool) -> None:
        self._attention.looked_at = here

    def pasted(self, text: str) -> None:
        self._repl.pasted.append(text)

    def show(self, parts: Sequence[Part]) -> None:
        coloured = has_colours(self._environ)
        rows = [
            row
            for part in parts
            for row in part_rows(part, self._width(), self._render, coloured=coloured)
        ]
        if rows:
            self._commit(rows if rows[-1] == "" else [*rows, ""])

    def error(self, error: ZatsudanError) -> None:
        self._commit([*error_rows(error, self._width()), ""])

    def begin(self, turn: "Turn") -> Callable[[Delta], None]:
        self._reply_since = began = self._clock()

        def line() -> str:
            seconds = self._clock() - began
            spin = SPINNER[int(seconds * 8) % len(SPINNER)]
            if turn.first is None or turn.started is None:
                doing = (
                    turn.waiting
                    or self._progress
                    or ("waiting" if turn.started is not None else "connecting")
                )
                return f"{spin} {doing} · {seconds:.0f} s · Esc stops"
            streaming = max(0.05, seconds - turn.first)
            speed = turn.deltas / streaming
            return f"{spin} {turn.deltas:,} tok · {speed:.0f} tok/s · {seconds:.0f} s · Esc stops"

        view = LiveView(self._painter, self._make_stream, self._size, line, self._clock)
        self._view = view

        def add(delta: Delta) -> None:
            if delta.index == 0:
                view.add(delta)

        return add

    def note(self, text: str) -> None:
        if self._view is not None:
            self._view.note(sgr(row, "warn") for row in wrap(printable(text), self._width()))

    def end(self, turn: "Turn") -> None:
        if self._view is not None:
            self._view.close()
            self._view = None
        rows = []
        if turn.nodes:
            note = reply_note(turn.nodes[0])
            rows = [note] if note else []
            rows += ["", *status_rows(turn.made, self._width()), ""]
        elif turn.error is None:
            rows = [sgr("stopped before the first token", "dim"), ""]
        self._commit(rows)
        self._attention.ended(self._clock() - self._reply_since)

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        from zatsudan.terminal.labview import LabView

        view = LabView(self._painter, self._make_stream, self._size, run, self._clock)
        self._view, self._run = view, run
        return view.add, view.ended

    def end_run(self, run: "Run") -> None:
        del run
        if self._view is not None:
            self._view.close()
            self._view = None
        self._run = None

    def prefill(self, text: str, *, editor: bool = False) -> None:
        if self._prompt.prefill(text) and editor:
            self.aside("edit")

    def _toolbar(self) -> StyleAndTextTuples:
        if self._doing:
            seconds = self._clock() - self._doing_since
            return [("class:toolbar", f"{self._doing} · {seconds:.0f} s · Ctrl-C ends it")]
        if self._hint:
            return [("class:toolbar", self._hint)]
        if self._queue:
            more = f" (+{len(self._queue) - 1})" if len(self._queue) > 1 else ""
            return [
                ("class:toolbar", f"queued: {one_line(self._queue[-1], 50)}{more} · Up edits it")
            ]
        keys = keys_now(self._prompt.buffer.text, busy=self.busy)
        return self._bar.tuples(self._progress, keys)

    async def inspect(self, outcome: Inspect) -> "Choice | None":
        """Lend the whole screen to the inspector."""
        from zatsudan.terminal.inspector import inspect

        self._painter.lend()
        try:
            async with in_terminal():
                return await inspect(
                    outcome.tokens,
                    outcome.refusal,
                    coloured=has_colours(self._environ),
                    input_=self._app.input,
                    output=self._output,
                )
        finally:
            self._painter.take_back()

    # --- the screen's size -----------------------------------------------

    def _size(self) -> tuple[int, int]:
        size = self._output.real_size
        return size.columns, size.rows

    def _resize_soon(self) -> None:
        """Wait until the window is at rest; a change of the height alone needs nothing."""
        if self._resizing is not None:
            self._resizing.cancel()
        elif self._output.real_size.columns == self._columns:
            self._app.invalidate()
            return
        self._app.frozen = True
        self._resizing = asyncio.get_running_loop().call_later(RESIZE_SECONDS, self._resized)

    def _resized(self) -> None:
        self._resizing = None
        self._app.frozen = False
        self._columns = self._output.real_size.columns
        if not ptk.away(self._app):
            self._painter.resized(self._view.resize() if self._view is not None else ())

    def _after_render(self, _app: object) -> None:
        if not ptk.away(self._app):
            asyncio.get_running_loop().call_soon(self._painter.repaint)


def _terminal_size() -> Size:
    # Not shutil's: COLUMNS and LINES in the environment know of no resize.
    for fd in (1, 0, 2):
        try:
            size = os.get_terminal_size(fd)
        except OSError:
            continue
        if size.lines and size.columns:
            return Size(rows=size.lines, columns=size.columns)
    return Size(rows=24, columns=80)
