"""Blocks to rows: where each stands, behind which bars and markers, with how much air.

Blocks on the top level and in quotes stand one blank row apart. In lists there
is a blank row where the source has one: loose lists stay loose, and what is
printed never hangs on whether a later item makes the list loose.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from typing import Protocol

from rich.segment import Segment

from zatsudan.markdown.leaves import LIMIT, Container, Event, Leaf, Work
from zatsudan.terminal.markdown.listing import Listing
from zatsudan.terminal.markdown.look import Look, combine
from zatsudan.terminal.markdown.prose import Prose
from zatsudan.terminal.markdown.segments import PLAIN, Piece, Row, row
from zatsudan.terminal.markdown.tables import Table
from zatsudan.terminal.text.clusters import cells, rule

_LEAST = 8  # cells that bars and indents always leave to the text
_LONGEST_RULE = 40
_BULLETS = "•◦"


class Printer(Protocol):
    """Turns one leaf into rows, also while it grows."""

    def advance(self, leaf: Leaf) -> list[Row]:
        """Take what is final of an open leaf."""

    def finish(self, leaf: Leaf, last: int | None = None) -> list[Row]:
        """The rest; with `last`, only that many rows need be right."""

    def fork(self) -> "Printer":
        """A copy that may go its own way."""

    def resize(self, width: int) -> None:
        """Print the rows to come at another width."""


@dataclass(slots=True)
class _Frame:
    """A container that is open, as it shows: what stands before the rows in it."""

    container: Container
    first: Piece
    rest: Piece
    size: int
    marked: bool = False  # whether `first` was shown
    begun: bool = False  # whether any row was


class Layout:
    """Rows of the blocks that came so far; `begun`: others stand before them."""

    def __init__(self, width: int, look: Look, work: Work, *, begun: bool = False) -> None:
        self.width = width
        self.last: int | None = None
        """If only so many rows of what is open will be looked at."""
        self._look = look
        self._work = work
        self._frames: list[_Frame] = []
        self._shown: list[_Frame] = []  # those that leave room for text
        self._room = max(width, 2)
        self._printer: Printer | None = None
        self._kind = ""  # of the leaf the printer is for
        self._fresh = True  # whether the leaf has no row yet
        self.begun = begun
        self.made = 0
        """Rows made so far."""
        self._rows: list[Row] = []

    def fork(self, last: int) -> "Layout":
        """A copy that may go its own way, for its last rows."""
        other = copy(self)
        other.last = last
        other._frames = [replace(frame) for frame in self._frames]
        other._arrange()
        other._printer = self._printer and self._printer.fork()
        other._rows = []
        return other

    def resize(self, width: int) -> None:
        """Lay out the rows to come at another width."""
        self.width = width
        self._arrange()
        if self._printer:
            self._printer.resize(self._room)

    def take(self) -> list[Row]:
        """The rows since the last time."""
        rows, self._rows = self._rows, []
        self.made += len(rows)
        return rows

    def apply(self, events: Iterable[Event]) -> None:
        """Lay out what opened and closed."""
        for event in events:
            if event[0] == "close":
                self._close(event[1])
            elif event[0] == "enter":
                self._enter(event[1])
            else:
                self._leave()

    def advance(self, leaf: Leaf) -> None:
        """Lay out what is final of the open leaf."""
        # A short paragraph may become anything: a heading, a table.
        if leaf.kind != "paragraph" or leaf.length > LIMIT:
            self._emit(self._printer_for(leaf).advance(leaf), leaf.after_blank)

    def _close(self, leaf: Leaf) -> None:
        if leaf.kind == "rule":
            line = row([(rule(min(self._room, _LONGEST_RULE)), self._look.rule)])
            self._emit([line], leaf.after_blank)
        else:
            self._emit(self._printer_for(leaf).finish(leaf, self.last), leaf.after_blank)
        self._printer, self._kind, self._fresh = None, "", True

    def _printer_for(self, leaf: Leaf) -> Printer:
        if self._printer is None or self._kind != leaf.kind:
            self._kind = leaf.kind
            self._printer = self._new_printer(leaf)
        return self._printer

    def _new_printer(self, leaf: Leaf) -> Printer:
        look, room = self._look, self._room
        base = look.text
        if "quote" in [frame.container.kind for frame in self._frames]:
            base = combine(base, look.quote)
        match leaf.kind:
            case "code":
                return Listing(room, look, leaf.info, self._work)
            case "table":
                return Table(room, look, base, self._work)
            case "heading":
                return Prose(room, look, combine(base, look.headings[leaf.level - 1]), self._work)
            case _:
                return Prose(room, look, base, self._work, self._task(leaf))

    def _task(self, leaf: Leaf) -> str:
        """Show the box of a task in place of the bullet; return it where a number stands there."""
        mark = leaf.take_task()
        if not mark:
            return ""
        box = "☐ " if mark == " " else "☑ "
        frame = self._frames[-1]
        if frame.container.marker not in "-*+":
            return box
        frame.first = (box, self._look.marker)
        return ""

    # Containers

    def _enter(self, container: Container) -> None:
        first = rest = ("", PLAIN)
        if container.kind == "quote":
            first = rest = ("│ ", self._look.quote_bar)
        elif container.kind == "item":
            marker = self._marker(container)
            first, rest = (marker, self._look.marker), (" " * cells(marker), PLAIN)
        self._frames.append(_Frame(container, first, rest, cells(rest[0])))
        self._arrange()

    def _leave(self) -> None:
        frame = self._frames[-1]
        if frame.container.kind == "item" and not frame.marked:
            self._fresh = True
            self._emit([()], frame.container.after_blank)
        self._frames.pop()
        self._arrange()

    def _marker(self, item: Container) -> str:
        if item.marker in ".)":
            return f"{item.number}{item.marker} "
        depth = sum(
            frame.container.kind == "item" and frame.container.marker in "-*+"
            for frame in self._frames
        )
        return f"{_BULLETS[depth % len(_BULLETS)]} "

    def _arrange(self) -> None:
        """Find out the innermost containers that leave room for text, and that room."""
        self._shown = []
        self._room = self.width
        for frame in reversed(self._frames):
            if self._room - frame.size < _LEAST:
                break
            self._room -= frame.size
            self._shown.insert(0, frame)
        self._room = max(self._room, 2)

    # Rows

    def _emit(self, lines: list[Row], after_blank: bool) -> None:
        if not lines:
            return
        if self._fresh:
            self._fresh = False
            self._gap(after_blank)
        self.begun = True
        if not self._frames:
            self._rows += lines
            return
        first = [frame.rest if frame.marked else frame.first for frame in self._shown]
        for frame in self._frames:
            frame.begun = frame.marked = True
        self._rows += _behind(first, lines[:1])
        if len(lines) > 1:
            self._rows += _behind([frame.rest for frame in self._shown], lines[1:])

    def _gap(self, after_blank: bool) -> None:
        """Leave a blank row before the next block, where one belongs."""
        if not self.begun:
            return
        inside = 0
        while inside < len(self._frames) and self._frames[inside].begun:
            inside += 1
        if inside < len(self._frames):
            after_blank = self._frames[inside].container.after_blank
        parent = self._frames[inside - 1].container.kind if inside else ""
        if after_blank or parent in ("", "quote"):
            begun = [frame.rest for frame in self._shown if frame.begun]
            self._rows.append(row(begun))


def _behind(prefix: list[Piece], lines: list[Row]) -> Iterator[Row]:
    """`lines` behind their bars and markers."""
    before = [Segment(text, style) for text, style in prefix if text]
    for line in lines:
        yield (*before, *line) if line else row(prefix)
