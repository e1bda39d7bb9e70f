"""What writes a row in the place of another, wherever terminals differ about how wide it is.

A live row that the terminal may find wider than it was counted is written with
autowrap off: it loses a cell rather than take two rows. Once committed it is
written again with autowrap on, so that nothing is missing in scrollback.
"""

from collections.abc import Sequence

from zatsudan.terminal.text.rows import bare
from zatsudan.terminal.text.widths import most_cells

RESET = "\x1b[0m"
WRAP, NO_WRAP = "\x1b[?7h", "\x1b[?7l"


def alike(old: Sequence[str], new: Sequence[str], kept_rows: int, columns: int) -> int:
    """Return how many rows at the top may stay as they are: one that may wrap is written again to be kept."""
    same = 0
    for before, after in zip(old, new, strict=False):
        if before != after or (same < kept_rows and may_wrap(after, columns)):
            break
        same += 1
    return same


def whole(row: str) -> str:
    """Return what writes a row in the place of another, from the row's first column.

    Erased before, not behind: of a row that was longer tmux else keeps the length, and
    makes two of it when the window becomes narrower.
    """
    return f"\x1b[K{row}"


def change(before: str, after: str) -> str:
    """Return what makes one row of escape text of another, written from the row's first column.

    What both begin with is passed over as far as it is ASCII, of whose width
    no terminal has an opinion of its own, and up to where a style is open.
    """
    if before == after:
        return ""
    length = min(len(before), len(after))
    same = after[: next((at for at in range(length) if before[at] != after[at]), length)]
    unstyled = same.rfind(RESET) + len(RESET) if RESET in same else 0
    opened = same.find("\x1b", unstyled)
    same = same[: opened if opened >= 0 else None]
    columns, rest = len(bare(same)), after[len(same) :]
    # What is not ASCII may be a mark on the character before it: one to come, or one to go.
    gone = bare(before[len(same) :])
    at_seam = gone[:1] + bare(rest)[:1]
    if not columns or not same.isascii() or not at_seam.isascii() or "\x1b]" in same:
        return whole(after)
    return f"\x1b[{columns}C{rest}\x1b[K"


def kept(row: str, columns: int) -> str:
    """Return what writes a row for good: one that is too wide to the terminal takes the next too."""
    return f"\x1b[K\r\n\x1b[K\x1b[A{row}" if may_wrap(row, columns) else whole(row)


def may_wrap(row: str, columns: int) -> bool:
    """Tell whether a terminal may find a row of escape text wider than `columns`.

    All rows are laid out to fit: only those in which terminals differ may not.
    """
    return not row.isascii() and most_cells(bare(row)) > columns


def guarded(written: str, row: str, columns: int) -> str:
    """Return `written`, which puts `row` on the screen, so that it takes one row of it at most."""
    return f"{NO_WRAP}{written}{WRAP}" if written and may_wrap(row, columns) else written
