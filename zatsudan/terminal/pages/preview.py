"""The preview of a row that is picked from: what it stands for, made once for each row and width."""

from zatsudan.base.printable import Printable, Styled, printable
from zatsudan.commands.outcomes import Pick
from zatsudan.terminal.text.partrows import part_rows
from zatsudan.terminal.text.rows import wrap


class Preview:
    """Draws what a row stands for; the last one drawn is kept."""

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self._drawn: tuple[str, int] | None = None
        self._rows: list[Styled] = []

    def rows(self, key: str, width: int, height: int) -> list[Styled]:
        """Return the first rows of it, or the last where its end matters."""
        if self._drawn != (key, width):
            self._drawn = (key, width)
            parts = self.pick.preview(key)
            self._rows = [row for part in parts for row in part_rows(part, width, _plainly)]
            while self._rows and not self._rows[-1]:
                self._rows.pop()
        return self._rows[-height:] if self.pick.ending else self._rows[:height]


def _plainly(text: str, width: int, _given: str) -> list[Printable]:
    """Return a reply's text as it was written: a preview is too small for more."""
    return list(wrap(printable(text), width))
