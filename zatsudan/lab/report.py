"""What is told of an experiment's settings: a table of them, charts and maps, as plain values."""

from collections.abc import Sequence

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.lab.labels import shown
from zatsudan.lab.numbers import Number
from zatsudan.lab.sheet import Row
from zatsudan.lab.summaries import Summaries, interval_text
from zatsudan.sessions.figures import Bar, Chart, Heat


def summary_table(found: Summaries, numbers: Sequence[Number]) -> list[tuple[Printable, ...]]:
    """Return a row for each setting under a head: its replies, each number with its interval, and p."""
    tested = any(one.p is not None for one in found.settings)
    head = [say("settings"), printable("n"), *(number.shown for number in numbers)]
    rows = [(*head, printable("p")) if tested else tuple(head)]
    for one in found.settings:
        cells = [one.name, printable(f"{one.runs}")]
        cells += [interval_text(number, one.means.get(number.key)) for number in numbers]
        if tested:
            cells.append(printable("·" if one.p is None else f"{one.p:.3f}"))
        rows.append(tuple(cells))
    return rows


def figure_of(number: Number, found: Summaries, unit: Printable) -> Chart | Heat:
    """Return a number drawn: a map where two parameters are crossed, else a chart with intervals."""
    title = say(number.legend, unit=unit) if number.legend else number.shown
    return _heat(title, number, found) if found.crossed else _chart(title, number, found)


def unit_of(rows: Sequence[Row]) -> Printable:
    """Return what texts are measured by."""
    measured = [row.characters for row in rows if row.text]
    if len(set(measured)) > 1:
        return say("words (characters where a reply is Japanese)")
    return say("characters") if all(measured) and measured else say("words")


def _chart(title: Printable, number: Number, found: Summaries) -> Chart:
    bars: list[Bar] = []
    for one in found.settings:
        mean = one.means.get(number.key)
        text = interval_text(number, mean)
        if mean is None:
            bars.append(Bar(one.name, None, text=text))
        else:
            bars.append(Bar(one.name, mean.value, mean.low, mean.high, text))
    return Chart(title, tuple(bars))


def _heat(title: Printable, number: Number, found: Summaries) -> Heat:
    down = list(dict.fromkeys(one.axes[0] for one in found.settings))
    across = list(dict.fromkeys(one.axes[1] for one in found.settings))
    values = {one.axes: one.means.get(number.key) for one in found.settings}
    rows = []
    for first in down:
        means = [values.get((first, second)) for second in across]
        rows.append(
            tuple(
                (
                    mean.value if mean is not None else None,
                    number.text(mean.value if mean is not None else None),
                )
                for mean in means
            )
        )
    names = [tuple(one_line(shown(name), 60) for name in axis) for axis in (down, across)]
    return Heat(title, names[0], names[1], tuple(rows))
