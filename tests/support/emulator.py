"""A terminal to look at: the live terminal's output on a pyte screen, with its scrollback as text."""

import asyncio
import io
import re
import time
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyte
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.input.vt100_parser import Vt100Parser
from pyte import screens
from pyte.screens import Char

from tests.support.doubles import chat_over
from tests.support.server import Request, Script, Server, serve
from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.commands import COMMANDS
from zatsudan.commands.parts import Part
from zatsudan.config.settings import Config, Network
from zatsudan.servers.choice import Server as Address
from zatsudan.servers.client import Client
from zatsudan.talk.chat import Chat
from zatsudan.talk.entered import Entered
from zatsudan.terminal.live.program import LiveTerminal
from zatsudan.terminal.text.widths import set_told

SCRIPTED = Address("scripted", "", model="scripted", reason="test")

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


def _is_alone(char: str) -> bool:
    return screens.wcwidth(char) == 0 and not unicodedata.combining(char)


class _Sheet(pyte.HistoryScreen):
    """A screen that keeps faint text, which pyte drops: as blinking, which nothing here is."""

    def draw(self, data: str) -> None:
        if data.isascii():
            super().draw(data)
            return
        # Behind a mark without a width that does not combine, pyte draws no more.
        for alone, chars in groupby(data, _is_alone):
            part = "".join(chars)
            if alone:
                row, before = self.buffer[self.cursor.y], max(self.cursor.x - 1, 0)
                row[before] = row[before]._replace(data=row[before].data + part)
            else:
                super().draw(part)

    def insert_lines(self, count: int | None = None) -> None:
        self._make_rows()
        super().insert_lines(count)

    def delete_lines(self, count: int | None = None) -> None:
        self._make_rows()
        super().delete_lines(count)

    def _make_rows(self) -> None:
        """Make all rows: pyte moves none in the place of another that was never written."""
        for y in range(self.lines):
            self.buffer[y]

    def select_graphic_rendition(self, *attrs: int) -> None:
        kept = list(attrs)
        at = 0
        while at < len(kept):
            if kept[at] in {38, 48}:  # a colour: its own 2 or 5 and numbers stand behind it
                at += 3 if kept[at + 1 : at + 2] == [5] else 5
                continue
            if kept[at] == 2:
                kept[at] = 5
            at += 1
        super().select_graphic_rendition(*kept)


class Picture(NamedTuple):
    """A picture that was drawn: its first row, counted from the top of scrollback, and its keys."""

    row: int
    keys: str
    data: str


class Screen(io.StringIO):
    """A file that is a screen. `writes` counts the calls: a frame is one write."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        super().__init__()
        self._screen = _Sheet(columns, rows, history=100_000, ratio=0.5)
        self._stream = pyte.Stream(self._screen)
        self._behind: tuple[_Sheet, pyte.Stream] | None = None
        self.size = Size(rows=rows, columns=columns)
        self.raw: list[str] = []
        #: What takes its answers to what it is asked, if it answers.
        self.answer: Callable[[str], None] | None = None
        #: What it says where it is asked whether it takes pictures, as kitty does.
        self.takes_pictures = ""
        #: What it calls itself where it is asked (XTVERSION).
        self.called = ""
        self.pictures: list[Picture] = []
        #: What was written and the changes of the size, as another emulator plays it.
        self.steps: list[str | tuple[int, int]] = []

    def write(self, text: str) -> int:
        self.raw.append(text)
        self.steps.append(text)
        for piece in re.split(
            r"(\x1b\[\?1049[hl]|\x1b\[>q|\x1b_[^\x1b]*\x1b\\|\x1b\]1337;[^\x07]*\x07)", text
        ):
            if piece in (ENTER, LEAVE):
                self._alternate(piece == ENTER)
            elif piece == "\x1b[>q":
                if self.called and self.answer is not None:
                    self.answer(f"\x1bP>|{self.called}\x1b\\")
            elif piece.startswith(("\x1b_G", "\x1b]1337;")):
                self._graphics(piece)
            else:
                self._stream.feed(piece)
        return len(text)

    def _graphics(self, sequence: str) -> None:
        """Take what pyte does not know: a question, a picture, or more of the last one."""
        text = sequence[3:-2] if sequence.startswith("\x1b_") else sequence[7:-1]
        keys, _, data = text.partition(";" if sequence.startswith("\x1b_") else ":")
        if "a=q" in keys:
            if self.takes_pictures and self.answer is not None:
                self.answer(self.takes_pictures)
        elif "a=d" in keys:
            number = next(key for key in keys.split(",") if key.startswith("i="))
            self.pictures = [each for each in self.pictures if number not in each.keys.split(",")]
        elif keys in ("m=0", "m=1"):
            self.pictures[-1] = self.pictures[-1]._replace(data=self.pictures[-1].data + data)
        else:
            row = len(self._screen.history.top) + self._screen.cursor.y
            self.pictures.append(Picture(row, keys, data))

    def isatty(self) -> bool:
        return self.answer is not None

    def answers(self, answer: Callable[[str], None]) -> None:
        """Answer from now on, as terminals do that tell where their cursor stands."""
        self.answer = answer
        self._screen.write_process_input = answer  # type: ignore[method-assign, assignment]

    def _alternate(self, enter: bool) -> None:
        """Go to the alternate screen or back, which pyte does not know."""
        if enter and self._behind is None:
            self._behind = self._screen, self._stream
            self._screen = _Sheet(self.size.columns, self.size.rows)
            self._stream = pyte.Stream(self._screen)
        elif not enter and self._behind is not None:
            (self._screen, self._stream), self._behind = self._behind, None

    def fileno(self) -> int:
        raise OSError("not a real terminal")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size as a terminal does that does not reflow."""
        self.size = Size(rows=rows, columns=columns)
        self.steps.append((columns, rows))
        self._screen.resize(rows, columns)

    def reflow(self, columns: int, *, moves: bool = False, first: bool = False) -> None:
        """Change the width as a terminal does that wraps all its rows anew; what is wide is not known here.

        The cursor stays on its character, and the last row stays on the screen. One that `moves`
        it, as kitty does, has it behind its last row where the rows take more than the screen.
        With `first` it stays in the first row that its own has become, as in Konsole.
        """
        old, (x, y) = self._screen, self.cursor
        texts = ["".join(cell.data for cell in row).rstrip() for row in self.cells()]
        last = max(y, *(at for at, text in enumerate(texts) if text))
        wrapped: list[str] = []
        row = column = 0
        for at, text in enumerate(texts[: last + 1]):
            if at == y:
                row, column = len(wrapped) + x // columns, x % columns
                if first:
                    row, column = len(wrapped), min(x, columns - 1)
            size = max(len(text), x + 1 if at == y else 1)
            wrapped += [text[start : start + columns] for start in range(0, size, columns)]
        gone = max(0, len(wrapped) - old.lines)
        if moves and gone:
            row, column = len(wrapped) - 1, len(texts[last]) % columns
        self.size = Size(rows=old.lines, columns=columns)
        self._screen = _Sheet(columns, old.lines, history=100_000, ratio=0.5)
        self._screen.history.top.extend(old.history.top)
        self._stream = pyte.Stream(self._screen)
        if self.answer is not None:
            self.answers(self.answer)
        self._stream.feed("\r\n".join(wrapped))
        self._screen.cursor_position(row - gone + 1, column + 1)

    def shown(self) -> str:
        """Return what stands on the screen, without trailing blanks."""
        rows = ("".join(cell.data for cell in row).rstrip() for row in self.cells())
        return "\n".join(rows).rstrip("\n")

    def scrollback(self) -> str:
        """Return what has left the screen at its top, then what stands on it."""
        above = [
            "".join(line[x].data for x in range(self._screen.columns)).rstrip()
            for line in self._screen.history.top
        ]
        return "\n".join([*above, self.shown()])

    def background(self, x: int, y: int) -> str:
        """Return the background of a cell: `default`, or the colour's six digits."""
        colour: str = self._screen.buffer[y][x].bg
        return colour

    def cells(self) -> list[list[Char]]:
        """Return the screen's rows of cells; a cell without text is covered by the one before."""
        columns, lines = self._screen.columns, self._screen.lines
        return [[self._screen.buffer[y][x] for x in range(columns)] for y in range(lines)]

    @property
    def hides_cursor(self) -> bool:
        """Whether the cursor is not to be seen."""
        return bool(self._screen.cursor.hidden)

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor."""
        return self._screen.cursor.x, self._screen.cursor.y


class Sitting:
    """A person before a screen."""

    def __init__(
        self, screen: Screen, keys: PipeInput, terminal: LiveTerminal, chat: Chat, server: Server
    ) -> None:
        self.screen = screen
        self.terminal = terminal
        self.chat = chat
        self.server = server
        self._keys = keys
        self._handled = 0
        handle = terminal._repl.handle

        async def counted(line: Entered) -> bool:
            try:
                return await handle(line)
            finally:
                self._handled += 1

        terminal._repl.handle = counted  # type: ignore[method-assign]
        self._taken = 0

        def count(_: object) -> None:
            self._taken += 1

        terminal._app.key_processor.after_key_press += count

    def type(self, text: str) -> None:
        """Press keys."""
        self._keys.send_text(text)

    async def press(self, *keys: str) -> str:
        """Press keys at the prompt, each when the one before was taken; return what stands there."""
        for key in keys:
            presses: list[object] = []
            Vt100Parser(presses.append).feed_and_flush(key)
            expected = self._taken + len(presses)
            self.type(key)
            await self.until(lambda expected=expected: self._taken >= expected)  # type: ignore[misc]
        return self.terminal._prompt.buffer.text

    def resize(self, columns: int, rows: int) -> None:
        """Give the screen another size, and have the program told of it."""
        self.screen.resize(columns, rows)
        self.terminal._app._on_resize()

    async def until(self, condition: str | Callable[[], bool], seconds: float = 10.0) -> str:
        """Wait until a text stands on the screen or in scrollback, or a condition holds; return the screen."""

        def holds() -> bool:
            return (
                condition in self.screen.scrollback() if isinstance(condition, str) else condition()
            )

        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110  a screen has no event to wait for
                await asyncio.sleep(0.01)
        return self.screen.shown()

    async def at_rest(self) -> str:
        """Wait until nothing is under way; return the screen."""
        await asyncio.sleep(0.05)
        await self.until(lambda: not self.terminal.busy)
        await asyncio.sleep(0.1)
        return self.screen.shown()

    async def say(self, text: str) -> str:
        """Send a line and wait until all is said; return the screen."""
        before = self._handled
        self.type(text + "\r")
        await self.until(lambda: self._handled > before)
        return await self.at_rest()


#: What is shown at the beginning of a talk, once it is there.
First = Callable[[Chat], Awaitable[Sequence[Part]]]


@asynccontextmanager
async def sitting(
    *scripts: Script | Callable[[Request], Script],
    columns: int = 80,
    rows: int = 24,
    sessions: Path | None = None,
    private: bool = False,
    config: Config | None = None,
    environ: dict[str, str] | None = None,
    address: Address = SCRIPTED,
    client: Callable[[Address, Network], Client] = Client,
    clock: Callable[[], float] = time.monotonic,
    terminal_clock: Callable[[], float] = time.monotonic,
    history: Path | None = None,
    answers: bool = False,
    takes_pictures: str = "",
    behind: Callable[[], Printable] | None = None,
    first: First | None = None,
    called: str = "",
) -> AsyncIterator[Sitting]:
    """Run the live terminal on an emulated screen, with a scripted server behind it.

    It stands for the servers of the config's profiles too, each with its key. `behind` is what runs
    behind the prompt. `address` names that server otherwise; `clock` is the
    chat's, `terminal_clock` the terminal's; the screen `answers` what it is asked, and with
    `takes_pictures` where it is asked for these, and as what it is `called`. `first` returns what the talk begins with; the
    person then sits down before that is there.
    """
    screen = Screen(columns, rows)
    screen.takes_pictures, screen.called = takes_pictures, called
    with TemporaryDirectory() as directory:
        kept = None if private else sessions or Path(directory)
        async with serve(*scripts) as server:

            async def connect() -> Client:
                there = address._replace(base_url=server.base_url)
                return client(there, Network(connect_seconds=2.0, idle_seconds=5.0))

            async def reach(profile: str) -> Client:
                known = (config or Config()).profiles[profile]
                there = Address(profile, server.base_url, known.api_key, known.model)
                return client(there, Network(connect_seconds=2.0, idle_seconds=5.0))

            chat = chat_over(connect, kept, config=config, reach=reach, clock=clock)
            chat.talk.new()
            async with _seated(
                screen,
                server,
                chat,
                environ,
                history=history,
                first=first,
                answers=answers,
                clock=terminal_clock,
                behind=behind,
            ) as person:
                connected = say(
                    "{model} at {server} ({reason})",
                    model=address.model,
                    server=address.name,
                    reason=say(address.reason),
                )
                await person.until(connected if first is None else "»")
                try:
                    yield person
                finally:
                    set_told({})  # what this terminal told holds for no other


@asynccontextmanager
async def _seated(
    screen: Screen,
    server: Server,
    chat: Chat,
    environ: dict[str, str] | None,
    *,
    history: Path | None,
    first: First | None,
    answers: bool,
    clock: Callable[[], float],
    behind: Callable[[], Printable] | None = None,
) -> AsyncIterator[Sitting]:
    with create_pipe_input() as keys, create_app_session(input=keys):
        if answers:
            screen.answers(keys.send_text)
        terminal = LiveTerminal(
            chat,
            COMMANDS,
            environ=environ or {"TERM": "xterm-256color"},
            stdout=screen,
            history=history,
            screen=chat.config.screen,
            input_=keys,
            size=lambda: screen.size,
            clock=clock,
        )
        task = asyncio.ensure_future(
            terminal.run(partial(first, chat) if first else None, behind=behind)
        )
        person = Sitting(screen, keys, terminal, chat, server)
        try:
            yield person
        finally:
            if not task.done():
                terminal.leave()
            await task
            await chat.aclose()
