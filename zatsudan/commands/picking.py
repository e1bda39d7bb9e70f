"""A list to choose from: what was typed filters it, keys move in it.

No screen here: the terminal draws what this holds, and tests read it as values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from zatsudan.base.matching import fold, rank
from zatsudan.base.printable import Printable

Cells: TypeAlias = tuple[Printable, ...]


class Row(NamedTuple):
    """One thing to choose: `key` names it, `search` is what the filter looks at, or it is `folded`.

    `made` are the cells, or what makes them when the row is shown: of thousands few are.
    """

    key: str
    made: Cells | Callable[[], Cells]
    search: str = ""
    folded: str = ""

    @property
    def cells(self) -> Cells:
        """What is shown."""
        return self.made() if callable(self.made) else self.made


@dataclass(slots=True)
class Picking:
    """The rows that fit what was typed, the better ones first, and which one is marked."""

    rows: list[Row]
    query: str = ""
    shown: list[Row] = field(default_factory=list)
    at: int = 0
    top: int = 0
    _folded: dict[str, str] = field(default_factory=dict)
    _words: list[str] = field(default_factory=list)
    _fitting: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._choose()

    @property
    def marked(self) -> Row | None:
        """The row that Enter would take; None if no row fits."""
        return self.shown[self.at] if self.shown else None

    def filter(self, query: str) -> None:
        """Show the rows that all words of `query` stand in; the mark goes to the first."""
        if query != self.query:
            self.query = query
            self.at = self.top = 0
            self._choose()

    def move(self, rows: int) -> None:
        """Move the mark by so many rows, at most to the first or last."""
        self.at = max(0, min(self.at + rows, len(self.shown) - 1))

    def remove(self, key: str) -> None:
        """Take a row away; the mark stays at its place."""
        self.rows = [row for row in self.rows if row.key != key]
        self._afresh()
        self.move(0)

    def replace(self, row: Row) -> None:
        """Put a row in the place of the one with its key; the mark stays on the same row."""
        self._folded.pop(row.key, None)
        self.renew([row if old.key == row.key else old for old in self.rows])

    def renew(self, rows: list[Row]) -> None:
        """Take other rows, of which those with a key that was there are the same; the mark stays on its row."""
        marked = self.marked
        self.rows = rows
        self._afresh()
        keys = [shown.key for shown in self.shown]
        if marked is not None and marked.key in keys:
            self.at = keys.index(marked.key)
        self.move(0)

    def visible(self, height: int) -> Sequence[Row]:
        """Return the rows that a list of that height shows: it scrolls no more than it must."""
        height = max(1, height)
        self.top = max(min(self.top, self.at), self.at - height + 1, 0)
        self.top = max(0, min(self.top, len(self.shown) - height))
        return self.shown[self.top : self.top + height]

    def _choose(self) -> None:
        words = fold(self.query).split()
        if not words:
            self._words, self.shown = words, list(self.rows)
            return
        # Where more was typed of the same words, what did not fit does not fit.
        more = self._words and len(words) >= len(self._words)
        more = more and all(map(str.startswith, words, self._words))
        among = self._fitting if more else self.rows
        ranked = [(rank(words, self._text(row)), row) for row in among]
        self._words, self._fitting = words, [row for found, row in ranked if found is not None]
        self.shown = [row for best in (0, 1) for found, row in ranked if found == best]

    def _afresh(self) -> None:
        self._words = []
        self._choose()

    def _text(self, row: Row) -> str:
        if row.folded:
            return row.folded
        text = self._folded.get(row.key)
        if text is None:
            text = self._folded[row.key] = fold(row.search or " ".join(row.cells))
        return text
