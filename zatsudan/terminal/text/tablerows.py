"""Tables as rows of the screen: columns as wide as needed, or as there is room for."""

from collections.abc import Iterator, Sequence

from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.commands.parts import Table
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import columns_of, cut, sgr, wrap

#: Blanks between the columns.
GAP = 2
#: A brief column narrower than this says nothing: it is left out.
BRIEF = 12
#: A column of words narrower than this stands below what it explains, where there are two.
WORDS = 20
#: Cells that hold a few words: a spare column goes before the last one is cut to fewer.
FEW_WORDS = 30


def table_rows(table: Table, width: int) -> Iterator[Styled]:
    """Lay out a table: columns as wide as needed; the last one, or the widest, gives way and wraps."""
    if table.repeat:
        for piece in _split(table, width):
            yield from table_rows(piece, width)
            yield EMPTY
        return
    head, cells, widths = _fitted(table, width)
    if table.title:
        yield sgr(table.title, "bold")
    if any(head):
        yield sgr(printable("  " + _line(head, widths, table)), "dim")
    below = _is_below(table, cells, widths)
    for number, row in enumerate(cells):
        if number in table.titles:
            yield sgr(cut(table.titles[number], width), "bold")
        if below:
            yield from _stacked(row, width)
            continue
        wrapped = [list(wrap(cell, widths[at])) or [EMPTY] for at, cell in enumerate(row)]
        for line in range(max(map(len, wrapped))):
            pieces = tuple(cell[line] if line < len(cell) else EMPTY for cell in wrapped)
            mark = "* " if number in table.marks and line == 0 else "  "
            text = printable(mark + _line(pieces, widths, table))
            yield sgr(text, "mark") if number in table.marks else text
    if table.title:
        yield EMPTY


def _is_below(table: Table, cells: Sequence[tuple[Printable, ...]], widths: Sequence[int]) -> bool:
    """Tell whether words are better read below what they explain than in a column beside it."""
    return (
        len(widths) == 2
        and not (table.right or table.marks or any(table.head))
        and widths[1] < WORDS
        and any(cells_of(row[1]) > widths[1] for row in cells)
    )


def _stacked(row: tuple[Printable, ...], width: int) -> Iterator[Styled]:
    """Return a row of two cells, the second below the first."""
    for at, cell in enumerate(row):
        lead = " " * (2 + 4 * at)
        for piece in wrap(cell, max(1, width - len(lead))) if cell else ():
            yield printable(lead + piece)


def _split(table: Table, width: int) -> Iterator[Table]:
    """Yield tables that fit into the width, each with the first columns and as many others as go in."""
    widths = columns_of([table.head, *table.rows])
    first = list(range(table.repeat))
    at = table.repeat
    while at < len(widths):
        picked = [*first, at]
        at += 1
        while (
            at < len(widths) and 2 + sum(widths[one] + GAP for one in [*picked, at]) - GAP <= width
        ):
            picked.append(at)
            at += 1
        yield table._replace(
            head=tuple(table.head[one] for one in picked),
            rows=tuple(tuple(row[one] for one in picked) for row in table.rows),
            right=frozenset(to for to, one in enumerate(picked) if one in table.right),
            repeat=0,
        )


def _fitted(
    table: Table, width: int
) -> tuple[tuple[Printable, ...], list[tuple[Printable, ...]], list[int]]:
    """Return head, rows and widths of the columns that fit into `width` cells."""
    head, cells = table.head, list(table.rows)
    widths = columns_of([head, *cells])
    over = sum(widths) + GAP * (len(widths) - 1) + 2 - width
    if table.spare is not None and over > 0 and widths[-1] - over < FEW_WORDS:
        at = table.spare
        head, cells = _without(head, at), [_without(row, at) for row in cells]
        over -= widths.pop(at) + GAP
    if table.brief and over > 0:
        room = widths[-1] - over
        if room < BRIEF:
            head, cells, widths = head[:-1], [row[:-1] for row in cells], widths[:-1]
            over = sum(widths) + GAP * (len(widths) - 1) + 2 - width
        else:
            widths[-1], over = room, 0
            cells = [(*row[:-1], cut(row[-1], room)) for row in cells]
    # The last column gives way first: it holds the prose.
    for at in (
        len(widths) - 1,
        *sorted(range(len(widths) - 1), key=lambda column: -widths[column]),
    ):
        less = min(max(0, over), max(0, widths[at] - 12))
        widths[at] -= less
        over -= less
    return head, cells, widths


def _without(row: tuple[Printable, ...], at: int) -> tuple[Printable, ...]:
    return (*row[:at], *row[at + 1 :])


def _line(pieces: Sequence[Printable], widths: Sequence[int], table: Table) -> Printable:
    padded = []
    for at, piece in enumerate(pieces):
        blanks = " " * max(0, widths[at] - cells_of(piece))
        padded.append(blanks + piece if at in table.right else piece + blanks)
    return printable((" " * GAP).join(padded).rstrip())
