"""What a figure shows, whether it is drawn in a terminal or on a page: plain values."""

from typing import NamedTuple


class Bar(NamedTuple):
    """The value of one setting, and the interval where there is one; `text` is both as they are read."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    text: str = ""


class Chart(NamedTuple):
    """A number against the settings, in their order."""

    title: str
    bars: tuple[Bar, ...]

    @property
    def span(self) -> tuple[float, float]:
        """From where to where its scale goes."""
        ends = [
            end for bar in self.bars for end in (bar.value, bar.low, bar.high) if end is not None
        ]
        low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def place(self, value: float) -> float:
        """Return where on the scale a value stands, from 0 to 1."""
        low, high = self.span
        return (value - low) / (high - low)


class Heat(NamedTuple):
    """A number for each pair of two parameters' values: a value and how it is read, row by row."""

    title: str
    down: tuple[str, ...]
    across: tuple[str, ...]
    rows: tuple[tuple[tuple[float | None, str], ...], ...]

    def shade(self, value: float | None, shades: int) -> int | None:
        """Return in which of so many equal parts of the range a value lies; None without one."""
        known = [one for row in self.rows for one, _ in row if one is not None]
        if value is None or not known:
            return None
        low, high = min(known), max(known)
        return min(shades - 1, int((value - low) / (high - low) * shades)) if high > low else 0
