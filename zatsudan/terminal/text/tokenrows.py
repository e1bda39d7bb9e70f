"""A reply's tokens as rows: on a scale of colours, or with marks where there are none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import painted, together
from zatsudan.wire.tokenview import Option, Piece, Token, percent, pieces, visible

#: Backgrounds of the bins, in the 256 colours: told apart also by eyes that do
#: not see red and green, or blue and yellow (smallest distance ΔE 21 and 30 in
#: simulations); black text on each has a contrast of 7 to 20.
BACKGROUNDS = ("", "48;5;153", "48;5;229", "48;5;215", "48;5;202")
BLACK = "38;5;16"

LABELS = (
    later("90 % and more"),
    later("50 to 90"),
    later("20 to 50"),
    later("5 to 20"),
    later("below 5 %"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person took: another token at a place."""

    at: int
    option: Option


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a row: what is shown of a piece, and the number of that piece."""

    text: Printable
    piece: int


def marked(piece: Piece, *, coloured: bool) -> Printable:
    """Return a piece as it is shown; without colours with its percentage where it was unlikely."""
    text = visible(piece.text) or printable("∅")
    if coloured or piece.bin < 2:
        return text
    return printable(f"{text}‹{percent(piece.p).removesuffix(' %')}›")


def layout(shown: Sequence[Piece], width: int, *, coloured: bool) -> list[list[Cell]]:
    """Lay pieces out in rows of at most `width` cells; a line of the reply begins a row."""
    rows: list[list[Cell]] = [[]]
    used = 0
    for number, piece in enumerate(shown):
        rest = marked(piece, coloured=coloured)
        while rest:
            size = cells_of(rest)
            if used and used + size > width:
                rows.append([])
                used = 0
            part = rest
            while cells_of(part) > width and len(part) > 1:
                part = part[:-1]
            rows[-1].append(Cell(part, number))
            used += cells_of(part)
            rest = rest[len(part) :]
        if piece.text.endswith("\n"):
            rows.append([])
            used = 0
    return rows if rows[-1] else rows[:-1]


def token_rows(tokens: Sequence[Token], width: int, *, coloured: bool) -> Iterator[Styled]:
    """Return the legend and the tokens as rows of escape text."""
    shown = pieces(tokens)
    if coloured:
        samples = (
            _painted(printable(f" {say(label)} "), place, coloured=True)
            for place, label in enumerate(LABELS)
        )
        yield together((printable("p:"), *samples))
    else:
        yield say("word‹8›: a token that the model gave 8 %; no mark: 50 % and more")
    yield EMPTY
    for row in layout(shown, width, coloured=coloured):
        yield together(
            _painted(cell.text, shown[cell.piece].bin, coloured=coloured) for cell in row
        )
    yield EMPTY


def _painted(text: Printable, place: int, *, coloured: bool) -> Styled:
    code = BACKGROUNDS[place] if coloured else ""
    return painted(text, f"{BLACK};{code}") if code else text
