"""When to draw: soon enough to be live, seldom enough to cost little."""

import asyncio
from collections.abc import Callable

#: A little less than the time between two reads of a reply (servers/resting.py): each is drawn at once.
FRAME_SECONDS = 0.06
#: How long a frame that is due waits for the next piece of text to draw it along, in seconds.
PATIENCE_SECONDS = 0.02
#: How often the status line may change by itself, in seconds.
STATUS_SECONDS = 0.25
#: How long an ambiguous end is held back, in seconds: two reads of a reply, and a little.
HOLD_SECONDS = 0.16


class Frames:
    """Calls `draw` for each frame, telling it whether to hold an ambiguous end back.

    It returns whether text is left for the next frame.

    The first text is drawn at once, later text at most 16 times a second by when it
    came, so that a frame that is late delays no other, and never sooner than
    three times what the last frame cost. It is drawn when a
    piece comes, since to wake up for a frame costs as much as half of it; a clock
    draws what no other piece follows. Without new text what is held appears, and
    then the spinner turns. In a flood, when more has come than a frame takes, the
    next frame is soon, but not at once, so that the keys have their turn.
    """

    def __init__(self, draw: Callable[[bool], bool | None], clock: Callable[[], float]) -> None:
        self._draw = draw
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._drawn_at = 0.0  # when a frame with new text was begun last
        self._came_at = 0.0  # and when that text had come
        self._waits = False  # is there new text?
        self._flood = False  # and more of it than a frame takes?
        self._drawn = asyncio.Event()
        self._cost = 0.0
        self._fed_at = 0.0
        self._began = False
        self._open = True
        # Not at once: the request is about to be sent.
        self._schedule(clock() + FRAME_SECONDS)

    def fed(self, *, flood: bool = False) -> None:
        """Text has come; `flood`: more of it waits than a frame takes."""
        self._fed_at = self._clock()
        self._waits, self._flood = True, flood
        due = self._next_frame()
        self._began = True
        self._schedule(due if flood or due <= self._fed_at else due + PATIENCE_SECONDS)

    def drawn(self) -> asyncio.Event | None:
        """Return what the next frame sets, or the end of all of them; None behind it."""
        return self._drawn if self._open else None

    def soon(self, seconds: float = 0.0) -> None:
        """Draw as soon as may be, or after some seconds."""
        self._schedule(self._clock() + seconds)

    def close(self) -> None:
        """Draw no more."""
        self._open = False
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._drawn.set()

    def _next_frame(self) -> float:
        """Return when new text may be drawn."""
        if not self._began:
            return 0.0
        if self._flood:
            return self._drawn_at + self._cost * 9 / 8
        pause = max(FRAME_SECONDS / 2, 4 * self._cost)
        return max(self._came_at + FRAME_SECONDS, self._drawn_at + pause)

    def _schedule(self, due: float) -> None:
        """Draw at `due`, a time of the clock, unless a frame is due before."""
        if not self._open or (self._handle is not None and self._due <= due):
            return
        if self._handle is not None:
            self._handle.cancel()
        self._due = due
        self._handle = self._loop.call_later(max(0.0, due - self._clock()), self._tick)

    def _tick(self) -> None:
        self._handle = None
        started = self._clock()
        if self._waits and (due := self._next_frame()) > started:
            # What was held has its turn with the text that has come since.
            self._schedule(due if self._flood else due + PATIENCE_SECONDS)
            return
        holding = started - self._fed_at < HOLD_SECONDS
        came_at = self._fed_at
        more = bool(self._draw(holding))
        ended = self._clock()
        if self._waits:  # a frame of the spinner delays no text
            self._drawn_at, self._came_at = started, came_at
        self._waits = self._flood = more
        self._cost = ended - started
        self._schedule(self._fed_at + HOLD_SECONDS if holding else ended + STATUS_SECONDS)
        if more:
            self._schedule(self._next_frame())
        self._drawn.set()
        self._drawn = asyncio.Event()
