"""Words to rows: greedy, piece by piece, with Japanese line breaking.

The same rows come out however the pieces were cut, which lets a long paragraph
be printed while it still grows. Lines break at blanks and next to wide
characters, never before closing ones nor after opening ones (kinsoku, JIS X 4051), and at
zero-width spaces; a word longer than a row is cut hard. Thai, Lao, Khmer and Burmese write
no blanks between words: what is longer there than a word may break between clusters.
"""

from copy import copy

from rich.style import Style

from zatsudan.terminal.markdown.runs import (
    ASCII,
    RUN,
    WIDE,
    Parts,
    base,
    is_simple,
    last_break,
    may_break,
    next_break,
)
from zatsudan.terminal.markdown.segments import HARD, Piece, Row, row
from zatsudan.terminal.text.clusters import clusters
from zatsudan.terminal.text.unspaced import WORD, parts_before
from zatsudan.terminal.text.widths import TOLD, ZWSP, width

#: A part of a piece, and its cells.
Sized = tuple[str, Style, int]


class Wrapper:
    """Fills rows of `width` cells; hands each out once nothing can change it."""

    def __init__(self, width: int) -> None:
        self.width = max(width, 2)
        self._row: list[Piece] = []
        self._used = 0
        self._blank: list[Piece] = []
        self._blank_cells = 0
        self._unit: list[Sized] = []  # what must stay together, still growing
        self._unit_cells = 0
        self._soft: list[int] = []  # where the unit may be parted if it is no word
        self._loose = False  # whether it turned out to be none
        self._last = ""  # last character of the unit

    def fork(self) -> "Wrapper":
        """A copy that may go its own way."""
        other = copy(self)
        other._row, other._blank, other._unit = self._row[:], self._blank[:], self._unit[:]
        other._soft = self._soft[:]
        return other

    def resize(self, width: int) -> None:
        """Fill the rows to come to another width."""
        self.width = max(width, 2)

    def add(self, pieces: list[Piece]) -> list[Row]:
        """Take more text; return the rows that are full."""
        done: list[Row] = []
        whole = "".join([text for text, _ in pieces])
        if whole.isascii() and whole.replace(HARD, "").isprintable():
            self._add_ascii(whole, Parts(pieces), done)
            return done
        for text, style in pieces:
            start = 0
            for match in ASCII.finditer(text):
                # What is not whole words may lean on what follows.
                if end := text.rfind(" ", match.start(), match.end()) + 1:
                    if start < match.start():
                        self._add_runs(text[start : match.start()], style, done)
                    parts = Parts([(text, style)], match.start())
                    self._add_words(text, match.start(), end, parts, done)
                    start = end
            if start < len(text):
                self._add_runs(text[start:], style, done)
        return done

    def _add_ascii(self, text: str, parts: Parts, done: list[Row]) -> None:
        """Take pieces that are ASCII, whatever their styles: line by line."""
        start = 0
        while start < len(text):
            line_end = text.find(HARD, start)
            stop = line_end if line_end >= 0 else len(text)
            if end := text.rfind(" ", start, stop) + 1:
                self._add_words(text, start, end, parts, done)
            self._add_word(parts.upto(stop), done)
            start = stop
            if line_end >= 0:
                self._end_unit(done)
                self._end_row(done)
                start = parts.at = line_end + 1

    def _add_word(self, parts: list[Piece], done: list[Row]) -> None:
        for text, style in parts:
            self._add_cluster(text, style, len(text), done)

    def _add_words(self, text: str, at: int, stop: int, parts: Parts, done: list[Row]) -> None:
        """Take ASCII from `at` to behind a blank at `stop`: as many words at once as a row has room for."""
        if self._unit:  # it ends with the first word
            at = text.find(" ", at)
            self._add_word(parts.upto(at), done)
            self._end_unit(done)
        words = at + len(text[at:stop].rstrip(" "))
        while at < words:
            room = self.width - self._used - self._blank_cells
            end = words if words - at <= room else text.rfind(" ", at, max(at + room + 1, at))
            if end > at and not text[at:end].isspace():
                self._row += self._blank
                self._row += parts.upto(end)
                self._used += self._blank_cells + end - at
                self._blank, self._blank_cells = [], 0
                at = end
                if at == words:
                    break
            if self._used:
                self._end_row(done)
            self._blank, self._blank_cells = [], 0
            while text[at] == " ":
                at += 1
            parts.at = at
            end = text.find(" ", at)
            if end - at > self.width:
                self._add_word(parts.upto(end), done)
                self._end_unit(done)
                at = end
        for blank, style in parts.upto(stop):
            self._add_blank(blank, style, len(blank))

    def _add_runs(self, text: str, style: Style, done: list[Row]) -> None:
        for match in RUN.finditer(text):
            run = match[0]
            first = run[0]
            if first in " \t":
                self._end_unit(done)
                self._add_blank(" " * len(run), style, len(run))
            elif first == "\n":
                self._end_unit(done)
                self._end_row(done)
            elif is_simple(run):
                wide = TOLD.get("ambiguous") == 2 and not run.isascii()
                size = sum(map(width, run)) if wide else len(run)
                self._add_cluster(run, style, size, done)
            else:
                self._add_clusters(run, style, done)

    def _add_clusters(self, run: str, style: Style, done: list[Row]) -> None:
        start = 0
        for match in WIDE.finditer(run):
            # The first may lean on what is before it, and on the last may lean what follows.
            first = next_break(run, match.start() + 1, match.end())
            last = last_break(run, first, match.end() - 1)
            if first < last:
                self._add_each(run[start:first], style, done)
                self._add_wide(run[first:last], style, done)
                start = last
        self._add_each(run[start:], style, done)

    def _add_wide(self, text: str, style: Style, done: list[Row]) -> None:
        """Take characters of two cells, before and behind which a row may end: as many at once as it has room for."""
        self._end_unit(done)
        at = 0
        while at < len(text):
            end = at + (self.width - self._used) // 2
            end = last_break(text, at, end) if end < len(text) else len(text)
            if end > at:
                self._row.append((text[at:end], style))
                self._used += 2 * (end - at)
                at = end
            elif self._used:
                self._end_row(done)
            else:  # what belongs together is longer than a row
                end = next_break(text, at + 1, len(text))
                self._add_each(text[at:end], style, done)
                self._end_unit(done)
                at = end
        self._last = ""

    def _add_each(self, run: str, style: Style, done: list[Row]) -> None:
        for cluster, size in clusters(run):
            if cluster == ZWSP:
                self._end_unit(done)
                if self._row and not self._blank:
                    self._row.append((cluster, style))
            elif cluster in "\u3000\u2002\u2003":  # the wide blanks of Japanese and of print
                self._end_unit(done)
                self._add_blank(cluster, style, size)
            else:
                self._add_cluster(cluster, style, size, done)

    def end(self) -> list[Row]:
        """The rest of the text."""
        done: list[Row] = []
        self._end_unit(done)
        self._end_row(done)
        return done

    def _add_blank(self, text: str, style: Style, size: int) -> None:
        self._last = ""
        if self._blank_cells <= self.width:  # more would not show anyway
            self._blank.append((text, style))
            self._blank_cells += size

    def _add_cluster(self, text: str, style: Style, size: int, done: list[Row]) -> None:
        first = text[0]
        if self._last and size:
            if may_break(self._last, first):
                self._end_unit(done)
            elif self._unit and parts_before(self._unit[-1][0], text):
                if self._loose:
                    self._put_unit(done)
                else:
                    self._soft.append(len(self._unit))
        self._unit.append((text, style, size))
        self._unit_cells += size
        self._last = base(text) or self._last
        if self._soft and self._unit_cells > min(WORD, self.width):
            self._loosen(done)
        if self._unit_cells > self.width:
            self._cut_unit(done)

    def _loosen(self, done: list[Row]) -> None:
        """Part the unit where it may be, and from here on to its end."""
        unit, soft, last = self._unit, [0, *self._soft], self._last
        self._loose = True
        for start, end in zip(soft, [*self._soft, len(unit)], strict=True):
            self._unit = unit[start:end]
            self._unit_cells = sum(size for _, _, size in self._unit)
            if end < len(unit):
                self._put_unit(done)
        self._soft, self._last = [], last

    def _end_unit(self, done: list[Row]) -> None:
        self._put_unit(done)
        self._loose = False

    def _put_unit(self, done: list[Row]) -> None:
        """Put the unit on the row, or on the next one if it does not fit."""
        if not self._unit:
            return
        if self._used and self._used + self._blank_cells + self._unit_cells > self.width:
            self._end_row(done)
        elif not self._used and self._blank_cells + self._unit_cells > self.width:
            self._blank, self._blank_cells = [], 0
        self._row += self._blank
        self._row += [(text, style) for text, style, _ in self._unit]
        self._used += self._blank_cells + self._unit_cells
        self._blank, self._blank_cells = [], 0
        self._unit, self._unit_cells, self._soft = [], 0, []

    def _cut_unit(self, done: list[Row]) -> None:
        """Fill whole rows from a unit that fits on none."""
        last = self._last
        if self._used:
            self._end_row(done)
        self._blank, self._blank_cells, self._last = [], 0, last
        unit, self._unit, self._unit_cells, self._soft = self._unit, [], 0, []
        for text, style, size in unit:
            if self._unit_cells + size <= self.width:
                self._unit.append((text, style, size))
                self._unit_cells += size
                continue
            for cluster, wide in clusters(text):
                if self._unit_cells + wide > self.width:
                    done.append(row((text, style) for text, style, _ in self._unit))
                    self._unit, self._unit_cells = [], 0
                self._unit.append((cluster, style, wide))
                self._unit_cells += wide

    def _end_row(self, done: list[Row]) -> None:
        if self._row:
            done.append(row(self._row))
        self._row, self._used = [], 0
        self._blank, self._blank_cells = [], 0
        self._last = ""


def wrap(pieces: list[Piece], width: int) -> list[Row]:
    """All rows of `pieces` at `width` cells."""
    whole = "".join([text for text, _ in pieces])
    if len(whole) <= width and whole.isascii() and whole.isprintable():
        return [line] if (line := row(pieces)) else []
    wrapper = Wrapper(width)
    return wrapper.add(pieces) + wrapper.end()
