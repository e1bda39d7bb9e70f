"""Replies as rows of escape text: Markdown in the look and the colours of this terminal.

Imports rich and Pygments, so it is itself imported behind the prompt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from rich.color import ColorSystem

from zatsudan.base.printable import Styled
from zatsudan.base.styles import Styles
from zatsudan.terminal.live.textstream import RowStream
from zatsudan.terminal.markdown.given import Given
from zatsudan.terminal.markdown.look import Look, look_of, without_colour
from zatsudan.terminal.markdown.rendering import Share, Stream
from zatsudan.terminal.markdown.segments import Row, Writer
from zatsudan.terminal.text.colour import colours, fitted

#: Terminals that draw an escape sequence they do not know.
_WITHOUT_LINKS = ("linux", "dumb", "unknown", "", None)


class MarkdownStream(RowStream):
    """A RowStream of Markdown; `given` are its first words where a person wrote them.

    `begun`: other blocks stand before its first.
    """

    def __init__(
        self,
        width: int,
        look: Look,
        system: ColorSystem | None,
        given: str = "",
        *,
        begun: bool = False,
    ) -> None:
        self.width = width
        self._look = look
        self._system = system
        self._stream = Stream(width, look, begun=begun)
        self._writer = Writer(system)
        self._tail: Sequence[Row] = ()
        self._tail_text: list[Styled] = []
        self._given = Given(given)

    def feed(self, text: str) -> Sequence[Styled]:
        return self._texts(self._stream.feed(text), self._given)

    def feed_around(self, text: str, share: Share) -> tuple[list[Styled], list[Styled]]:
        """As `feed`, but for whole blocks that `share` takes: return the rows before and behind them."""
        rows = self._stream.feed_around(text, share if self._given.over else None)
        before, behind = (self._texts(some, self._given) for some in rows)
        return before, behind

    def behind(self) -> "MarkdownStream":
        """Return a stream for the text behind whole blocks, which hangs on nothing before it."""
        return MarkdownStream(self.width, self._look, self._system, begun=True)

    def tail(self, limit: int, *, hold: bool = True) -> Sequence[Styled]:
        rows = self._stream.tail(limit, hold=hold)
        if rows is not self._tail:
            self._tail, self._tail_text = rows, self._texts(rows, self._given.copy())
        return self._tail_text

    def resize(self, width: int) -> None:
        self.width = width
        self._stream.resize(width)

    def finish(self) -> Sequence[Styled]:
        return self._texts(self._stream.finish(), self._given)

    def _texts(self, rows: Sequence[Row], given: Given) -> list[Styled]:
        return [self._writer.row(given.row(row)) for row in rows]


def whole_rows(text: str, stream: MarkdownStream) -> list[Styled]:
    """Return the rows of blocks that are whole; nothing has been fed to the stream."""
    return [*stream.feed(text), *stream.finish()]


class MakeStream(Protocol):
    """What makes a stream."""

    def __call__(self, width: int, given: str = "") -> MarkdownStream:
        """Return a stream of a width in cells, and of the first words that a person gave it."""


def markdown_streams(environ: Mapping[str, str], styles: Styles | None = None) -> "MakeStream":
    """Return what makes a stream of a width and of given first words, for the terminal that the environment describes."""
    styles = fitted(styles or Styles(), environ)
    system = colour_system(environ) if styles.theme != "none" else None
    look = look_of(styles) if system is not None else without_colour(look_of(styles))
    look = replace(look, hyperlinks=has_links(environ))
    return lambda width, given="": MarkdownStream(width, look, system, given)


def has_links(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal is one that has links (OSC 8), or at least leaves them unseen."""
    return environ.get("TERM") not in _WITHOUT_LINKS


def colour_system(environ: Mapping[str, str]) -> ColorSystem | None:
    """Return how many colours the terminal has; None under NO_COLOR and where there are none."""
    depth = colours(environ)
    if not depth:
        return None
    systems = {16: ColorSystem.STANDARD, 256: ColorSystem.EIGHT_BIT}
    return systems.get(depth, ColorSystem.TRUECOLOR)
