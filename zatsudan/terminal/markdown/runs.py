"""Runs of a text: characters that a row takes at once, and beside which of them it may break."""

import re

from rich.style import Style

from zatsudan.terminal.markdown.segments import Piece
from zatsudan.terminal.text.rows import NO_END, NO_START
from zatsudan.terminal.text.unspaced import breaks_beside
from zatsudan.terminal.text.widths import is_mark, width

#: The character that ends a row, blanks, characters of one cell each without marks
#: on the last, and the rest (which may lean on a character before it, as in keycaps).
RUN = re.compile(
    r"\n|[ \t]+"
    r"|[!-~\xa1-\xac\xae-\u02ff\u0370-\u0482]+(?![\u0300-\u036f\u200d\ufe0e\ufe0f\u20d0-\u20ff])"
    r"|[!-~]?[^ \t\n!-~]+"
)

#: So much that words are worth while to be taken at once.
ASCII = re.compile(r"[ -~]{8,}")

#: The same of kanji and of kana that are not small, which may begin no row.
FREE = re.compile(
    "[\u4e00-\u9fff\u3042\u3044\u3046\u3048\u304a-\u3062\u3064-\u3082\u3084\u3086\u3088-\u308d\u308f-\u3094"
    "\u30a2\u30a4\u30a6\u30a8\u30aa-\u30c2\u30c4-\u30e2\u30e4\u30e6\u30e8-\u30ed\u30ef-\u30f4]{4,}"
)

is_simple = re.compile(r"[!-~\xa1-\xac\xae-\u02ff\u0370-\u0482]+").fullmatch

#: A part of a piece, and its cells.
Sized = tuple[str, Style, int]


class Parts:
    """Pieces as they are cut, from the first to the last; what stands before `at` is gone."""

    def __init__(self, pieces: list[Piece], at: int = 0) -> None:
        self.at = at
        self._pieces = pieces
        self._number = 0
        self._start = 0  # of the piece

    def upto(self, end: int) -> list[Sized]:
        """Take what stands before `end`, which is ASCII: parts with their cells."""
        found: list[Sized] = []
        while self.at < end:
            text, style = self._pieces[self._number]
            stop = self._start + len(text)
            if stop <= self.at:
                self._number, self._start = self._number + 1, stop
                continue
            last = min(stop, end)
            found.append((text[self.at - self._start : last - self._start], style, last - self.at))
            self.at = last
        return found


def may_break(before: str, after: str) -> bool:
    """Tell whether a row may end between two characters."""
    if after in NO_START or before in NO_END or is_mark(after):
        return False
    return breaks_beside(before) or breaks_beside(after)


def base(text: str) -> str:
    """Return the character that decides about a break behind a text."""
    for char in reversed(text):
        if width(char):
            return char
    return ""
