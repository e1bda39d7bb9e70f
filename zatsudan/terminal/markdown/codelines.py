"""Lines of code to rows: cut anywhere, with their blanks."""

from zatsudan.terminal.markdown.segments import PLAIN, Piece, Row, row
from zatsudan.terminal.text.clusters import cells, sized_clusters


def cut(pieces: list[Piece], width: int, mark: Piece = ("", PLAIN)) -> list[Row]:
    """Rows of at most `width` cells, cut anywhere, blanks kept: for code. `mark` leads all but the first.

    All of it is shown; `cut` in terminal/text/rows.py shows the beginning of a line.
    """
    whole = "".join([text for text, _ in pieces])
    if whole.isascii() and len(whole) <= width:
        return [row(pieces)]
    size = cells(mark[0])
    if whole.isascii():
        return _cut_ascii(pieces, width, mark, size)
    # Lexers cut anywhere, also inside a cluster of several code points: it is
    # shown in the style of its beginning.
    styles = [style for text, style in pieces for _ in text]
    rows: list[Row] = []
    current: list[Piece] = []
    used = at = 0
    begun = 0  # cells of the mark that leads the row
    for cluster, wide, length in sized_clusters(whole):
        if used + wide > width and used > begun:
            rows.append(row(current))
            current, used = [mark], size
            begun = size
        current.append((cluster, styles[at]))
        used += wide
        at += length
    rows.append(row(current))
    return rows


def _cut_ascii(pieces: list[Piece], width: int, mark: Piece, size: int) -> list[Row]:
    rows: list[Row] = []
    current: list[Piece] = []
    used = 0
    for text, style in pieces:
        start = 0
        while len(text) - start > width - used:
            end = start + width - used
            rows.append(row([*current, (text[start:end], style)]))
            current, used, start = [mark], size, end
        current.append((text[start:], style))
        used += len(text) - start
    rows.append(row(current))
    return rows
