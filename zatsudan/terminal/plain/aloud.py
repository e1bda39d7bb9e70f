"""The plain terminal for who has it read aloud: states in words, replies in whole sentences.

Nothing is drawn, so nothing is drawn anew: no cursor moves, no row is written twice, and nothing is
said by a colour, a character or a place. A notice, or the bell, tells of the end of a long reply: that
nobody looks is what this terminal is for.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from zatsudan.base.console import is_dumb
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, Styled, printable
from zatsudan.commands.parts import Diff, Line, Part, Picture, Rows, Talk
from zatsudan.commands.registry import Commands
from zatsudan.sessions.made import FAILED, INTERRUPTED, Made
from zatsudan.talk.chat import Chat
from zatsudan.terminal.plain.dialogue import END
from zatsudan.terminal.plain.sentences import Sentences
from zatsudan.terminal.plain.terminal import PlainTerminal
from zatsudan.terminal.plain.written import WIDTH
from zatsudan.terminal.text.emulators import Notice, taken
from zatsudan.terminal.text.replyrows import why_ended
from zatsudan.terminal.text.sequences import notice
from zatsudan.wire.protocol import Delta
from zatsudan.wire.thinking import THOUGHT

if TYPE_CHECKING:
    from zatsudan.lab.making import OnDelta, OnEnd
    from zatsudan.lab.run import Run
    from zatsudan.servers.engine.progress import Progress, Tenths
    from zatsudan.talk.turn import Turn

#: Lines of prose are not broken: whoever reads them aloud would pause there.
UNBROKEN = 100_000
#: After this time without a word it is said that the model is waited for, in seconds.
WAIT_SECONDS = 3.0


class AloudTerminal(PlainTerminal):
    """Says what the other terminals show."""

    def __init__(
        self,
        chat: Chat,
        commands: Commands,
        *,
        out: TextIO | None = None,
        err: TextIO | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        super().__init__(chat, commands, out=out, err=err)
        screen = chat.config.screen
        how = taken(environ).notice if screen.integration == "auto" else Notice.BELL
        self._notice = Notice.BELL if is_dumb(environ) or screen.notify == "bell" else how
        self._least = screen.notify_seconds if screen.notify != "never" else float("inf")
        self._began = 0.0
        self._sentences = Sentences()
        self._waiting: asyncio.TimerHandle | None = None
        self._thinks = False
        self._progress = ""
        self._tenths: Tenths | None = None

    def _rows_of(self, part: Part) -> Sequence[Styled]:
        prose = isinstance(part, Line | Talk | Rows | Diff | Picture)
        return self._laid(part, UNBROKEN if prose else WIDTH)

    # --- replies ---------------------------------------------------------

    def begin(self, turn: "Turn") -> Callable[[Delta], None]:
        super().begin(turn)
        self._began = asyncio.get_running_loop().time()
        self._sentences = Sentences()
        self._thinks = False
        self._wait(lambda: turn.waiting)

        def add(delta: Delta) -> None:
            if delta.index == 0:
                self._hear(delta)

        return add

    def _wait(self, why: Callable[[], Printable]) -> None:
        def told() -> None:
            self._say(why() or say("The model is waited for."))

        loop = asyncio.get_running_loop()
        self._waiting = loop.call_later(WAIT_SECONDS, told) if self._listened_to else None

    def _came(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _hear(self, delta: Delta) -> None:
        if delta.before == THOUGHT or (delta.before and self._wrote):
            self._utter(self._sentences.rest())
            self._part_from_thought()
            self._thinks = True
        if delta.reasoning and not self._thinks:
            self._came()
            self._thinks = True
            self._say(say("The model is thinking."))
        if delta.content:
            self._came()
            if self._thinks:
                self._thinks = False
                self._say(say("The model answers."))
            self._utter(self._sentences.feed(delta.content))

    def _utter(self, text: str) -> None:
        if text:
            self._wrote = text
            self._spoke()
            self.output.reply(text)

    def note(self, text: Printable) -> None:
        self._utter(self._sentences.rest())
        self._end_line()
        self._tell(text + END)

    def end(self, turn: "Turn") -> None:
        self._came()
        self._utter(self._sentences.rest())
        super().end(turn)
        self._notify(say("the reply has ended"))

    def _tell_end(self, made: Made) -> None:
        self._say(ended(made))

    # --- many replies ----------------------------------------------------

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        self._began = asyncio.get_running_loop().time()
        add, one_ended = super().begin_run(run)
        count = len(run.slots)
        self._say(say("{count:,} replies are asked for.", count=count))
        return add, one_ended

    def end_run(self, run: "Run") -> None:
        super().end_run(run)
        self._say(say("All replies have ended."))
        self._notify(say("all replies have ended"))

    # --- states ----------------------------------------------------------

    def hint(self, far: "Printable | Progress") -> None:
        """Say how far a download is, at each tenth; what else is under way says so at its end."""
        if isinstance(far, str):
            self._tenths = None
            return
        from zatsudan.servers.engine.progress import Tenths

        self._tenths = self._tenths or Tenths()
        said = self._tenths.said(far)
        if said:
            self._say(said)

    def doing(self, text: Printable) -> None:
        if text:
            self._say(printable(f"{text}."))

    def progress(self, text: Printable) -> None:
        """Say what is waited for before there is a model."""
        if text and text != self._progress:
            self._say(printable(f"{text}."))
        self._progress = text

    @property
    def _listened_to(self) -> bool:
        """Does somebody hear what is said beside replies?"""
        return self._err.isatty()

    def _say(self, text: Printable) -> None:
        if self._listened_to:
            self._tell(text + END)

    def _notify(self, said: Printable) -> None:
        seconds = asyncio.get_running_loop().time() - self._began
        if self._listened_to and seconds >= self._least:
            self._tell(notice(self._notice, said))


def ended(made: Made) -> Printable:
    """Return how a reply has ended, as sentences."""
    usage = made.usage
    if usage is None:
        counts = say("{seconds:.1f} seconds", seconds=made.seconds)
    elif usage.estimated:
        counts = say(
            "about {count:,} tokens, {seconds:.1f} seconds",
            count=usage.completion,
            seconds=made.seconds,
        )
    else:
        counts = say(
            "{count:,} tokens, {seconds:.1f} seconds", count=usage.completion, seconds=made.seconds
        )
    if made.ended == INTERRUPTED:
        return say("The reply was interrupted: {counts}. /continue goes on.", counts=counts)
    if made.ended == FAILED:
        return say("The reply was cut off: {counts}. /continue goes on.", counts=counts)
    if why := why_ended(made):
        return say("The reply has ended: {counts}, {why}.", counts=counts, why=why)
    return say("The reply has ended: {counts}.", counts=counts)
