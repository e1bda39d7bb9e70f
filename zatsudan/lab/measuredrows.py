"""The rows of an experiment with a person's own numbers, and what the settings are ranked by."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import fmean

from zatsudan.base.printable import Printable
from zatsudan.lab.numbers import Number, measured
from zatsudan.lab.sheet import Row, rows_of
from zatsudan.lab.slots import Slot
from zatsudan.lab.turns import in_turns
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Session

#: Estimates the tokens of a text.
Count = Callable[[str], int]


async def measured_rows(
    session: Session, lab: Lab, count: Count, metrics: Mapping[str, str]
) -> tuple[list[Row], list[Printable]]:
    """Return the rows with all numbers, and why some of a person's own are missing.

    Hundreds of replies take a second, in which keys want to be answered.
    """
    rows = await in_turns(rows_of(session, lab, count))
    if not metrics:
        return rows, []
    from zatsudan.lab.ownmetrics import measure_all  # few have any

    own = await measure_all(metrics, [row.text for row in rows if row.replied])
    faults = [one.fault for one in own.values() if one.fault]
    return measured(rows, {name: one.values for name, one in own.items()}), faults


def scores_by(
    number: Number, session: Session, count: Count, metrics: Mapping[str, str]
) -> Callable[[Sequence[Slot]], Awaitable[Mapping[int, float]]]:
    """Return what tells the mean of a number for each setting, by the replies that are there."""

    async def scores(slots: Sequence[Slot]) -> Mapping[int, float]:
        cells = [slot for slot in slots if slot.node is not None]
        made = tuple((slot.cell.label, slot.node.id) for slot in cells if slot.node is not None)
        wanted = {name: spec for name, spec in metrics.items() if name == number.key}
        rows, _ = await measured_rows(session, Lab("", made), count, wanted)
        values: dict[int, list[float]] = {}
        for slot, row in zip(cells, rows, strict=True):
            value = number.of(row)
            if value is not None:
                values.setdefault(slot.cell.setting, []).append(value)
        return {setting: fmean(of) for setting, of in values.items()}

    return scores
