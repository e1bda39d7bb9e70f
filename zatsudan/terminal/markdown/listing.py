"""Blocks of code to rows, line by line: no margin, no fill, so that they copy clean."""

from copy import copy

from zatsudan.markdown.leaves import Leaf, Work
from zatsudan.terminal.markdown.highlight import Highlighter
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.segments import Row
from zatsudan.terminal.markdown.wrapping import cut
from zatsudan.terminal.text.widths import expanded

_TAB = 4


class Listing:
    """Prints a block of code; blank lines at its edges are left out."""

    def __init__(self, width: int, look: Look, info: str, work: Work) -> None:
        self._width = width
        self._work = work
        self._highlighter = Highlighter(info, look)
        self._blank = 0  # blank lines held until a line follows
        self._begun = False

    def fork(self) -> "Listing":
        """A copy that may go its own way."""
        other = copy(self)
        other._highlighter = self._highlighter.fork()
        return other

    def resize(self, width: int) -> None:
        """Print the rows to come at another width."""
        self._width = width

    def advance(self, leaf: Leaf) -> list[Row]:
        """Print the lines that came: none of them can change any more."""
        rows: list[Row] = []
        for line in leaf.lines:
            self._work.parsed += len(line)
            text = expanded(line.rstrip(" \t"), _TAB)
            # An indent wider than the screen would push the code off it.
            indent = len(text) - len(text.lstrip(" "))
            pieces = self._highlighter.line(text[max(indent - self._width + 1, 0) :])
            if not text:
                self._blank += self._begun
                continue
            rows += [()] * self._blank
            rows += cut(pieces, self._width)
            self._blank, self._begun = 0, True
        leaf.lines.clear()
        return rows

    def finish(self, leaf: Leaf, last: int | None = None) -> list[Row]:
        """The rest."""
        if last is not None:
            # Only what can be seen of a line without end.
            room = 2 * (last + 1) * self._width
            leaf.lines = [line[-room:] for line in leaf.lines]
        return self.advance(leaf)
