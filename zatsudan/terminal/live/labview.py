"""The view of many replies while they stream: columns, or one after another where they do not fit."""

import asyncio
from collections.abc import Callable

from prompt_toolkit.data_structures import Size

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line
from zatsudan.lab.run import Run
from zatsudan.lab.slots import ENDED
from zatsudan.terminal.frames import Frames
from zatsudan.terminal.live.columns import Columns, fitting
from zatsudan.terminal.live.labwords import LabWords
from zatsudan.terminal.live.painter import Painter, row_width
from zatsudan.terminal.live.textstream import RowStream
from zatsudan.terminal.live.view import TAIL_ROWS, note_rows
from zatsudan.terminal.text.replyrows import THOUGHT_ABOVE
from zatsudan.terminal.text.rows import sgr, wrap
from zatsudan.wire import bounds
from zatsudan.wire.protocol import Delta

#: How many frames' worth of text is drawn when a run ends.
CLOSING = 8


class LabView:
    """A run above the live prompt. `size` is the screen's."""

    def __init__(
        self,
        painter: Painter,
        make_stream: Callable[[int, str], RowStream],
        size: Callable[[], Size],
        run: Run,
        clock: Callable[[], float],
    ) -> None:
        self._painter = painter
        self._make_stream = make_stream
        self._size = size
        self._run = run
        self._texts: list[list[str]] = [[] for _ in run.slots]
        self._cuts: list[list[int]] = [[] for _ in run.slots]  # where another reply begins
        self._fed = [0] * len(run.slots)
        self._behind = [0] * len(run.slots)  # characters that have come and are not fed
        self._most = painter.flow.most  # of these, before no more of a reply is read
        self._groups = fitting(len(run.slots), self.width)
        self._columns: Columns | None = None
        self._body = False  # has a row of the present group's replies been committed?
        self._committed: list[Styled] = []
        self._notes: list[Printable] = []
        self._laid_for = self.width
        self._words = LabWords(run, clock)
        self._frames = Frames(self._draw, clock)

    @property
    def width(self) -> int:
        """Cells that a row may take as the screen is."""
        return row_width(self._size())

    def add(self, number: int, delta: Delta) -> None:
        """Take a delta of one reply."""
        if delta.before:
            shown = self._fed[number] > 0
            self._fed[number] = self._behind[number] = 0
            self._texts[number] = [f"\n\n*{say(THOUGHT_ABOVE)}*\n\n"] if shown else []
            self._behind[number] = sum(map(len, self._texts[number]))
            self._cuts[number] = [-1] * len(self._run.slots[number].lost)  # nothing of them is left
        if delta.content:
            texts, cuts = self._texts[number], self._cuts[number]
            if len(self._run.slots[number].lost) > len(cuts):
                cuts.append(len(texts))
            texts.append(delta.content)
            self._behind[number] += len(delta.content)
        self._frames.fed(flood=self._flooded(number))

    def behind(self, number: int) -> asyncio.Event | None:
        """Return the next frame where more of a reply that is being shown waits than it takes."""
        if not self._flooded(number) or self._painter.taken:
            return None
        return self._frames.drawn()

    def _flooded(self, number: int) -> bool:
        shown = bool(self._groups) and number in self._groups[0]
        return shown and self._behind[number] > self._most

    def ended(self, _number: int) -> None:
        """One reply has ended: its slot says how."""
        self._frames.soon()

    def note(self, text: Printable) -> None:
        """Say a line: live at once, in scrollback as soon as no row of a reply can follow it."""
        self._notes.append(text)
        self._frames.soon()

    def resize(self) -> list[Styled]:
        """Go on at the screen's present width; return the live rows at it."""
        self._begin_again()
        self._frames.soon()
        return self._live(hold=True)

    def _begin_again(self) -> None:
        """Begin the replies that are being shown again, where the width is another one.

        Rows of the old width cannot be joined to those of the new one.
        """
        if self._groups and self._laid_for != self.width:
            self._laid_for = self.width
            first = self._groups[0][0]
            if self._body:
                again = say("The width has changed: from the beginning again.")
                self._committed += [EMPTY, sgr(again, "dim")]
            self._groups = [
                [first + at for at in group]
                for group in fitting(len(self._run.slots) - first, self.width)
            ]
            self._columns, self._body = None, False
            for number in range(first, len(self._run.slots)):
                self._fed[number] = 0
                self._behind[number] = sum(map(len, self._texts[number]))
            self._take()

    def close(self) -> None:
        """Commit all that is left."""
        self._frames.close()
        self._painter.commit(self._rest)

    def _rest(self, _width: int) -> list[Styled]:
        """Return all that is left, as rows of the present width."""
        self._begin_again()
        for _ in range(CLOSING):
            if not self._take():
                break
        if any(self._behind):
            self._leave()
        self._committed += self._let_go_of_notes()
        return self._take_committed()

    def _take_committed(self) -> list[Styled]:
        committed, self._committed = self._committed, []
        return committed

    # --- frames --------------------------------------------------------------------

    def _draw(self, hold: bool) -> bool:
        if not self._painter.ready():
            return False  # nothing is laid out for a width that it would not be painted at
        room = self._painter.flow.room(self._go_on)
        if not room:
            return False
        before, self._most = sum(self._behind), room
        more = self._take(room)
        live = self._live(hold=hold)
        self._painter.show(self._take_committed(), live)
        self._painter.flow.drawn(before - sum(self._behind))
        return more

    def _go_on(self) -> None:
        """Draw what has waited until the terminal had read what was written before."""
        self._frames.fed(flood=True)

    def _take(self, room: int = bounds.FRAME) -> bool:
        """Feed what has come since the last frame; commit what is final, group by group.

        Returns whether there is more than a frame takes.
        """
        while self._groups and room > 0:
            if self._columns is None and all(map(self._unasked, self._groups[0])):
                self._groups.pop(0)  # hundreds may be left when no server is, or no budget
                continue
            columns = self._present()
            each = max(1, room // len(columns.columns))
            for at, number in enumerate(self._groups[0]):
                column, slot = columns.columns[at], self._run.slots[number]
                if self._fed[number] in self._cuts[number]:
                    columns.begin_again(at, slot.cell.begin, self._broken(number, columns.width))
                text = self._next(number, each)
                if text:
                    column.feed(text)
                    room -= len(text)
                if slot.state == ENDED and not self._behind[number]:
                    fault = self._run.fault(slot)
                    column.finish(_fault(fault, columns.width))
            rows = columns.take()
            self._body = self._body or bool(rows)
            self._committed += rows
            if not columns.ended:
                break
            group = self._groups.pop(0)
            outcomes = [self._words.outcome(self._run.slots[number]) for number in group]
            self._committed += [columns.line(outcomes, "dim"), EMPTY]
            for number in group:
                self._texts[number].clear()  # the session has them
            self._columns, self._body = None, False
        return bool(self._groups) and any(self._behind[number] for number in self._groups[0])

    def _unasked(self, number: int) -> bool:
        """Tell whether a cell has ended, and nobody was ever asked for it."""
        slot = self._run.slots[number]
        asked = slot.turn is not None or slot.node is not None or slot.error is not None
        return slot.state == ENDED and not asked

    def _next(self, number: int, size: int) -> str:
        """Return the next text of a reply that was not fed: `size` characters, or a piece more."""
        pieces, first = self._texts[number], self._fed[number]
        end = next((cut for cut in self._cuts[number] if cut > first), len(pieces))
        at = first
        while at < end and size > 0:
            size -= len(pieces[at])
            at += 1
        self._fed[number] = at
        text = "".join(pieces[first:at])
        self._behind[number] -= len(text)
        return text

    def _broken(self, number: int, width: int) -> list[Styled]:
        """Return why a reply begins anew, as rows of its column."""
        lost = self._run.slots[number].lost
        at = self._cuts[number].index(self._fed[number])
        made = lost[at].made if at < len(lost) else None
        server = one_line(made.server if made is not None else "?", 40)
        return _fault(say("{server} broke off. Asked again:", server=server), width)

    def _leave(self) -> None:
        """Show no more of replies that are too long to be drawn while a person waits."""
        more = say(
            "{count:,} characters more are kept, and not shown here.", count=sum(self._behind)
        )
        if self._columns is not None:
            for column in self._columns.columns:
                column.finish()
            self._committed += self._columns.take()
        self._committed += [EMPTY, sgr(more, "warn"), EMPTY]
        self._groups = []

    def _present(self) -> Columns:
        """Return the group that is being shown, its headings committed first."""
        if self._columns is None:
            group = self._groups[0]
            given = [self._run.slots[number].cell.begin for number in group]
            self._columns = Columns(given, self.width, self._make_stream)
            heads = self._words.headings(group)
            self._committed += [*self._let_go_of_notes(), self._columns.line(heads, "bold")]
            if len(group) > 1:
                self._committed.append(self._columns.rule())
        return self._columns

    def _let_go_of_notes(self) -> list[Styled]:
        notes, self._notes = self._notes, []
        return [*self._noted(notes), EMPTY] if notes else []

    def _noted(self, notes: list[Printable]) -> list[Styled]:
        return [row for note in notes for row in note_rows(note, self.width)]

    def _live(self, *, hold: bool) -> list[Styled]:
        live: list[Styled] = []
        if self._columns is not None and self._groups:
            limit = max(1, min(TAIL_ROWS, self._size().rows - 8))
            live += self._columns.live(limit, hold=hold)
            slots = [self._run.slots[number] for number in self._groups[0]]
            live.append(self._columns.line([self._words.doing(slot) for slot in slots], "dim"))
        return [*live, *self._noted(self._notes), sgr(self._words.status(self.width), "dim")]


def _fault(fault: Printable, width: int) -> list[Styled]:
    """Return why a reply did not come, as rows of its column."""
    return [sgr(row, "warn") for row in wrap(fault, width)] if fault else []
