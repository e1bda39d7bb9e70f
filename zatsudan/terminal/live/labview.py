"""The view of many replies while they stream: columns, or one after another where they do not fit."""

import asyncio
from collections.abc import Callable

from prompt_toolkit.data_structures import Size

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.base.quantities import describe_seconds
from zatsudan.lab.grid import difference_first, shown
from zatsudan.lab.run import Run
from zatsudan.lab.sheet import paced
from zatsudan.lab.slots import ENDED, RUNNING, WAITING, Slot
from zatsudan.terminal.live.columns import Columns, fitting
from zatsudan.terminal.live.frames import Frames
from zatsudan.terminal.live.painter import Painter, row_width
from zatsudan.terminal.live.replystatus import led, spinner
from zatsudan.terminal.live.textstream import RowStream
from zatsudan.terminal.live.view import TAIL_ROWS, note_rows
from zatsudan.terminal.text.onerow import Piece
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
        self._clock = clock
        self._texts: list[list[str]] = [[] for _ in run.slots]
        self._fed = [0] * len(run.slots)
        self._behind = [0] * len(run.slots)  # characters that have come and are not fed
        self._groups = fitting(len(run.slots), self.width)
        self._columns: Columns | None = None
        self._body = False  # has a row of the present group's replies been committed?
        self._committed: list[Styled] = []
        self._notes: list[Printable] = []
        self._laid_for = self.width
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
        if delta.content:
            self._texts[number].append(delta.content)
            self._behind[number] += len(delta.content)
        self._frames.fed(flood=self._flooded(number))

    def behind(self, number: int) -> asyncio.Event | None:
        """Return the next frame where more of a reply that is being shown waits than it takes."""
        if not self._flooded(number) or self._painter.still:
            return None
        return self._frames.drawn()

    def _flooded(self, number: int) -> bool:
        shown = bool(self._groups) and number in self._groups[0]
        return shown and self._behind[number] > bounds.FRAME

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
        more = self._take()
        live = self._live(hold=hold)
        self._painter.show(self._take_committed(), live)
        return more

    def _take(self) -> bool:
        """Feed what has come since the last frame; commit what is final, group by group.

        Returns whether there is more than a frame takes.
        """
        room = bounds.FRAME
        while self._groups and room > 0:
            columns = self._present()
            each = max(1, room // len(columns.columns))
            for number, column in zip(self._groups[0], columns.columns, strict=True):
                text = self._next(number, each)
                if text:
                    column.feed(text)
                    room -= len(text)
                slot = self._run.slots[number]
                if slot.state == ENDED and not self._behind[number]:
                    fault = self._run.fault(slot)
                    column.finish(_fault(fault, columns.width))
            rows = columns.take()
            self._body = self._body or bool(rows)
            self._committed += rows
            if not columns.ended:
                break
            slots = [self._run.slots[number] for number in self._groups[0]]
            self._committed += [columns.line([self._outcome(slot) for slot in slots], "dim"), EMPTY]
            self._groups.pop(0)
            self._columns, self._body = None, False
        return bool(self._groups) and any(self._behind[number] for number in self._groups[0])

    def _next(self, number: int, size: int) -> str:
        """Return the next text of a reply that was not fed: `size` characters, or a piece more."""
        pieces, first = self._texts[number], self._fed[number]
        at = first
        while at < len(pieces) and size > 0:
            size -= len(pieces[at])
            at += 1
        self._fed[number] = at
        text = "".join(pieces[first:at])
        self._behind[number] -= len(text)
        return text

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
            heads = self._headings(group)
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
            live.append(self._columns.line([self._doing(slot) for slot in slots], "dim"))
        return [*live, *self._noted(self._notes), sgr(self._status(), "dim")]

    # --- words ---------------------------------------------------------------------

    def _headings(self, group: list[int]) -> list[Printable]:
        """Return the numbers and settings of what stands side by side; what they have in common is cut first."""
        labels = difference_first([self._run.slots[number].cell.label for number in group])
        names = ["?" if self._run.blind else one_line(shown(label), 80) for label in labels]
        places = [self._run.place(number) + 1 for number in group]
        return [printable(f"{at}  {name}") for at, name in zip(places, names, strict=True)]

    def _doing(self, slot: Slot) -> Printable:
        if slot.state == WAITING:
            return say("waits its turn")
        if slot.state == ENDED:
            return self._outcome(slot)
        if slot.first is None:
            waiting = slot.turn.waiting if slot.turn is not None else EMPTY
            return waiting or say("asked")
        # A delta is about a token: some hold a part of a character, some a whole word.
        return printable(" · ".join(self._pace(slot.deltas, slot.speed(self._clock()), "~")))

    def _pace(self, tokens: int, speed: float | None, mark: str = "") -> list[Printable]:
        """Return how much has come, and unless the run is blind how fast."""
        parts = [say("{count} tok", count=f"{mark}{tokens:,}")]
        if not self._run.blind and speed is not None:
            parts.append(say("{speed} tok/s", speed=f"{mark}{speed:.0f}"))
        return parts

    def _outcome(self, slot: Slot) -> Printable:
        node = slot.node
        made = node.made if node is not None else None
        if node is None or made is None:
            return say("no reply")
        run = self._run
        count = run.link.gauge(run.talk.session).estimator.count
        tokens, estimated, speed = paced(node, [one.node for one in run.slots], count)
        parts = self._pace(tokens, speed, "~" if estimated else "")
        if not self._run.blind:
            parts.append(describe_seconds(made.seconds))
        ended = one_line(made.finish_reason or "?", 20) if slot.went_well else say(made.ended)
        parts.append(ended)
        return printable(" · ".join(parts))

    def _status(self) -> Printable:
        run = self._run
        now = self._clock()
        done = sum(slot.state == ENDED for slot in run.slots)
        under_way = sum(slot.state == RUNNING for slot in run.slots)
        left = run.seconds_left()
        pieces = [
            Piece(3, say("{done} of {all} done", done=done, all=len(run.slots))),
            Piece(0, say("{count} under way", count=under_way)),
        ]
        if left is not None:
            pieces.append(Piece(1, say("about {seconds:,} s left", seconds=max(1, round(left)))))
        pieces.append(Piece(2, say("Esc stops all, Alt-1 the first"), say("Esc stops all")))
        return led(spinner(now), pieces, self.width)


def _fault(fault: Printable, width: int) -> list[Styled]:
    """Return why a reply did not come, as rows of its column."""
    return [sgr(row, "warn") for row in wrap(fault, width)] if fault else []
