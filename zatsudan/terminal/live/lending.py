"""Lending the screen: to a page, to a program, to the shell; and taking it back."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from prompt_toolkit.application.run_in_terminal import in_terminal

from zatsudan.terminal.live import ptk, stopping
from zatsudan.terminal.live.integration import Integration
from zatsudan.terminal.live.keys import Actions
from zatsudan.terminal.live.painter import Painter
from zatsudan.terminal.surface import MakeReply
from zatsudan.terminal.text.colour import has_colours

if TYPE_CHECKING:
    from zatsudan.commands.asking import Coming, Question
    from zatsudan.commands.outcomes import Desk, Inspect, Pick
    from zatsudan.lab.board import Result
    from zatsudan.terminal.text.tokenrows import Choice


class Lending:
    """Holds the painter still while another has the screen."""

    def __init__(
        self,
        app: ptk.LiveApplication,
        output: ptk.ReservingOutput,
        painter: Painter,
        integration: Integration,
        actions: Actions,
        *,
        environ: Mapping[str, str],
        lend: Callable[[], None],
        take_back: Callable[[], None],
    ) -> None:
        """`lend` holds what is painted still; `take_back` goes on, at the width of that moment."""
        self._app = app
        self._output = output
        self._environ = environ
        self._painter = painter
        self._integration = integration
        self._actions = actions
        self._lend = lend
        self._take_back = take_back

    @asynccontextmanager
    async def page(self) -> AsyncIterator[None]:
        """Lend the screen to a page of our own."""
        self._lend()
        try:
            async with in_terminal():
                yield
        finally:
            self._take_back()

    async def pick(self, pick: "Pick") -> str | None:
        """Lend the lower part of the screen to a picker; return the key of the row."""
        from zatsudan.terminal.pages.picker import Picker

        async with self.page():
            return await Picker(pick, self._output, self._app.input, self._app.style).run()

    async def ask(self, question: "Question", coming: "Coming | None") -> str | None:
        """Ask where the prompt stood."""
        from zatsudan.terminal.pages.question import Asker

        async with self.page():
            asker = Asker(question, self._output, self._app.input, self._app.style)
            return await asker.run(coming)

    async def inspect(self, outcome: "Inspect") -> "Choice | None":
        """Lend the whole screen to the inspector."""
        from zatsudan.terminal.pages.inspector import inspect

        async with self.page():
            return await inspect(
                outcome.tokens,
                outcome.refusal,
                coloured=has_colours(self._environ),
                input_=self._app.input,
                output=self._output,
            )

    async def desk(
        self, outcome: "Desk", make: MakeReply, clock: Callable[[], float]
    ) -> "Result | None":
        """Lend the whole screen to the desk; one that is left by a signal keeps nothing.

        What it asks for is shown below it as well: it stands in the talk when the desk is left.
        """
        from zatsudan.lab.board import DROP, Result
        from zatsudan.terminal.pages.deskview import show_desk

        async with self.page():
            coloured = has_colours(self._environ)
            found = await show_desk(
                outcome,
                make,
                coloured=coloured,
                clock=clock,
                input_=self._app.input,
                output=self._output,
            )
        return found or Result(DROP, {})

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Lend the terminal to a program, which does not know of the reports that we ask it for."""
        await self._actions.settled()
        self._lend()
        self._integration.hold(on=False)
        try:
            yield
        finally:
            self._integration.hold(on=True)
            self._take_back()

    async def suspend(self) -> None:
        """Stop, and give the shell its terminal until it lets us go on."""
        async with self.away(), in_terminal():
            stopping.stop()

    def stopped(self) -> None:
        """SIGTSTP has come: stop with the terminal as the shell expects it."""
        if ptk.lent(self._app):
            stopping.stop()
        else:
            self._actions.aside("suspend")

    def went_on(self) -> None:
        """SIGCONT has come: draw anew below what a shell has written meanwhile."""
        if not ptk.lent(self._app) and stopping.take_again(self._app):
            self._app.renderer.reset()
            self._integration.anew()
            self._painter.lose()
            self._app.invalidate()
