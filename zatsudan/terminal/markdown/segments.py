"""Rows of the Markdown view: what one line of the screen shows, and the characters sent for it."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import starmap

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from zatsudan.base.printable import Styled, printable
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.rows import ends, to_column, together
from zatsudan.terminal.text.widths import disputed

Row = tuple[Segment, ...]
"""Styled pieces of text; no newline, no trailing blanks."""

Piece = tuple[str, Style]
"""A stretch of text in one style."""

# The character inside a piece's text where its row ends. No other control can stand
# there, since all text passed `printable`.
HARD = "\n"


@lru_cache(maxsize=1024)
def one(style: Style) -> Style:
    """Return the style that stands for all that are equal, so that it is told at once whether two are."""
    return style


PLAIN = one(Style())

COLUMN = one(Style(meta={"column": True}))
"""Of a piece that is to stand in its column, however wide the terminal finds what is before it."""

#: So many styles are known at a time: each address has one of its own.
_STYLES = 500

_WEIGHTS = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("reverse", "7"),
    ("strike", "9"),
)


def row(pieces: Iterable[Piece]) -> Row:
    """Join pieces of one style and drop the blanks at the end."""
    joined: list[Piece] = []
    last: Style | None = None
    for piece in pieces:
        text, style = piece
        if style is last:
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


class Writer:
    """Writes rows for one terminal; without a color system it leaves out colours and keeps weight."""

    def __init__(self, color_system: ColorSystem | None) -> None:
        self._color_system = color_system
        #: What is sent for a style, by its identity: to look it up by what it is costs more than to write it.
        self._sent: dict[int, tuple[Style, Styled, Styled, bool]] = {}

    def row(self, line: Row) -> Styled:
        """Return a row with its styles as escape sequences, each closed before it ends."""
        whole = printable(plain(line))
        parts: list[Styled] = []
        at = 0
        for text, style, _ in line:
            end = at + len(text)
            shown = whole[at:end]
            if style is None or style is PLAIN:
                parts.append(shown)
            else:
                _, begun, ended, in_column = self._sent.get(id(style)) or self._of(style)
                if in_column and disputed(before := whole[:at]):
                    parts.append(to_column(cells(before)))
                parts += (begun, shown, ended)
            at = end
        return together(parts)

    def _of(self, style: Style) -> tuple[Style, Styled, Styled, bool]:
        """Find out what stands before and behind a text of a style, and whether it is to stand in its column."""
        if len(self._sent) >= _STYLES:
            self._sent.clear()
        codes = [code for name, code in _WEIGHTS if getattr(style, name)]
        if self._color_system is not None:
            if style.color:
                codes += style.color.downgrade(self._color_system).get_ansi_codes()
            if style.bgcolor:
                ground = style.bgcolor.downgrade(self._color_system)
                codes += ground.get_ansi_codes(foreground=False)
        begun, ended = ends(";".join(codes), printable(style.link or ""))
        in_column = bool(style.meta.get("column"))
        found = self._sent[id(style)] = (style, begun, ended, in_column)
        return found
