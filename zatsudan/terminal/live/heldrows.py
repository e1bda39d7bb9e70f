"""What is to be committed and waits for the screen: rows that are not laid out yet, and marks."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from zatsudan.base.printable import EMPTY, Styled
from zatsudan.terminal.text.rows import together

#: What lays rows out for a width in cells.
Laid: TypeAlias = Callable[[int], Sequence[Styled]]


class _Mark(NamedTuple):
    """What takes no cell, and says what the next row that is committed is; or what ended before it."""

    text: Styled
    ends: bool


class HeldRows:
    """Keeps rows, and marks for them, until they are taken for the width that the screen has then."""

    def __init__(self) -> None:
        self._held: list[Laid | _Mark] = []
        self._mark: Styled = EMPTY  # for the next row

    def __bool__(self) -> bool:
        return bool(self._held)

    def keep(self, laid: Laid) -> None:
        """Keep rows behind those that are kept."""
        self._held.append(laid)

    def mark(self, text: Styled, *, ends: bool) -> None:
        """Keep a mark for the next row, or for the end of those before."""
        self._held.append(_Mark(text, ends))

    def take(self, width: int) -> tuple[list[Styled], Styled]:
        """Lay out what was kept; return its rows, and what is written behind them."""
        held, self._held = self._held, []
        rows: list[Styled] = []
        seam: Styled = EMPTY
        for item in held:
            if isinstance(item, _Mark):
                self._mark = together((self._mark, item.text))
                if item.ends:
                    seam, self._mark = together((seam, self._mark)), EMPTY
                continue
            for row in item(width):
                rows.append(together((seam, self._mark, row)))
                seam = self._mark = EMPTY
        return rows, seam
