"""What becomes of the lines of the live prompt: asked about, queued, carried out, or given back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.live.inputline import InputLine
from zatsudan.terminal.live.prompt import Prompt

if TYPE_CHECKING:
    from zatsudan.talk.chat import Chat
    from zatsudan.talk.deciding import Asked
    from zatsudan.terminal.repl import Repl
    from zatsudan.terminal.surface import Surface


class Lines:
    """Takes lines out of the input line, one at a time; those entered meanwhile wait in `queue`.

    `repl` is imported when it is first called; `opened` waits until the talk is shown.
    """

    def __init__(
        self,
        chat: "Chat",
        prompt: Prompt,
        surface: "Surface",
        *,
        repl: "Callable[[], Repl]",
        opened: Callable[[], Awaitable[None]],
    ) -> None:
        self._chat = chat
        self._prompt = prompt
        self._surface = surface
        self._repl = repl
        self._opened = opened
        self.task: asyncio.Task[None] | None = None
        self.queue: list[Entered] = []
        self._asked: Asked | None = None
        self._asked_at = 0
        #: Words that made room for a command, and where the talk stood.
        self._aside: tuple[Entered, tuple[str, str | None]] | None = None
        self._line.on_text_changed += lambda _: self.unask()

    @property
    def _line(self) -> InputLine:
        return self._prompt.buffer

    @property
    def busy(self) -> bool:
        """Is a line being carried out?"""
        return self.task is not None and not self.task.done()

    @property
    def answers(self) -> Printable:
        """Which call the line is to answer; nothing where none waits."""
        session = self._chat.talk.session
        head = session.nodes.get(session.head) if session.head is not None else None
        if self.busy or head is None or not (head.message.extra or head.message.role == "tool"):
            return EMPTY
        from zatsudan.sessions.calls import waiting

        waits = waiting(session)
        return one_line(waits.call.name, 30) if waits is not None else EMPTY

    # --- what is meant by a line ------------------------------------------

    @property
    def question(self) -> Printable:
        """What the person is asked about the line; nothing where nothing is asked."""
        return self._asked.sentence("Esc") if self._asked is not None else EMPTY

    def enter(self) -> None:
        """Take the line, or ask what is meant by it; to a question it is yes.

        Not to one that was not yet drawn: nobody has read it.
        """
        if self._asked is not None and self._prompt.app.render_counter == self._asked_at:
            return
        line = self._line.line if self._asked is None else self._asked.granted
        if self._asked is None and line.unsure:
            from zatsudan.talk.deciding import Asked

            decision = self._repl().decide(line)
            if isinstance(decision, Asked):
                self._asked, self._asked_at = decision, self._prompt.app.render_counter
                self._prompt.app.invalidate()
                return
        self._take(line)

    def refuse(self) -> None:
        """Answer no: the line is words, and so is what the history keeps."""
        if self._asked is not None:
            line = self._asked.refused
            self._line.put(line)
            self._take(line)

    def unask(self) -> None:
        """Leave the question; the line stays."""
        if self._asked is not None:
            self._asked = None
            self._prompt.app.invalidate()

    def _take(self, line: Entered) -> None:
        self._asked = None
        aside = self._line.take_aside()
        self._line.append_to_history()
        self._line.reset()
        if aside is not None and not self.busy:
            self._aside = aside, self._standing
        if not line.text.strip() and not self.busy and self._chat.talk.session.nodes:
            line = self._repl().at_empty()
        self.submit(line)

    def draft(self) -> None:
        """Have the model draft a message about what stands in the line; Up brings that back."""
        hint = self._line.text.strip()
        self._line.append_to_history()
        self._line.reset()
        self.submit(Entered.of(f"/me {hint}".strip(), KEYS))

    # --- one after the other ----------------------------------------------

    def submit(self, line: Entered) -> None:
        """Carry out a line, after those that wait."""
        if not line.text.strip():
            return
        if self.busy:
            self.queue.append(line)
            self._prompt.app.invalidate()
        else:
            self.task = asyncio.ensure_future(self._work(line))

    async def _work(self, line: Entered) -> None:
        try:
            await self._opened()
        except asyncio.CancelledError:
            self._prompt.prefill(line)
            raise
        unanswered = False
        try:
            while True:
                went_well = await self._repl().handle(line)
                unanswered |= not went_well and self._is_message(line)
                if not self.queue:
                    break
                if (unanswered and self._is_message(self.queue[0])) or self._would_answer():
                    self._give_back_queue()
                    break
                line = self.queue.pop(0)
        finally:
            self._return_aside()
            self._prompt.app.invalidate()

    def _is_message(self, line: Entered) -> bool:
        from zatsudan.talk.deciding import Asked, Words

        return isinstance(self._repl().decide(line), Words | Asked)

    def _would_answer(self) -> bool:
        """Would the line that waits answer a call that its writer had not seen?"""
        from zatsudan.sessions.calls import waiting
        from zatsudan.talk.deciding import Slash

        decision = self._repl().decide(self.queue[0])
        return not isinstance(decision, Slash) and waiting(self._chat.talk.session) is not None

    def _give_back_queue(self) -> None:
        """Give back the messages that were written for a reply that did not come, or came as a call.

        A command behind them was meant for what they would have made: it is named.
        """
        waiting, self.queue[:] = list(self.queue), []
        messages = [line for line in waiting if self._is_message(line)]
        self._prompt.prefill(Entered.joined(messages, "\n"), behind=True)
        left = [one_line(line.text, 60) for line in waiting if not self._is_message(line)]
        if left:
            from zatsudan.commands.parts import Line

            note = say("Not carried out: {commands}", commands="  ".join(left))
            self._surface.show((Line(note, "dim"),))

    @property
    def _standing(self) -> tuple[str, str | None]:
        """Where the talk stands."""
        return self._chat.talk.session.id, self._chat.talk.session.head

    def _return_aside(self) -> None:
        """Give the words back that made room for a command, if the talk still stands where it did."""
        if self._aside is not None:
            (line, standing), self._aside = self._aside, None
            if standing == self._standing:
                self._prompt.prefill(line)
