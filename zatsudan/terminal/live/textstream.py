"""Text that arrives in pieces, as rows: what is final, and what may still change."""

from collections.abc import Sequence
from typing import Protocol

from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.terminal.text.rows import sgr, wrap
from zatsudan.wire import bounds


class RowStream(Protocol):
    """The seam between a reply and the view. Rows are escape text without a line end."""

    @property
    def at_once(self) -> int:
        """How many characters to feed it at a time."""
        return bounds.PIECE

    @property
    def waits(self) -> bool:
        """Are rows to come without more text? Then to feed it nothing gives those that are there."""
        return False

    def feed(self, text: str) -> Sequence[Styled]:
        """Take a piece of text; return the rows that became final."""

    def tail(self, limit: int, *, hold: bool = True) -> Sequence[Styled]:
        """Return the last rows of what is still open, at most `limit`.

        `hold` leaves out an end that the next token may turn into something else.
        """

    def resize(self, width: int) -> None:
        """Use this width, in cells, for all that is not final yet."""

    def settle(self) -> Sequence[Styled]:
        """Return the rows that would come without more text."""
        return ()

    def finish(self) -> Sequence[Styled]:
        """Return all rows that are left. No stream is let go without it."""


class TextStream(RowStream):
    """Plain text, wrapped; rows are final as soon as the next one has begun."""

    def __init__(self, width: int, tone: str = "plain", lead: Printable = EMPTY) -> None:
        self._width = width
        self._tone = tone
        self._lead = lead
        self._open = EMPTY

    def feed(self, text: str) -> Sequence[Styled]:
        self._open += printable(text).expandtabs(4)  # so that rows are pieces of the text
        *lines, self._open = self._open.split("\n")
        rows = [row for line in lines for row in self._rows(line)]
        if len(self._open) > 4 * self._width:
            # Greedy wrapping: all rows but the last stand, whatever comes.
            done = self._rows(self._open)[:-1]
            rows += done
            self._open = self._open[self._length(len(done)) :]
        return rows

    def _length(self, rows: int) -> int:
        """Return how many characters of the open line the first `rows` rows hold."""
        text, used = self._open, 0
        for row in list(wrap(text, self._width - len(self._lead)))[:rows]:
            used = text.index(row, used) + len(row)
        return used + (len(text[used:]) - len(text[used:].lstrip(" ")))

    def _rows(self, text: Printable) -> list[Styled]:
        return [sgr(row, self._tone) for row in wrap(text, self._width, self._lead, self._lead)]

    def tail(self, limit: int, *, hold: bool = True) -> Sequence[Styled]:
        del hold  # nothing is ambiguous in plain text
        return self._rows(self._open)[-limit:] if self._open else []

    def resize(self, width: int) -> None:
        self._width = width

    def finish(self) -> Sequence[Styled]:
        rows = self._rows(self._open) if self._open else []
        self._open = EMPTY
        return rows
