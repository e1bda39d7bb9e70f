"""The input line: a buffer that knows of each of its characters where it came from.

The cursor stands between what the eye takes for characters (grapheme clusters), and they are
deleted whole.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from zatsudan.talk.entered import BURST_SECONDS, KEYS, TEXT, Entered
from zatsudan.terminal.live.history import LineHistory
from zatsudan.terminal.text.clusters import around


class _Change(NamedTuple):
    """A change of which it is known where it is: characters that go, and those that come."""

    at: int
    gone: int
    text: str = ""
    mark: str = TEXT


class InputLine(Buffer):
    """A buffer whose `line` has the marks of its text.

    What keys type is marked so by `type`; whatever else changes the text brings text. Each
    line of the history that was changed keeps its marks until one is sent.
    """

    def __init__(self, history: LineHistory, **more: Any) -> None:
        self._history = history
        self._lines: dict[int, Entered] = {}
        self._at = 1
        self._mark = TEXT
        self._change: _Change | None = None
        #: What ends a paste that the terminal did not mark.
        self._pause: asyncio.TimerHandle | None = None
        #: Words that were given back and stand untouched.
        self.given = False
        self._given: Entered | None = None
        #: Words that were given back and make room for a command.
        self.aside: Entered | None = None
        super().__init__(history=history, **more)
        self.on_text_changed += self._follow
        history.mark = lambda: self.line.first_mark

    @property
    def line(self) -> Entered:
        """The text and where it came from."""
        line = self._lines.get(self._from_end())
        if line is not None and line.text == self.text:
            return line
        return Entered.of(self.text, TEXT)

    def put(self, line: Entered, *, given: bool = False) -> None:
        """Put a line in the place of what stands here; `given`: words that come back of themselves."""
        self.document = Document(line.text, len(line.text))
        self._lines[self._from_end()] = line
        self.given = given
        self._given = line if given else None

    def type(self, text: str) -> None:
        """Insert what keys typed.

        A slash behind words that were given back and stand untouched, or on a new line behind
        them, begins a command: the words make room, and are back when it is erased.
        """
        if text == "/" and (aside := self._stands_alone()) is not None:
            self.reset()
            self.aside = aside
        self._mark = TEXT if self.pasting else KEYS
        try:
            self.insert_text(text)
        finally:
            self._mark = TEXT

    def _stands_alone(self) -> Entered | None:
        """Return the words that were given back if nothing but a new line was added to them."""
        given = self._given
        if given is None or self.cursor_position != len(self.text):
            return None
        if self.given:
            return self.line
        added = self.text.removeprefix(given.text)
        new_line = added != self.text and added.strip() == "" and "\n" in added
        return given if new_line else None

    @property
    def pasting(self) -> bool:
        """Does a paste come that the terminal did not mark?"""
        return self._pause is not None

    def begin_pasted_line(self) -> None:
        """Begin a line of a paste that is not marked: some terminals mark none.

        An Enter behind which more came at once is no person's, nor is what stands around it.
        """
        self.newline(copy_margin=False)
        self._lines[self._from_end()] = Entered.of(self.text, TEXT)
        if self._pause is not None:
            self._pause.cancel()
        self._pause = asyncio.get_running_loop().call_later(BURST_SECONDS, self._end_paste)

    def _end_paste(self) -> None:
        self._pause = None

    def take_aside(self) -> Entered | None:
        """Return the words that made room for a command, and forget them here."""
        aside, self.aside = self.aside, None
        return aside

    def reset(self, document: Document | None = None, append_to_history: bool = False) -> None:
        super().reset(document, append_to_history)
        self._history.handed = 0
        self._lines.clear()
        self._at = 1
        self.given = False
        self._given = None
        self.aside = None

    def insert_text(
        self,
        data: str,
        overwrite: bool = False,
        move_cursor: bool = True,
        fire_event: bool = True,
    ) -> None:
        change = None if overwrite else _Change(self.cursor_position, 0, data, self._mark)
        with self._changing(change):
            super().insert_text(data, overwrite, move_cursor, fire_event)

    @property
    def cursor_position(self) -> int:
        """Where the cursor stands, never inside a cluster but while one is being typed."""
        return super().cursor_position

    @cursor_position.setter
    def cursor_position(self, value: int) -> None:
        if self._change is None and value > 0:
            start, end = around(self.text, value)
            value = start if value < self.cursor_position else end
        Buffer.cursor_position.fset(self, value)  # type: ignore[attr-defined]

    def delete_before_cursor(self, count: int = 1) -> str:
        at, _ = around(self.text, max(0, self.cursor_position - count))
        count = self.cursor_position - at
        with self._changing(_Change(at, self.cursor_position - at)):
            return super().delete_before_cursor(count)

    def delete(self, count: int = 1) -> str:
        at = self.cursor_position
        _, end = around(self.text, min(at + count, len(self.text)))
        count = end - at
        with self._changing(_Change(at, count)):
            return super().delete(count)

    @contextmanager
    def _changing(self, change: _Change | None) -> Iterator[None]:
        self._change = change
        try:
            yield
        finally:
            self._change = None

    def _from_end(self) -> int:
        """Return which of the lines that Up and Down reach stands here; 1 is the newest.

        Counted from the end, since older ones are still being read.
        """
        return 1 + self._history.handed - self.working_index

    def _follow(self, _: object) -> None:
        """Give the text its marks, after a change or where another line of the history stands."""
        change, self._change = self._change, None
        at, text = self._from_end(), self.text
        line = self._lines.get(at)
        if at != self._at:
            self._at = at
            if line is None or line.text != text:
                line = Entered.recalled(text, self._history.mark_of(at - 2))
        else:
            line = line if line is not None else Entered()
            if change is not None:
                spliced = line.spliced(*change)
                line = spliced if spliced.text == text else line.became(text)
            else:
                line = line.became(text)
        self._lines[at] = line
        self.given = False
        if not text and self.aside is not None:
            self.put(self.aside, given=True)
            self.aside = None
