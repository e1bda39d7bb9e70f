"""A reply that floods is laid out by two processes, in half the time.

What can be shared are whole blocks, between two places where nothing is open: their rows hang on
nothing before them. The second process takes as many as it can, this one lays out the others, and
the rows are put together in their order. A reply of usual length, or one that comes as fast as a
model writes, is laid out here alone.
"""

from collections import deque
from collections.abc import Callable, Sequence

from zatsudan.base.printable import Styled
from zatsudan.terminal.live.replies import MarkdownStream, whole_rows
from zatsudan.terminal.live.secondprocess import SecondProcess
from zatsudan.terminal.live.textstream import RowStream
from zatsudan.wire import bounds

#: A flood: so many characters have come, and so many a second. A process takes as long to begin
#: as to lay all of that out.
FLOOD, RATE = 2**16, 2**18
#: Characters that are worth the way to another process and back.
LEAST = 2**10
#: Texts that the second process has at a time: one that it lays out, and those to go on with.
AHEAD = 3


class _Part:
    """Rows in their place, or blocks that the other has: then `rows` is None until they are there."""

    def __init__(self, rows: Sequence[Styled] | None, text: str = "", behind: str = "") -> None:
        self.rows = rows
        self.text = text
        self.behind = [behind]  # all that came behind the blocks


class FloodStream(RowStream):
    """A RowStream of Markdown that a second process helps with in a flood.

    `flood`: characters that come before it is begun; `least`: those that are worth it.
    """

    def __init__(
        self,
        stream: MarkdownStream,
        second: SecondProcess,
        clock: Callable[[], float],
        *,
        flood: int = FLOOD,
        least: int = LEAST,
    ) -> None:
        self._flood = flood
        self._least = least
        self._stream = stream
        self._second = second
        self._clock = clock
        self._began = clock()
        self._came = 0  # characters
        self._flooded = False
        self._parts: deque[_Part] = deque()  # the first one is the other's
        self._asked: deque[_Part] = deque()  # in the order of the answers to come

    @property
    def at_once(self) -> int:
        return bounds.FRAME if self._second.ready else bounds.PIECE

    @property
    def waits(self) -> bool:
        return bool(self._parts)

    def feed(self, text: str) -> Sequence[Styled]:
        if not self._floods(len(text)):
            return self._stream.feed(text)
        for part in self._asked:
            part.behind.append(text)
        shared = len(self._asked)
        before, behind = self._stream.feed_around(text, self._share)
        if not self._parts and len(self._asked) == shared:
            return behind
        self._parts.append(_Part(before))
        self._parts.extend(list(self._asked)[shared:])
        self._parts.append(_Part(behind))
        self._take_answers()
        return self._ready()

    def tail(self, limit: int, *, hold: bool = True) -> Sequence[Styled]:
        return self._stream.tail(limit, hold=hold)

    def resize(self, width: int) -> None:
        self._stream.resize(width)
        if self._parts:  # their rows have another width
            text = "".join([self._parts[0].text, *self._parts[0].behind])
            self._stream = self._stream.behind()
            self._parts.clear()
            self._parts.append(_Part(self._stream.feed(text), text))

    def settle(self) -> Sequence[Styled]:
        self._take_answers()
        for part in self._parts:
            if part.rows is None:
                part.rows = whole_rows(part.text, self._stream.behind())
        return self._ready()

    def finish(self) -> Sequence[Styled]:
        rows = self.settle()
        self._second.end()
        return [*rows, *self._stream.finish()]

    def _floods(self, count: int) -> bool:
        """Tell whether the text has come as a flood once, with so many characters more."""
        self._came += count
        if not self._flooded and self._came >= self._flood:
            self._flooded = self._came >= RATE * (self._clock() - self._began)
            if self._flooded:
                self._second.begin()
        return self._flooded

    def _share(self, text: str, behind: str) -> bool:
        if len(text) < self._least or len(self._asked) >= AHEAD:
            return False
        if not self._second.ask(text, self._stream.width):
            return False
        self._asked.append(_Part(None, text, behind))
        return True

    def _take_answers(self) -> None:
        for rows in self._second.answers():
            part = self._asked.popleft()
            part.rows = rows if part.rows is None else part.rows
        if self._asked and not self._second.ready:  # it has ended
            for part in self._asked:
                part.rows = whole_rows(part.text, self._stream.behind())
            self._asked.clear()

    def _ready(self) -> list[Styled]:
        rows: list[Styled] = []
        while self._parts and (some := self._parts[0].rows) is not None:
            rows += some
            self._parts.popleft()
        return rows
