"""The replies that are under way: drawn as they come, told to the terminal, and closed."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from prompt_toolkit.data_structures import Size

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.styles import Styles
from zatsudan.terminal.live.integration import Integration
from zatsudan.terminal.live.painter import Painter
from zatsudan.terminal.live.toolbar import Toolbar
from zatsudan.terminal.surface import Surface

if TYPE_CHECKING:
    from zatsudan.lab.making import OnDelta, OnEnd
    from zatsudan.lab.run import Run
    from zatsudan.talk.turn import Turn
    from zatsudan.terminal.live.labview import LabView
    from zatsudan.terminal.live.replies import MakeStream, MarkdownStream
    from zatsudan.terminal.live.textstream import RowStream
    from zatsudan.terminal.live.view import LiveView
    from zatsudan.wire.protocol import Delta


class UnderWay(Surface):
    """What a Surface does with replies. `turn` is the one that is under way, `experiment` the many."""

    def __init__(
        self,
        painter: Painter,
        *,
        bar: Toolbar,
        integration: Integration,
        environ: Mapping[str, str],
        styles: Styles,
        size: Callable[[], Size],
        clock: Callable[[], float],
        named: Callable[[], Printable],
    ) -> None:
        """`size` is the screen's, `named` what the talk is called outside of its window."""
        self._painter = painter
        self._bar = bar
        self._integration = integration
        self._environ = environ
        self._styles = styles
        self._size = size
        self._clock = clock
        self._named = named
        self._streams: MakeStream | None = None
        self.view: LiveView | LabView | None = None
        self.turn: Turn | None = None
        self.experiment: Run | None = None

    def make_stream(self, width: int, given: str = "") -> "MarkdownStream":
        """Return a stream of rows for a reply; `given` are its first words where a person wrote them."""
        if self._streams is None:
            from zatsudan.terminal.live.replies import markdown_streams

            self._streams = markdown_streams(self._environ, self._styles)
        return self._streams(width, given)

    async def settled(self) -> None:
        """Wait, for a moment at most, until the terminal has told that all of a reply has arrived."""
        await self._painter.flow.settled()

    def begin(self, turn: "Turn") -> "Callable[[Delta], None]":
        from zatsudan.terminal.live.floodstream import FloodStream
        from zatsudan.terminal.live.secondprocess import SecondProcess
        from zatsudan.terminal.live.view import LiveView
        from zatsudan.terminal.text.replystatus import reply_status

        self.turn = turn
        began = self._clock()
        self._integration.begin()

        def line(width: int) -> Printable:
            self._integration.progress(None)
            return reply_status(turn, self._clock() - began, self._bar.progress, width)

        def stream(width: int) -> "RowStream":
            second = SecondProcess(self._environ, self._styles)
            return FloodStream(self.make_stream(width, turn.begun), second, self._clock)

        view = LiveView(self._painter, stream, self._size, line, self._clock)
        self.view = view
        turn.behind = view.behind

        def add(delta: "Delta") -> None:
            if delta.index == 0:
                view.add(delta)

        return add

    def note(self, text: Printable) -> None:
        if self.view is not None:
            self.view.note(text)

    def end(self, turn: "Turn") -> None:
        self.turn = None
        if self.view is not None:
            self.view.close()
            self.view = None
        from zatsudan.terminal.live.replies import has_links
        from zatsudan.terminal.text.replyrows import ended_rows

        links = has_links(self._environ)
        self._painter.commit(lambda width: ended_rows(turn, width, links=links))
        self._integration.end(self._ended(say("the reply has ended")))

    def _ended(self, what: Printable) -> Printable:
        """Return what a notice says: nothing of a talk that is private."""
        name = self._named()
        return printable(f"{one_line(name, 60)}: {what}") if name else what

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        from zatsudan.terminal.live.labview import LabView

        view = LabView(self._painter, self.make_stream, self._size, run, self._clock)
        self.view, self.experiment = view, run
        run.behind = view.behind
        self._integration.begin()

        done = 0  # counted here: to look at hundreds of cells for each token takes longer than the token

        def tell() -> None:
            self._integration.progress(done / len(run.slots))

        def add(number: int, delta: "Delta") -> None:
            view.add(number, delta)
            tell()

        def ended(number: int) -> None:
            nonlocal done
            done += 1
            view.ended(number)
            tell()

        tell()
        return add, ended

    def end_run(self, run: "Run") -> None:
        del run
        if self.view is not None:
            self.view.close()
            self.view = None
        self.experiment = None
        self._integration.end(self._ended(say("all replies have ended")))
