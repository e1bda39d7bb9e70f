"""A knob: a parameter that is a number, as a slider that is turned by steps."""

import math
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json

#: Steps of a whole slider: of a turn, and of a small one.
TURNS, SMALL_TURNS = 20, 100


class Knob(NamedTuple):
    """A parameter that is a number. `value` None: it is not sent, and the server's `own` holds.

    `low` and `high` bound what may be sent, `begin` and `end` are where its slider begins and ends.
    """

    name: str
    value: float | None
    own: float | None
    neutral: float | None
    low: float
    high: float
    begin: float
    end: float
    whole: bool = False

    @property
    def held(self) -> float:
        """The value that holds as far as it is known."""
        known = (self.value, self.own, self.neutral, self.begin)
        return next(value for value in known if value is not None)

    @property
    def shown(self) -> str:
        """The value in a few characters; of one that is not sent, the server's own in brackets."""
        return written(self.value) if self.value is not None else f"({written(self.held)})"

    def turned(self, by: int, *, small: bool = False) -> "Knob":
        """Return it so many steps on, within its bounds; a whole number moves by one at least."""
        step = (self.end - self.begin) / (SMALL_TURNS if small else TURNS)
        if self.whole:
            step = max(1.0, math.floor(step)) if not small else 1.0
        value = round((self.held + by * step) / step) * step
        return self.at(round(value, 6))

    def at(self, value: float) -> "Knob":
        """Return it at a value, the nearest that may be sent."""
        value = min(self.high, max(self.low, value))
        return self._replace(value=float(round(value)) if self.whole else value)

    @property
    def sent(self) -> Json:
        """The value as it is sent."""
        if self.value is None:
            return None
        return int(self.value) if self.whole or self.value == int(self.value) else self.value

    def at_cell(self, cell: int, cells: int) -> "Knob":
        """Return it at the value that stands at a cell of its slider, in small steps."""
        step = (self.end - self.begin) / SMALL_TURNS
        share = min(1.0, max(0.0, cell / (cells - 1)))
        return self.at(round(self.begin + round(share * SMALL_TURNS) * step, 6))

    def place(self, value: float, cells: int) -> int:
        """Return the cell of a slider at which a value stands."""
        share = (value - self.begin) / (self.end - self.begin)
        return round(min(1.0, max(0.0, share)) * (cells - 1))

    def slider(self, cells: int) -> str:
        """Return the slider: where the value stands, and where it would do nothing."""
        drawn = ["─"] * cells
        if self.neutral is not None and self.begin <= self.neutral <= self.end:
            drawn[self.place(self.neutral, cells)] = "┼"
        drawn[self.place(self.held, cells)] = "●" if self.value is not None else "○"
        return "".join(drawn)


def written(value: float) -> str:
    """Return a number in few characters."""
    return f"{value:.4g}"


def knob(
    name: str,
    value: float | None,
    own: float | None,
    neutral: float | None,
    bounds: tuple[float, float],
    *,
    whole: bool,
) -> Knob:
    """Make a knob; a slider without an end of its own ends well beyond all values that are known."""
    low, high = bounds
    known = [abs(each) for each in (value, own, neutral) if each is not None]
    far = 2 * max([50.0 if whole else 1.0, *known])
    begin = low if math.isfinite(low) else -far
    end = high if math.isfinite(high) else far
    return Knob(name, value, own, neutral, low, high, begin, max(end, begin + 1e-9), whole)
