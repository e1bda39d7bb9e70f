"""The desk: knobs as sliders, a reply's tokens as these settings would weigh them, and the place under the cursor."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from prompt_toolkit.application import Application
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    UIContent,
    VSplit,
    Window,
)
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.lab.board import ASK, DROP, KEEP, LOOK, SAVE, Board, Result, window
from zatsudan.lab.diff import NEW, OLD
from zatsudan.lab.knob import Knob
from zatsudan.lab.reshaping import Shape, middle
from zatsudan.terminal.pages.borrowing import page_application
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import cut, wrap
from zatsudan.terminal.text.tokenrows import Cell, layout
from zatsudan.wire.tokenview import Piece, bin_of, percent, pieces

if TYPE_CHECKING:
    from zatsudan.commands.outcomes import Desk
    from zatsudan.lab.weighing import Weighing

STYLE = Style.from_dict(
    {
        "bin1": "bg:#afd7ff fg:#000000",
        "bin2": "bg:#ffffaf fg:#000000",
        "bin3": "bg:#ffaf5f fg:#000000",
        "bin4": "bg:#ff5f00 fg:#000000",
        "struck": "strike",
        "doubtful": "underline",
        "here": "reverse bold",
        "dim": "dim",
        "head": "bold",
        "old": "strike",
        "new": "underline bold",
    }
)
#: Cells of the pane with the knobs, and of a slider; rows of the pane with the alternatives.
KNOBS, SLIDER, OPTIONS = 37, 10, 7
#: Places that are computed between two looks at the keys.
SLICE = 40


class DeskPage:
    """What the page shows, by the board's state."""

    def __init__(self, desk: "Desk", *, coloured: bool) -> None:
        self._desk = desk
        self.board: Board = desk.board
        self._coloured = coloured
        # Their share stands in the pane below: it changes with every key.
        self._pieces = [replace(piece, note=EMPTY) for piece in pieces(desk.tokens)]
        self._laid: tuple[int, list[list[Cell]]] = (0, [])
        self._seen = self.board.changes
        self.said = desk.said
        self.weighing: Weighing | None = desk.weigh
        #: Begins to compute what is not in sight.
        self.begin: Callable[[], None] = lambda: None

    def title(self) -> StyleAndTextTuples:
        """Return the first line: which reply this is."""
        return [("class:head", self._desk.title)]

    def save(self) -> Printable:
        """Save the settings under the name that was typed; return what came of it."""
        name, self.board.naming = self.board.naming or "", None
        return self._desk.save(name, self.board.changed())

    def turned(self) -> bool:
        """Weigh by the settings as they are now; return whether they have changed."""
        if self._seen == self.board.changes:
            return False
        self._seen = self.board.changes
        if self.weighing is not None:
            self.weighing.turn(self._desk.chain(self.board.changed()))
        return True

    # --- knobs ------------------------------------------------------------

    def knobs(self, height: int) -> list[StyleAndTextTuples]:
        """Return the knobs that fit into so many rows, the one under the cursor among them."""
        board = self.board
        top = window(board.at, len(board.knobs), height)
        if not board.knobs:
            return [[("class:dim", say("This server takes no number."))]]
        return [
            self._knob(knob, here=at == board.at, lit=at == board.at and not board.on_tokens)
            for at, knob in enumerate(board.knobs[top : top + height], top)
        ]

    def _knob(self, knob: Knob, *, here: bool, lit: bool) -> StyleAndTextTuples:
        value = f"{self.board.typed}_" if here and self.board.typed else knob.shown
        name = cut(one_line(knob.name), KNOBS - SLIDER - 12)
        blanks = " " * (KNOBS - SLIDER - 12 - cells_of(name))
        style = "class:here" if lit else ""
        mark = "▸" if here else " "
        return [
            (style, f"{mark}{name}{blanks} {value:>8} "),
            ("class:dim", knob.slider(SLIDER)),
        ]

    # --- the reply --------------------------------------------------------

    def text(self, width: int, height: int) -> list[StyleAndTextTuples]:
        """Return the rows of the reply that are in sight."""
        if self.board.comparing and self._desk.changes:
            return self._compared(width, height)
        if self.weighing is None:
            lines = [*wrap(self._desk.without, width), EMPTY, *wrap(self._desk.text, width)]
            return [[("class:dim" if at < 3 else "", line)] for at, line in enumerate(lines)]
        if self._laid[0] != width:
            self._laid = width, layout(self._pieces, width)
        rows = self._laid[1]
        here = next(
            (
                at
                for at, row in enumerate(rows)
                if any(self._is_here(self._pieces[cell.piece]) for cell in row)
            ),
            0,
        )
        top = window(here, len(rows), height)
        return [self._row(row) for row in rows[top : top + height]]

    def _is_here(self, piece: Piece) -> bool:
        return piece.first <= self.board.token <= piece.last

    def _row(self, row: Sequence[Cell]) -> StyleAndTextTuples:
        found: StyleAndTextTuples = []
        for cell in row:
            piece = self._pieces[cell.piece]
            style = self._style(piece)
            if self._is_here(piece):
                style += " class:here"
            found.append((style, cell.text))
        return found

    def _style(self, piece: Piece) -> str:
        """Return the style of a piece by its least likely token; struck out where it is cut."""
        weighing = self.weighing
        if weighing is None:
            return ""
        shapes = [weighing.at(place) for place in range(piece.first, piece.last + 1)]
        worst = min(shapes, key=lambda shape: middle(shape.then, shape.chosen))
        place = bin_of(middle(worst.then, worst.chosen))
        style = f"class:bin{place}" if self._coloured and place else ""
        if worst.then.high[worst.chosen] == 0:
            return f"{style} class:struck"
        doubtful = worst.then.low[worst.chosen] == 0 or place > 1
        return f"{style} class:doubtful" if doubtful else style

    def _compared(self, width: int, height: int) -> list[StyleAndTextTuples]:
        """Return the words that went and came since the reply before."""
        text, kinds = "", []
        for change in self._desk.changes:
            # A tab becomes blanks before it is wrapped: rows must be pieces of the text.
            piece = printable(change.text).expandtabs(4)
            text += piece
            kinds += [change.kind] * len(piece)
        rows: list[StyleAndTextTuples] = []
        at = 0
        for row in wrap(printable(text), width, rest=EMPTY):
            at = text.index(row, at)
            runs = groupby(zip(row, kinds[at : at + len(row)], strict=True), key=lambda one: one[1])
            at += len(row)
            rows.append(
                [(_KINDS.get(kind, ""), "".join(char for char, _ in run)) for kind, run in runs]
            )
        return rows[:height]

    # --- the place --------------------------------------------------------

    def place(self) -> StyleAndTextTuples:
        """Return the distribution at the token under the cursor, before and after."""
        if self.weighing is None or not len(self.weighing):
            return []
        shape = self.weighing.at(self.board.token)
        count = len(self.weighing)
        head = say("token {at:,} of {all:,}", at=self.board.token + 1, all=count)
        asked, then = say("as asked"), say("reshaped")
        found: StyleAndTextTuples = [("class:head", f"{head}  {asked} → {then}\n")]
        ranked = sorted(range(len(shape.options)), key=lambda at: -max(_both(shape, at)))
        if shape.chosen not in ranked[:OPTIONS]:
            ranked = [*ranked[: OPTIONS - 1], shape.chosen]
        for at in ranked[:OPTIONS]:
            found += _option(shape, at)
        return found

    # --- the foot ---------------------------------------------------------

    def sums(self) -> StyleAndTextTuples:
        """Return the line of totals."""
        if self.weighing is None:
            return []
        both = self.weighing.totals()
        if both is None:
            return [("class:dim", say("counting …"))]
        return [("", " · ".join(self._desk.totals(*both)))]

    def foot(self) -> StyleAndTextTuples:
        """Return what the keys do, or what is asked."""
        board = self.board
        if board.naming is not None:
            asked = say("Name of the preset:")
            return [
                ("", f"{asked} {board.naming}_\n"),
                ("class:dim", say("Enter saves, Esc leaves it")),
            ]
        if board.leaving:
            changed = ", ".join(f"{name} {value}" for name, value in board.changed().items())
            asked = say("Keep these settings? {changed}", changed=one_line(changed, 60))
            keys = say("y keeps them, n leaves them as they were, Esc goes back")
            return [("", f"{asked}\n"), ("class:dim", keys)]
        if board.on_tokens:
            keys = say("←→ token  ↑↓ far  Tab knobs  Enter asks again  c compares  Esc leaves")
        else:
            keys = say("←→ turn  Shift small  0 neutral  digits type  u undo  Tab tokens")
        more = self.said or say("Enter asks again  s saves a preset  c compares  Esc leaves")
        return [("class:dim", f"{keys}\n"), ("" if self.said else "class:dim", more)]


_KINDS = {OLD: "class:old", NEW: "class:new"}


def _both(shape: Shape, at: int) -> tuple[float, float]:
    return middle(shape.now, at), middle(shape.then, at)


def _option(shape: Shape, at: int) -> StyleAndTextTuples:
    """Return a row of the distribution: the token, its share before and after, and a bar."""
    name = cut(one_line(shape.options[at].name), 12)
    blanks = " " * (12 - cells_of(name))
    mark = "•" if at == shape.chosen else " "
    now, then = _both(shape, at)
    gone = shape.then.high[at] == 0
    share = say("cut") if gone else percent(then)
    bar = "" if gone else "█" * round(10 * then)
    text = f"{mark}{name}{blanks} {percent(now):>6} → {share:>6} "
    by = f" {shape.then.cut[at]}" if gone and shape.then.cut[at] else ""
    return [("class:dim" if gone else "", f"{text}{bar}{by}\n")]


class _Rows(FormattedTextControl):
    """Draws rows that are made for the width and height there are."""

    def __init__(self, rows: Callable[[int, int], list[StyleAndTextTuples]]) -> None:
        super().__init__("", focusable=True, show_cursor=False)
        self._rows = rows

    def create_content(self, width: int, height: int | None) -> UIContent:
        rows = self._rows(max(8, width), height or 1)
        return UIContent(
            get_line=lambda at: rows[at] if at < len(rows) else [],
            line_count=max(1, len(rows)),
            show_cursor=False,
        )


def _keys(press: Callable[[str], None]) -> KeyBindings:
    """Bind every key that the board knows, by its name there."""
    bindings = KeyBindings()

    def bind(key: str, name: str) -> None:
        @bindings.add(key)
        def _pressed(_event: KeyPressEvent) -> None:
            press(name)

    named = ("enter", "escape", "tab", "up", "down", "left", "right", "s-left", "s-right")
    for name in (*named, "pageup", "pagedown", "home", "end", "backspace"):
        bind(name, name)
    for key in ("c-c", "c-d"):
        bind(key, "escape")
    bind("s-tab", "tab")

    @bindings.add(Keys.Any)
    def _typed(event: KeyPressEvent) -> None:
        if len(event.data) == 1 and event.data.isprintable():
            press(event.data)

    return bindings


def application(
    page: DeskPage, *, input_: Input | None = None, output: Output | None = None
) -> Application[Result | None]:
    """Return the full-screen application; its result is what is wanted."""

    def press(key: str) -> None:
        wanted = page.board.press(key)
        page.said = EMPTY
        if page.turned():
            begin()
        if wanted == SAVE:
            page.said = page.save()
        elif wanted in (ASK, KEEP, DROP):
            app.exit(result=Result(wanted, page.board.changed()))
        elif wanted != LOOK:
            raise ValueError(wanted)

    counting: list[asyncio.Task[None]] = []

    def begin() -> None:
        if page.weighing is not None and not counting:
            counting.append(app.create_background_task(count()))

    async def count() -> None:
        """Compute what is not in sight, a little at a time: keys come first."""
        weighing = page.weighing
        try:
            while weighing is not None and not weighing.more(SLICE):  # noqa: ASYNC110  work, not waiting
                await asyncio.sleep(0)
        finally:
            counting.clear()
        app.invalidate()

    head = Window(FormattedTextControl(page.title), height=1)
    right = HSplit(
        [
            Window(_Rows(page.text), always_hide_cursor=True),
            Window(height=1),
            Window(FormattedTextControl(page.place), height=OPTIONS + 1),
        ]
    )
    left = Window(_Rows(lambda _, height: page.knobs(height)), width=Dimension.exact(KNOBS))
    body = HSplit(
        [
            head,
            VSplit([left, Window(width=2), right]),
            Window(FormattedTextControl(page.sums), height=1),
            Window(FormattedTextControl(page.foot), height=2),
        ]
    )
    app: Application[Result | None] = page_application(
        Layout(body), _keys(press), STYLE, input_, output, full_screen=True
    )
    page.begin = begin
    return app


async def show_desk(
    desk: "Desk", *, coloured: bool, input_: Input | None = None, output: Output | None = None
) -> Result | None:
    """Show the desk until the person leaves it or asks again."""
    page = DeskPage(desk, coloured=coloured)
    app = application(page, input_=input_, output=output)
    try:
        return await app.run_async(handle_sigint=False, pre_run=page.begin)
    except asyncio.CancelledError:
        if app.is_running:
            app.exit(result=None)
        raise
