"""Tables to rows that fit the width.

Columns are as wide as their widest cell; where that does not fit, wide columns
give way and cells wrap; where even that does not fit, each row is printed as a
list of `head: cell`. The widths are those of the first `FREEZE` rows, whether
more follow or not, so that a table of any length can be printed as it grows.
"""

from copy import copy

from rich.style import Style

from zatsudan.markdown.inline import inline
from zatsudan.markdown.leaves import Leaf, Work
from zatsudan.terminal.markdown.look import Look, combine
from zatsudan.terminal.markdown.runs import longest_unit
from zatsudan.terminal.markdown.segments import COLUMN, HARD, PLAIN, Piece, Row, plain, row
from zatsudan.terminal.markdown.styled import styled
from zatsudan.terminal.markdown.wrapping import wrap
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.clusters import is_alone, rule

FREEZE = 60
"""Rows that decide the widths of the columns."""

_BAR = " │ "
_LEAST = 6  # cells a column needs to be read in, if it has as many
_LONGEST_WORD = 16  # longer ones are cut rather than all the other columns squeezed

_Cells = list[list[Piece]]


class Table:
    """Prints a table."""

    def __init__(self, width: int, look: Look, base: Style, work: Work) -> None:
        self._width = width
        self._look = look
        self._base = base
        self._bar = (_BAR, combine(look.table_rule, COLUMN))
        self._work = work
        self._aligns: tuple[str, ...] = ()
        self._head: _Cells = []
        self._rows: list[_Cells] = []  # not printed yet
        self._wide: list[int] = []  # cells of the widest cell, by column
        self._least: list[int] = []  # cells of the longest word, by column
        self._fitted: list[int] = []  # the widths; none where they do not fit side by side
        self._settled = False
        self._ruled = False  # whether rows need a rule between them
        self._printed = 0

    def fork(self) -> "Table":
        """A copy that may go its own way."""
        other = copy(self)
        other._rows = self._rows[:]
        other._wide, other._least = self._wide[:], self._least[:]
        return other

    def resize(self, width: int) -> None:
        """Print the rows to come at another width."""
        self._width = width
        if self._settled:
            self._fit()

    def advance(self, leaf: Leaf) -> list[Row]:
        """Take the lines that came; return rows once the widths are settled."""
        rows: list[Row] = []
        for line in leaf.lines:
            self._add(line, leaf)
            if len(self._rows) >= FREEZE or (self._settled and self._rows):
                rows += self._flush(0)
        leaf.lines.clear()
        return rows

    def finish(self, leaf: Leaf, last: int | None = None) -> list[Row]:
        """The rest; with `last`, no more than that many of the table's rows."""
        rows = self.advance(leaf)
        if last is not None and len(self._rows) > last:
            return rows + self._flush(len(self._rows) - last)
        return rows + self._flush(0)

    def _add(self, line: str, leaf: Leaf) -> None:
        self._work.parsed += len(line)
        head = not self._head
        style = combine(self._base, self._look.table_head) if head else self._base
        cells = [
            styled(inline(text), self._look, style) if text else [] for text in leaf.cells(line)
        ]
        if not self._settled:
            wide = [max(map(cells_of, _lines(cell))) for cell in cells]
            least = [longest_unit(cell, _LONGEST_WORD) for cell in cells]
            self._wide = list(map(max, self._wide, wide)) if self._wide else wide
            self._least = list(map(max, self._least, least)) if self._least else least
        if head:
            self._head, self._aligns = cells, leaf.aligns
        else:
            self._rows.append(cells)

    def _flush(self, skip: int) -> list[Row]:
        """Print what is held, but for `skip` rows."""
        rows: list[Row] = []
        if not self._settled:
            self._fit()
            if not skip and self._fitted:
                rows += self._line(self._head)
                rows.append(self._rule())
            if not skip and not self._fitted and not self._rows:
                rows += wrap(self._joined(self._head), self._width)
        for cells in self._rows[skip:]:
            if self._printed and (self._ruled or not self._fitted):
                rows.append(self._rule())
            rows += self._line(cells) if self._fitted else self._stacked(cells)
            self._printed += 1
        self._rows = []
        return [line for line in rows if line]  # a column of empty cells leaves no gap

    def _fit(self) -> None:
        """Settle the widths of the columns; none if they do not fit side by side."""
        self._settled = True
        available = self._width - cells_of(_BAR) * (len(self._aligns) - 1)
        if sum(min(least, _LEAST) for least in self._least) > available:
            self._fitted = []
            return
        self._fitted = fit(self._wide, self._least, available)
        if len(self._rows) + self._printed >= FREEZE:
            self._fitted = widen(self._fitted, available)
        self._ruled = any(
            wide > width for wide, width in zip(self._wide, self._fitted, strict=True)
        )

    def _line(self, cells: _Cells) -> list[Row]:
        """One row of the table: as many rows as its tallest cell."""
        columns = [self._column(column, cell) for column, cell in enumerate(cells)]
        rows: list[Row] = []
        for at in range(max(map(len, columns), default=0) or 1):
            parts: list[Piece] = []
            for column, lines in enumerate(columns):
                if column:
                    parts.append(self._bar)
                parts += lines[at] if at < len(lines) else [(" " * self._fitted[column], PLAIN)]
            rows.append(row(parts))
        return rows

    def _column(self, column: int, cell: list[Piece]) -> _Cells:
        """The lines of a cell, each as wide as its column."""
        width, align = self._fitted[column], self._aligns[column]
        text = "".join([text for text, _ in cell])
        if is_alone(text) and text[-1] != " " and (size := cells_of(text)) <= width:  # as most do
            return [_aligned(cell, width - size, align)]
        return [
            _aligned(
                [(text, style or PLAIN) for text, style, _ in line],
                max(width - cells_of(plain(line)), 0),
                align,
            )
            for line in wrap(cell, width)
        ]

    def _rule(self) -> Row:
        if not self._fitted:
            return row([(rule(min(self._width, _LEAST)), self._look.table_rule)])
        line = "─┼─".join(map(rule, self._fitted))
        if cells_of("─┼─") > cells_of(_BAR):
            line = rule(sum(self._fitted) + cells_of(_BAR) * (len(self._fitted) - 1))
        return row([(line, self._look.table_rule)])

    def _stacked(self, cells: _Cells) -> list[Row]:
        """One row of a table too wide: a line for each cell, behind its column's head."""
        rows: list[Row] = []
        for head, cell in zip(self._head, cells, strict=True):
            if cell:
                label = [*head, (": ", self._look.table_rule)] if head else []
                rows += wrap([*label, *cell], self._width)
        return rows

    def _joined(self, cells: _Cells) -> list[Piece]:
        parts: list[Piece] = []
        for cell in cells:
            parts += [(_BAR, self._look.table_rule), *cell] if parts else cell
        return parts


def fit(wide: list[int], least: list[int], available: int) -> list[int]:
    """Widths of columns that would like `wide` cells and need `least`, in `available` in all.

    All columns may be as wide as some level, which is as high as fits.
    """
    wide, least = [max(1, width) for width in wide], [max(1, width) for width in least]
    if sum(wide) <= available:
        return wide
    if sum(least) > available:
        # Two cells at the least, where a wide character or a bracket and its letter may stand.
        wide, least = least, [min(2, low) for low in least]

    def at(level: int) -> list[int]:
        return [max(low, min(high, level)) for high, low in zip(wide, least, strict=True)]

    level = 1
    while level < available and sum(at(level + 1)) <= available:
        level += 1
    widths = at(level)
    spare = available - sum(widths)
    for column, high in enumerate(wide):
        if spare > 0 and widths[column] < high:
            widths[column] += 1
            spare -= 1
    return widths


def widen(widths: list[int], available: int) -> list[int]:
    """Room for wider cells to come: each column grows by half, the last by all that is left.

    The last costs nothing, since rows end with their text.
    """
    spare = available - sum(widths)
    grown: list[int] = []
    for width in widths[:-1]:
        more = min(max(2, width // 2), spare)
        grown.append(width + more)
        spare -= more
    return [*grown, widths[-1] + spare]


def _lines(cell: list[Piece]) -> list[str]:
    return "".join(text for text, _ in cell).split(HARD)


def _aligned(line: list[Piece], missing: int, align: str) -> list[Piece]:
    left = missing if align == "right" else missing // 2 if align == "center" else 0
    return [(" " * left, PLAIN), *line, (" " * (missing - left), PLAIN)]
