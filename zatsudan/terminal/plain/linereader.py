"""Lines of a terminal that edits them itself, and which of them a person typed.

The terminal gives whole lines. What was pasted stands between two sequences where it
takes PASTES_ON (terminal/rows.py) for an order; elsewhere lines that come all at once were pasted, since no
person types two within `BURST_SECONDS` (talk/entered.py).
"""

import asyncio
import contextlib
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from io import RawIOBase
from typing import NamedTuple

from zatsudan.base.descriptors import Incoming
from zatsudan.talk.entered import BURST_SECONDS, KEYS, SAID, TEXT, Entered

BEGIN, END = "\x1b[200~", "\x1b[201~"

#: The lines of a paste come within this time of each other: what is later ends with the
#: person's own Enter, and the paste with it, also where its end was erased.
PASTE_SECONDS = 0.3

#: Within this time a Ctrl-C is heard that has ended a read of Windows' console.
INTERRUPT_SECONDS = 0.3


def marked(line: str) -> Entered:
    """Return a line without the sequences around what was pasted, and with its marks.

    A paste whose end was erased goes to the end of the line, and one whose beginning was
    begins the line.
    """
    found: list[Entered] = []
    pasted = line.find(END) >= 0 and not 0 <= line.find(BEGIN) < line.find(END)
    at = 0
    while at < len(line):
        sequence = END if pasted else BEGIN
        met = line.find(sequence, at)
        piece = line[at : met if met >= 0 else len(line)]
        found.append(Entered.of(piece, TEXT if pasted else KEYS))
        at = met + len(sequence) if met >= 0 else len(line)
        pasted = pasted != (met >= 0)
    return Entered.joined(found, "")


def open_paste(line: str) -> bool:
    """Tell whether a paste begins in the line and does not end there."""
    return line.rfind(BEGIN) > line.rfind(END)


class _Came(NamedTuple):
    """A line and when it came; None is the end."""

    text: str | None
    at: float


def _console(fd: int) -> RawIOBase | None:
    """Return the console of Windows, which gives UTF-8: its descriptor gives bytes of a code page."""
    if sys.platform == "win32" and os.isatty(fd) and fd == 0:
        return getattr(sys.stdin.buffer, "raw", None)
    return None


def of_console(raw: RawIOBase, interrupts: Callable[[], int]) -> bytes:
    """Return what comes of a console of Windows; empty at its end, which Ctrl-Z and Ctrl-D are.

    Ctrl-C ends a read too, and looks like the end: `interrupts` counts how often it was heard, which
    may be a moment later. Blocks: call it in a thread.
    """
    while True:
        before = interrupts()
        data = bytes(raw.read(65_536) or b"")
        if data:
            return b"" if data.rstrip(b"\r\n") == b"\x04" else data
        time.sleep(INTERRUPT_SECONDS)
        if interrupts() == before:
            return b""


class LineReader:
    """Lines of a file descriptor, read on the event loop, so that a signal can come between.

    It goes on reading until `close`, to know when each line came. `together`: the last line
    came at once with another one.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        #: Does a person type the lines, at a terminal?
        self.by_person = os.isatty(fd)
        self._lines: deque[_Came] = deque()
        self._rest = b""
        self._came = asyncio.Event()
        self._last = -1.0
        self._interrupts = 0
        console = _console(fd)
        read = None if console is None else partial(of_console, console, lambda: self._interrupts)
        self._incoming = Incoming(fd, self._ready, read)
        self._dropped = False
        #: When something was first said after the last line: what came later answers it.
        self._spoken: float | None = None
        self.together = False

    async def line(self) -> Entered | None:
        """Return the next line, a paste of several as one; None at the end."""
        first = last = await self._next()
        if first.text is None or not self.by_person:
            return None if first.text is None else Entered.of(first.text, SAID)
        texts = [first.text]
        is_open = open_paste(first.text)
        while is_open:
            self._dropped = False
            more = await self._next()
            if more.text is None:
                self._lines.appendleft(more)
                break
            if self._dropped:
                first, texts, is_open = more, [], False
            texts.append(more.text)
            if BEGIN in more.text or END in more.text:  # a line without them changes nothing
                is_open = open_paste(more.text)
            typed, last = more.at - last.at > PASTE_SECONDS, more
            if typed:
                break
        line = marked("\n".join(texts))
        follows = first.at - self._last < BURST_SECONDS
        if self._spoken is not None and first.at > self._spoken:
            follows = False
        # What came with it is taken in before anything else is done, which may take longer.
        await self._wait(BURST_SECONDS)
        self._last, self._spoken = last.at, None
        leads = bool(self._lines) and self._lines[0].at - self._last < BURST_SECONDS
        self.together = follows or (leads and self._lines[0].text is not None)
        return Entered.of(line.text, SAID) if self.together else line

    async def answer(self, prompt: Callable[[], None], *, hidden: bool, fresh: bool = False) -> str | None:  # fmt: skip
        """Return a line, unechoed where `hidden`; None for Ctrl-C and Ctrl-D.

        `prompt` is called when it may be typed: a key that comes sooner would be seen.
        `fresh`: what came before does not answer it.
        """
        from zatsudan.terminal.plain.echo import kept

        earlier: deque[_Came] = deque()
        with kept(self._fd, hidden=hidden):
            try:
                if fresh:
                    self.listen()
                    await asyncio.sleep(BURST_SECONDS)
                    earlier, self._lines = self._lines, deque()
                prompt()
                came = await self._next()
            except asyncio.CancelledError:
                return None
            finally:
                self._lines.extendleft(reversed(earlier))
        return None if came.text is None else marked(came.text).text

    def spoke(self) -> None:
        """Know that something was shown."""
        if self._spoken is None:
            self._spoken = asyncio.get_running_loop().time()

    def interrupted(self) -> None:
        """Know that Ctrl-C was typed."""
        self._interrupts += 1

    def drop(self) -> None:
        """Forget the lines of a paste that has not ended: the terminal has forgotten its end."""
        self._dropped = True

    def listen(self) -> None:
        """Begin to read."""
        if not self._lines:
            self._incoming.listen()

    def close(self) -> None:
        """Read no further: what comes is for others."""
        self._incoming.close()

    def _ready(self, data: bytes) -> None:
        now = asyncio.get_running_loop().time()
        more = data
        # A terminal gives a line at a time: those that are there came together.
        while self.by_person and more.endswith(b"\n") and self._incoming.more():
            more = self._incoming.read()
            data += more
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not more and self._rest:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self._lines.append(_Came(line.decode("utf-8", "replace").rstrip("\r"), now))
        if not more:
            self._lines.append(_Came(None, now))
            self.close()  # until the next line is wanted: a terminal goes on after Ctrl-D
        self._came.set()

    async def _next(self) -> _Came:
        """Return what came first."""
        await self._wait(None)
        return self._lines.popleft()

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._lines:
                    self._came.clear()
                    self.listen()
                    if not self._lines:
                        await self._came.wait()
