"""Markdown as it comes: the blocks that are settled, and how the rest looks so far.

Blocks are read by complete lines; of the last line only so much is held as can
still turn out to be something else. A token costs the same at the start of a
reply and at its end, and what opened and closed at the end of a text is what
`reading.events` gives of the whole, however the text was cut.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from zatsudan.base.printable import open_end, printable
from zatsudan.markdown.blocks import Blocks
from zatsudan.markdown.leaves import LIMIT, Event, Leaf, Work, table_cells

# Ends of a line that look like one thing and, with the next token, are another:
# a line of nothing but a marker, and marks, links and entities that are not whole.
_UNSURE = re.compile(
    r"^[ >]*(?:[-=+*_]{1,3}|#{1,6}|>|\d{1,9}[.)]?|[-*+] \[[ xX]?\]?) *$"
    r"|^[ >]*[-|:][-:| ]*$"
    r"|(?<![*_~`])[*_~`]*(?:!?\[[^\]\n]{0,60}(?:\](?:\([^)\s]{0,200})?)?"
    r"|!|\\[*_~`]*|&#?\w{0,10}|<[^\s<]{0,60})?$"
)
_UNSURE_CODE = re.compile(r"^[ >]*[`~]+$")


class Place(NamedTuple):
    """A place where no block is open: behind so many of the lines and of the events that a piece brought."""

    lines: int = 0
    events: int = 0


class Fed(NamedTuple):
    """What a piece of text brought."""

    events: list[Event]
    """What opened and closed."""
    leaf: Leaf | None
    """The open leaf, if it grew."""
    lines: Sequence[str]
    """The lines that it completed."""
    rest: str
    """What came behind them."""
    first: Place
    last: Place
    """The first and the last place where no block is open; both the start, where there is none."""

    @property
    def whole(self) -> str:
        """The blocks between those places: by itself, their text gives the events that stand there."""
        return "".join(f"{line}\n" for line in self.lines[self.first.lines : self.last.lines])

    @property
    def behind(self) -> str:
        """What came behind them."""
        return "\n".join([*self.lines[self.last.lines :], self.rest])


class Growing:
    """A text that comes in pieces."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._blocks = Blocks()
        self._partial: list[str] = []  # the line that is not complete, in pieces
        self._size = 0  # its characters
        self._inside = False  # whether that line is in the open paragraph already
        self._next_look = LIMIT
        self._held = ""  # a carriage return or part of a flag, held until the rest comes

    def feed(self, text: str) -> Fed:
        """Take more text."""
        text = self._held + text
        end = len(text) - 1 if text.endswith("\r") else open_end(text)
        text, self._held = text[:end], text[end:]
        text = printable(text.replace("\r\n", "\n"))
        *complete, rest = text.split("\n")
        events: list[Event] = []
        first = last = Place()
        for number, line in enumerate(complete, 1):
            if number == 1:  # the rest of one that has come in part
                self._add(line)
                self._end_line(events)
            else:
                self._work.parsed += len(line)
                events += self._blocks.line(line)
            if self._blocks.at_rest:
                last = Place(number, len(events))
                first = first if first.lines else last
        self._add(rest)
        if self._size >= self._next_look:
            self._enter_line(events)
        leaf = self._blocks.leaf if complete or self._inside else None
        return Fed(events, leaf, complete, rest + self._held, first, last)

    def finish(self) -> list[Event]:
        """What closes, and opens before, when no more comes."""
        events: list[Event] = []
        if self._held:
            self._add(printable(self._held))
            self._held = ""
        if self._size or self._inside:
            self._end_line(events)
        return events + self._blocks.end()

    def ending(self, room: int, *, hold: bool, step: int = 1) -> list[Event]:
        """What would open and close if the text ended here; nothing changes by it.

        Of a line that is not complete, no more than the last `room` characters and a `step` are
        read, from behind a whole number of steps. With
        `hold`, an end of it that may turn out to be something else with the next
        token is left out.
        """
        blocks = self._blocks.fork()
        line = "".join(self._partial)
        if len(line) > room:
            line = line[(len(line) - room) // step * step :]
        if hold:
            unsure = _UNSURE_CODE if blocks.leaf and blocks.leaf.kind == "code" else _UNSURE
            line = unsure.sub("", line)
            if self._inside and blocks.leaf:
                blocks.leaf.lines[-1] = unsure.sub("", blocks.leaf.lines[-1])
        self._work.parsed += len(line)
        events: list[Event] = []
        for text in _with_table(blocks, line):
            events += blocks.line(text)
        return events + blocks.end()

    def _add(self, text: str) -> None:
        if self._inside and self._blocks.leaf:
            self._blocks.leaf.grow(text)
        elif text:
            self._partial.append(text)
            self._size += len(text)

    def _end_line(self, events: list[Event]) -> None:
        if not self._inside:
            self._work.parsed += self._size
            events += self._blocks.line("".join(self._partial))
        self._partial, self._size, self._inside = [], 0, False
        self._next_look = LIMIT

    def _enter_line(self, events: list[Event]) -> None:
        """Put a long line into the open paragraph before it ends, if that is where it belongs.

        Its first `LIMIT` characters of text settle that: see `blocks`.
        """
        line = "".join(self._partial)
        self._partial = [line]
        self._next_look = 2 * self._size
        self._work.parsed += len(line)
        trial = self._blocks.fork()
        trial.line(line)
        leaf = trial.leaf
        if leaf and leaf.kind == "paragraph" and len(leaf.lines[-1].rstrip()) > LIMIT:
            events += self._blocks.line(line)
            self._partial, self._size, self._inside = [], 0, True


def _with_table(blocks: Blocks, line: str) -> list[str]:
    """The lines to show for an incomplete `line`, where it may begin a table.

    The head of a table is only a paragraph until the line under it is complete;
    to show it as what it will be, that line is made up.
    """
    if blocks.stack:
        return [line] if line else []
    leaf = blocks.leaf
    if leaf is None and line.startswith("|"):
        return [line, _under(line)]
    if leaf and leaf.may_head and leaf.lines[-1].startswith("|") and not line.strip("|:- "):
        return [_under(leaf.lines[-1])]
    return [line] if line else []


def _under(head: str) -> str:
    return "|" + "-|" * len(table_cells(head))
