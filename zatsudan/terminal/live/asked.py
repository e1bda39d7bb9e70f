"""What the keys ask for, carried out."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.live.integration import Integration
from zatsudan.terminal.live.keys import Actions
from zatsudan.terminal.live.lines import Lines
from zatsudan.terminal.live.measuring import Measuring
from zatsudan.terminal.live.screen import LiveSurface
from zatsudan.terminal.live.toolbar import Toolbar

if TYPE_CHECKING:
    from zatsudan.talk.chat import Chat


class Asked(Actions):
    """The Actions of a live terminal, whose parts whoever inherits it makes."""

    _chat: "Chat"
    _bar: Toolbar
    _integration: Integration
    _surface: LiveSurface
    _lines: Lines
    _measuring: Measuring

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Have something done besides."""
        raise NotImplementedError

    @property
    def busy(self) -> bool:
        return self._lines.busy

    @property
    def asking(self) -> bool:
        return bool(self._lines.question)

    @property
    def answering(self) -> bool:
        return bool(self._lines.answers)

    def decline(self) -> None:
        self._lines.submit(Entered.of("/decline", KEYS))

    @property
    def thinking(self) -> bool:
        return self._surface.turn is not None and self._surface.turn.thought.under_way

    def answer_now(self) -> None:
        if self._surface.turn is not None:
            self._surface.turn.thought.end()

    def enter(self) -> None:
        self._bar.hint = EMPTY
        self._integration.looked_at = True
        self._lines.enter()

    def refuse(self) -> None:
        self._lines.refuse()

    def unask(self) -> None:
        self._lines.unask()

    def interrupt(self) -> None:
        if self._lines.task is not None:
            # Not before its first step: a line that was sent in the same moment would be lost.
            asyncio.get_running_loop().call_soon(self._lines.task.cancel)

    def interrupt_one(self, number: int) -> None:
        run = self._surface.experiment
        if run is not None and number <= len(run.slots):
            run.stop(number - 1)

    def take_queued(self) -> Entered | None:
        return self._lines.queue.pop() if self._lines.queue else None

    def variant(self, by: int) -> None:
        from zatsudan.commands.variants import step

        shown = step(self._chat, by)
        if shown is None:
            self.hint(say("The last reply has no other variant; /retry makes one."))
        else:
            self._surface.show(shown.parts)

    def draft(self) -> None:
        self._lines.draft()

    def leave(self) -> None:
        self._start(self._leave())

    async def _leave(self) -> None:
        if self._lines.task is not None:
            self._lines.task.cancel()  # what came of the reply is shown and kept
            await asyncio.gather(self._lines.task, return_exceptions=True)
        await self.settled()
        self._surface.close()

    def hint(self, text: Printable) -> None:
        self._surface.hint(text)

    def clear_screen(self) -> None:
        self._surface.clear_screen()

    def focused(self, *, here: bool) -> None:
        self._integration.looked_at = here

    def answered(self, position: str) -> None:
        if self._measuring.probing:
            self._measuring.answered(position)
        else:
            self._surface.placed(position)

    async def settled(self) -> None:
        await self._measuring.settled()
        await self._surface.settled()

    def aside(self, what: str) -> None:
        self._start(self._surface.aside(what))
