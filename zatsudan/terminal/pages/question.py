"""One question above the prompt: a field, what is offered below it, and one line of help."""

import asyncio
from typing import TYPE_CHECKING

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    BufferControl,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.layout.processors import ConditionalProcessor, PasswordProcessor
from prompt_toolkit.output import Output
from prompt_toolkit.styles import BaseStyle

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, one_line, printable
from zatsudan.commands.asking import Asking, Coming, Question
from zatsudan.commands.picking import Row
from zatsudan.terminal.pages.borrowing import page_application
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.rows import PROMPT, cut, in_columns, wrap
from zatsudan.terminal.typed import ShownSafely

if TYPE_CHECKING:
    from prompt_toolkit.application import Application

ROWS = 9
#: Rows of the line of help at most.
FOOT = 2
#: Seconds within which a key that is pressed once more was meant for the question before.
TWICE = 0.3


class Asker:
    """Asks a question where the prompt stood. The field has no history, and leaves nothing behind."""

    def __init__(
        self, question: Question, output: Output, input_: Input, style: BaseStyle | None
    ) -> None:
        self._question = question
        self._asking = Asking(question)
        self._output = output
        self._field = Buffer(multiline=False, name="answer", on_text_changed=self._typed)
        self._note = EMPTY
        #: How often was drawn when the question came: a key pressed before it is seen is none of its answers.
        self._came_at = 0
        self._since = 0.0
        self._app: Application[str | None] = page_application(
            self._layout(), self._keys(), style, input_, output, full_screen=False
        )

    async def run(self, coming: Coming | None = None) -> str | None:
        """Return the answer, or None if the question was left, or if none was to be asked any more."""
        works: list[asyncio.Task[None]] = []

        def begin() -> None:
            self._since = asyncio.get_running_loop().time()
            if coming is not None:
                works.append(asyncio.ensure_future(self._become(coming)))

        try:
            return await self._app.run_async(pre_run=begin, handle_sigint=False)
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    async def _become(self, coming: Coming) -> None:
        """Ask what comes in place of what is asked now."""
        try:
            question = await coming()
        except Exception as error:  # noqa: BLE001  who asked is told of it
            self._app.exit(exception=error)
            return
        if question is None:
            self._app.exit(result=None)
            return
        self._question, self._asking, self._note = question, Asking(question), EMPTY
        self._asking.type(self._field.text)
        self._came_at = self._app.render_counter
        self._app.invalidate()

    # --- the screen ------------------------------------------------------

    def _layout(self) -> Layout:
        hidden = Condition(lambda: self._question.hidden)
        field = BufferControl(
            self._field,
            input_processors=[ConditionalProcessor(PasswordProcessor("•"), hidden), ShownSafely()],
        )
        top = VSplit(
            [
                Window(FormattedTextControl(self._label), dont_extend_width=True, height=1),
                Window(field, height=1),
            ]
        )
        below = Window(
            FormattedTextControl(self._lines),
            height=lambda: Dimension.exact(len(self._visible()) + bool(self._question.head)),
            wrap_lines=False,
        )
        foot = Window(
            FormattedTextControl(self._foot),
            height=lambda: Dimension.exact(self._foot()[0][1].count("\n") + 1),
            wrap_lines=False,
        )
        return Layout(HSplit([top, below, foot]), focused_element=field)

    def _label(self) -> StyleAndTextTuples:
        return [("class:prompt", f"{self._question.title} {PROMPT}")]

    def _visible(self) -> list[Row]:
        """The rows around the marked one, as many as there is room for."""
        rows = list(self._asking.rows)
        most = len(rows) if self._question.keys else ROWS  # each key is to be seen
        room = self._output.get_size().rows - 2 - FOOT - bool(self._question.head)
        height = max(1, min(most, room))
        at = min(self._asking.at, max(0, len(rows) - 1))
        top = max(0, min(at - height // 2, len(rows) - height))
        return rows[top : top + height]

    def _lines(self) -> StyleAndTextTuples:
        rows, marked = self._visible(), self._asking.marked
        columns = self._output.get_size().columns - 1
        names = [cut(one_line(row.cells[0]), columns - 4) for row in rows]
        head = [[*self._question.head]] if self._question.head else []
        texts = in_columns(
            head
            + [[name, *map(one_line, row.cells[1:])] for row, name in zip(rows, names, strict=True)]
        )
        tuples: StyleAndTextTuples = []
        if head:
            tuples.append(("class:toolbar", f"  {cut(texts.pop(0), max(0, columns - 2))}\n"))
        for row, name, text in zip(rows, names, texts, strict=True):
            here = row is marked or row == marked
            note = cut(text[len(name) :], max(0, columns - 2 - cells_of(name)))
            tuples.append(("bold" if here else "", f"{'▸' if here else ' '} {name}"))
            tuples.append(("class:toolbar", f"{note}\n"))
        return tuples

    def _foot(self) -> StyleAndTextTuples:
        if self._note:
            return [("class:toolbar.warn", self._note)]
        takes = say("Enter takes what you typed") if self._blind else say("Enter takes it")
        takes = self._question.waits or takes
        notes = [takes, say("Esc leaves"), self._question.help]
        if hidden := len(self._asking.rows) - len(self._visible()):
            notes.insert(2, say("and {n:,} more", n=hidden))
        foot = printable(" · ".join(note for note in notes if note))
        rows = list(wrap(foot, self._output.get_size().columns))[:FOOT]
        return [("class:toolbar", "\n".join(rows))]

    @property
    def _blind(self) -> bool:
        return bool(self._field.text) and self._question.hidden

    # --- the keys --------------------------------------------------------

    def _typed(self, buffer: Buffer) -> None:
        soon = asyncio.get_running_loop().time() < self._since + TWICE
        if soon and buffer.text in self._question.behind:
            buffer.reset()
            return
        self._note = EMPTY
        self._asking.type(buffer.text)

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("up")
        @keys.add("c-p")
        @keys.add("s-tab")
        def _up(_event: KeyPressEvent) -> None:
            self._asking.move(-1)

        @keys.add("down")
        @keys.add("c-n")
        @keys.add("tab")
        def _down(_event: KeyPressEvent) -> None:
            self._asking.move(1)

        @keys.add("enter")
        def _answer(event: KeyPressEvent) -> None:
            answer = self._asking.answer
            if self._question.keys:
                self._press(answer)
            elif answer is None:
                self._note = say("Nothing of the list fits; Backspace widens it.")
            else:
                event.app.exit(result=answer)

        @keys.add(Keys.Any, filter=Condition(lambda: self._question.keys))
        def _pressed(event: KeyPressEvent) -> None:
            self._press(event.data)

        @keys.add(Keys.BracketedPaste)
        def _paste(_event: KeyPressEvent) -> None:
            self._field.insert_text(" ".join(_event.data.split()))

        @keys.add("escape")
        @keys.add("c-c")
        @keys.add("c-d")
        @keys.add("<sigint>")
        def _leave(event: KeyPressEvent) -> None:
            event.app.exit(result=None)

        return keys

    def _press(self, key: str | None) -> None:
        """Answer by a key; not before the row that it stands for was seen."""
        if key in {row.key for row in self._asking.rows if row.key}:
            if self._app.render_counter > self._came_at:
                self._app.exit(result=key)
        elif self._question.waits:
            self._note = say("Not yet: what can be chosen is still to come.")
