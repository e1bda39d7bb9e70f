"""The private parts of prompt_toolkit that the painter needs: `PRIVATE` names them all.

Where a release lacks one of them `supported` is false, and the painter uses none of
them: it shows finished rows only, nothing live, and leaves resizing to prompt_toolkit.
"""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple, TextIO

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.layout.screen import Screen
from prompt_toolkit.output.vt100 import Vt100_Output

from zatsudan.base.printable import one_line, printable
from zatsudan.terminal import typed
from zatsudan.terminal.live.shifting import Below

#: The mouse's buttons and wheel, and where it is drawn; told as digits, in urxvt's form or xterm's.
MOUSE = (1000, 1002, 1015, 1006)


class ReservingOutput(Vt100_Output):
    """A terminal of which the painter keeps `reserved` rows for itself.

    prompt_toolkit then never draws so high that the painter's rows would leave
    the screen, where no cursor movement reaches them.
    """

    def __init__(self, stdout: TextIO, get_size: Callable[[], Size], term: str | None) -> None:
        # No cursor position requests: over ssh each costs a round trip.
        super().__init__(stdout, get_size, term=term, enable_cpr=False)
        self.reserved = 0
        encoding = getattr(stdout, "encoding", None) or "utf-8"
        self._lacking = "" if encoding.lower().startswith("utf") else encoding
        self._written: list[str] | None = None

    def held(self, write: Callable[[], None]) -> str:
        """Return what `write` writes; it goes out with what is written next."""
        written: list[str] = []
        self._written = written
        try:
            write()
        finally:
            self._written = None
        return "".join(written)

    def write(self, data: str) -> None:
        # All that prompt_toolkit draws passes here, a character at a time: what it draws by itself
        # too. Moves of the cursor to the left and down are what else it writes here.
        if data.isprintable():
            self.write_raw(data)
        elif data in typed.CLUSTERS:
            self.write_raw(typed.placed(data))
        else:
            self.write_raw(printable(data) if data.strip("\r\n") else data)

    def write_raw(self, data: str) -> None:
        if self._lacking:
            from zatsudan.base.encodings import fitting

            data = fitting(data, self._lacking)
        if self._written is not None:
            self._written.append(data)
        super().write_raw(data)

    def flush(self) -> None:
        if self._written is None:
            super().flush()

    @property
    def real_size(self) -> Size:
        """The size of the terminal, with the rows that are kept from prompt_toolkit."""
        return super().get_size()

    def get_size(self) -> Size:
        size = super().get_size()
        return Size(rows=max(1, size.rows - self.reserved), columns=size.columns)

    def enable_mouse_support(self) -> None:
        # Where a button is held, and not each move without one: what nobody reads need not be sent.
        self.write_raw("".join(f"\x1b[?{mode}h" for mode in MOUSE))

    def disable_mouse_support(self) -> None:
        self.write_raw("".join(f"\x1b[?{mode}l" for mode in reversed(MOUSE)))

    def erase_down(self) -> None:
        # CSI J in the top left corner makes tmux push the screen into its
        # history (scroll-on-clear): erase this row, then what is below it.
        self.write_raw("\x1b[K\x1b7\x1b[B\r\x1b[J\x1b8")


#: Hides the cursor, as prompt_toolkit does before it draws.
HIDE = "\x1b[?25l"


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


class Private(NamedTuple):
    """A name that prompt_toolkit does not promise to keep."""

    owner: str
    name: str


#: All that is used here of what is private there, and what for.
PRIVATE = (
    # Kept from drawing while the width changes; called to draw anew.
    Private("application", "_redraw"),
    # Resizing is left to the painter, which knows of its live rows.
    Private("application", "_on_resize"),
    # What it prints is made printable.
    Private("application", "_handle_exception"),
    # Tells that the screen is lent.
    Private("application", "_running_in_terminal"),
    # Where the cursor stands in the prompt's rows; set, so that these begin where it is.
    Private("renderer", "_cursor_pos"),
    # Forgotten, so that all is drawn and not a difference.
    Private("renderer", "_last_screen"),
)


def supported(app: LiveApplication) -> bool:
    """Tell whether this release has the private parts that are used here."""
    owners = {"application": app, "renderer": app.renderer}
    overridden = super(LiveApplication, app)  # the application itself has these anyway
    return all(
        hasattr(overridden if name in vars(LiveApplication) else owners[owner], name)
        for owner, name in PRIVATE
    )


def cursor(app: Application[Any]) -> Point:
    """Return the cursor's place within the application's own rows."""
    return app.renderer._cursor_pos


def lent(app: Application[Any]) -> bool:
    """Tell whether the screen is lent, to an editor for one."""
    return app._running_in_terminal


def redraw_from_here(app: LiveApplication, output: ReservingOutput) -> None:
    """Draw the application anew, beginning where the cursor stands. It need not be hidden again.

    While nothing in it has changed since it was drawn so, the same text draws it again.
    """
    renderer, size, drawn = app.renderer, output.get_size(), app.drawn
    if (
        drawn is not None
        and drawn.screen is renderer.last_rendered_screen
        and drawn.columns == size.columns
        and not app.invalidated
        and _roomy(drawn.screen, size)
    ):
        output.write_raw(drawn.text.removeprefix(HIDE))
        return
    renderer._cursor_pos = Point(x=0, y=0)
    renderer._last_screen = None
    text = output.held(app._redraw)
    screen = renderer.last_rendered_screen
    app.drawn = None
    if screen is not None and _roomy(screen, size):
        app.drawn = Drawn(screen, size.columns, text)


def below(app: LiveApplication) -> Below:
    """Return how many rows the application has, and where the cursor stands in them."""
    screen = app.renderer.last_rendered_screen
    return Below(cursor(app), screen.height if screen is not None else 1)


def stays(app: LiveApplication, output: ReservingOutput, *, reserved: int) -> bool:
    """Tell whether the application would look as it does if it were drawn anew where its rows move to.

    It might not where there is little room, of which the painter has had or will have other rows,
    `reserved` at most (0: as many as before), nor where rows at the end have become blank:
    prompt_toolkit lets go of them only when it draws all.
    """
    screen = app.renderer.last_rendered_screen
    size = output.real_size
    if screen is None or (
        reserved and not _roomy(screen, size._replace(rows=size.rows - reserved))
    ):
        return False
    return any(cell.char != " " for cell in screen.data_buffer[screen.height - 1].values())


def _roomy(screen: Screen, size: Size) -> bool:
    """Tell whether there is so much room that how a screen looks does not hang on it."""
    return screen.height < size.rows // 2


def drawn_rows(app: Application[Any]) -> list[str]:
    """Return the text of each of the application's rows, as far as it was written.

    Blanks in a colour are written too.
    """
    screen = app.renderer.last_rendered_screen
    if screen is None:
        return []
    rows = []
    for y in range(screen.height):
        row = screen.data_buffer[y]
        written = [x for x, cell in row.items() if cell.char != " " or _seen(app, cell.style)]
        rows.append("".join(row[x].char for x in range(max(written, default=-1) + 1)))
    return rows


def _seen(app: Application[Any], style: str) -> bool:
    """Tell whether a blank in a style is seen, and so written where a row ends."""
    attrs = app.renderer.style.get_attrs_for_style_str(style) if style else None
    return attrs is not None and bool(
        attrs.color or attrs.bgcolor or attrs.underline or attrs.reverse or attrs.strike
    )
