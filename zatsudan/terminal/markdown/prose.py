"""Paragraphs and headings to rows, also while they grow."""

from copy import copy

from rich.style import Style

from zatsudan.markdown.leaves import Leaf, Work
from zatsudan.markdown.pieces import Inline
from zatsudan.markdown.stretches import Stretches
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.segments import Piece, Row
from zatsudan.terminal.markdown.styled import styled
from zatsudan.terminal.markdown.wrapping import Wrapper


class Prose:
    """Prints a paragraph or a heading; `lead` stands before its text."""

    def __init__(self, width: int, look: Look, base: Style, work: Work, lead: str = "") -> None:
        self._look = look
        self._base = base
        self._text = Stretches(work)
        self._wrapper = Wrapper(width)
        if lead:
            self._wrapper.add([(lead, base)])

    def fork(self) -> "Prose":
        """A copy that may go its own way."""
        other = copy(self)
        other._text = self._text.fork()
        other._wrapper = self._wrapper.fork()
        return other

    def resize(self, width: int) -> None:
        """Print the rows to come at another width."""
        self._wrapper.resize(width)

    def advance(self, leaf: Leaf) -> list[Row]:
        """Take what is clean from an open paragraph; return the rows that are full."""
        return self._rows(self._text.advance(leaf))

    def finish(self, leaf: Leaf, last: int | None = None) -> list[Row]:
        """The rest; with `last`, at least that many rows of its end, open marks closed."""
        if last is not None:
            width = self._wrapper.width
            # Marks and addresses take some.
            if self._text.keep_end(leaf, (last + 1) * width * 5 // 4):
                self._wrapper = Wrapper(width)
        *stretches, end = self._text.finish(leaf, ended=last is None) or [[]]
        return self._rows(stretches) + self._wrapper.finish(self._styled(end))

    def _rows(self, stretches: list[list[Inline]]) -> list[Row]:
        rows: list[Row] = []
        for pieces in stretches:
            rows += self._wrapper.add(self._styled(pieces))
        return rows

    def _styled(self, pieces: list[Inline]) -> list[Piece]:
        return styled(pieces, self._look, self._base)
