"""Rows of the Markdown view: what one line of the screen shows, and the characters sent for it."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import starmap

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from zatsudan.base.printable import Styled, printable
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.rows import linked, painted, to_column, together
from zatsudan.terminal.text.widths import disputed

Row = tuple[Segment, ...]
"""Styled pieces of text; no newline, no trailing blanks."""

Piece = tuple[str, Style]
"""A stretch of text in one style."""

# The character inside a piece's text where its row ends. No other control can stand
# there, since all text passed `printable`.
HARD = "\n"

PLAIN = Style()

COLUMN = Style(meta={"column": True})
"""Of a piece that is to stand in its column, however wide the terminal finds what is before it."""

_WEIGHTS = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("reverse", "7"),
    ("strike", "9"),
)


def row(pieces: Iterable[Piece]) -> Row:
    """Join pieces of equal style and drop the blanks at the end."""
    joined: list[Piece] = []
    last: Style | None = None
    for piece in pieces:
        text, style = piece
        if style is last or style == last:
            joined[-1] = (joined[-1][0] + text, style)
        elif text:
            joined.append(piece)
            last = style
    while joined:
        text, style = joined[-1]
        if text[-1] != " ":
            break
        joined.pop()
        if text := text.rstrip(" "):
            joined.append((text, style))
            break
    return tuple(starmap(Segment, joined))


def plain(line: Row) -> str:
    """The text of a row without its styles."""
    return "".join([segment[0] for segment in line])


def ansi(line: Row, color_system: ColorSystem | None) -> Styled:
    """The row with its styles as escape sequences, each closed before the row ends.

    `None` leaves out colours and keeps weight.
    """
    parts: list[Styled] = []
    for at, (text, style, _) in enumerate(line):
        shown: Styled = printable(text)
        if style:
            codes, link, in_column = _sent(style, color_system)
            if in_column and disputed(before := plain(line[:at])):
                parts.append(to_column(cells(before)))
            if codes:
                shown = painted(printable(text), codes)
            if link:
                shown = linked(shown, printable(link))
        parts.append(shown)
    return together(parts)


@lru_cache(maxsize=512)
def _sent(style: Style, color_system: ColorSystem | None) -> tuple[str, str, bool]:
    """Return the codes of a style, the address it leads to, and whether it is to stand in its column."""
    codes = [code for name, code in _WEIGHTS if getattr(style, name)]
    if color_system is not None:
        if style.color:
            codes += style.color.downgrade(color_system).get_ansi_codes()
        if style.bgcolor:
            codes += style.bgcolor.downgrade(color_system).get_ansi_codes(foreground=False)
    return ";".join(codes), style.link or "", bool(style.meta.get("column"))
