"""The plain terminal: deltas as they come, nothing redrawn, nothing coloured.

For pipes, files, `TERM=dumb` and `--plain`.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from zatsudan.base import signals
from zatsudan.base.console import is_dumb
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, one_line
from zatsudan.commands.outcomes import Inspect, Pick
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.registry import Commands
from zatsudan.talk.attachments import said
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import Asked, Slash, Words
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.greeting import greeting
from zatsudan.terminal.plain.dialogue import END, agreed, answer_to
from zatsudan.terminal.plain.linereader import LineReader
from zatsudan.terminal.plain.written import Written
from zatsudan.terminal.repl import Repl
from zatsudan.terminal.text.rows import PASTES_OFF, PASTES_ON, PROMPT
from zatsudan.terminal.text.shortfalls import unanswered

if TYPE_CHECKING:
    from zatsudan.commands.asking import Coming, Question
    from zatsudan.sessions.calls import Waiting
    from zatsudan.terminal.text.tokenrows import Choice


class PlainTerminal(Written):
    """Reads lines, writes text. `out` takes replies, `err` everything else."""

    def __init__(
        self,
        chat: Chat,
        commands: Commands,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        super().__init__(out, err, lines=chat.config.screen.as_lines(os.environ))
        self._chat = chat
        self.output.on_end = self._unread
        self._repl = Repl(chat, commands, self)
        self._task: asyncio.Task[bool] | None = None
        self._reader: LineReader | None = None
        self._left = False

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
        marks = self._err.isatty() and not is_dumb(os.environ)
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
        if self._reader is not None:
            self._reader.interrupted()
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

    def echo(self, content: Json, *, command: bool = False) -> None:
        del command
        for label in said(content).labels:  # the rest stands there already
            self._tell(one_line(label) + END)

    def calls(self, waits: "Waiting") -> None:
        """Show the call, and how it is answered where a person reads on."""
        from zatsudan.commands.calling import call_parts

        if self._reader is not None:
            how = say("The next line answers it: text, @FILE or !COMMAND. /decline declines it.")
            self.show((*call_parts(waits), Line(how, "dim")))
        elif waits.node.id != self._chat.talk.session.head:  # some are answered, and nothing came
            self.short = [unanswered(waits)]

    async def pick(self, pick: Pick) -> str | None:
        if pick.whole is not None:  # what was written cannot be mended
            pick = await pick.whole()
        if not pick.rows or self._reader is None or not self._reader.by_person:
            self.show(pick.instead)
            return None
        from zatsudan.terminal.plain.numbered import chosen

        return await chosen(pick, self._reader, self._tell)

    async def ask(self, question: "Question", coming: "Coming | None" = None) -> str | None:
        """Ask by numbers and names; a hidden answer is not echoed."""
        if self._reader is None or not sys.stdin.isatty():
            raise CommandError(
                say("There is nobody here to answer questions."),
                say("Start zatsudan in a terminal, or write a profile into the config file."),
            )
        wanted: Question | None = question
        if coming is not None:
            self.hint(question.waits)
            wanted = await coming()
            self.hint(EMPTY)
        return None if wanted is None else await answer_to(wanted, self._reader, self._tell)

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

    async def inspect(self, outcome: Inspect) -> "Choice | None":
        """There is no screen to lend: say what there is instead."""
        advice = say("/tokens {number} shows the tokens.", number=outcome.reply.id)
        self.error(CommandError(say("The inspector needs the live screen."), advice))
        return None

    def prefill(self, line: Entered, *, editor: bool = False) -> bool:
        del line, editor  # there is no input line to put it into; /retry sends it again
        return False

    def leave(self) -> None:
        self._left = True
