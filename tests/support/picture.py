"""A screen of cells as an SVG: the same picture whatever fonts the reader has.

Every run of cells stands at its column and is stretched to its width; wide
characters are placed one by one; lines of tables are drawn, not written. It needs
nothing from outside: no font, no script, no address.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from xml.sax.saxutils import escape

from pyte.screens import Char

#: Pixels: a cell, the size of its characters, and the room around the screen.
WIDTH, HEIGHT, SIZE, WIDE_SIZE = 8.4, 19, 14, 15
MARGIN, BAR = 18, 36

GROUND, TEXT, TITLE, FRAME = "#16181d", "#d5d9e0", "#8b93a1", "#3a3f4a"
FAINT = 0.62

#: The terminal's own sixteen colours, by pyte's names.
PALETTE = {
    "black": "#16181d",
    "red": "#f07178",
    "green": "#a5d6a7",
    "brown": "#e8c37b",
    "blue": "#7aa8f0",
    "magenta": "#c7a0f0",
    "cyan": "#6fd0d6",
    "white": "#d5d9e0",
    "brightblack": "#6b7280",
    "brightred": "#ff8f94",
    "brightgreen": "#b9e6bb",
    "brightbrown": "#f5d595",
    "brightblue": "#8fc0ff",
    "bfightmagenta": "#dab8ff",  # so it is spelt there
    "brightmagenta": "#dab8ff",
    "brightcyan": "#8ee4e9",
    "brightwhite": "#ffffff",
}

#: Characters that are drawn: which arms go out from the cell's middle (left, right, up, down).
LINES = {
    "─": "lr",
    "━": "lr",
    "│": "ud",
    "┼": "lrud",
    "├": "rud",
    "┤": "lud",
    "┬": "lrd",
    "┴": "lru",
    "┌": "rd",
    "┐": "ld",
    "└": "ru",
    "┘": "lu",
}

FONTS = (
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',"
    "'Noto Sans Mono CJK JP','Hiragino Sans','Yu Gothic','MS Gothic','IPAGothic',monospace"
)


class Look(NamedTuple):
    """How a cell looks; what is alike is drawn at once."""

    colour: str
    ground: str
    classes: str
    kind: str


class Run(NamedTuple):
    """Neighbouring cells of one look: the column of the first, and the characters."""

    x: int
    chars: list[str]
    look: Look


def _colour(name: str, default: str) -> str:
    return default if name == "default" else PALETTE.get(name, f"#{name}")


def _look(cell: Char, wide: bool) -> Look:
    colour, ground = _colour(cell.fg, TEXT), _colour(cell.bg, GROUND)
    if cell.reverse:
        colour, ground = ground, colour
    weights = (
        ("b", cell.bold),
        ("i", cell.italics),
        ("u", cell.underscore),
        ("s", cell.strikethrough),
        ("f", cell.blink),
    )
    kind = "line" if cell.data in LINES else "wide" if wide else "text"
    return Look(colour, ground, " ".join(name for name, on in weights if on), kind)


def _runs(row: Sequence[Char]) -> Iterator[Run]:
    """Cut a row into runs of one look; a wide character counts once."""
    cells = [
        (x, cell.data, _look(cell, x + 1 < len(row) and not row[x + 1].data))
        for x, cell in enumerate(row)
        if cell.data
    ]
    for look, group in groupby(cells, key=lambda cell: cell[2]):
        run = list(group)
        yield Run(run[0][0], [char for _, char, _ in run], look)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _left(x: float) -> str:
    return _number(MARGIN + x * WIDTH)


def _words(run: Run) -> Iterator[Run]:
    """Cut a run of text at its blanks where there are two or more, and leave them out."""
    text = "".join(char if len(char) == 1 else "\0" for char in run.chars)
    at = 0
    for piece in text.split("  "):
        begin = at + len(piece) - len(piece.lstrip(" "))
        if piece.strip(" "):
            length = len(piece.strip(" "))
            yield Run(run.x + begin, run.chars[begin : begin + length], run.look)
        at += len(piece) + 2


def _ground(run: Run, y: int) -> str:
    cells = len(run.chars) * (2 if run.look.kind == "wide" else 1)
    return (
        f'<rect x="{_left(run.x)}" y="{_top(y)}" width="{_number(cells * WIDTH)}" '
        f'height="{HEIGHT}" fill="{run.look.ground}"/>'
    )


def _top(y: int) -> int:
    return BAR + MARGIN // 2 + y * HEIGHT


def _attributes(look: Look) -> str:
    colour = f' fill="{look.colour}"' if look.colour != TEXT else ""
    return (f' class="{look.classes}"' if look.classes else "") + colour


def _line(run: Run, y: int) -> str:
    """Draw the lines of a run: one across where its cells join, and those up and down."""
    middle = _top(y) + HEIGHT / 2
    across: list[tuple[float, float]] = []
    path = ""
    for at, char in enumerate(run.chars, run.x):
        arms, x = LINES[char], at + 0.5
        left, right = x - 0.5 * ("l" in arms), x + 0.5 * ("r" in arms)
        up, down = middle - HEIGHT / 2 * ("u" in arms), middle + HEIGHT / 2 * ("d" in arms)
        if across and across[-1][1] == left:
            left = across.pop()[0]
        across.append((left, right))
        if down > up:
            path += f"M{_left(x)} {_number(up)}V{_number(down)}"
    for left, right in across:
        if right > left:
            path += f"M{_left(left)} {_number(middle)}H{_left(right)}"
    faint = f' opacity="{FAINT}"' if "f" in run.look.classes else ""
    return f'<path d="{path}" stroke="{run.look.colour}"{faint}/>'


def _texts(run: Run, y: int) -> Iterator[str]:
    base = _top(y) + HEIGHT - 5
    if run.look.kind == "wide":
        inset = WIDTH - WIDE_SIZE / 2  # in the middle of its two cells
        places = " ".join(
            _number(MARGIN + (run.x + 2 * at) * WIDTH + inset) for at in range(len(run.chars))
        )
        look = run.look._replace(classes=f"w {run.look.classes}".rstrip())
        yield f'<text x="{places}" y="{base}"{_attributes(look)}>{escape("".join(run.chars))}</text>'
        return
    for word in _words(run):
        length = _number(len(word.chars) * WIDTH)
        yield (
            f'<text x="{_left(word.x)}" y="{base}" textLength="{length}"'
            f"{_attributes(word.look)}>{escape(''.join(word.chars))}</text>"
        )


def svg(
    rows: Sequence[Sequence[Char]], title: str, describes: str, cursor: tuple[int, int] | None
) -> str:
    """Draw a screen as an SVG document; `describes` is what one hears who cannot see it."""
    parts = begun(max(len(row) for row in rows), len(rows), title, describes)
    if cursor is not None:
        parts.append(cursor_of(*cursor))
    for y, row in enumerate(rows):
        parts += row_of(row, y)
    return ended(parts)


def row_of(row: Sequence[Char], y: int) -> list[str]:
    """Draw a row of cells."""
    runs = list(_runs(row))
    parts = [_ground(run, y) for run in runs if run.look.ground != GROUND]
    for run in runs:
        if run.look.kind == "line":
            parts.append(_line(run, y))
        else:
            parts += _texts(run, y)
    return parts


def cursor_of(x: int, y: int) -> str:
    """Draw the cursor."""
    return (
        f'<rect x="{_left(x)}" y="{_top(y) + 1}" width="{WIDTH}" height="{HEIGHT - 2}" '
        f'fill="{TEXT}" opacity=".75"/>'
    )


def ended(parts: Iterable[str]) -> str:
    """Return the document of what was begun."""
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def begun(columns: int, lines: int, title: str, describes: str, more: str = "") -> list[str]:
    """Begin a document: the window around a screen. `more` are rules of style besides the usual."""
    width, height = round(columns * WIDTH) + 2 * MARGIN, _top(lines) + MARGIN // 2
    lights = "".join(
        f'<circle cx="{MARGIN + 4 + 18 * at}" cy="{BAR // 2}" r="5.5" fill="{FRAME}"/>'
        for at in range(3)
    )
    style = (
        f"text{{font:{SIZE}px {FONTS};white-space:pre}}.w{{font-size:{WIDE_SIZE}px}}"
        ".b{font-weight:700}.i{font-style:italic}.u{text-decoration:underline}"
        f".s{{text-decoration:line-through}}.f{{opacity:{FAINT}}}path{{fill:none}}{more}"
    )
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    frame = f'x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="10"'
    middle = f'x="{width // 2}" y="{BAR // 2 + 5}" text-anchor="middle"'
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(describes)}</desc>',
        f"<style>{style}</style>",
        f'<rect {frame} fill="{GROUND}" stroke="{FRAME}"/>',
        f'<path d="M1 {BAR - 0.5}H{width - 1}" stroke="{FRAME}"/>{lights}',
        f'<text {middle} fill="{TITLE}">{escape(title)}</text>',
        f'<g fill="{TEXT}">',
    ]
