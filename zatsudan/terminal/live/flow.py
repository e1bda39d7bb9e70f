"""How much of a flood may be under way to the screen: about a screenful, where the terminal is far.

A server may send faster than a line takes, and what is written then waits in the buffers of the
pty and of TCP: after Ctrl-C it still scrolls by. No call of the system tells how much has not
arrived, only the terminal can. So behind each frame of a flood it is asked how it does (DSR,
`CSI 5 n`), and it answers `CSI 0 n` when it has read as far (ECMA-48, 8.3.35; xterm's ctlseqs,
"Device Status Report"). The cursor's position (`CSI 6 n`) would do as well, but its answer may be
that to another question, or a key: Shift-F3 is `CSI 1 ; 2 R`.

A terminal that answers at once is written to as fast as rows can be laid out.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from prompt_toolkit.data_structures import Size

from zatsudan.terminal.live.sieve import Query
from zatsudan.wire import bounds

QUESTION, ANSWER = "\x1b[5n", "\x1b[0n"
#: Characters of a frame from which on it is one of a flood: 1,000 tokens a second.
FLOOD = 256
#: A terminal that answers within so many seconds is near.
NEAR_SECONDS = 0.05
#: So long the next answer is waited for, in seconds. Without one, nothing is held back.
ANSWER_SECONDS = 2.0
#: So long after that a terminal that had answered before is asked again.
AGAIN_SECONDS = 10.0
#: Frames that may be under way to a terminal that is near.
_FRAMES = 2


class Flow:
    """Says how many characters of a reply the next frame may take, and asks what has arrived.

    `ask` writes a question, if one may be written now; `size` is the screen's. Until the terminal
    has answered `first`, which is written for it, nothing is held back and nothing asked.
    """

    def __init__(
        self, ask: Callable[[str], bool], size: Callable[[], Size], clock: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._size = size
        self._clock = clock
        self._answers = False  # has it ever?
        self._silent = True  # it has not answered, or no longer
        self._near = False
        self._heard = 0.0  # when it answered last
        self._written = 0
        self._arrived = 0
        #: What was written before each question that is open, when that was, and `_drawing` then.
        self._open: deque[tuple[int, float, float]] = deque()
        self._drawing = 0.0  # seconds that frames have taken: no answer is read meanwhile
        self._began = 0.0
        self._then: Callable[[], None] | None = None
        self._rests = False
        self._settled = asyncio.Event()

    def first(self) -> Query:
        """Return the question whether the terminal answers at all."""
        return Query(QUESTION, ANSWER, "", self._answered, again=True)

    def wrote(self, text: str) -> None:
        """Count what is under way."""
        self._written += len(text) if text.isascii() else len(text.encode(errors="replace"))

    @property
    def most(self) -> int:
        """Characters that a frame takes, and that may wait for one."""
        if self._silent or self._near:
            return bounds.FRAME
        return max(FLOOD, min(bounds.FRAME, self._screenful // 4))

    @property
    def _screenful(self) -> int:
        rows, columns = self._size()
        return rows * columns

    def room(self, then: Callable[[], None]) -> int:
        """Return how many characters a frame that is drawn now may take.

        0 where it is to wait for the terminal: `then` is called as soon as that has answered.
        """
        self._began = self._clock()
        if self._rests or self._full():
            self._then = then
            return 0
        if not self._open:
            self._arrived = self._written
        return self.most

    def _full(self) -> bool:
        """Is so much under way that no more may be?"""
        if self._silent or not self._open:
            return False
        if self._clock() - max(self._heard, self._open[0][1]) >= ANSWER_SECONDS:
            self._silent = True
            return False
        if self._near:
            return len(self._open) >= _FRAMES
        return self._written - self._arrived > self._screenful // 2

    def drawn(self, took: int) -> None:
        """A frame was written that took so many characters: ask behind it when it has arrived."""
        now = self._clock()
        self._drawing += now - self._began
        if took < FLOOD or not self._answers:
            return
        if self._silent and now - self._open[-1][1] < AGAIN_SECONDS:
            return
        if self._ask(QUESTION):
            if self._silent:
                self._open.clear()  # they are lost: another program may have read them
            self._open.append((self._written, now, self._drawing))

    def _answered(self, _said: str) -> None:
        """Take an answer: all has arrived that was written before the question."""
        self._answers, self._silent = True, False
        self._heard = self._clock()
        if self._open:
            self._arrived, at, drawing = self._open.popleft()
            waited = self._heard - at - (self._drawing - drawing)
            self._near = waited <= NEAR_SECONDS
        if not self._open:
            self._settled.set()
        then, self._then = self._then, None
        if then is not None:
            then()

    async def settled(self) -> None:
        """Wait until no answer is to come, which whoever gets the terminal next would read."""
        if self._silent or not self._open:
            return
        left = self._open[-1][1] + ANSWER_SECONDS - self._clock()
        self._settled.clear()
        self._rests = True  # and nothing more is asked
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._settled.wait()
        finally:
            self._rests = False
