"""Replies as rows of escape text: Markdown in the look and the colours of this terminal.

Imports rich and Pygments, so it is itself imported behind the prompt.
"""

from collections.abc import Callable, Mapping, Sequence

from rich.color import ColorSystem

from zatsudan.terminal.markdown.ansi import ansi
from zatsudan.terminal.markdown.look import DEFAULT, NO_COLOUR, Look
from zatsudan.terminal.markdown.rows import Row
from zatsudan.terminal.markdown.stream import Stream


class MarkdownStream:
    """A RowStream of Markdown."""

    def __init__(self, width: int, look: Look, colours: ColorSystem | None) -> None:
        self._stream = Stream(width, look)
        self._colours = colours
        self._tail: Sequence[Row] = ()
        self._tail_text: list[str] = []

    def feed(self, text: str) -> Sequence[str]:
        return self._texts(self._stream.feed(text))

    def tail(self, limit: int, *, hold: bool = True) -> Sequence[str]:
        rows = self._stream.tail(limit, hold=hold)
        if rows is not self._tail:
            self._tail, self._tail_text = rows, self._texts(rows)
        return self._tail_text

    def resize(self, width: int) -> None:
        self._stream.resize(width)

    def finish(self) -> Sequence[str]:
        return self._texts(self._stream.finish())

    def _texts(self, rows: Sequence[Row]) -> list[str]:
        return [ansi(row, self._colours) for row in rows]


def markdown_streams(environ: Mapping[str, str]) -> Callable[[int], MarkdownStream]:
    """Return what makes a stream of a width, for the terminal that the environment describes."""
    colours = colour_system(environ)
    look = DEFAULT if colours is not None else NO_COLOUR
    return lambda width: MarkdownStream(width, look, colours)


def colour_system(environ: Mapping[str, str]) -> ColorSystem | None:
    """Return how many colours the terminal has; None under NO_COLOR and where there are none."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("dumb", "unknown", ""):
        return None
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ColorSystem.TRUECOLOR
    return ColorSystem.EIGHT_BIT if "256" in term else ColorSystem.STANDARD
