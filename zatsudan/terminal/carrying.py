"""What becomes of a command's outcome at a terminal: shown, asked, made, copied, and what follows."""

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY
from zatsudan.commands.outcomes import (
    Ask,
    Calls,
    Copy,
    Desk,
    Experiment,
    Generate,
    Inspect,
    Leave,
    Outcome,
    Pick,
    Prefill,
    Show,
    Work,
    tell,
)
from zatsudan.commands.parts import Line
from zatsudan.talk.chat import Chat
from zatsudan.terminal.generating import Generation
from zatsudan.terminal.surface import Surface

if TYPE_CHECKING:
    from zatsudan.commands.asking import Question


class Carrying:
    """Carries out outcomes at a surface, one at a time; `generation` makes the replies."""

    def __init__(self, chat: Chat, surface: Surface) -> None:
        self.generation = Generation(chat, surface)
        self._chat = chat
        self._surface = surface

    async def carry_out(self, outcome: Outcome) -> bool:
        """Show, ask, make or leave, as the outcome wants; return whether it went well."""
        # No recursion: questions may follow one another without an end.
        while isinstance(outcome, Work | Ask | Pick):
            if isinstance(outcome, Work):
                outcome = await self._work(outcome)
                continue
            followed = await self._choose(outcome)
            if isinstance(followed, bool):
                return followed
            outcome = followed
        match outcome:
            case Generate() | Experiment():
                return await self._make(outcome)
            case Calls():
                self._surface.show(outcome.parts)
                self._surface.calls(outcome.waits)
            case Inspect() | Desk():
                return await self._lend(outcome)
            case Copy():
                await self._copy(outcome)
            case Show() | Prefill() | Leave():
                self._at_once(outcome)
        return True

    async def _make(self, outcome: Generate | Experiment) -> bool:
        """Have replies made, then carry out what follows; return whether all went well."""
        if isinstance(outcome, Generate):
            well = await self.generation.generate(outcome)
        else:
            well = await self.generation.experiment(outcome)
        followed = outcome.then is None or await self.carry_out(await outcome.then())
        return well and followed

    async def _lend(self, outcome: Inspect | Desk) -> bool:
        """Lend the whole screen to a page, and carry out what was wanted there."""
        if isinstance(outcome, Desk):
            result = await self._surface.desk(outcome, self.generation.generate)
            left = Show(outcome.instead) if result is None else await outcome.left(result)
            return await self.carry_out(left)
        from zatsudan.commands.tokens import fork

        self._surface.show(outcome.parts)
        choice = await self._surface.inspect(outcome)
        return choice is None or await self.generation.generate(
            fork(self._chat, outcome.reply, choice.at, choice.option)
        )

    def _at_once(self, outcome: Show | Prefill | Leave) -> None:
        if isinstance(outcome, Leave):
            self._surface.leave()
            return
        if isinstance(outcome, Show) and outcome.afresh:
            self._surface.clear_screen()
        self._surface.show(outcome.parts)
        if isinstance(outcome, Prefill):
            taken = self._surface.prefill(outcome.line, editor=outcome.editor)
            self._surface.show(() if taken else outcome.instead)

    async def _choose(self, ask: Ask | Pick) -> Outcome | bool:
        """Ask the person; return what follows from the answer, or whether all went well where nothing does."""
        if isinstance(ask, Pick):
            key = await self._surface.pick(ask)
            return True if key is None else await ask.chosen(key)
        self._surface.show(ask.parts)
        came: list[Outcome] = []

        async def coming(begun: Awaitable[Outcome]) -> "Question | None":
            came.append(await begun)
            return came[0].question if isinstance(came[0], Ask) else None

        later = ask.coming
        try:
            answer = await self._surface.ask(
                ask.question, None if later is None else lambda: coming(later())
            )
        except asyncio.CancelledError:
            answer = None  # the person stopped it, which leaves the question as well
        for instead in came:
            if not isinstance(instead, Ask):
                return instead
            ask = instead
        if answer is not None:
            return await ask.answered(answer)
        self._surface.show(ask.left)
        return ask.leave() if ask.leave is not None else False

    async def _work(self, work: Work) -> Outcome:
        self._surface.show(work.parts)
        try:
            return await work.run(self._surface.hint)
        except asyncio.CancelledError:
            return tell(say("Stopped."), "dim")
        finally:
            self._surface.hint(EMPTY)

    async def _copy(self, copy: Copy) -> None:
        how = await self._surface.copy(copy.text)
        if not how:
            raise CommandError(
                say(
                    "Nothing here takes {size:,} characters into a clipboard.", size=len(copy.text)
                ),
                say("Install wl-copy, xclip or xsel, or write it to a file with /write FILE."),
            )
        done = say(
            "Copied: {what}, {size:,} characters, {how}",
            what=copy.what,
            size=len(copy.text),
            how=how,
        )
        self._surface.show((Line(done, "good"),))
