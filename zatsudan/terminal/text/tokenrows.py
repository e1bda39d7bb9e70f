"""A reply's tokens as rows: on a scale of colours, or with marks where there are none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.commands.shares import share
from zatsudan.lab.reshaping import Shape, is_open
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import painted, together
from zatsudan.wire.tokenview import Option, Piece, Token, bin_of, entropy, percent, pieces, visible

#: Backgrounds of the bins, in the 256 colours: told apart also by eyes that do
#: not see red and green, or blue and yellow (smallest distance ΔE 21 and 30 in
#: simulations); black text on each has a contrast of 7 to 20.
BACKGROUNDS = ("", "48;5;153", "48;5;229", "48;5;215", "48;5;202")
BLACK = "38;5;16"
#: The same by prompt_toolkit's words, for pages: the class of a bin, and its style.
BINS = {
    "bin1": "bg:#afd7ff fg:#000000",
    "bin2": "bg:#ffffaf fg:#000000",
    "bin3": "bg:#ffaf5f fg:#000000",
    "bin4": "bg:#ff5f00 fg:#000000",
}
#: Struck out, and underlined.
STRUCK, DOUBTFUL = "9", "4"

#: What stands behind a token where the entropy was so many nats or more.
OPEN, UNDECIDED = "°", 1.0

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


def marked(piece: Piece) -> Printable:
    """Return a piece as it is shown, with its percentage where it was unlikely: colours say it to some eyes alone."""
    text = printable(f"{visible(piece.text) or '∅'}{piece.tail}")
    note = piece.note
    if note is None and piece.bin >= 2:
        note = percent(piece.p)
    if not note:
        return text
    return printable(f"{text}‹{note.removesuffix(' %')}›")


def layout(shown: Sequence[Piece], width: int, begin: int = 0) -> list[list[Cell]]:
    """Lay pieces out from `begin` on in rows of at most `width` cells; a line of the reply begins a row."""
    rows: list[list[Cell]] = [[]]
    used = 0
    for number, piece in enumerate(shown[begin:], begin):
        rest = marked(piece)
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
    shown = [_open(piece, tokens[piece.first : piece.last + 1]) for piece in pieces(tokens)]
    if coloured:
        samples = (
            _painted(printable(f" {say(label)} "), place, coloured=True)
            for place, label in enumerate(LABELS)
        )
        yield together((printable("p:"), *samples))
    yield say("word‹8›: a token that the model gave 8 %; no mark: 50 % and more")
    if any(piece.tail.endswith(OPEN) for piece in shown):
        yield say("{mark}: the model was undecided there (entropy of 1 nat and more)", mark=OPEN)
    yield EMPTY
    yield from _piece_rows(shown, width, coloured=coloured)


def _open(piece: Piece, tokens: Sequence[Token]) -> Piece:
    """Return a piece with a mark where the model was undecided."""
    if max(entropy(token) or 0.0 for token in tokens) < UNDECIDED:
        return piece
    return replace(piece, tail=f"{piece.tail}{OPEN}")


def reshaped_rows(
    tokens: Sequence[Token], shapes: Sequence[Shape], width: int, *, coloured: bool
) -> Iterator[Styled]:
    """Return the legend and the tokens by the shares that other settings would give them."""
    shown = [reshaped(piece, shapes[piece.first : piece.last + 1]) for piece in pieces(tokens)]
    if coloured:
        samples = [
            _painted(printable(f" {say(label)} "), place, coloured=True)
            for place, label in enumerate(LABELS)
        ]
        yield together((say("share:"), *samples))
        fates = (
            painted(say("cut"), f"{BLACK};{BACKGROUNDS[-1]};{STRUCK}"),
            painted(say("may be cut"), DOUBTFUL),
        )
        yield together((fates[0], printable("  "), fates[1]))
    yield say(
        "word‹8›: the settings would give the token 8 %; ‹3–12›: between these; ‹cut›: none; ‹?›: not to be told; no mark: 50 % and more"
    )
    yield EMPTY
    yield from _piece_rows(shown, width, coloured=coloured)


def reshaped(piece: Piece, shapes: Sequence[Shape]) -> Piece:
    """Return a piece by the share of its least likely token, which is taken for as little as it may be."""
    bounds = [(each.then.low[each.chosen], each.then.high[each.chosen]) for each in shapes]
    low, high = min(bounds)
    place = bin_of(low)
    if is_open(low, high):
        return replace(piece, bin=0, p=low, note=printable("?"), doubtful=True)
    quiet = EMPTY if place < 2 else share(low, high)
    return replace(piece, bin=place, p=low, note=quiet, struck=high <= 0, doubtful=low <= 0 < high)


def _piece_rows(shown: Sequence[Piece], width: int, *, coloured: bool) -> Iterator[Styled]:
    for row in layout(shown, width):
        yield together(
            _painted(cell.text, shown[cell.piece].bin, shown[cell.piece], coloured=coloured)
            for cell in row
        )
    yield EMPTY


def _painted(text: Printable, place: int, piece: Piece | None = None, *, coloured: bool) -> Styled:
    codes = [f"{BLACK};{BACKGROUNDS[place]}"] if coloured and BACKGROUNDS[place] else []
    if coloured and piece is not None:
        codes += [STRUCK] * piece.struck + [DOUBTFUL] * piece.doubtful
    return painted(text, ";".join(codes)) if codes else text
