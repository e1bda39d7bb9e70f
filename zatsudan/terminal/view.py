"""The view: a reply while it streams, above the live prompt.

Finished rows are committed; the open ones and a status line are drawn at most
25 times a second, the first token and the end at once, and never sooner than
three times what the last frame cost.
"""

import asyncio
from collections.abc import Callable, Iterable

from zatsudan.core.protocol import Delta
from zatsudan.terminal.painter import Painter
from zatsudan.terminal.parts import thought_rows
from zatsudan.terminal.rows import sgr
from zatsudan.terminal.stream import RowStream, TextStream

FRAME_SECONDS = 1 / 25
#: How often the status line may change by itself, in seconds.
STATUS_SECONDS = 0.25
#: How long an ambiguous end is held back, in seconds.
HOLD_SECONDS = 0.08
TAIL_ROWS = 12
REASONING_ROWS = 4


class LiveView:
    """One reply. `status` makes the status line's text; `size` gives columns and rows."""

    def __init__(
        self,
        painter: Painter,
        make_stream: Callable[[int], RowStream],
        size: Callable[[], tuple[int, int]],
        status: Callable[[], str],
        clock: Callable[[], float],
    ) -> None:
        self._painter = painter
        self._make_stream = make_stream
        self._size = size
        self._status = status
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._text: list[str] = []
        self._thoughts: list[str] = []
        self._content: RowStream | None = None
        self._reasoning: TextStream | None = None
        self._reasoning_since = 0.0
        self._reasoning_size = 0
        self._committed: list[str] = []
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._drawn_at = 0.0
        self._cost = 0.0
        self._fed_at = 0.0
        self._status_text = ""
        self._status_at = -1.0
        self._open = True
        self._began = False
        self._schedule(0.0)

    @property
    def width(self) -> int:
        """Cells that a row may take: one less than the screen has, so that nothing ever wraps."""
        return max(4, self._size()[0] - 1)

    def add(self, delta: Delta) -> None:
        """Take a delta of the first choice."""
        if delta.reasoning:
            self._thoughts.append(delta.reasoning)
        if delta.content:
            self._text.append(delta.content)
        if delta.content or delta.reasoning:
            self._fed_at = self._clock()
            first, self._began = not self._began, True
            self._schedule(0.0 if first else self._drawn_at + max(FRAME_SECONDS, 3 * self._cost))

    def note(self, rows: Iterable[str]) -> None:
        """Commit rows of our own between those of the reply."""
        self._committed += [*rows, ""]
        self._schedule(self._clock())

    def resize(self) -> list[str]:
        """Go on at the screen's present width; return the live rows at it."""
        for stream in (self._content, self._reasoning):
            if stream is not None:
                stream.resize(self.width)
        return self._live(hold=True)

    def close(self) -> None:
        """Commit all that is left and take the status line away."""
        self._open = False
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._take()
        self._fold_reasoning()
        if self._content is not None:
            self._committed.extend(self._content.finish())
        committed, self._committed = self._committed, []
        self._painter.show(committed, ())

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
        now = self._clock()
        holding = now - self._fed_at < HOLD_SECONDS
        self._draw(hold=holding)
        # The next token redraws sooner; without one, what is held appears, and the spinner turns.
        self._schedule(self._fed_at + HOLD_SECONDS if holding else self._drawn_at + STATUS_SECONDS)

    def _take(self) -> None:
        """Feed what has come since the last frame: one parse a frame at most."""
        if self._thoughts:
            if self._reasoning is None:
                self._reasoning = TextStream(self.width, "dim", "  ")
                self._reasoning_since = self._clock()
            text = "".join(self._thoughts)
            self._thoughts.clear()
            self._reasoning_size += len(text)
            self._reasoning.feed(text)  # not committed: it is folded when it is done
        if self._text:
            self._fold_reasoning()
            if self._content is None:
                self._content = self._make_stream(self.width)
            text = "".join(self._text)
            self._text.clear()
            self._committed.extend(self._content.feed(text))

    def _fold_reasoning(self) -> None:
        if self._reasoning is not None:
            seconds = self._clock() - self._reasoning_since
            self._reasoning = None
            self._committed += [*thought_rows(self._reasoning_size, seconds)]

    def _live(self, *, hold: bool) -> list[str]:
        limit = max(1, min(TAIL_ROWS, self._size()[1] - 6))
        live: list[str] = []
        if self._reasoning is not None:
            live += self._reasoning.tail(min(limit, REASONING_ROWS), hold=hold)
        if self._content is not None:
            live += self._content.tail(limit, hold=hold)
        if live and live[-1]:
            live.append("")
        now = self._clock()
        if now - self._status_at >= STATUS_SECONDS or self._status_at < 0:
            self._status_at = now
            self._status_text = self._status()
        live.append(sgr(self._status_text[: self.width], "dim"))
        return live

    def _draw(self, *, hold: bool) -> None:
        started = self._clock()
        self._take()
        live = self._live(hold=hold)
        committed, self._committed = self._committed, []
        self._painter.show(committed, live)
        self._drawn_at = self._clock()
        self._cost = self._drawn_at - started
