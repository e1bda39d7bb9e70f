"""The columns of a list that is picked from: how wide each is, and a row laid out in them."""

from collections.abc import Sequence

from zatsudan.base.printable import Printable, printable
from zatsudan.commands.outcomes import Pick
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import columns_of, cut

GAP = 2


def column_widths(pick: Pick, rows: Sequence[Sequence[Printable]], width: int) -> list[int]:
    """Return the cells of each column: as many as needed, less where the fluid ones give way."""
    widths = columns_of([pick.head, *rows])
    over = sum(widths) + GAP * (len(widths) - 1) + 1 - width
    for at, least in pick.fluid:
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
