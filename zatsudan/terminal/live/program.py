"""The live terminal: a prompt that stays alive while a reply streams above it."""

import asyncio
import gc
import importlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from prompt_toolkit.application import get_app
from prompt_toolkit.data_structures import Size
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input

from zatsudan.base import signals
from zatsudan.base.errors import ZatsudanError
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.base.styles import Styles
from zatsudan.config.settings import Screen
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.live import prompt, ptk, stopping
from zatsudan.terminal.live.asked import Asked
from zatsudan.terminal.live.completion import LineCompleter
from zatsudan.terminal.live.history import LineHistory
from zatsudan.terminal.live.integration import Integration, name_of
from zatsudan.terminal.live.lines import Lines
from zatsudan.terminal.live.measuring import Measuring
from zatsudan.terminal.live.resizing import terminal_size
from zatsudan.terminal.live.screen import LiveSurface
from zatsudan.terminal.live.toolbar import Toolbar, keys_now
from zatsudan.terminal.text.colour import colours, fitted
from zatsudan.terminal.text.rows import set_styles

if TYPE_CHECKING:
    from zatsudan.commands.parts import Part
    from zatsudan.commands.registry import Commands
    from zatsudan.talk.chat import Chat
    from zatsudan.terminal.repl import Repl

#: How long the prompt has the machine to itself first: what was typed ahead is drawn then,
#: before what the talk begins with, and long before what is imported behind the prompt.
KEYS_SECONDS, PAUSE_SECONDS = 0.02, 0.1


class LiveTerminal(Asked):
    """The screen's one owner, and what its keys do.

    Made with its device, so that a test can hand it another.
    """

    def __init__(
        self,
        chat: "Chat",
        commands: "Commands",
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
        styles = fitted(Styles(screen.theme, screen.styles), environ)
        set_styles(styles, environ)
        self._chat = chat
        self._bar = Toolbar(chat, clock)
        self._stdout = stdout or sys.stdout
        output = ptk.ReservingOutput(self._stdout, size or terminal_size, environ.get("TERM"))
        self._integration = Integration(output, environ, screen, clock)
        self._prompt = prompt.build(
            self,
            output,
            self._toolbar,
            lambda: self._lines.question,
            completer=LineCompleter(commands, lambda: chat, lambda: self._repl.ran),
            history=LineHistory(history),
            input_=input_,
            vi=screen.keys == "vi",
            styles=styles,
            colours=colours(environ),
        )
        self._app = self._prompt.app
        self._surface = LiveSurface(
            self,
            self._prompt,
            output,
            bar=self._bar,
            integration=self._integration,
            environ=environ,
            styles=styles,
            clock=clock,
            pictures=screen.pictures != "never",
            lines=screen.as_lines(environ),
            named=lambda: name_of(chat.talk),
        )
        self._measuring = Measuring(self._surface.told, clock)
        self._commands = commands
        self._lines = Lines(
            chat,
            self._prompt,
            self._surface,
            repl=lambda: self._repl,
            opened=self._opened,
        )
        self._others: set[asyncio.Task[Any]] = set()
        self._opening: asyncio.Task[Any] | None = None
        self._ended_by = 0
        self._failure: ZatsudanError | None = None

    async def run(
        self,
        first: "Callable[[], Awaitable[Sequence[Part]]] | None" = None,
        line: str = "",
        *,
        before: bool = False,
        behind: "Callable[[], Printable] | None" = None,
    ) -> int:
        """Run until the person leaves, or a signal ends it; return that signal's number, or 0.

        What `first` returns is shown, once the prompt stands, and `line` carried out as if it had
        been typed, `before` anything is connected where it says so. `behind` runs in a thread when
        all is ready, and what it returns is said in the toolbar. Raises what `first` does.
        """

        def start() -> None:
            self._surface.have()
            # Not of a console of Windows, whose answers may come as keys that were typed.
            if sys.platform != "win32" and self._stdout.isatty():
                self._surface.measure(self._measuring)
            self._opening = self._start(self._open(first))
            self._lines.submit(Entered.of(line, KEYS))
            self._start(self._connect(self._lines.task if before else None, behind))
            for number in signals.ENDING:
                signals.listen(number, partial(self._signalled, number))
            lending = self._surface.lending
            stopping.listen(lending.stopped, lending.went_on)

        def soon() -> None:
            asyncio.get_running_loop().call_soon(start)  # once the prompt stands

        # Not by prompt_toolkit: it imports ctypes for it, and a page that ends takes it from the prompt.
        release = signals.listen(signal.SIGINT, _interrupted)
        try:
            await self._app.run_async(pre_run=soon, handle_sigint=False)
        finally:
            release()
            self._surface.part()
        if self._lines.task is not None and not self._lines.task.done():
            self._lines.task.cancel()
            await asyncio.gather(self._lines.task, return_exceptions=True)
        for task in list(self._others):
            task.cancel()
        if self._failure is not None:
            raise self._failure
        return self._ended_by

    def _signalled(self, number: int) -> None:
        """Leave in order, so that the terminal is sane and the reply so far is kept."""
        self._ended_by = number
        self.leave()

    async def _open(self, first: "Callable[[], Awaitable[Sequence[Part]]] | None") -> None:
        """Show what the talk begins with; what draws earlier replies is imported behind the prompt."""
        await asyncio.sleep(KEYS_SECONDS)
        from zatsudan.commands.parts import Talk
        from zatsudan.terminal.greeting import greeting

        try:
            parts = await first() if first is not None else ()
        except ZatsudanError as error:
            self._failure = error
            self.interrupt()  # no line that was typed ahead is for another talk
            self._surface.close()
            return
        if any(isinstance(part, Talk) for part in parts):
            await asyncio.to_thread(importlib.import_module, "zatsudan.terminal.live.replies")
        self._surface.show([*greeting(private=self._chat.talk.folder is None), *parts])

    async def _connect(
        self, after: "asyncio.Task[None] | None", behind: "Callable[[], Printable] | None"
    ) -> None:
        await self._opened()
        await asyncio.sleep(PAUSE_SECONDS)
        from zatsudan.terminal.live.warmup import WARM, count, warm

        await warm(WARM)
        gc.freeze()  # what was imported stays: no collection is to look through it
        if after is not None:
            await asyncio.wait([after])
        if after is None or self._chat.link.server is None:  # else the questions have said it
            await self._repl.connect()
        count(self._chat)
        self.progress(EMPTY)
        self._chat.index_sessions()
        found = await asyncio.to_thread(behind) if behind is not None else EMPTY
        if found:
            self.hint(found)

    async def _opened(self) -> None:
        """Wait until it is shown what the talk begins with."""
        if self._opening is not None and not self._opening.done():
            await asyncio.wait([self._opening])

    def progress(self, text: Printable) -> None:
        """Say in the toolbar what is being waited for."""
        self._bar.progress = text
        self._app.invalidate()

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.ensure_future(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        return task

    def _toolbar(self) -> StyleAndTextTuples:
        buffer = self._prompt.buffer
        return self._bar.tuples(
            [line.text for line in self._lines.queue],
            keys_now(
                buffer.text,
                busy=self.busy,
                aside=buffer.aside is not None,
                answers=self._lines.answers,
            ),
            self._app.output.get_size().columns,
        )

    @cached_property
    def _repl(self) -> "Repl":
        """The loop, which is first needed when a line is sent: it is imported behind the prompt."""
        from zatsudan.terminal.repl import Repl

        return Repl(self._chat, self._commands, self._surface)


def _interrupted() -> None:
    """Tell the application in front, which may be a page."""
    get_app().key_processor.send_sigint()
