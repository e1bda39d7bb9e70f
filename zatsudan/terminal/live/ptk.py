"""The private parts of prompt_toolkit that the painter and the input line need, and nothing else.

A test fails if a release moves one of them; `supported` then is false and the
painter falls back to what is public: finished rows only, nothing live.
"""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple, TextIO

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.layout.screen import Screen
from prompt_toolkit.output.vt100 import Vt100_Output

from zatsudan.base.printable import one_line, printable


class ReservingOutput(Vt100_Output):
    """A terminal of which the painter keeps `reserved` rows for itself.

    prompt_toolkit then never draws so high that the painter's rows would leave
    the screen, where no cursor movement reaches them.
    """

    def __init__(self, stdout: TextIO, get_size: Callable[[], Size], term: str | None) -> None:
        # No cursor position requests: over ssh each costs a round trip.
        super().__init__(stdout, get_size, term=term, enable_cpr=False)
        self.reserved = 0
        self._holding = False

    def held(self, write: Callable[[], None]) -> str:
        """Return what `write` writes; it goes out with what is written next."""
        begin = len(self._buffer)
        self._holding = True
        try:
            write()
        finally:
            self._holding = False
        return "".join(self._buffer[begin:])

    def write(self, data: str) -> None:
        # All that prompt_toolkit draws passes here: what it draws by itself too,
        # as the field of a search, of which it knows only some signs that steer.
        # Moves of the cursor to the left and down are what else it writes here.
        super().write(printable(data) if data.strip("\r\n") else data)

    def flush(self) -> None:
        if not self._holding:
            super().flush()

    @property
    def real_size(self) -> Size:
        return super().get_size()

    def get_size(self) -> Size:
        size = super().get_size()
        return Size(rows=max(1, size.rows - self.reserved), columns=size.columns)

    def erase_down(self) -> None:
        # CSI J in the top left corner makes tmux push the screen into its
        # history (scroll-on-clear): erase this row, then what is below it.
        self.write_raw("\x1b[K\x1b7\x1b[B\r\x1b[J\x1b8")


class Drawn(NamedTuple):
    """What drew a screen from its first row on, at a width."""

    screen: Screen
    columns: int
    text: str


class LiveApplication(Application[None]):
    """An application that leaves resizing to the painter, and can be told to hold still."""

    on_resize: Callable[[], None] | None = None
    frozen = False
    drawn: Drawn | None = None

    def _redraw(self, render_as_done: bool = False) -> None:
        if not self.frozen or render_as_done:
            super()._redraw(render_as_done)

    def _handle_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        # A fault in a task of its own is printed with its words, which may be anybody's.
        error = context.get("exception")
        if isinstance(error, Exception):
            shown = RuntimeError(one_line(f"{type(error).__name__}: {error}"))
            context = {**context, "exception": shown.with_traceback(error.__traceback__)}
        super()._handle_exception(loop, context)

    def _on_resize(self) -> None:
        if self.on_resize is not None:
            self.on_resize()
        else:
            super()._on_resize()


def supported(app: Application[Any]) -> bool:
    """Tell whether this release has the private parts that are used here."""
    renderer = app.renderer
    return (
        all(hasattr(renderer, name) for name in ("_cursor_pos", "_last_screen"))
        and hasattr(app, "_redraw")
        and hasattr(app.output, "_buffer")
    )


def cursor(app: Application[Any]) -> Point:
    """Return the cursor's place within the application's own rows."""
    return app.renderer._cursor_pos


def away(app: Application[Any]) -> bool:
    """Tell whether the screen is not ours now: not started, ended, or lent to an editor."""
    return not app.is_running or getattr(app, "_running_in_terminal", False)


def redraw_from_here(app: LiveApplication, output: ReservingOutput) -> None:
    """Draw the application anew, beginning where the cursor stands.

    While nothing in it has changed since it was drawn so, the same text draws it again.
    """
    renderer, size, drawn = app.renderer, output.get_size(), app.drawn
    if (
        drawn is not None
        and drawn.screen is renderer._last_screen
        and drawn.columns == size.columns
        and not app.invalidated
        and _roomy(drawn.screen, size)
    ):
        output.write_raw(drawn.text)
        return
    renderer._cursor_pos = Point(x=0, y=0)
    renderer._last_screen = None
    text = output.held(app._redraw)
    screen = renderer.last_rendered_screen
    app.drawn = None
    if screen is not None and _roomy(screen, size):
        app.drawn = Drawn(screen, size.columns, text)


def _roomy(screen: Screen, size: Size) -> bool:
    """Tell whether there is so much room that how a screen looks does not hang on it."""
    return screen.height < size.rows // 2


def from_end(buffer: Buffer) -> int:
    """Return which of the lines that Up and Down reach is in the buffer; 1 is the newest.

    Counted from the end, since older ones are still being read.
    """
    return len(buffer._working_lines) - buffer.working_index


def row_cells(app: Application[Any]) -> list[int]:
    """Return how many cells of each of the application's rows were drawn."""
    screen = app.renderer._last_screen
    if screen is None:
        return []
    return [
        max((x + 1 for x, cell in screen.data_buffer[y].items() if cell.char != " "), default=0)
        for y in range(screen.height)
    ]
