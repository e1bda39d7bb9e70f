"""What writes a row in the place of another, wherever terminals differ about how wide it is.

A live row that the terminal may find wider than it was counted is written with
autowrap off: it loses a cell rather than take two rows. Once committed it is
written again with autowrap on, so that nothing is missing in scrollback.
"""

from collections.abc import Sequence

from zatsudan.terminal.text.rows import LINK_END, bare, escapes
from zatsudan.terminal.text.widths import disputed, most_cells, width

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


def change(before: str | None, after: str) -> str:
    """Return what makes one row of escape text of another, written from the row's first column.

    Where it is not known what stands there (None), the row is written whole.
    What both begin with is passed over where it is sure how wide it is, up to where a style or a
    link is open. What both end with stays where what stands before it keeps its cells, as digits
    that count do.
    """
    if before is None:
        return whole(after)
    if before == after:
        return ""
    same = after[: _alike(before, after)]
    same = same[: _unclosed(same)[0]]
    gone, rest = before[len(same) :], after[len(same) :]
    # Behind it there may be a mark on its last character: one to come, or one to go.
    if disputed(bare(same) + bare(gone)[:1] + bare(rest)[:1]):
        same, gone, rest = "", before, after
    columns = sum(map(width, bare(same)))
    passed = f"\x1b[{columns}C" if columns else ""
    if between := _between(gone, rest):
        return passed + between
    if not columns:
        return whole(after)
    return passed + rest + ("\x1b[K" if bare(gone) else "")


def _alike(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _between(gone: str, rest: str) -> str:
    """Return what is written where both end alike, and the ends stand in the same cells; else nothing."""
    begin = len(rest) - _alike(gone[::-1], rest[::-1])
    begin = next(
        (it.end() for it in escapes().finditer(rest) if it.start() < begin < it.end()), begin
    )
    stays, new = rest[begin:], rest[:begin]
    old = gone[: len(gone) - len(stays)]
    if disputed(bare(stays)[:1]) or escapes().findall(old) != escapes().findall(new):
        return ""
    one, other = bare(old), bare(new)
    if len(one) != len(other) or not all(map(_as_wide, one, other)):
        return ""
    return new + _unclosed(new)[1]


def _as_wide(one: str, other: str) -> bool:
    """Tell whether it is sure that two characters take as many cells as each other."""
    return one == other or (width(one) == width(other) and not disputed(one + other))


def _unclosed(text: str) -> tuple[int, str]:
    """Return where a style or a link begins that `text` leaves open, else its end, and what closes it."""
    style, link, begin, end = "", "", len(text), 0
    for found in escapes().finditer(text):
        if not style and not link:
            begin = found.start()
        if found[0].startswith("\x1b]"):
            link = "" if found[0] == LINK_END else LINK_END
        elif found[0].endswith("m"):
            style = "" if found[0] == RESET else RESET
        if not style and not link:
            begin = len(text)
        end = found.end()
    cut = text.find("\x1b", end)  # a sequence of which only the begin is the same
    if cut >= 0:
        begin = min(begin, cut)
    return begin, style + link


def kept(row: str, columns: int, before: str | None = None) -> str:
    """Return what writes a row for good, in the place of `before`.

    One that is too wide to the terminal takes the next too.
    """
    return f"\x1b[K\r\n\x1b[K\x1b[A{row}" if may_wrap(row, columns) else change(before, row)


def may_wrap(row: str, columns: int) -> bool:
    """Tell whether the terminal may find a row of escape text wider than `columns`.

    All rows are laid out to fit: only those of which it is not sure how wide they are may not.
    """
    return not row.isascii() and most_cells(text := bare(row)) > columns and disputed(text)


def guarded(written: str, row: str, columns: int) -> str:
    """Return `written`, which puts `row` on the screen, so that it takes one row of it at most."""
    return f"{NO_WRAP}{written}{WRAP}" if written and may_wrap(row, columns) else written
