"""Rows, the currency of the Markdown view: what one line of the screen shows."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style

Row = tuple[Segment, ...]
"""Styled pieces of text; no newline, no trailing blanks."""

Piece = tuple[str, Style]
"""A stretch of text in one style."""

# The sign inside a piece's text where its row ends. No other control can stand
# there, since all text passed `printable`.
HARD = "\n"

PLAIN = Style()


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
