"""The columns of a list that is picked from: how wide each is, and a row laid out in them."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.commands.outcomes import Pick
from zatsudan.commands.picking import Row
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import columns_of, cut

GAP = 2


class Columns:
    """The columns of a list of which a part is shown at a time.

    Each is as wide as the widest cell that was shown so far, less where the fluid ones give
    way: none gets narrower while keys move in the list, and of thousands of rows none is laid
    out that nobody sees.
    """

    def __init__(self, pick: Pick) -> None:
        self._pick = pick
        self._widest = columns_of([pick.head])

    def widths(self, shown: Iterable[Row], width: int) -> list[int]:
        """Return the cells of each column where these rows are shown."""
        cells = columns_of([one_line(cell) for cell in row.cells] for row in shown)
        self._widest = [max(pair) for pair in zip_longest(self._widest, cells, fillvalue=0)]
        widths = self._widest.copy()
        over = sum(widths) + GAP * (len(widths) - 1) + 1 - width
        for at, least in self._pick.fluid:
            less = max(0, min(over, widths[at] - least))
            widths[at] -= less
            over -= less
        return widths


def line_of(pick: Pick, cells: Sequence[Printable], widths: Sequence[int]) -> Printable:
    """Return a row of the list, every column in its place."""
    pieces = []
    for at, cell in enumerate(cells):
        piece = cut(cell, widths[at])
        blanks = " " * (widths[at] - cells_of(piece))
        pieces.append(blanks + piece if at in pick.right else piece + blanks)
    return printable(" " + (" " * GAP).join(pieces))
