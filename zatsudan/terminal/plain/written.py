"""What the plain terminal writes: parts, replies and how they ended, a line behind the other.

Replies go to standard output, all else to standard error where the two differ.
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, Styled, printable
from zatsudan.commands.parts import Part, Talk
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.terminal.plain.dialogue import END
from zatsudan.terminal.plain.output import Output, write_told
from zatsudan.terminal.surface import Surface
from zatsudan.terminal.text.partrows import error_rows, part_rows
from zatsudan.terminal.text.replyrows import THOUGHT_ABOVE, source_rows, status
from zatsudan.terminal.text.rows import uncoloured
from zatsudan.terminal.text.shortfalls import shortfalls
from zatsudan.wire.protocol import Delta

if TYPE_CHECKING:
    from zatsudan.lab.making import OnDelta, OnEnd
    from zatsudan.lab.run import Run
    from zatsudan.servers.engine.progress import Progress
    from zatsudan.talk.turn import Turn

WIDTH = 80


class Written(Surface):
    """A surface that is only written to. `out` takes replies, `err` everything else.

    `failure` is what went wrong last; `came` tells whether a part of the last reply came;
    `short` says why it is not whole though nothing went wrong, a sentence for each that is not.
    `lines`: tables come as "name: value" lines.
    """

    def __init__(self, out: TextIO | None, err: TextIO | None, *, lines: bool) -> None:
        self.output = Output(out or sys.stdout)
        self.encoding = getattr(out or sys.stdout, "encoding", None) or "utf-8"
        self._err = err or sys.stderr
        self.failure: ZatsudanError | None = None
        self.came = False
        self.short: list[Printable] = []
        #: What a command shows, until it is known whether it makes replies.
        self._held: list[Part] | None = None
        self._wrote = ""
        self._lines = lines

    def _spoke(self) -> None:
        """Hear that something was written: nothing, for who only writes."""

    def _tell(self, text: Styled) -> None:
        """Write to standard error; where that is closed, to nobody."""
        self._spoke()
        write_told(self._err, text)

    def show(self, parts: Sequence[Part]) -> None:
        if self._held is not None:
            self._held += parts
            return
        for part in parts:
            self._write_parts([part], self.output.write if isinstance(part, Talk) else self._tell)

    def _write_parts(self, parts: Sequence[Part], write: Callable[[Printable], None]) -> None:
        for part in parts:
            for row in self._rows_of(part):
                write(uncoloured(row) + END)

    def _rows_of(self, part: Part) -> Sequence[Styled]:
        return self._laid(part, WIDTH)

    def _laid(self, part: Part, width: int) -> Sequence[Styled]:
        def render(text: str, *_: object) -> Sequence[Styled]:
            return printable(text).split("\n")

        return list(part_rows(part, width, render, lines=self._lines))

    def _release(self) -> None:
        """Replies come: what was shown before them goes where all else does."""
        held, self._held = self._held or [], None
        self.show(held)

    def error(self, error: ZatsudanError) -> None:
        self.failure = error
        for row in error_rows(error, WIDTH):
            self._tell(uncoloured(row) + END)

    def begin(self, turn: "Turn") -> Callable[[Delta], None]:
        del turn
        self._release()
        self._wrote = ""

        def add(delta: Delta) -> None:
            if delta.index == 0 and delta.before:
                self._part_from_thought()
            if delta.index == 0 and delta.content:
                self._wrote = delta.content
                self._spoke()
                self.output.reply(delta.content)

        return add

    def _part_from_thought(self) -> None:
        """Say that what is written already was a thought."""
        if self._wrote:
            self.output.reply("\n" if self._wrote.endswith("\n") else "\n\n")
            self._wrote = ""
            self.note(say(THOUGHT_ABOVE))

    def note(self, text: Printable) -> None:
        self._tell(printable(f"[{text}]\n"))

    def _judge(self, turn: "Turn") -> None:
        self.came = bool(turn.nodes)
        self.short = shortfalls(turn.nodes)
        if not turn.nodes and turn.made.ended == FINISHED:
            self.short = [say("The server sent nothing.")]

    def end(self, turn: "Turn") -> None:
        self._judge(turn)
        self._end_line()
        for node in turn.nodes[:1]:
            for row in source_rows(node, WIDTH):
                self._tell(uncoloured(row) + END)
        if turn.nodes and self._err.isatty():
            self._tell_end(turn.made)

    def _end_line(self) -> None:
        """End the row that a reply stands on: what follows is not of it."""
        if self._wrote and not self._wrote.endswith("\n"):
            self.output.write(END)
        self._wrote = ""

    def _tell_end(self, made: Made) -> None:
        self._tell(printable(f"[{status(made)}]\n"))

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        from zatsudan.terminal.plain.inorder import InOrder

        self._release()
        replies = InOrder(run, self._tell, self.output.reply)
        return replies.add, replies.ended

    def end_run(self, run: "Run") -> None:
        self.came = any(slot.node is not None for slot in run.slots)
        self.short = shortfalls([slot.node for slot in run.slots])

    def hint(self, far: "Printable | Progress") -> None:
        """Nothing: what was written cannot be taken back."""

    def carried_out(self, *, well: bool) -> None:
        """Nothing: what follows says what it is."""

    def clear_screen(self) -> None:
        """Nothing: what is written stays."""

    def doing(self, text: Printable) -> None:
        del text  # what is done says so itself

    async def copy(self, text: str) -> str:
        from zatsudan.terminal.clipboard import fill_clipboard

        return await fill_clipboard(text, os.environ, None)
