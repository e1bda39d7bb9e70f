"""What the live terminal shows: the talk above its prompt, and what takes the screen for a while."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.printable import EMPTY, Printable, Styled
from zatsudan.base.styles import Styles
from zatsudan.terminal import typed
from zatsudan.terminal.live import ptk
from zatsudan.terminal.live.graphics import Graphics
from zatsudan.terminal.live.integration import Integration
from zatsudan.terminal.live.keys import Actions
from zatsudan.terminal.live.lending import Lending
from zatsudan.terminal.live.measuring import LEAST_COLUMNS, Measuring
from zatsudan.terminal.live.painter import Painter
from zatsudan.terminal.live.prompt import Prompt
from zatsudan.terminal.live.reflow import ANSWER, QUESTION, asks_name, possible
from zatsudan.terminal.live.resizing import Resizing
from zatsudan.terminal.live.sieve import Query
from zatsudan.terminal.live.toolbar import Toolbar
from zatsudan.terminal.live.underway import UnderWay
from zatsudan.terminal.surface import MakeReply
from zatsudan.terminal.text.colour import has_colours
from zatsudan.terminal.text.rows import PROMPT
from zatsudan.terminal.text.sequences import MARK_OUTPUT, MARK_PROMPT, mark_end, with_input
from zatsudan.terminal.text.widths import set_told, width

if TYPE_CHECKING:
    from zatsudan.commands.asking import Coming, Question
    from zatsudan.commands.outcomes import Desk, Inspect, Pick
    from zatsudan.commands.parts import Part
    from zatsudan.lab.board import Result
    from zatsudan.servers.engine.progress import Progress
    from zatsudan.sessions.calls import Waiting
    from zatsudan.talk.deciding import Asked
    from zatsudan.talk.entered import Entered
    from zatsudan.terminal.text.tokenrows import Choice


class LiveSurface(UnderWay):
    """The Surface of the live terminal. `actions` are those of its keys."""

    def __init__(
        self,
        actions: Actions,
        prompt: Prompt,
        output: ptk.ReservingOutput,
        *,
        bar: Toolbar,
        integration: Integration,
        environ: Mapping[str, str],
        styles: Styles,
        clock: Callable[[], float],
        pictures: bool = True,
        lines: bool = False,
        named: Callable[[], Printable] = lambda: EMPTY,
    ) -> None:
        self._actions = actions
        self._prompt = prompt
        self._app = prompt.app
        self._output = output
        super().__init__(
            Painter(self._app, output, reflow=possible(environ), clock=clock),
            bar=bar,
            integration=integration,
            environ=environ,
            styles=styles,
            size=lambda: output.real_size,
            clock=clock,
            named=named,
        )
        self._lines = lines
        self._graphics = Graphics(environ, clock, on=pictures)
        self._app.after_render += self._after_render
        self._resizing = Resizing(self._app, output, self._resized, self._where)
        if self._painter.works:
            self._app.on_resize = self._resizing.soon
        self.lending = Lending(
            self._app,
            output,
            self._painter,
            integration,
            actions,
            environ=environ,
            lend=self._lend,
            take_back=self._take_back,
        )
        self._ticking: asyncio.TimerHandle | None = None
        self._open_turn = False
        self._measuring: Measuring | None = None

    def _render(self, text: str, width: int, given: str) -> Sequence[Styled]:
        stream = self.make_stream(width, given)
        return [*stream.feed(text), *stream.finish()]

    def echo(self, content: Json, *, command: bool = False) -> None:
        from zatsudan.terminal.text.partrows import said_rows

        def rows(width: int) -> list[Styled]:
            said = list(said_rows(content, width))
            if self._integration.marks:
                said[0] = with_input(said[0])
            return said

        self._integration.name(self._named())
        # Drawn with the emptied input line, for which the request need not wait.
        self._marked(MARK_PROMPT)
        self._painter.keep(rows)
        self._marked(MARK_OUTPUT)
        if not command:
            self._painter.keep(lambda _width: [EMPTY])
        self._app.invalidate()

    def _marked(self, mark: Styled) -> None:
        if self._integration.marks:
            self._open_turn = True
            self._painter.mark(mark)

    def carried_out(self, *, well: bool) -> None:
        self._integration.name(self._named())
        if self._open_turn:
            self._open_turn = False
            self._painter.mark(mark_end(well=well), ends=True)

    def show(self, parts: "Sequence[Part]") -> None:
        from zatsudan.terminal.text.partrows import parts_rows  # behind the prompt

        coloured = has_colours(self._environ)

        def pictures(part: "Part", width: int) -> Iterable[Styled]:
            if not self._painter.works:
                return ()
            return self._graphics.rows(part, width, self._output.real_size.rows)

        def rows(width: int) -> list[Styled]:
            return parts_rows(
                parts, width, self._render, coloured=coloured, lines=self._lines, above=pictures
            )

        if parts:
            self._painter.commit(rows)

    def error(self, error: ZatsudanError) -> None:
        from zatsudan.terminal.text.partrows import error_rows

        self._painter.commit(lambda width: [*error_rows(error, width), EMPTY])

    def calls(self, waits: "Waiting") -> None:
        from zatsudan.commands.calling import call_parts

        self.show(call_parts(waits))

    def clear_screen(self) -> None:
        """Scroll the screen empty; what stood on it is in scrollback."""
        self._painter.clear_screen()

    def measure(self, measuring: Measuring) -> None:
        """Ask the terminal with the next rows how wide it takes what others disagree about."""
        if self._painter.works and self._output.real_size.columns >= LEAST_COLUMNS:
            queries = [self._painter.flow.first()]
            if asks_name(self._environ):
                queries.insert(0, Query(QUESTION, *ANSWER, self._painter.called))
            asked = self._graphics.ask(self._app.input, *queries)
            self._painter.question = asked + measuring.ask()
            self._measuring = measuring

    def told(self, cells: Mapping[str, int]) -> None:
        """The terminal has answered: its widths count from now on."""
        before = width(PROMPT[0])
        set_told(cells)
        typed.recount()
        if width(PROMPT[0]) != before:
            self._resized()

    def hint(self, far: "Printable | Progress") -> None:
        if isinstance(far, str):
            self._bar.hint = far
            if not far:
                self._integration.at_rest()
        else:
            self._bar.hint = far.line()
            self._integration.progress(far.share)
        self._app.invalidate()

    def doing(self, text: Printable) -> None:
        self._bar.do(text)
        if self._ticking is not None:
            self._ticking.cancel()
        self._tick()

    def _tick(self) -> None:
        self._app.invalidate()
        loop = asyncio.get_running_loop()
        self._ticking = loop.call_later(1.0, self._tick) if self._bar.doing else None

    async def confirm(self, asked: "Asked") -> bool | None:
        """Say no: the person was asked when the line was entered."""
        del asked
        return False

    def prefill(self, line: "Entered", *, editor: bool = False) -> bool:
        taken = self._prompt.prefill(line)
        if taken and editor:
            self._actions.aside("edit")
        return taken

    def leave(self) -> None:
        self._actions.leave()

    async def copy(self, text: str) -> str:
        def write(sequence: str) -> None:
            self._output.write_raw(sequence)
            self._output.flush()

        from zatsudan.terminal.clipboard import fill_clipboard

        return await fill_clipboard(text, self._environ, write)

    async def aside(self, what: str) -> None:
        """Lend the screen: `edit` to the editor, `suspend` to the shell."""
        try:
            if what == "suspend":
                await self.lending.suspend()
                return
            from zatsudan.terminal.live.editor import edit

            async with self.lending.away():
                await edit(self._prompt.buffer, self._environ)
        except ZatsudanError as error:
            self.error(error)

    def _lend(self) -> None:
        self._resizing.now()
        self._painter.lend()

    def _take_back(self) -> None:
        """Go on at the width that the screen has got meanwhile."""
        if self._painter.stale:
            self._output.write_raw(self._graphics.moved())
        live = self.view.resize() if self._painter.stale and self.view is not None else ()
        self._painter.take_back(live)

    async def pick(self, pick: "Pick") -> str | None:
        if pick.rows:
            return await self.lending.pick(pick)
        from zatsudan.terminal.live import emptylist

        await emptylist.tell(pick, self.show)
        return None

    async def ask(self, question: "Question", coming: "Coming | None" = None) -> str | None:
        self._prompt.forget(row.key for row in question.rows if question.keys)
        return await self.lending.ask(question, coming)

    async def inspect(self, outcome: "Inspect") -> "Choice | None":
        return await self.lending.inspect(outcome)

    async def desk(self, outcome: "Desk", make: MakeReply) -> "Result | None":
        return await self.lending.desk(outcome, make, self._clock)

    def have(self) -> None:
        """Tell the terminal of the talk, now that it stands in it."""
        self._integration.name(self._named())
        self._integration.hold(on=True)

    def part(self) -> None:
        """Leave nothing of ours in the terminal: the application has ended, however it did."""
        self._integration.hold(on=False)
        self._output.flush()

    def close(self) -> None:
        """End the application, if it has not ended, and show nothing from now on."""
        if not self._app.is_done:
            self._painter.lend()
            self._app.exit()

    def _where(self) -> bool:
        return self._measuring is not None and self._painter.ask(self._measuring.ask_place())

    def placed(self, position: str) -> None:
        """The terminal has answered where its cursor stands."""
        if self._measuring is not None and (place := self._measuring.place(position)) is not None:
            self._resizing.answered(place)

    def _resized(self, at: tuple[int, int] | None = None) -> None:
        if not self._painter.away:
            if self._painter.stale:
                self._output.write_raw(self._graphics.moved())
            self._painter.resized(self.view.resize() if self.view is not None else (), at)

    def _after_render(self, _app: object) -> None:
        if not self._painter.away:
            asyncio.get_running_loop().call_soon(self._painter.repaint)
