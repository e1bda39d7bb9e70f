"""The lab: many replies to one user message, each with its own settings.

A run is a list of cells. Every reply becomes a variant under the same user
message, in the journal as it comes, with its exact parameters. What came of
cells that were stopped or failed is kept; the head is put back at the end.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.lab.blind import HIDDEN_NOTE, hidden_fault, once
from zatsudan.lab.economy import Economy
from zatsudan.lab.lanes import Lanes
from zatsudan.lab.making import Making, OnDelta, OnEnd, OnNote, Told
from zatsudan.lab.recorded import Recorded
from zatsudan.lab.sharing import Sharing
from zatsudan.lab.slots import ENDED, Cell, Slot, seconds_left
from zatsudan.lab.together import ask_together
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Node
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk

#: The most requests of a run that are made without being asked twice.
LIMIT = 64


def _nothing(_: object) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Run:
    """Cells under way. `together`: one request with `n` is to make them all.

    `blind`: what is told of faults names neither server nor model nor setting.
    `behind`: returns what is set when more has been shown, where what is shown of a cell lags behind.
    `before` is the experiment that is gone on with, `places` where in it these cells stand.
    `economy` ends settings early. `by` is the number that the experiment is about.
    `concurrency`: how many requests each server gets at a time; 0: as its profile says, or as is usual.
    Numbers of cells count from 0 here, and from 1 where a person sees them.
    """

    talk: Talk
    link: Link
    parent: Node
    slots: list[Slot]
    together: bool = False
    blind: bool = False
    began: float = 0.0
    behind: Callable[[int], asyncio.Event | None] = lambda _: None
    before: Lab | None = None
    places: Sequence[int] = ()
    economy: Economy | None = None
    by: str = ""
    concurrency: int = 0
    _making: Making | None = None
    _sharing: Sharing | None = None
    _stopped: set[int] = field(default_factory=set)

    async def run(
        self, on_delta: OnDelta, on_note: OnNote = _nothing, on_end: OnEnd = _nothing
    ) -> None:
        """Make all replies. Failures end in their slots, not as exceptions.

        Cancelling it stops every cell; what came is recorded in any case.
        """
        head = self.talk.session.head
        self.began = self.link.clock()
        if self.blind:
            on_note = once(on_note, say(HIDDEN_NOTE))
        lab = self.before or Lab(self.parent.id, (), self.blind, by=self.by)
        recorded = Recorded(self.talk, self.slots, lab, self.place)
        told = Told(on_delta, on_note, on_end)
        making = self._making = Making(
            self.talk, self.link, self.parent, self.slots, recorded, told, self.behind,
            self._stopped,
        )  # fmt: skip
        self._sharing = Sharing(making, Lanes(self.concurrency), self.economy)
        try:
            if self.together:
                await ask_together(making)
            await self._sharing.ask_each()
        except ZatsudanError as error:
            for slot in self.slots:
                slot.error = slot.error or error
        finally:
            await making.aclose()
            self._close(head, recorded, on_end)

    def stop(self, number: int) -> None:
        """Stop one cell, under way or not yet begun."""
        self._stopped.add(number)
        if self._making is not None:
            self._making.stop(number)

    def place(self, number: int) -> int:
        """Return where in the whole experiment a cell stands."""
        return self.places[number] if self.places else number

    def fault(self, slot: Slot) -> Printable:
        """Say why a cell has no reply, or not the whole of one; `` if it has."""
        if slot.error is None:
            return EMPTY
        return hidden_fault(slot.error) if self.blind else slot.error.sentence

    def seconds_left(self) -> float | None:
        """Estimate the seconds to the end by the cells that have ended; None before the first has."""
        at_once = self._sharing.lanes.count if self._sharing is not None else 0
        return seconds_left(self.slots, self.link.clock(), max(1, at_once))

    def resting(self) -> list[tuple[Printable, float]]:
        """Return which servers of a pool are left alone for a while, and for how many seconds."""
        return self._sharing.resting() if self._sharing is not None and not self.blind else []

    def told(self) -> Printable:
        """Say why requests were not made, and how they can be; `` where nobody stopped and all were."""
        if self.economy is not None and (left := self.economy.told(self.slots)) is not None:
            return left
        return self._sharing.told() if self._sharing is not None else EMPTY

    def _close(self, head: str | None, recorded: Recorded, on_end: OnEnd) -> None:
        """Record what the run was, and put the head back; to the first reply where there was none."""
        for number, slot in enumerate(self.slots):
            if slot.state != ENDED:
                slot.end()
                on_end(number)
        made = [slot.node for slot in self.slots if slot.node is not None]
        if not made:
            return
        well = [slot.node for slot in self.slots if slot.node is not None and slot.went_well]
        asked = {slot.cell.parent.id for slot in self.slots if slot.cell.parent is not None}
        if head in {self.parent.id, *asked}:
            head = (well or made)[0].id
        self.talk.record({"type": "head", "id": head})
        recorded.close()
        self.talk.journal.sync()


def choices(
    talk: Talk, link: Link, parent: Node, overrides: Mapping[str, Json] | None = None
) -> Run | None:
    """Return the run that makes `n` replies to a message; None if one is wanted, as usual."""
    parameters = {**talk.session.parameters, **(overrides or {})}
    wanted = parameters.pop("n", None)
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 2:
        return None
    begin = talk.session.begin.text if talk.session.begin is not None else ""
    cells = [Cell(f"choice {number}", parameters, begin=begin) for number in range(1, wanted + 1)]
    return Run(talk, link, parent, [Slot(cell) for cell in cells], together=True)
