"""Rows of the Markdown view: what one line of the screen shows, and the characters sent for it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from zatsudan.base.printable import Styled, printable
from zatsudan.base.styles import WEIGHTS, Paint
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.colour import codes
from zatsudan.terminal.text.rows import linked, painted, to_column, together
from zatsudan.terminal.text.widths import disputed


class Style(NamedTuple):
    """How a stretch of text is shown, and where it leads."""

    paint: Paint = Paint()
    link: str = ""
    in_column: bool = False
    """Whether it is to stand in its column, however wide the terminal finds what is before it."""

    def over(self, outer: "Style") -> "Style":
        """Return this one inside of another: what it does not say is the other's."""
        weights, colour, ground = self.paint
        under = outer.paint
        return Style(
            Paint(
                tuple(it for it in WEIGHTS if it in weights or it in under.weights),
                colour or under.colour,
                ground or under.ground,
            ),
            self.link or outer.link,
            self.in_column or outer.in_column,
        )


Piece = tuple[str, Style]
"""A stretch of text in one style."""

Row = tuple[Piece, ...]
"""Pieces of text; no newline, no trailing blanks."""

# The character inside a piece's text where its row ends. No other control can stand
# there, since all text passed `printable`.
HARD = "\n"

PLAIN = Style()

COLUMN = Style(in_column=True)


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
    return tuple(joined)


def plain(line: Row) -> str:
    """The text of a row without its styles."""
    return "".join([text for text, _ in line])


def ansi(line: Row, depth: int) -> Styled:
    """The row with its styles as escape sequences, each closed before the row ends.

    `depth` is how many colours the terminal has; 0 leaves out colours and keeps weight.
    """
    parts: list[Styled] = []
    for at, (text, style) in enumerate(line):
        shown: Styled = printable(text)
        if style.in_column and disputed(before := plain(line[:at])):
            parts.append(to_column(cells(before)))
        if code := _codes(style.paint, depth):
            shown = painted(printable(text), code)
        parts.append(linked(shown, printable(style.link)) if style.link else shown)
    return together(parts)


@lru_cache(maxsize=512)
def _codes(paint: Paint, depth: int) -> str:
    return codes(paint, depth)
