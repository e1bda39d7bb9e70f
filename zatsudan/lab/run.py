"""The lab: many replies to one user message, each with its own settings.

A run is a list of cells. Every reply becomes a variant under the same user
message, in the journal as it comes, with its exact parameters. What came of
cells that were stopped or failed is kept; the head is put back at the end.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from zatsudan.base.errors import StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.lab.blind import HIDDEN_NOTE, hidden_fault, once
from zatsudan.lab.economy import Economy
from zatsudan.lab.lanes import Lanes, run_all
from zatsudan.lab.recorded import Recorded
from zatsudan.lab.slots import ENDED, RUNNING, WAITING, Cell, Slot, hopeless, repeated, seconds_left
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.elsewhere import Elsewhere, key_notes, open_at
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.talk.turn import Turn
from zatsudan.wire.protocol import Delta
from zatsudan.wire.refusals import DROP, REFUSALS, Repair

#: The most requests of a run that are made without being asked twice.
LIMIT = 64

OnDelta = Callable[[int, Delta], None]
OnNote = Callable[[Printable], None]
OnEnd = Callable[[int], None]


def _nothing(_: object) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Run:
    """Cells under way. `together`: one request with `n` is to make them all.

    `blind`: what is told of faults names neither server nor model nor setting.
    `behind`: returns what is set when more has been shown, where what is shown of a cell lags behind.
    `before` is the experiment that is gone on with, `places` where in it these cells stand.
    `economy` ends settings early. `by` is the number that the experiment is about.
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
    _tasks: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)
    _stopped: set[int] = field(default_factory=set)
    _lanes: Lanes = field(default_factory=Lanes)
    _opened: list[Elsewhere] = field(default_factory=list)
    _recorded: Recorded = field(init=False)

    def __post_init__(self) -> None:
        lab = self.before or Lab(self.parent.id, (), self.blind, by=self.by)
        self._recorded = Recorded(self.talk, self.slots, lab, self.place)

    async def run(
        self, on_delta: OnDelta, on_note: OnNote = _nothing, on_end: OnEnd = _nothing
    ) -> None:
        """Make all replies. Failures end in their slots, not as exceptions.

        Cancelling it stops every cell; what came is recorded in any case.
        """
        session = self.talk.session
        head = session.head
        self.began = self.link.clock()
        if self.blind:
            on_note = once(on_note, say(HIDDEN_NOTE))
        try:
            if self.together:
                await self._ask_together(on_delta, on_note, on_end)
            await self._ask_each(on_delta, on_note, on_end)
        except ZatsudanError as error:
            for slot in self.slots:
                slot.error = slot.error or error
        finally:
            for task in self._tasks.values():
                task.cancel()
            if self._tasks:
                await asyncio.gather(*self._tasks.values(), return_exceptions=True)
            for there in self._opened:
                await there.aclose()
            self._close(head, on_end)

    def stop(self, number: int) -> None:
        """Stop one cell, under way or not yet begun."""
        self._stopped.add(number)
        if number in self._tasks:
            self._tasks[number].cancel()

    def place(self, number: int) -> int:
        """Return where in the whole experiment a cell stands."""
        return self.places[number] if self.places else number

    @property
    def at_once(self) -> int:
        """How many requests are made at a time, to all servers together."""
        return max(1, self._lanes.count)

    def fault(self, slot: Slot) -> Printable:
        """Say why a cell has no reply, or not the whole of one; `` if it has."""
        if slot.error is None:
            return EMPTY
        return hidden_fault(slot.error) if self.blind else slot.error.sentence

    def seconds_left(self) -> float | None:
        """Estimate the seconds to the end by the cells that have ended; None before the first has."""
        return seconds_left(self.slots, self.link.clock(), self.at_once)

    # --- one request that makes all -----------------------------------------

    async def _ask_together(self, on_delta: OnDelta, on_note: OnNote, on_end: OnEnd) -> None:
        wanted = len(self.slots)
        link, cell = self.link, self.slots[0].cell
        await client_for(self.talk, link)
        model = cell.model or await model_of(self.talk, link)
        lesson = Repair(DROP, "n")
        if lesson in link.learned.of(link.name, model):
            note = later(
                "{model} makes one reply a request: {count} requests instead of n={count}."
            )
            on_note(say(note, model=model, count=wanted))
            self._separate(cell)
            return
        parameters = {**cell.parameters, "n": wanted}
        turn = Turn(
            self.talk,
            link,
            self.parent,
            parameters,
            prefix=cell.begin,
            model=cell.model,
            begun=bool(cell.begin),
        )
        drive = self._drive(turn, range(wanted), on_delta, on_note, settled=False)
        task = asyncio.ensure_future(drive)
        self._tasks = dict.fromkeys(range(wanted), task)
        await asyncio.wait([task])
        self._tasks.clear()
        refused = isinstance(turn.error, StatusError) and turn.error.status in REFUSALS
        came = sum(slot.node is not None for slot in self.slots)
        if refused or (turn.made.ended == FINISHED and came < wanted):
            note = (
                later("{model} refused n={count}: {more} further requests make the rest.")
                if refused
                else later(
                    "{model} answered n={count} with {came}: {more} further requests make the rest."
                )
            )
            on_note(say(note, model=model, count=wanted, came=came, more=wanted - came))
            if came == 1:
                link.learn(model, lesson)
            self._separate(cell)
        for number, slot in enumerate(self.slots):
            if slot.state == RUNNING:  # nothing came, and nothing more is asked
                slot.state = ENDED
            if slot.state == ENDED:
                on_end(number)

    def _separate(self, cell: Cell) -> None:
        """Let the cells that have no reply yet be asked for one by one."""
        alone = repeated(Cell("", cell.parameters, cell.model, begin=cell.begin), len(self.slots))
        for slot, again in zip(self.slots, alone, strict=True):
            if slot.node is None:
                seeded = again.label if "seed" in again.parameters else ""
                label = " · ".join(filter(None, (slot.cell.label, seeded)))
                slot.cell = replace(slot.cell, label=label, parameters=again.parameters)
                slot.state, slot.error = WAITING, None

    # --- a request for each ----------------------------------------------------

    async def _ask_each(self, on_delta: OnDelta, on_note: OnNote, on_end: OnEnd) -> None:
        waiting: dict[str, list[int]] = {}
        for number, slot in enumerate(self.slots):
            if slot.state == WAITING:
                waiting.setdefault(slot.cell.profile, []).append(number)
        await run_all(
            self._ask_at(profile, numbers, on_delta, on_note, on_end)
            for profile, numbers in waiting.items()
        )

    async def _ask_at(
        self,
        profile: str,
        waiting: list[int],
        on_delta: OnDelta,
        on_note: OnNote,
        on_end: OnEnd,
    ) -> None:
        """Ask for the cells of one server, each by a request. A fault of this server ends these alone."""
        there: Elsewhere | None = None
        try:
            if profile:
                # Where each cell names its model, no list is needed.
                models = [self.slots[number].cell.model for number in waiting]
                there = await open_at(self.link, profile, models[0] if all(models) else "")
                self._opened.append(there)
                for note in key_notes(profile, there.client.server):
                    on_note(note)
            server = (
                (await client_for(self.talk, self.link)).server
                if there is None
                else there.client.server
            )
        except ZatsudanError as error:
            for number in waiting:
                self.slots[number].state, self.slots[number].error = ENDED, error
                on_end(number)
            return
        lane, count = self._lanes.of(server)

        async def worker() -> None:
            while waiting:
                async with lane:
                    if waiting:
                        number = waiting.pop(0)
                        await self._ask(number, there, on_delta, on_note)
                        on_end(number)
                        if self.economy is not None:
                            await self.economy.halve(self.slots, on_note)

        await run_all(worker() for _ in range(min(count, len(waiting))))

    async def _ask(
        self, number: int, there: Elsewhere | None, on_delta: OnDelta, on_note: OnNote
    ) -> None:
        """Ask for one cell, unless nothing would come of it."""
        slot = self.slots[number]
        fault = hopeless(one for one in self.slots if one.cell.profile == slot.cell.profile)
        if fault is not None:
            slot.error = fault
        elif number not in self._stopped and self._admitted(number):
            turn = self._turn(slot.cell, there)
            drive = self._drive(turn, [number], on_delta, on_note)
            task = self._tasks[number] = asyncio.ensure_future(drive)
            await asyncio.wait([task])
            del self._tasks[number]
        slot.state = ENDED

    def _admitted(self, number: int) -> bool:
        return self.economy is None or self.economy.admits(self.slots, number)

    def _turn(self, cell: Cell, there: Elsewhere | None) -> Turn:
        link = self.link if there is None else there.link
        model = cell.model or (there.model if there is not None else "")
        return Turn(
            self.talk,
            link,
            cell.parent or self.parent,
            cell.parameters,
            prefix=cell.begin,
            model=model,
            system=cell.system,
            begun=bool(cell.begin),
        )

    async def _drive(
        self,
        turn: Turn,
        numbers: Sequence[int],
        on_delta: OnDelta,
        on_note: OnNote,
        *,
        settled: bool = True,
    ) -> None:
        """Run one request, whose choices are the cells of these numbers.

        Unless that is `settled`, a cell to which nothing came may yet be asked for again.
        """
        clock = self.link.clock

        def add(delta: Delta) -> None:
            if not 0 <= delta.index < len(numbers):
                return  # a server that sends more than it was asked for
            slot = self.slots[numbers[delta.index]]
            if delta.content or delta.reasoning:
                self._recorded.begin()
                slot.deltas += 1
                slot.last = clock()
                slot.first = slot.last if slot.first is None else slot.first
            on_delta(numbers[delta.index], delta)

        for number in numbers:
            slot = self.slots[number]
            slot.turn, slot.state, slot.began = turn, RUNNING, clock()
        turn.behind = lambda: next(filter(None, map(self.behind, numbers)), None)
        try:
            await turn.run(add, on_note)
        finally:
            for at, number in enumerate(numbers):
                slot = self.slots[number]
                slot.error, slot.ended = turn.error, clock()
                slot.node = turn.choices.get(at)
                if settled or slot.node is not None:
                    slot.state = ENDED
                if slot.node is not None:
                    self._recorded.reply(number, slot.node)

    def _close(self, head: str | None, on_end: OnEnd) -> None:
        """Record what the run was, and put the head back; to the first reply where there was none."""
        for number, slot in enumerate(self.slots):
            if slot.state != ENDED:
                slot.state = ENDED
                on_end(number)
        made = [slot.node for slot in self.slots if slot.node is not None]
        if not made:
            return
        well = [slot.node for slot in self.slots if slot.node is not None and slot.went_well]
        asked = {slot.cell.parent.id for slot in self.slots if slot.cell.parent is not None}
        if head in {self.parent.id, *asked}:
            head = (well or made)[0].id
        self.talk.record({"type": "head", "id": head})
        self._recorded.close()
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
