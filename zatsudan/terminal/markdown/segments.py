"""Rows of the Markdown view: what one line of the screen shows, and the characters sent for it."""

from collections.abc import Iterable
from functools import lru_cache

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from zatsudan.base.printable import Printable, Styled, printable
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
    texts: list[str] = []
    styles: list[Style] = []
    for text, style in pieces:
        if not text:
            continue
        if styles and (styles[-1] is style or styles[-1] == style):
            texts[-1] += text
        else:
            texts.append(text)
            styles.append(style)
    while texts:
        texts[-1] = texts[-1].rstrip(" ")
        if texts[-1]:
            break
        texts.pop()
        styles.pop()
    return tuple(map(Segment, texts, styles))


def plain(line: Row) -> str:
    """The text of a row without its styles."""
    return "".join(segment.text for segment in line)


def ansi(row: Row, color_system: ColorSystem | None) -> Styled:
    """The row with its styles as escape sequences, each closed before the row ends.

    `None` leaves out colours and keeps weight.
    """
    parts: list[Styled] = []
    before = ""
    for segment in row:
        text = printable(segment.text)
        if segment.style:
            if segment.style.meta.get("column") and disputed(before):
                parts.append(to_column(cells(before)))
            parts.append(_styled(text, segment.style, color_system))
        else:
            parts.append(text)
        before += text
    return together(parts)


def _styled(text: Printable, style: Style, color_system: ColorSystem | None) -> Styled:
    codes = _codes(style, color_system)
    shown = painted(text, codes) if codes else text
    return linked(shown, printable(style.link)) if style.link else shown


@lru_cache(maxsize=512)
def _codes(style: Style, color_system: ColorSystem | None) -> str:
    codes = [code for name, code in _WEIGHTS if getattr(style, name)]
    if color_system is not None:
        if style.color:
            codes += style.color.downgrade(color_system).get_ansi_codes()
        if style.bgcolor:
            codes += style.bgcolor.downgrade(color_system).get_ansi_codes(foreground=False)
    return ";".join(codes)
