"""A talk on a screen as a picture that moves: an SVG whose rows take turns, by CSS alone.

A row is drawn once for each text that it shows, and seen from then until the next. Where
nothing moves, since it is not wanted (`prefers-reduced-motion`) or not known, the last frame
stands. A rule is shared by all that is seen at the same time.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from pyte.screens import Char

from tests.support.emulator import Screen
from tests.support.picture import begun, cursor_of, ended, row_of

T = TypeVar("T")


class Frame(NamedTuple):
    """What stands on the screen, from a time on (seconds)."""

    at: float
    rows: list[list[Char]]
    cursor: tuple[int, int] | None


class Film:
    """The frames of one screen; the time is the film's own, and nobody waits for it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.frames: list[Frame] = []

    def take(self, screen: Screen, seconds: float) -> None:
        """Show the screen as it is for so many seconds."""
        rows, cursor = screen.cells(), None if screen.hides_cursor else screen.cursor
        if not self.frames or (rows, cursor) != self.frames[-1][1:]:
            self.frames.append(Frame(self.seconds, rows, cursor))
        self.seconds += seconds

    def svg(self, title: str, describes: str) -> str:
        """Draw it as an SVG document that begins anew at its end."""
        first = self.frames[0].rows
        spans: dict[tuple[float, float], str] = {}
        parts = []
        for y in range(len(first)):
            shown = self._turns((frame.at, frame.rows[y]) for frame in self.frames)
            for since, until, row in shown:
                drawn = "".join(row_of(row, y))
                parts += [_seen(self._name(spans, since, until), drawn)] if drawn else []
        for since, until, cursor in self._turns((frame.at, frame.cursor) for frame in self.frames):
            if cursor is not None:
                parts.append(_seen(self._name(spans, since, until), cursor_of(*cursor)))
        rules = "".join(self._rule(name, *span) for span, name in spans.items())
        style = f".v{{visibility:hidden}}@media (prefers-reduced-motion:no-preference){{{rules}}}"
        return ended([*begun(len(first[0]), len(first), title, describes, style), *parts])

    def _turns(self, shown: Iterable[tuple[float, T]]) -> Iterator[tuple[float, float, T]]:
        """Yield from when until when each is seen."""
        held: tuple[float, T] | None = None
        for at, now in shown:
            if held is None or now != held[1]:
                if held is not None:
                    yield held[0], at, held[1]
                held = at, now
        if held is not None:
            yield held[0], self.seconds, held[1]

    def _name(self, spans: dict[tuple[float, float], str], since: float, until: float) -> str:
        """Return the classes of what is seen for a time; none for what always is."""
        if since == 0 and until == self.seconds:
            return ""
        name = spans.setdefault((since, until), f"a{len(spans)}")
        return name if until == self.seconds else f"v {name}"

    def _rule(self, name: str, since: float, until: float) -> str:
        times = {since: "visible"} | ({until: "hidden"} if until < self.seconds else {})
        keys = "".join(
            f"{_share(at / self.seconds)}%{{visibility:{state}}}"
            for at, state in ({0.0: "hidden"} | times).items()
        )
        length = _share(self.seconds / 100)
        return f".{name}{{animation:{name} {length}s step-end infinite}}@keyframes {name}{{{keys}}}"


def _share(value: float) -> str:
    return f"{value * 100:.2f}".rstrip("0").rstrip(".")


def _seen(classes: str, drawn: str) -> str:
    return f'<g class="{classes}">{drawn}</g>' if classes else drawn
