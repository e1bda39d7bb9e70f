"""The desk on the screen: where its rows stand, and which keys and places of the mouse lead to what."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

from zatsudan.lab.board import Result
from zatsudan.terminal.pages.borrowing import page_application
from zatsudan.terminal.pages.deskpage import DeskPage
from zatsudan.terminal.pages.deskrows import (
    LONG_SLIDER,
    SLIDER,
    DeskRows,
    first_knob,
    knob_rows,
    knobs_width,
    slider_cell,
)
from zatsudan.terminal.pages.replypane import ReplyPane
from zatsudan.terminal.pages.sizedrows import SizedRows
from zatsudan.terminal.surface import MakeReply
from zatsudan.terminal.text.tokenrows import BINS

if TYPE_CHECKING:
    from prompt_toolkit.application import Application

    from zatsudan.commands.outcomes import Desk

STYLE = Style.from_dict(
    {
        **BINS,
        "struck": "strike",
        "doubtful": "underline",
        "here": "reverse bold",
        "dim": "dim",
        "head": "bold",
        "old": "strike",
        "new": "underline bold",
    }
)
#: From so many columns on two variants stand side by side, and the sliders are longer.
WIDE = 120
#: Below so many columns the knobs stand above the reply.
NARROW = 72
#: Rows of the pane with the alternatives: a share of the screen's; of the knobs too where they stand above.
SHARED = 3
#: Rows that belong to no pane, where all panes stand above each other.
AROUND = 5


class DeskView:
    """The page's parts on a screen whose size may change."""

    def __init__(self, page: DeskPage, *, input_: Input, output: Output) -> None:
        self._page = page
        self._shown = rows = DeskRows(page)
        self._knobs_height = 1
        wide = Condition(lambda: self._is_wide)
        left = SizedRows(lambda _, height: self._knobs(height), self._at_knob, self._wheel_knobs)
        first, second, only = (
            Window(self._reply(pane), width=Dimension(preferred=1000), always_hide_cursor=True)
            for pane in (self._first, self._second, lambda: page.panes.pane)
        )
        place = SizedRows(rows.place)
        right = HSplit(
            [
                ConditionalContainer(
                    VSplit([first, Window(width=2), second]), filter=wide & Condition(self._is_pair)
                ),
                ConditionalContainer(only, filter=~(wide & Condition(self._is_pair))),
                Window(height=1),
                Window(place, height=lambda: Dimension.exact(self._place_height)),
            ]
        )
        narrow = Condition(lambda: self._is_narrow)
        beside = VSplit(
            [
                Window(left, width=lambda: Dimension.exact(knobs_width(self._slider))),
                Window(width=1),
                right,
            ]
        )
        above = HSplit([Window(left, height=lambda: Dimension.exact(self._knobs_rows)), right])
        body = HSplit(
            [
                Window(FormattedTextControl(rows.title), height=1),
                ConditionalContainer(above, filter=narrow),
                ConditionalContainer(beside, filter=~narrow),
                Window(SizedRows(lambda width, _: [rows.sums(width)]), height=1),
                Window(
                    SizedRows(lambda width, _: rows.foot(width)),
                    height=lambda: Dimension.exact(len(rows.foot(self._columns))),
                ),
            ]
        )
        self.app: Application[Result | None] = page_application(
            Layout(body), self._keys(), STYLE, input_, output, full_screen=True, mouse=True
        )
        page.redraw = self.app.invalidate
        page.leave = self._leave

    def _leave(self, how: Result | Exception) -> None:
        if self.app.is_done:
            return
        if isinstance(how, Exception):
            self.app.exit(exception=how)
        else:
            self.app.exit(result=how)

    # --- sizes --------------------------------------------------------------

    @property
    def _columns(self) -> int:
        return self.app.output.get_size().columns

    @property
    def _rows(self) -> int:
        return self.app.output.get_size().rows

    @property
    def _is_wide(self) -> bool:
        return self._columns >= WIDE

    @property
    def _is_narrow(self) -> bool:
        return self._columns < NARROW

    @property
    def _slider(self) -> int:
        if self._is_narrow:
            return max(1, min(LONG_SLIDER, self._columns - knobs_width(0)))
        return LONG_SLIDER if self._is_wide else SLIDER

    @property
    def _share(self) -> int:
        rows = self._rows - AROUND if self._is_narrow else self._rows
        return max(2, rows // SHARED)

    @property
    def _place_height(self) -> int:
        return self._share if self._page.panes.pane.weighing is not None else 0

    @property
    def _knobs_rows(self) -> int:
        return min(self._share, max(1, len(self._page.board.knobs)))

    # --- panes --------------------------------------------------------------

    def _is_pair(self) -> bool:
        return self._page.panes.pair is not None

    def _first(self) -> ReplyPane:
        pair = self._page.panes.pair
        return pair[0] if pair is not None else self._page.panes.pane

    def _second(self) -> ReplyPane:
        pair = self._page.panes.pair
        return pair[1] if pair is not None else self._page.panes.pane

    def _reply(self, pane: Callable[[], ReplyPane]) -> SizedRows:
        def at(x: int, y: int, _down: bool) -> None:
            token = pane().token_at(x, y - 1)  # below the heading
            if token is not None and not self._page.board.asks:
                self._page.look_at(pane())
                self._page.board.look_at(token)

        def wheel(by: int) -> None:
            self._page.scroll(pane(), by)

        return SizedRows(lambda width, height: self._shown.text(pane(), width, height), at, wheel)

    def _knobs(self, height: int) -> list[StyleAndTextTuples]:
        self._knobs_height = height
        return knob_rows(self._page.board, self._slider, height)

    def _at_knob(self, x: int, y: int, down: bool) -> None:
        """Go to the knob that the button went down on; turn it where its slider is pointed at."""
        board, cell = self._page.board, slider_cell(x)
        at = first_knob(board, self._knobs_height) + y
        if down and at < len(board.knobs):
            board.go_to(at)
        if 0 <= cell < self._slider and not board.on_tokens and at == board.at:
            board.put(cell, self._slider)
            self._page.turned()

    def _wheel_knobs(self, by: int) -> None:
        board = self._page.board
        board.go_to(max(0, min(len(board.knobs) - 1, board.at + by)))

    # --- keys ---------------------------------------------------------------

    def _keys(self) -> KeyBindings:
        """Bind every key that the board knows, by its name there."""
        bindings, page = KeyBindings(), self._page

        def bind(key: str, name: str) -> None:
            @bindings.add(key)
            def _pressed(_event: KeyPressEvent) -> None:
                page.press(name)

        named = ("enter", "escape", "tab", "up", "down", "left", "right", "s-left", "s-right")
        for name in (*named, "pageup", "pagedown", "home", "end", "backspace"):
            bind(name, name)
        bind("c-d", "escape")
        bind("s-tab", "tab")

        @bindings.add("c-c")
        @bindings.add("<sigint>")
        def _stop(_event: KeyPressEvent) -> None:
            if page.board.busy:
                page.stop()
            else:
                page.press("escape")

        @bindings.add("c-g")
        def _answer(_event: KeyPressEvent) -> None:
            page.answer_now()

        @bindings.add(Keys.Any)
        def _typed(event: KeyPressEvent) -> None:
            if len(event.data) == 1 and event.data.isprintable():
                page.press(event.data)

        return bindings


async def show_desk(
    desk: "Desk",
    make: MakeReply,
    *,
    coloured: bool,
    clock: Callable[[], float],
    input_: Input,
    output: Output,
) -> Result | None:
    """Show the desk until the person leaves it."""
    page = DeskPage(desk, make, coloured=coloured, clock=clock)
    app = DeskView(page, input_=input_, output=output).app
    try:
        return await app.run_async(handle_sigint=False, pre_run=page.begin_counting)
    except asyncio.CancelledError:
        if app.is_running:
            app.exit(result=None)
        raise
    finally:
        await page.aclose()
