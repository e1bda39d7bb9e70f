"""The picker: a list on a screen of its own, filtered by what is typed, with a preview."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples, to_formatted_text
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import (
    KeyBindings,
    KeyBindingsBase,
    KeyPressEvent,
    merge_key_bindings,
)
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    DynamicContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.output import Output
from prompt_toolkit.styles import BaseStyle

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, one_line
from zatsudan.commands.outcomes import Pick
from zatsudan.commands.picking import Picking
from zatsudan.terminal.pages.alignment import Columns, line_of
from zatsudan.terminal.pages.borrowing import page_application
from zatsudan.terminal.pages.preview import Preview
from zatsudan.terminal.pages.rowchanges import RowChanges
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.onerow import Piece, one_row
from zatsudan.terminal.typed import ShownSafely

if TYPE_CHECKING:
    from prompt_toolkit.application import Application

#: Columns from which the preview stands beside the list.
WIDE = 120


class Picker:
    """Runs a Pick on the alternate screen; the talk stands untouched behind it."""

    def __init__(self, pick: Pick, output: Output, input_: Input, style: BaseStyle | None) -> None:
        self._pick = pick
        self._output = output
        self._list = Picking(list(pick.rows))
        self._filter = Buffer(multiline=False, name="filter", on_text_changed=self._typed)
        self._changes = RowChanges(pick, self._list)
        self._shown = Preview(pick)
        self._columns = Columns(pick)
        self._app: Application[str | None] = page_application(
            self._layout(), self._keys(), style, input_, output, full_screen=True
        )

    async def run(self) -> str | None:
        """Return the key of the chosen row, or None."""
        looking = None
        if self._pick.whole is not None:
            looking = asyncio.create_task(self._look(self._pick.whole))
        try:
            return await self._app.run_async(handle_sigint=False)
        finally:
            if looking is not None:
                looking.cancel()

    async def _look(self, whole: "Callable[[], Awaitable[Pick]]") -> None:
        """Take the whole list when it is there, however the person went on with its beginning."""
        try:
            pick, changes = await whole(), 0
            while changes != self._changes.count:  # some may not be in it
                changes = self._changes.count
                pick = await whole()
        except ZatsudanError as error:
            self._changes.complain(error)
            self._app.invalidate()
            return
        self._pick = pick
        self._shown.pick = pick
        self._changes.pick = pick
        self._list.renew(list(pick.rows))
        self._app.invalidate()

    # --- the screen ------------------------------------------------------

    def _size(self) -> tuple[int, int]:
        size = self._output.get_size()
        return size.columns, size.rows

    @property
    def _wide(self) -> bool:
        return self._size()[0] >= WIDE

    def _list_size(self) -> tuple[int, int]:
        """Columns and rows of the list without its head; the preview gets what is left."""
        columns, rows = self._size()
        if self._wide:
            return columns * 11 // 20, max(1, rows - 3)
        return columns, max(1, (rows - 3) // 2)

    def _layout(self) -> Layout:
        top = VSplit(
            [
                Window(FormattedTextControl(self._label), dont_extend_width=True, height=1),
                Window(_field(self._filter), height=1),
            ]
        )
        listing = HSplit(
            [
                Window(FormattedTextControl(self._head), height=1, wrap_lines=False),
                Window(
                    FormattedTextControl(self._lines),
                    height=lambda: Dimension.exact(self._list_size()[1]),
                    wrap_lines=False,
                ),
            ]
        )
        preview = Window(FormattedTextControl(self._preview), wrap_lines=False)
        below = HSplit([listing, Window(char="─", height=1, style="class:toolbar"), preview])
        beside = VSplit(
            [
                HSplit([listing], width=lambda: Dimension.exact(self._list_size()[0])),
                Window(char="│", width=1, style="class:toolbar"),
                preview,
            ]
        )
        foot = VSplit(
            [
                Window(
                    FormattedTextControl(self._foot),
                    height=1,
                    dont_extend_width=Condition(lambda: self._changes.renaming),
                ),
                ConditionalContainer(
                    Window(_field(self._changes.name), height=1),
                    Condition(lambda: self._changes.renaming),
                ),
            ]
        )
        body = HSplit([top, DynamicContainer(lambda: beside if self._wide else below), foot])
        return Layout(body, focused_element=self._filter)

    def _label(self) -> StyleAndTextTuples:
        shown, rows = len(self._list.shown), len(self._list.rows)
        if self._pick.whole is not None:
            rows = max(rows, self._pick.total)
        count = f"{rows:,}"
        if self._list.query.strip():
            count = say("{shown:,} of {all:,}", shown=shown, all=rows)
        return [("bold", f" {self._pick.title}"), ("class:toolbar", f" {count} "), ("bold", "» ")]

    def _head(self) -> StyleAndTextTuples:
        columns, height = self._list_size()
        widths = self._columns.widths(self._list.visible(height), columns)
        return [("class:toolbar", line_of(self._pick, self._pick.head, widths))]

    def _lines(self) -> StyleAndTextTuples:
        columns, height = self._list_size()
        if not self._list.shown:
            nothing = (
                later("nothing fits; Backspace widens")
                if self._list.query
                else later("nothing is left")
            )
            return [("class:toolbar", f" {say(nothing)}")]
        visible = self._list.visible(height)
        widths = self._columns.widths(visible, columns)
        marked = self._list.marked
        tuples: StyleAndTextTuples = []
        for row in visible:
            line = line_of(self._pick, [one_line(cell) for cell in row.cells], widths)
            rest = " " * max(0, columns - cells_of(line)) if row is marked else ""
            tuples.append(("reverse" if row is marked else "", f"{line}{rest}\n"))
        return tuples

    def _preview(self) -> StyleAndTextTuples:
        columns, rows = self._size()
        across, down = self._list_size()
        width = columns - across - 2 if self._wide else columns - 1
        height = rows - 2 if self._wide else rows - down - 4
        marked = self._list.marked
        if marked is None or height < 1:
            return []
        return to_formatted_text(ANSI("\n".join(self._shown.rows(marked.key, width, height))))

    def _foot(self) -> StyleAndTextTuples:
        if self._changes.renaming:
            return [("bold", " " + say("new name") + " » ")]
        told = self._changes.question() if self._changes.asking else self._changes.note
        if told:
            return [("class:toolbar.warn", f" {told}")]
        keys = [
            Piece(5, say("Enter {does}", does=say(self._pick.enter))),
            Piece(4, say("Esc leaves")),
        ]
        keys += [Piece(2, say("Ctrl-R renames"))] if self._pick.rename is not None else []
        keys += [Piece(1, say("Ctrl-D deletes"))] if self._pick.delete is not None else []
        keys.append(Piece(3, say("typing filters")))
        return [("class:toolbar", f" {one_row(keys, self._size()[0] - 1)}")]

    # --- the keys --------------------------------------------------------

    def _typed(self, buffer: Buffer) -> None:
        self._changes.note = EMPTY
        self._list.filter(buffer.text)

    def _keys(self) -> KeyBindingsBase:
        keys = KeyBindings()
        browsing = Condition(lambda: not self._changes.under_way)

        def moves(*names: str, by: Callable[[], int]) -> None:
            def move(_event: KeyPressEvent) -> None:
                self._changes.note = EMPTY
                self._list.move(by())

            for name in names:
                keys.add(name, filter=browsing)(move)

        moves("up", "c-p", by=lambda: -1)
        moves("down", "c-n", by=lambda: 1)
        moves("pageup", by=lambda: 1 - self._list_size()[1])
        moves("pagedown", by=lambda: self._list_size()[1] - 1)
        moves("home", by=lambda: -len(self._list.rows))
        moves("end", by=lambda: len(self._list.rows))

        @keys.add("enter", filter=browsing)
        def _choose(event: KeyPressEvent) -> None:
            if self._list.marked is not None:
                event.app.exit(result=self._list.marked.key)

        @keys.add("escape", filter=browsing)
        @keys.add("c-c")
        @keys.add("<sigint>")
        def _leave(event: KeyPressEvent) -> None:
            event.app.exit(result=None)

        return merge_key_bindings((keys, self._changes.keys(self._filter)))


def _field(buffer: Buffer) -> BufferControl:
    return BufferControl(buffer, input_processors=[ShownSafely()])
