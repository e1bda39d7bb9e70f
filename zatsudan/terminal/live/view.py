"""The view: a reply while it streams, above the live prompt.

Finished rows are committed; the open ones and a status line are drawn frame by
frame, and the end at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from prompt_toolkit.data_structures import Size

from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.terminal.frames import STATUS_SECONDS, Frames
from zatsudan.terminal.live.painter import Painter, row_width
from zatsudan.terminal.live.textstream import RowStream, TextStream
from zatsudan.terminal.text.replyrows import thought_rows
from zatsudan.terminal.text.rows import sgr, wrap
from zatsudan.wire import bounds
from zatsudan.wire.protocol import Delta
from zatsudan.wire.thinking import THOUGHT

TAIL_ROWS = 12
REASONING_ROWS = 4
#: Behind these a thought may stand between two texts.
_ENDS = "\n.!?…。！？"
#: How long a frame may go on feeding what has come, in seconds: then the keys have their turn.
FEED_SECONDS = 0.05
#: When to look again for rows that are to come without more text, in seconds.
WAIT_SECONDS = 0.005


class LiveView:
    """One reply. `status` makes the status line's text for so many cells; `size` is the screen's."""

    def __init__(
        self,
        painter: Painter,
        make_stream: Callable[[int], RowStream],
        size: Callable[[], Size],
        status: Callable[[int], Printable],
        clock: Callable[[], float],
    ) -> None:
        self._painter = painter
        self._make_stream = make_stream
        self._size = size
        self._status = status
        self._clock = clock
        self._text: deque[str] = deque()
        self._thoughts: deque[str] = deque()
        self._behind = 0  # characters that have come and are not fed
        self._most = painter.flow.most  # of these, before no more is read
        self._content: RowStream | None = None
        self._reasoning: TextStream | None = None
        self._reasoning_since = 0.0
        self._reasoning_size = 0
        self._fed = 0  # characters of the text
        self._fed_since = 0.0
        self._shown = False  # does a row of the text stand above for good?
        self._thought_above = False
        self._ends_with = ""  # the text so far
        self._notes: list[Printable] = []
        self._committed: list[Styled] = []
        self._status_text = EMPTY
        self._status_at = -1.0
        self._status_width = 0
        self._frames = Frames(self._draw, clock)

    @property
    def width(self) -> int:
        """Cells that a row may take as the screen is."""
        return row_width(self._size())

    def add(self, delta: Delta) -> None:
        """Take a delta of the first choice."""
        if delta.before:
            self._turn(delta.before)
        if delta.reasoning:
            self._thoughts.append(delta.reasoning)
        if delta.content:
            self._text.append(delta.content)
        if delta.content or delta.reasoning:
            self._behind += len(delta.content) + len(delta.reasoning)
            self._frames.fed(flood=self._behind > self._most)

    def _turn(self, before: str) -> None:
        """Take what came for a thought, or for what comes anew.

        Rows that stand in scrollback stay there; those that are still drawn are folded away.
        """
        if before == THOUGHT:
            self._thoughts += self._text
            self._text.clear()
            if self._content is not None:
                self._content.finish()
                self._content = None
                self._think("")
                self._reasoning_since = self._fed_since
                self._reasoning_size += self._fed
                self._thought_above = self._shown
        else:
            self._behind -= sum(map(len, (*self._thoughts, *self._text)))
            self._thoughts.clear()
            self._text.clear()
            self._reasoning, self._reasoning_size = None, 0
            if self._content is not None:
                self._content.finish()
            self._content, self._thought_above = None, self._shown

    def behind(self) -> asyncio.Event | None:
        """Return the next frame where more waits than it takes: what comes next should wait for it."""
        if self._behind <= self._most or self._painter.taken:
            return None
        return self._frames.drawn()

    def note(self, text: Printable) -> None:
        """Commit a line of our own between the rows of the reply."""
        self._notes.append(text)
        self._frames.soon()

    def resize(self) -> list[Styled]:
        """Go on at the screen's present width; return the live rows at it."""
        for stream in (self._content, self._reasoning):
            if stream is not None:
                stream.resize(self.width)
        self._frames.soon()
        return self._live(hold=True)

    def close(self) -> None:
        """Commit all that is left and take the status line away."""
        self._frames.close()
        self._painter.commit(self._rest)

    def _rest(self, width: int) -> list[Styled]:
        """Return all that is left, as rows of a width."""
        if self._content is not None:
            self._content.resize(width)
        self._take()
        while self._behind:
            self._take()
        self._fold_reasoning()
        if self._content is not None:
            self._committed.extend(self._content.finish())
        return self._take_committed()

    def _take_committed(self) -> list[Styled]:
        committed, self._committed = self._committed, []
        return committed

    def _take(self, room: int = bounds.FRAME) -> None:
        """Feed what has come since the last frame, as much of it as a frame may cost."""
        if self._content is not None and self._notes:
            self._committed.extend(self._content.settle())  # it came before them
        for note in self._notes:
            self._committed += [*note_rows(note, self.width), EMPTY]
        self._notes.clear()
        until = self._clock() + FEED_SECONDS
        while self._behind and room > 0 and self._clock() <= until:
            if self._thoughts:
                text = joined(self._thoughts, min(room, bounds.PIECE))
                self._interrupt()
                self._think(text)
            else:
                at_once = self._content.at_once if self._content else bounds.PIECE
                text = joined(self._text, min(room, at_once))
                self._fold_reasoning()
                if self._content is None:
                    self._content = self._make_stream(self.width)
                    self._fed, self._fed_since = 0, self._clock()
                rows = self._content.feed(text)
                self._committed.extend(rows)
                self._ends_with = text[-1]
                self._fed += len(text)
                self._shown = self._shown or bool(rows)
            room -= len(text)
            self._behind -= len(text)
        if self._waits and self._content is not None:
            self._committed.extend(self._content.feed(""))

    @property
    def _waits(self) -> bool:
        """Are rows to come of what has been fed?"""
        return self._content is not None and self._content.waits

    def _interrupt(self) -> None:
        """Have a thought come in the middle of the text: behind a line or a sentence, or within one."""
        if self._content is not None and self._ends_with in _ENDS:
            self._committed += [*self._content.finish(), EMPTY]
            self._content = None
        elif self._content is not None:
            self._committed.extend(self._content.settle())

    def _think(self, text: str) -> None:
        if self._reasoning is None:
            self._reasoning = TextStream(self.width, "dim", printable("  "))
            self._reasoning_since = self._clock()
        self._reasoning_size += len(text)
        self._reasoning.feed(text)  # not committed: it is folded when it is done

    def _fold_reasoning(self) -> None:
        if self._reasoning is not None:
            seconds = self._clock() - self._reasoning_since
            self._reasoning = None
            above = self._thought_above
            self._committed += [EMPTY] if above else []
            self._committed += [*thought_rows(self._reasoning_size, seconds, above=above)]
            self._reasoning_size, self._thought_above = 0, False  # another may follow

    def _live(self, *, hold: bool) -> list[Styled]:
        limit = max(1, min(TAIL_ROWS, self._size().rows - 6))
        live: list[Styled] = []
        if self._reasoning is not None:
            live += self._reasoning.tail(min(limit, REASONING_ROWS), hold=hold)
        if self._content is not None:
            live += self._content.tail(limit, hold=hold)
        if live and live[-1]:
            live.append(EMPTY)
        now, width = self._clock(), self.width
        if now - self._status_at >= STATUS_SECONDS or width != self._status_width:
            self._status_at, self._status_width = now, width
            self._status_text = self._status(width)
        live.append(sgr(self._status_text, "dim"))
        return live

    def _draw(self, hold: bool) -> bool:
        if not self._painter.ready():
            return False  # nothing is laid out for a width that it would not be painted at
        room = self._painter.flow.room(self._go_on)
        if not room:
            return False
        before, self._most = self._behind, room
        self._take(room)
        live = self._live(hold=hold)
        self._painter.show(self._take_committed(), live)
        self._painter.flow.drawn(before - self._behind)
        if self._waits:
            self._frames.soon(WAIT_SECONDS)
        return self._behind > 0

    def _go_on(self) -> None:
        """Draw what has waited until the terminal had read what was written before."""
        self._frames.fed(flood=True)


def note_rows(text: Printable, width: int) -> list[Styled]:
    """Return a line of our own that stands between the rows of replies."""
    return [sgr(row, "warn") for row in wrap(text, width)]


def joined(pieces: deque[str], size: int) -> str:
    """Take the first pieces of a text away: `size` characters, or up to one piece more."""
    taken: list[str] = []
    while pieces and size > 0:
        taken.append(pieces.popleft())
        size -= len(taken[-1])
    return "".join(taken)
