"""Lines that are to stay one row: what does not fit gives way whole, the least worthy first."""

from collections.abc import Sequence
from typing import NamedTuple

from zatsudan.base.printable import EMPTY, Printable, printable
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.rows import cut
from zatsudan.terminal.text.widths import most_cells

BETWEEN = " · "


class Piece(NamedTuple):
    """A part of a line: what it is worth beside the others, and a `brief` form of it if it has one."""

    worth: int
    text: Printable
    brief: Printable = EMPTY


def whole(pieces: Sequence[Piece]) -> Printable:
    """Return all parts as a line, however long."""
    return printable(BETWEEN.join(piece.text for piece in pieces))


def one_row(pieces: Sequence[Piece], room: int) -> Printable:
    """Return the parts that fit into `room` cells, in their order; at least a part of one is there.

    None is shown where one of more worth gave way.
    """
    shown: dict[int, Printable] = {}
    between = cells(BETWEEN)
    used = -between
    for at in sorted(range(len(pieces)), key=lambda at: (-pieces[at].worth, at)):
        left = room - used - between
        forms = filter(None, (pieces[at].text, pieces[at].brief))
        form = next((form for form in forms if cells(form) <= left), EMPTY)
        if not form:
            if not shown:
                return at_word(pieces[at].brief or pieces[at].text, room)
            break
        shown[at] = form
        used += between + cells(form)
    return printable(BETWEEN.join(shown[at] for at in sorted(shown)))


def at_word(text: Printable, room: int) -> Printable:
    """Return a text that fits, cut between two words where it does not."""
    if most_cells(text) <= room:
        return text
    words = text.split(" ")
    while len(words) > 1:
        words.pop()
        shorter = printable(" ".join(words).rstrip(" ·") + " …")
        if most_cells(shorter) <= room:
            return shorter
    shorter, width = text, room
    while most_cells(shorter) > room and width > 1:
        shorter, width = cut(text, width), width - 1
    return shorter
