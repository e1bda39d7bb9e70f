"""Replies side by side: each column is a stream of rows of its own width.

Row i is committed when every column has a final row i or has ended, so that
what stands in scrollback is never touched again; a slow column delays the
scrollback, never what is seen live.
"""

from collections.abc import Callable, Sequence

from prompt_toolkit.utils import get_cwidth

from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.terminal.live.textstream import RowStream
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.clusters import rule
from zatsudan.terminal.text.rows import BLANK, bare, cut, further, sgr, to_column, together
from zatsudan.terminal.text.widths import disputed

#: The least width of a column, in cells.
LEAST = 36
BAR = printable(" │ ")


def fitting(count: int, width: int) -> list[list[int]]:
    """Return the numbers of columns in groups of as many as fit side by side, evenly filled."""
    fit = max(1, (width + cells_of(BAR)) // (LEAST + cells_of(BAR)))
    groups = -(-count // fit)
    per = -(-count // groups) if groups else 1
    return [list(range(at, min(at + per, count))) for at in range(0, count, per)]


class Column:
    """One reply: rows that are final and not yet committed, and what is still open."""

    def __init__(self, stream: RowStream) -> None:
        self._stream = stream
        self.rows: list[Styled] = []
        self.ended = False

    def feed(self, text: str) -> None:
        """Take a piece of the reply."""
        self.rows.extend(self._stream.feed(text))

    def begin_again(self, more: Sequence[Styled], stream: RowStream) -> None:
        """Take what another reply says, under that which broke off and rows of our own."""
        self.rows.extend(self._stream.finish())
        self.rows.extend(more)
        self._stream = stream

    def finish(self, more: Sequence[Styled] = ()) -> None:
        """Take the end of the reply, and rows of our own under it."""
        if not self.ended:
            self.rows.extend(self._stream.finish())
            self.rows.extend(more)
            self.ended = True

    def last(self, limit: int, *, hold: bool) -> list[Styled]:
        """Return the last rows that are not committed, open ones among them."""
        tail = [] if self.ended else self._stream.tail(limit, hold=hold)
        return [*self.rows[-limit:], *tail][-limit:]


class Columns:
    """Columns that stand side by side; one alone has the whole width."""

    def __init__(
        self, given: Sequence[str], width: int, make_stream: Callable[[int, str], RowStream]
    ) -> None:
        """`given`: for each column the words that a person gave its reply."""
        count = len(given)
        self.width = width if count == 1 else (width - cells_of(BAR) * (count - 1)) // count
        self._make_stream = make_stream
        self.columns = [Column(make_stream(self.width, words)) for words in given]

    @property
    def ended(self) -> bool:
        """Have all of them ended?"""
        return all(column.ended for column in self.columns)

    def begin_again(self, at: int, words: str, more: Sequence[Styled]) -> None:
        """Let a column go on with another reply, which begins with the `words` that a person gave."""
        self.columns[at].begin_again(more, self._make_stream(self.width, words))

    def take(self) -> list[Styled]:
        """Return the rows that are final in every column, joined, and let go of them."""
        open_ = [len(column.rows) for column in self.columns if not column.ended]
        count = min(open_) if open_ else max(len(column.rows) for column in self.columns)
        rows = self._joined([column.rows[:count] for column in self.columns])
        for column in self.columns:
            del column.rows[:count]
        return rows

    def live(self, limit: int, *, hold: bool) -> list[Styled]:
        """Return what may still change, joined; of each column the last rows."""
        return self._joined([column.last(limit, hold=hold) for column in self.columns])

    def line(self, texts: Sequence[Printable], tone: str) -> Styled:
        """Return one row with a text for each column, cut to its width."""
        return self._joined([[sgr(cut(text, self.width), tone)] for text in texts])[0]

    def rule(self) -> Styled:
        """Return the line under the headings."""
        bar = "─┼─" if cells_of("─┼─") == cells_of(BAR) else BAR
        return sgr(printable(bar.join(rule(self.width) for _ in self.columns)), "dim")

    def _joined(self, columns: Sequence[Sequence[Styled]]) -> list[Styled]:
        height = max(map(len, columns))
        bar = sgr(BAR, "dim")
        rows: list[Styled] = []
        for at in range(height):
            pieces = [column[at] if at < len(column) else EMPTY for column in columns]
            padded: list[Styled] = []
            at_cell = 0
            for piece in pieces[:-1]:
                at_cell += self.width
                blanks = BLANK * max(0, self.width - get_cwidth(bare(piece)))
                place = to_column(at_cell) if disputed(piece) else EMPTY
                padded += [further(piece, at_cell - self.width), blanks, place, bar]
                at_cell += cells_of(BAR)
            rows.append(together([*padded, further(pieces[-1], at_cell)]))
        return rows
