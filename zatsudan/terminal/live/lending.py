"""Lending the screen: to a page, to a program, to the shell; and taking it back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from prompt_toolkit.application.run_in_terminal import in_terminal

from zatsudan.terminal.live import ptk, stopping
from zatsudan.terminal.live.integration import Integration
from zatsudan.terminal.live.keys import Actions
from zatsudan.terminal.live.painter import Painter


class Lending:
    """Holds the painter still while another has the screen."""

    def __init__(
        self,
        app: ptk.LiveApplication,
        painter: Painter,
        integration: Integration,
        actions: Actions,
        *,
        lend: Callable[[], None],
        take_back: Callable[[], None],
    ) -> None:
        """`lend` holds what is painted still; `take_back` goes on, at the width of that moment."""
        self._app = app
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
