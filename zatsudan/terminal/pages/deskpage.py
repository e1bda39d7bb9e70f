"""What the desk holds and what its keys do: a board, the variants of a reply, and the one that is under way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, printable
from zatsudan.lab.board import ASK, BEFORE, DROP, KEEP, NEXT, SAVE, STOP, Board, Result
from zatsudan.lab.reshaping import read
from zatsudan.lab.weighing import Weighed, Weighing
from zatsudan.sessions.made import INTERRUPTED
from zatsudan.terminal.frames import Frames
from zatsudan.terminal.pages.panes import Panes
from zatsudan.terminal.pages.replypane import GROWING, ReplyPane
from zatsudan.terminal.surface import MakeReply, Taker
from zatsudan.terminal.text.replyrows import nothing_came, why_ended
from zatsudan.terminal.text.replystatus import reply_status
from zatsudan.terminal.text.shortfalls import misformed

if TYPE_CHECKING:
    from zatsudan.commands.outcomes import Desk, Generate
    from zatsudan.sessions.session import Node
    from zatsudan.talk.turn import Turn
    from zatsudan.wire.protocol import Delta

#: Places that are computed between two looks at the keys.
SLICE = 40
#: Rows by which a text goes on, by the key.
_FAR = {"pageup": -8, "pagedown": 8}


class DeskPage(Taker):
    """The page's state. `redraw` shows what has changed; `leave` ends the page by a result, or by what went wrong."""

    def __init__(
        self, desk: "Desk", make: MakeReply, *, coloured: bool, clock: Callable[[], float]
    ) -> None:
        self.desk = desk
        self._make = make
        self._coloured = coloured
        self._clock = clock
        self.board: Board = desk.board
        first = ReplyPane(desk.reply, coloured=coloured)
        self.panes = Panes(first, lambda: [node.id for node in desk.variants()])
        self._weighed_at = self.board.changes
        self.said = EMPTY
        self._turn: Turn | None = None
        self._began = 0.0
        self._came: list[Delta] = []
        self._frames: Frames | None = None
        self._reply: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None
        self._loading: asyncio.Task[None] | None = None
        self.redraw: Callable[[], None] = lambda: None
        self.leave: Callable[[Result | Exception], None] = lambda _: None

    async def aclose(self) -> None:
        """End what is under way; what came of a reply is kept."""
        while tasks := [
            task for task in (self._reply, self._counting, self._loading) if task is not None
        ]:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _begun(self, work: "Coroutine[None, None, None]") -> "asyncio.Task[None]":
        async def guarded() -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001  a fault of ours is told in the talk
                self.leave(error)

        return asyncio.ensure_future(guarded())

    # --- keys ---------------------------------------------------------------

    def press(self, key: str) -> None:
        """Do what a key does."""
        if key in _FAR and self._is_text() and not self.board.asks:
            self.panes.pane.scroll(_FAR[key])
            return
        wanted = self.board.press(key)
        self.said = EMPTY
        if wanted == SAVE:
            name, self.board.naming = self.board.naming or "", None
            self.said = self.desk.save(name, self.board.changed())
        elif wanted == ASK:
            self._ask_again()
        elif wanted == STOP:
            self.stop()
        elif wanted in (NEXT, BEFORE):
            self._step(1 if wanted == NEXT else -1)
        elif wanted in (KEEP, DROP):
            self.leave(Result(wanted, self.board.changed(), self.panes.pane.reply.id))
        self.turned()

    def stop(self) -> None:
        """Stop the reply that is under way."""
        if self._reply is not None:
            self._reply.cancel()

    def answer_now(self) -> None:
        """End the thought that comes: the model is to answer."""
        if self._turn is not None:
            self._turn.thought.end()

    def turned(self) -> None:
        """Weigh by the settings as they are now, if they have changed."""
        if self._weighed_at != self.board.changes:
            self._weighed_at = self.board.changes
            self._weigh()

    def _weigh(self) -> None:
        chain = self.desk.chain(self.board.changed())
        for pane in (self.panes.pane, self.panes.beside):
            if pane.weighing is not None:
                pane.weighing.turn(chain)
        self.begin_counting()

    def begin_counting(self) -> None:
        """Compute what is not in sight."""
        if self._counting is None:
            self._counting = self._begun(self._count())

    async def _count(self) -> None:
        """Compute it a little at a time: keys come first."""
        try:
            while (pane := self.panes.pane) is not self.panes.growing and pane.weighing is not None:
                if pane.weighing.more(SLICE):
                    break
                await asyncio.sleep(0)
        finally:
            self._counting = None
        self.redraw()

    # --- variants -----------------------------------------------------------

    def look_at(self, pane: ReplyPane) -> None:
        """Look at a variant; the one before stands beside it."""
        self.panes.look_at(pane)
        self.board.turned_to(pane.tokens)
        self._weigh()

    def _step(self, by: int) -> None:
        name = self.panes.next(by)
        pane = self.panes.known(name)
        if pane is self.panes.pane:
            self.said = say("There is no other variant yet: Enter asks for one.")
        elif pane is not None:
            self.look_at(pane)
        elif self._loading is None:
            node = next(node for node in self.desk.variants() if node.id == name)
            self._loading = self._begun(self._load(node))

    async def _load(self, node: "Node") -> None:
        try:
            found = await self.desk.read(node, self.board.changed())
            self.look_at(ReplyPane(found, coloured=self._coloured))
        finally:
            self._loading = None
        self.redraw()

    # --- a reply that is asked for -------------------------------------------

    def _ask_again(self) -> None:
        if self._reply is not None:
            self.said = say("A reply is under way: Esc stops it.")
            return
        try:
            wanted = self.desk.asks(self.board.changed())
        except ZatsudanError as error:
            self._tell(error)
            return
        self.board.busy = True
        self._reply = self._begun(self._replied(wanted))

    async def _replied(self, wanted: "Generate") -> None:
        """Have a reply made and look at it; at the one before again where nothing came."""
        try:
            await self._make(wanted, self)
            if self._turn is not None and self._turn.nodes:
                await self._know(self._turn.nodes[0])
        except ZatsudanError as error:
            self._tell(error)
        finally:
            self.panes.drop()
            self.board.turned_to(self.panes.pane.tokens)
            self.board.busy = False
            self._turn = self._reply = None
            self._weigh()
            self.redraw()

    def begin(self, turn: "Turn") -> "Callable[[Delta], None]":
        chain = self.desk.chain(self.board.changed())
        known = self.panes.pane.weighing
        weighing = known.afresh(chain) if known is not None else Weighing(read(()), chain, chain)
        growing = Weighed(GROWING, "", weighing=weighing)
        self.panes.begin(ReplyPane(growing, coloured=self._coloured))
        self.board.turned_to(0)
        self._turn, self._began = turn, self._clock()
        self._frames = frames = Frames(self._draw, self._clock)

        def add(delta: "Delta") -> None:
            if delta.index == 0:
                self._came.append(delta)
                frames.fed()

        return add

    def _draw(self, _hold: bool) -> bool:
        self._catch_up()
        self.redraw()
        return False

    def _catch_up(self) -> None:
        """Take what has come since the last frame."""
        came, self._came = self._came, []
        growing = self.panes.growing
        if came and growing is not None:
            growing.grow(came)
            if self.panes.pane is growing:
                self.board.grown(growing.tokens)

    def note(self, text: Printable) -> None:
        self.said = text
        self.redraw()

    def end(self, turn: "Turn") -> None:
        if self._frames is not None:
            self._frames.close()
        self._catch_up()
        if turn.error is not None:
            self._tell(turn.error)
        elif not turn.nodes:
            self.said = nothing_came(turn.made)
        elif turn.made.ended == INTERRUPTED:
            self.said = say("Stopped: what came is kept.")
        else:  # what was noted on the way stays to be read
            ended = misformed(turn.nodes[0]) or why_ended(turn.made)
            self.said = printable(f"{self.said} {ended}".strip())

    async def _know(self, node: "Node") -> None:
        """Show a reply that has ended by all that is recorded of it."""
        pane = self.panes.growing
        if pane is not None:
            # Its own id first: to read it may take a question to the server, which can be stopped.
            self.panes.grew(pane.reply._replace(id=node.id, text=node.message.text))
            pane.become(await self.desk.read(node, self.board.changed()))

    def _tell(self, error: ZatsudanError) -> None:
        """Say what went wrong; what to do next stands in the talk, where it can be done."""
        self.said = error.sentence

    def scroll(self, pane: ReplyPane, by: int) -> None:
        """Turn the wheel over a reply: its tokens have the cursor, its text moves."""
        if pane is not self.panes.pane or self._is_text():
            pane.scroll(by)
        elif not self.board.asks:
            self.board.look_at(self.board.token + 10 * by)

    def progress(self, width: int) -> Printable:
        """Return how far the reply is that is under way; nothing where there is none."""
        if self._turn is None:
            return EMPTY
        return reply_status(self._turn, self._clock() - self._began, EMPTY, width)

    def _is_text(self) -> bool:
        """Tell whether the reply that is looked at is shown without its tokens."""
        compared = self.board.comparing and self.panes.pair is not None
        return compared or self.panes.pane.weighing is None
