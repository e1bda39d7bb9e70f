"""One question to the person: what is offered, and what an answer means.

No screen here: the terminal draws what this holds, and tests read it as values.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from zatsudan.base.matching import fold, rank
from zatsudan.base.printable import EMPTY, Printable, printable
from zatsudan.commands.picking import Row


@dataclass(frozen=True, slots=True)
class Question:
    """`rows` are offered, the first as the likely one; their first cell names them.

    `free`: any text is an answer too. `hidden`: what is typed is neither shown nor kept. `keys`: each
    row's key is one character, and pressing it answers. `head` says what the cells are. `waits`: the
    likely rows are still to come, and why; until then only what is there can be chosen, by its key.
    `behind`: the keys that answered the question before; pressed twice, they are no text.
    """

    title: Printable
    rows: tuple[Row, ...] = ()
    free: bool = False
    hidden: bool = False
    help: Printable = EMPTY
    keys: bool = False
    head: tuple[Printable, ...] = ()
    waits: Printable = EMPTY
    behind: frozenset[str] = frozenset()

    def read(self, line: str) -> str | None:
        """Return the answer that a typed line is, a row by its number or name; None if it is none."""
        text = line.strip()
        if not text:
            return self.rows[0].key if self.rows else None
        if self.keys:
            return text if text in (row.key for row in self.rows) else None
        if text.isdecimal() and len(text) < 10 and 1 <= int(text) <= len(self.rows):
            return self.rows[int(text) - 1].key
        for row in self.rows:
            if fold(text) in (fold(row.key), fold(row.cells[0])):
                return row.key
        return text if self.free else None


#: Brings the question that takes another's place; None where nothing is to be asked any more.
Coming: TypeAlias = Callable[[], Awaitable[Question | None]]


@dataclass(slots=True)
class Asking:
    """A question under way: what was typed so far, and which row is marked."""

    question: Question
    text: str = ""
    at: int = 0

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that fit what was typed, exact ones first; where any text will do, it is the last."""
        typed = self.text.strip()
        if not typed:
            return self.question.rows
        if self.question.hidden:
            return ()
        words = fold(typed).split()
        fits = [row for row in self.question.rows if rank(words, _text(row)) == 0]
        fits.sort(key=lambda row: _distance(fold(typed), fold(row.cells[0])))
        exact = any(typed in (row.key, row.cells[0]) for row in fits)
        if self.question.free and not exact:
            fits.append(Row(typed, (printable(typed),)))
        return fits

    @property
    def marked(self) -> Row | None:
        """The row that Enter would take; none while the likely ones are still to come."""
        rows = () if self.question.waits else self.rows
        return rows[min(self.at, len(rows) - 1)] if rows else None

    @property
    def answer(self) -> str | None:
        """What Enter would answer; None if nothing fits."""
        if self.question.hidden and self.text.strip():
            return self.text.strip()
        marked = self.marked
        return marked.key if marked is not None else None

    def type(self, text: str) -> None:
        """Take what stands in the field now; the mark goes to the first row."""
        if text != self.text:
            self.text, self.at = text, 0

    def move(self, rows: int) -> None:
        """Move the mark, at most to the first or last row."""
        self.at = max(0, min(self.at + rows, len(self.rows) - 1))


def _text(row: Row) -> str:
    return fold(row.search or " ".join(row.cells))


def _distance(typed: str, name: str) -> int:
    return 0 if typed == name else 1 if name.startswith(typed) else 2
