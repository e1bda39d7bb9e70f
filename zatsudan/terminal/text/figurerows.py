"""Figures as rows of the screen: a chart with intervals, and a map of shades.

Without colours, and where block characters are of no certain width, in ASCII.
"""

from collections.abc import Iterator

from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.sessions.figures import Bar, Chart, Heat
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import BLANK, columns_of, cut, painted, sgr, together
from zatsudan.terminal.text.widths import TOLD

#: Cells of a label, and the least and the most of a scale.
LABEL = 28
SCALE = 16, 60

#: What a scale is drawn with: nothing, an interval, its ends, the mean.
BLOCKS, ASCII = (" ", "─", "├", "┤", "●"), (".", "-", "|", "|", "o")

#: Grounds from the lowest fifth to the highest: one hue, ever darker; the text on each has a contrast of 5 and more.
GROUNDS = ("48;5;231", "48;5;153", "48;5;111", "48;5;26", "48;5;18")
INKS = ("38;5;16", "38;5;16", "38;5;16", "38;5;231", "38;5;231")
#: The same without colours: more marks for more.
MARKS = ("", ".", "..", "...", "....")


def _narrow(*, coloured: bool) -> bool:
    """Tell whether block characters can be drawn: they are as wide as a letter here."""
    return coloured and TOLD.get("ambiguous") != 2


def figure_rows(drawn: Chart | Heat, width: int, *, coloured: bool) -> Iterator[Styled]:
    """Return a figure as rows of at most `width` cells."""
    if isinstance(drawn, Chart):
        yield from chart_rows(drawn, width, coloured=coloured)
    else:
        yield from heat_rows(drawn, width, coloured=coloured)
    yield EMPTY


def chart_rows(chart: Chart, width: int, *, coloured: bool) -> Iterator[Styled]:
    """Return a number against the settings: each mean and its interval on one scale."""
    labels = [cut(one_line(bar.label), LABEL) for bar in chart.bars]
    texts = [one_line(bar.text) for bar in chart.bars]
    wide = max(map(cells_of, labels), default=0)
    told = max(map(cells_of, texts), default=0)
    room = width - wide - told - 6
    size = min(SCALE[1], room) if room >= SCALE[0] else 0
    marks = BLOCKS if _narrow(coloured=coloured) else ASCII
    yield sgr(cut(one_line(chart.title), width), "bold")
    for bar, label, text in zip(chart.bars, labels, texts, strict=True):
        name = label + " " * (wide - cells_of(label))
        drawn = _scale(chart, bar, size, marks) if size else ""
        yield printable(f"  {name}  {drawn}  {text}".rstrip())
    if size:
        low, high = (f"{end:.3g}" for end in chart.span)
        ends = f"{low}{high:>{max(1, size - len(low))}}"
        yield sgr(printable(" " * (wide + 4) + ends), "dim")


def _scale(chart: Chart, bar: Bar, size: int, marks: tuple[str, ...]) -> str:
    nothing, between, left, right, mean = marks
    row = [nothing] * size
    if bar.value is None:
        return "".join(row)

    def at(value: float) -> int:
        return round(chart.place(value) * (size - 1))

    if bar.low is not None and bar.high is not None:
        low, high = at(bar.low), at(bar.high)
        row[low : high + 1] = between * (high + 1 - low)
        row[low], row[high] = left, right
    row[at(bar.value)] = mean
    return "".join(row)


def heat_rows(heat: Heat, width: int, *, coloured: bool) -> Iterator[Styled]:
    """Return a map: digits on shades, or with marks where there are no colours."""
    shades = len(GROUNDS)
    cells = [
        [_digits(text, heat.shade(value, shades), coloured=coloured) for value, text in row]
        for row in heat.rows
    ]
    names = [cut(one_line(name), LABEL) for name in heat.down]
    heads = [cut(one_line(name), LABEL) for name in heat.across]
    widths = columns_of([tuple(heads), *map(tuple, cells)])
    wide = max(map(cells_of, names), default=0)
    yield sgr(cut(one_line(heat.title), width), "bold")
    first = 0
    while first < len(heads):  # as many columns as there is room for, then the others
        last = first + 1
        while (
            last < len(heads)
            and wide + 2 + sum(widths[first : last + 1]) + 2 * (last + 1 - first) <= width
        ):
            last += 1
        picked = range(first, last)
        head = "  ".join(" " * (widths[at] - cells_of(heads[at])) + heads[at] for at in picked)
        yield sgr(cut(printable(" " * (wide + 4) + head), width), "dim")
        for name, row, values in zip(names, cells, heat.rows, strict=True):
            yield together(
                [
                    printable(f"  {name}{' ' * (wide - cells_of(name))} "),
                    *(
                        _shaded(
                            row[at],
                            widths[at],
                            heat.shade(values[at][0], shades),
                            coloured=coloured,
                        )
                        for at in picked
                    ),
                ]
            )
        first = last


def _digits(text: str, shade: int | None, *, coloured: bool) -> Printable:
    mark = "" if coloured or shade is None else MARKS[shade]
    return one_line(f"{mark} {text}" if mark else text)


def _shaded(text: Printable, width: int, shade: int | None, *, coloured: bool) -> Styled:
    padded = printable(" " * (width - cells_of(text) + 1) + text) + BLANK
    if not coloured or shade is None:
        return padded
    return painted(padded, f"{INKS[shade]};{GROUNDS[shade]}")
