"""Runs of a text: characters that a row takes at once, and beside which of them it may break."""

import re

from zatsudan.terminal.markdown.segments import HARD, Piece
from zatsudan.terminal.text.clusters import clusters
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

#: Characters of two cells of Japanese and Chinese, each of which is a cluster by itself.
WIDE = re.compile(
    "[\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60]{4,}"
)

is_simple = re.compile(r"[!-~\xa1-\xac\xae-\u02ff\u0370-\u0482]+").fullmatch

_NO_END, _NO_START = (re.escape("".join(sorted(chars))) for chars in (NO_END, NO_START))
_BREAK = re.compile(f"(?<![{_NO_END}])(?![{_NO_START}])")


class Parts:
    """Pieces as they are cut, from the first to the last; what stands before `at` is gone."""

    def __init__(self, pieces: list[Piece], at: int = 0) -> None:
        self.at = at
        self._pieces = pieces
        self._number = 0
        self._start = 0  # of the piece

    def upto(self, end: int) -> list[Piece]:
        """Take what stands before `end`."""
        found: list[Piece] = []
        at, start = self.at, self._start
        while at < end:
            text, style = self._pieces[self._number]
            stop = start + len(text)
            if at < stop:
                last = min(stop, end)
                found.append((text[at - start : last - start], style))
                at = last
            else:
                self._number, start = self._number + 1, stop
        self.at, self._start = at, start
        return found


def may_break(before: str, after: str) -> bool:
    """Tell whether a row may end between two characters."""
    if after in NO_START or before in NO_END or is_mark(after):
        return False
    return breaks_beside(before) or breaks_beside(after)


def next_break(wide: str, at: int, end: int) -> int:
    """Return the first place from `at` on where a row may end in characters of `WIDE`, at most `end`."""
    found = _BREAK.search(wide, at, end)
    return found.end() if found is not None else end


def last_break(wide: str, at: int, end: int) -> int:
    """Return the last place up to `end` where a row may end in characters of `WIDE`, at least `at`."""
    while end > at and (wide[end] in NO_START or wide[end - 1] in NO_END):
        end -= 1
    return end


def base(text: str) -> str:
    """Return the character that decides about a break behind a text."""
    for char in reversed(text):
        if width(char):
            return char
    return ""


def longest_unit(pieces: list[Piece], limit: int) -> int:
    """Cells of the longest stretch that should not be cut, at most `limit`."""
    # Joined, since a change of style is no place to break.
    whole = "".join(text for text, _ in pieces).replace(HARD, " ")
    return min(_unit_cells(whole), limit)


def _unit_cells(text: str) -> int:
    if text.isascii():
        return max(map(len, text.split(" ")))
    longest = current = 0
    for cluster, size in clusters(text):
        current = 0 if cluster == " " else size if breaks_beside(cluster[0]) else current + size
        longest = max(longest, current)
    return longest
