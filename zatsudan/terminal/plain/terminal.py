"""The plain terminal: deltas as they come, nothing redrawn, nothing coloured.

For pipes, files, `TERM=dumb` and `--plain`. Replies go to standard output, all
else to standard error where the two differ.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from zatsudan.base import signals
from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.commands.outcomes import Inspect, Pick
from zatsudan.commands.parts import Line, Part, Talk
from zatsudan.commands.registry import Commands
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.talk.attachments import said
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import Asked, Slash, Words
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.greeting import greeting
from zatsudan.terminal.plain.dialogue import END, agreed, answer_to
from zatsudan.terminal.plain.linereader import LineReader
from zatsudan.terminal.plain.output import Output, write_told
from zatsudan.terminal.repl import Repl
from zatsudan.terminal.surface import Surface
from zatsudan.terminal.text.partrows import error_rows, part_rows
from zatsudan.terminal.text.replyrows import source_rows, status
from zatsudan.terminal.text.rows import PASTES_OFF, PASTES_ON, PROMPT, uncoloured
from zatsudan.terminal.text.shortfalls import shortfalls, unanswered
from zatsudan.wire.protocol import Delta

if TYPE_CHECKING:
    from zatsudan.commands.asking import Question
    from zatsudan.lab.making import OnDelta, OnEnd
    from zatsudan.lab.run import Run
    from zatsudan.servers.engine.progress import Progress
    from zatsudan.sessions.calls import Waiting
    from zatsudan.talk.turn import Turn
    from zatsudan.terminal.text.tokenrows import Choice

WIDTH = 80


class PlainTerminal(Surface):
    """Reads lines, writes text. `out` takes replies, `err` everything else.

    `failure` is what went wrong last; `came` tells whether a part of the last reply came;
    `short` says why it is not whole though nothing went wrong, a sentence for each that is not.
    """

    def __init__(
        self,
        chat: Chat,
        commands: Commands,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self._chat = chat
        self.output = Output(out or sys.stdout)
        self.output.on_end = self._unread
        self.encoding = getattr(out or sys.stdout, "encoding", None) or "utf-8"
        self._err = err or sys.stderr
        self.failure: ZatsudanError | None = None
        self.came = False
        self.short: list[Printable] = []
        self._repl = Repl(chat, commands, self)
        self._task: asyncio.Task[bool] | None = None
        self._reader: LineReader | None = None
        self._left = False
        #: What a command shows, until it is known whether it makes replies.
        self._held: list[Part] | None = None
        self._wrote = ""
        self._lines = chat.config.screen.as_lines(os.environ)

    def _counts(self, text: str) -> bool:
        """Tell whether a line would be more than words if keys had typed it."""
        return self._repl.decide(Entered.of(text, KEYS)) != Words(text)

    def is_command(self, line: Entered) -> bool:
        """Tell whether a line is a slash command."""
        return isinstance(self._repl.decide(line), Slash)

    async def once(self, line: Entered) -> bool:
        """Send one message, write its reply, and return whether it went well.

        What a command shows is the output, unless it makes replies: then they are.
        """
        decision = self._repl.decide(line)
        if isinstance(decision, Asked):
            answer = await self.confirm(decision)
            if answer is None:
                return False
            line = decision.granted if answer else decision.refused
        self._held = [] if self.is_command(line) else None
        well = await self._run(line)
        held, self._held = self._held or [], None
        self._write_parts(held, self.output.write)
        return well

    async def run(self, first: Sequence[Part] = (), line: str = "") -> None:
        """Read lines from standard input until it ends or the person leaves.

        `line` is carried out first, before anything is connected.
        """
        signals.listen(signal.SIGINT, self._interrupt)
        self.show([*greeting(private=self._chat.talk.folder is None), *first])
        reader = self._reader = LineReader(sys.stdin.fileno())
        reader.listen()
        # Not to a terminal that knows no sequences, nor into a file.
        marks = os.environ.get("TERM", "dumb") != "dumb" and self._err.isatty()
        self._tell(PASTES_ON if marks else EMPTY)
        try:
            if line:
                await self._run(Entered.of(line, KEYS))
            await self._repl.connect()
            while not self._left:
                self._tell(PROMPT)
                entered = await reader.line()
                if entered is None:
                    break
                if reader.together and self._counts(entered.text):
                    note = say("It came at once with other lines, as a paste does: sent as text.")
                    self._tell(note + END)
                if not entered.text.strip():
                    entered = self._repl.at_empty()
                if entered.text:
                    await self._run(entered)
        finally:
            reader.close()
            self._tell(PASTES_OFF if marks else EMPTY)
        self._tell(END)

    async def _run(self, line: Entered) -> bool:
        self._task = asyncio.ensure_future(self._repl.handle(line))
        return await self._task

    def _interrupt(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
        else:
            if self._reader is not None:
                self._reader.drop()
            self._tell(END + say("Ctrl-D or /quit leaves") + END + PROMPT)

    def _unread(self) -> None:
        """Nobody gets what is written: stop the reply, and leave."""
        self._left = True
        if self._task is not None:
            self._task.cancel()

    def _spoke(self) -> None:
        if self._reader is not None:
            self._reader.spoke()

    def _tell(self, text: Styled) -> None:
        """Write to standard error; where that is closed, to nobody."""
        self._spoke()
        write_told(self._err, text)

    def echo(self, content: Json, *, command: bool = False) -> None:
        del command
        for label in said(content).labels:  # the rest stands there already
            self._tell(one_line(label) + END)

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
            if delta.index == 0 and delta.content:
                self._wrote = delta.content
                self._spoke()
                self.output.reply(delta.content)

        return add

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

    def calls(self, waits: "Waiting") -> None:
        """Show the call, and how it is answered where a person reads on."""
        from zatsudan.commands.calling import call_parts

        if self._reader is not None:
            how = say("The next line answers it: text, @FILE or !COMMAND. /decline declines it.")
            self.show((*call_parts(waits), Line(how, "dim")))
        elif waits.node.id != self._chat.talk.session.head:  # some are answered, and nothing came
            self.short = [unanswered(waits)]

    async def pick(self, pick: Pick) -> str | None:
        if self._reader is None or not self._reader.by_person:
            self.show(pick.instead)
            return None
        from zatsudan.terminal.plain.numbered import chosen

        return await chosen(pick, self._reader, self._tell)

    async def ask(self, question: "Question") -> str | None:
        """Ask by numbers and names; a hidden answer is not echoed."""
        if self._reader is None or not sys.stdin.isatty():
            raise CommandError(
                say("There is nobody here to answer questions."),
                say("Start zatsudan in a terminal, or write a profile into the config file."),
            )
        return await answer_to(question, self._reader, self._tell)

    async def confirm(self, asked: Asked) -> bool | None:
        """Ask in one line: Enter or yes is yes. Where nobody is, the line is words."""
        if not (sys.stdin.isatty() and self._err.isatty()):
            note = say("Sent as text: {what}. --typed makes it count.", what=asked.what)
            self._tell(note + END)
            return False
        reader = self._reader or LineReader(sys.stdin.fileno())
        try:
            return await agreed(asked, reader, self._tell)
        finally:
            if reader is not self._reader:
                reader.close()

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

    async def inspect(self, outcome: Inspect) -> "Choice | None":
        """There is no screen to lend: say what there is instead."""
        advice = say("/tokens {number} shows the tokens.", number=outcome.reply.id)
        self.error(CommandError(say("The inspector needs the live screen."), advice))
        return None

    def clear_screen(self) -> None:
        """Nothing: what is written stays."""

    def prefill(self, line: Entered, *, editor: bool = False) -> bool:
        del line, editor  # there is no input line to put it into; /retry sends it again
        return False

    def doing(self, text: Printable) -> None:
        del text  # what is done says so itself

    async def copy(self, text: str) -> str:
        from zatsudan.terminal.clipboard import fill_clipboard

        return await fill_clipboard(text, os.environ, None)

    def leave(self) -> None:
        self._left = True
