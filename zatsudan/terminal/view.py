"""The view: a reply while it streams, above the live prompt.

Finished rows are committed; the open ones and a status line are drawn frame by
frame, and the end at once.
"""

from collections.abc import Callable, Iterable

from zatsudan.core.printable import EMPTY, Printable, Styled, printable
from zatsudan.core.protocol import Delta
from zatsudan.terminal.frames import STATUS_SECONDS, Frames
from zatsudan.terminal.painter import Painter
from zatsudan.terminal.parts import thought_rows
from zatsudan.terminal.rows import cut, sgr
from zatsudan.terminal.stream import RowStream, TextStream

TAIL_ROWS = 12
REASONING_ROWS = 4


class LiveView:
    """One reply. `status` makes the status line's text; `size` gives columns and rows."""

    def __init__(
        self,
        painter: Painter,
        make_stream: Callable[[int], RowStream],
        size: Callable[[], tuple[int, int]],
        status: Callable[[], Printable],
        clock: Callable[[], float],
    ) -> None:
        self._painter = painter
        self._make_stream = make_stream
        self._size = size
        self._status = status
        self._clock = clock
        self._text: list[str] = []
        self._thoughts: list[str] = []
        self._content: RowStream | None = None
        self._reasoning: TextStream | None = None
        self._reasoning_since = 0.0
        self._reasoning_size = 0
        self._committed: list[Styled] = []
        self._status_text = EMPTY
        self._status_at = -1.0
        self._frames = Frames(self._draw, clock)

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
            self._frames.fed()

    def note(self, rows: Iterable[Styled]) -> None:
        """Commit rows of our own between those of the reply."""
        self._committed += [*rows, EMPTY]
        self._frames.soon()

    def resize(self) -> list[Styled]:
        """Go on at the screen's present width; return the live rows at it."""
        for stream in (self._content, self._reasoning):
            if stream is not None:
                stream.resize(self.width)
        return self._live(hold=True)

    def close(self) -> None:
        """Commit all that is left and take the status line away."""
        self._frames.close()
        self._take()
        self._fold_reasoning()
        if self._content is not None:
            self._committed.extend(self._content.finish())
        committed, self._committed = self._committed, []
        self._painter.show(committed, ())

    def _take(self) -> None:
        """Feed what has come since the last frame: one parse a frame at most."""
        if self._thoughts:
            if self._reasoning is None:
                self._reasoning = TextStream(self.width, "dim", printable("  "))
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

    def _live(self, *, hold: bool) -> list[Styled]:
        limit = max(1, min(TAIL_ROWS, self._size()[1] - 6))
        live: list[Styled] = []
        if self._reasoning is not None:
            live += self._reasoning.tail(min(limit, REASONING_ROWS), hold=hold)
        if self._content is not None:
            live += self._content.tail(limit, hold=hold)
        if live and live[-1]:
            live.append(EMPTY)
        now = self._clock()
        if now - self._status_at >= STATUS_SECONDS or self._status_at < 0:
            self._status_at = now
            self._status_text = self._status()
        live.append(sgr(cut(self._status_text, self.width), "dim"))
        return live

    def _draw(self, hold: bool) -> None:
        self._take()
        live = self._live(hold=hold)
        committed, self._committed = self._committed, []
        self._painter.show(committed, live)
