"""What makes rows of other rows above a prompt that is not written again: it is shifted.

Where a row is to come in, a line is inserted (CSI L), and all below it moves down; where one
goes, its line is deleted (CSI M). Before lines are inserted there is made room for them: a line
feed in the last row of the screen scrolls it, so that its first row enters scrollback, and what
falls out at its end is blank. Elsewhere it moves the cursor only, and the rows below the prompt
are blank. So it need not be known where on the screen the prompt stands.
"""

from collections.abc import Sequence
from typing import NamedTuple

from prompt_toolkit.data_structures import Point

from zatsudan.terminal.live.rowwriting import change, guarded

SAVE, RESTORE = "\x1b7", "\x1b8"


class Below(NamedTuple):
    """The rows of the prompt, which stand below: the cursor's place in them, and how many they are."""

    cursor: Point
    rows: int


def room(old: Sequence[str], new: Sequence[str], below: Below) -> int:
    """Return how many rows the screen must have: what is written over must not have left it."""
    return max(len(old), len(new)) + below.rows


def shifted(old: Sequence[str], new: Sequence[str], below: Below, columns: int) -> str:
    """Return what makes of `old` rows `new` ones, above those where the cursor stands and stays.

    No row may take two.
    """
    more = len(new) - len(old)
    at = len(old) + below.cursor.y
    text = ""
    if more > 0:
        down = below.rows - 1 - below.cursor.y + more
        text, at = "\n" * down, at + down
    elif not more:
        text = SAVE  # to keep where the cursor stands takes fewer bytes than to find it again
    place = min(len(old), len(new)) - _staying(old, new)
    for number, written in enumerate(_changes(old, new, place, columns)):
        if written:
            text, at = text + _to(number - at) + written, number
    if not more:
        return text + RESTORE
    x = below.cursor.x
    return text + _to(len(new) + below.cursor.y - at) + (f"\x1b[{x}C" if x else "")


def _changes(old: Sequence[str], new: Sequence[str], place: int, columns: int) -> Sequence[str]:
    """Return what is written in each row, from its first column; lines come and go at a `place`."""
    more = len(new) - len(old)
    stood = [*old[:place], *[""] * more, *old[place + max(0, -more) :]]
    texts = [
        guarded(change(before, after) if before else after, after, columns)
        for before, after in zip(stood, new, strict=True)
    ]
    if more:
        moved = f"\x1b[{abs(more) if abs(more) > 1 else ''}{'L' if more > 0 else 'M'}"
        texts[place : place + 1] = [moved + "".join(texts[place : place + 1])]
    return texts


def _staying(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many rows at the end are shifted: the last one, which counts, and those like before it."""
    least = min(len(old), len(new))
    return next((n for n in range(1, least) if old[-1 - n] != new[-1 - n]), least)


def _to(down: int) -> str:
    """Return what goes to the first column so many rows further down."""
    if down == 1:
        return "\r\n"  # there is such a row: nothing scrolls
    return "\r" + (f"\x1b[{abs(down)}{'B' if down > 0 else 'A'}" if down else "")
