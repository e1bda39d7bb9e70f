"""Markdown as it streams: rows that are final, and the last rows of what is not.

Rows are handed out as soon as no text that may follow can change them, so what
stands in scrollback at the end equals `render` of the whole, however the text
was cut. A token costs the same at the start of a reply and at its end.

Three rules make this exact, and are the same for the whole text and the stream:
a table's widths are those of its first rows (`tables.FREEZE`), code is coloured
line by line (`highlight`), emphasis and links reach over no more than a page of
text (`stretches.PAGE`).
"""

from collections.abc import Callable
from typing import TypeAlias

from zatsudan.markdown.growing import Growing
from zatsudan.markdown.leaves import LIMIT, Work
from zatsudan.markdown.reading import events
from zatsudan.terminal.markdown.layout import Layout
from zatsudan.terminal.markdown.listing import further
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.segments import Row

Share: TypeAlias = Callable[[str, str], bool]
"""Asked with whole blocks, and with what has come behind them: whether it takes the blocks."""


def render(text: str, width: int, look: Look) -> list[Row]:
    """All rows of `text` at `width` cells; each block is printed when it is whole."""
    layout = Layout(width, look, Work())
    layout.apply(events(text))
    return layout.take()


class Stream:
    """One reply as it comes; `begun`: other blocks stand before its first."""

    def __init__(self, width: int, look: Look, *, begun: bool = False) -> None:
        self.work = Work()
        self._text = Growing(self.work)
        self._layout = Layout(width, look, self.work, begun=begun)
        self._seen: tuple[int, bool, list[Row]] | None = None  # the last `tail`

    @property
    def rows(self) -> int:
        """How many rows were handed out."""
        return self._layout.made

    def feed(self, text: str) -> list[Row]:
        """Take more of the reply; return the rows that became final, in order."""
        return self.feed_around(text, None)[1]

    def feed_around(self, text: str, share: Share | None) -> tuple[list[Row], list[Row]]:
        """Take more of the reply, whose whole blocks `share` may take, to have them laid out elsewhere.

        Returns the rows that became final before those blocks, and those behind them.
        """
        if not text:
            return [], []
        self._seen = None
        fed = self._text.feed(text)
        events, leaf = fed.events, fed.leaf
        if leaf is None and not events:  # in the middle of a line: nothing is settled by it
            return [], []
        before: list[Row] = []
        if share and self._layout.begun and fed.first < fed.last and share(fed.whole, fed.behind):
            self._layout.apply(events[: fed.first.events])
            before = self._layout.take()
            events = events[fed.last.events :]
        if events:
            self._layout.apply(events)
        if leaf is not None:
            self._layout.advance(leaf)
        return before, self._layout.take()

    def tail(self, limit: int, *, hold: bool = True) -> list[Row]:
        """The last `limit` rows of what is not final yet.

        With `hold`, an end of the line that may turn out to be something else
        with the next token is left out; after a moment without one, show it.
        """
        if self._seen and self._seen[:2] == (limit, hold):
            return self._seen[2]
        layout = self._layout.fork(limit)
        room, step = 2 * (limit + 1) * layout.width + LIMIT, further(layout.width)
        layout.apply(self._text.ending(room, hold=hold, step=step))
        rows = layout.take()[-limit:] if limit > 0 else []
        self._seen = (limit, hold, rows)
        return rows

    def resize(self, width: int) -> None:
        """Give rows of another width from now on."""
        self._seen = None
        self._layout.resize(width)

    def finish(self) -> list[Row]:
        """The rest of the reply: no more comes."""
        self._seen = None
        self._layout.apply(self._text.finish())
        return self._layout.take()
