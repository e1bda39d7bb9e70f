"""Blocks of code to rows, line by line: no margin, no fill, so that they copy clean.

Where a line is longer than the screen, its further rows begin with a mark: what the mouse
takes from the screen tells them from lines. `/copy` and what is written take no rows.
"""

from copy import copy

from zatsudan.markdown.leaves import Leaf, Work
from zatsudan.terminal.markdown.codelines import cut
from zatsudan.terminal.markdown.highlight import Highlighter
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.segments import Row
from zatsudan.terminal.text.widths import expanded

_TAB = 4
#: What leads the further rows of a line, and how many cells it leaves to the code at least.
CONTINUED = "↪ "
_LEAST = 4


def further(width: int) -> int:
    """Return how many cells of code the further rows of a line take."""
    return width - len(CONTINUED) if width >= len(CONTINUED) + _LEAST else width


class Listing:
    """Prints a block of code; blank lines at its edges are left out."""

    def __init__(self, width: int, look: Look, info: str, work: Work) -> None:
        self._width = width
        self._work = work
        self._highlighter = Highlighter(info, look)
        self._style = look.rule  # as other lines that are ours
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
        width = self._width
        mark = (CONTINUED if further(width) < width else "", self._style)
        for line in leaf.lines:
            self._work.parsed += len(line)
            text = expanded(line.rstrip(" \t"), _TAB)
            # An indent wider than the screen would push the code off it.
            indent = len(text) - len(text.lstrip(" "))
            pieces = self._highlighter.line(text[indent - width + 1 :] if indent >= width else text)
            if not text:
                self._blank += self._begun
                continue
            if self._blank:
                rows += [()] * self._blank
            rows += cut(pieces, width, mark)
            self._blank, self._begun = 0, True
        leaf.lines.clear()
        return rows

    def finish(self, leaf: Leaf, last: int | None = None) -> list[Row]:
        """The rest."""
        if last is not None:
            # Only what can be seen of a line without end.
            # Rows end where they will end when the line is whole.
            room, step = 2 * (last + 1) * self._width, further(self._width)
            leaf.lines = [line[max(0, len(line) - room) // step * step :] for line in leaf.lines]
        return self.advance(leaf)
