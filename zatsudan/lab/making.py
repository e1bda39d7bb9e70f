"""Replies are made: a request whose choices are cells of a run, and what is kept of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from zatsudan.base.printable import Printable
from zatsudan.lab.recorded import Recorded
from zatsudan.lab.slots import ENDED, RUNNING, Cell, Slot
from zatsudan.sessions.session import Node
from zatsudan.talk.elsewhere import Elsewhere
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.talk.turn import Turn
from zatsudan.wire.protocol import Delta

OnDelta = Callable[[int, Delta], None]
OnNote = Callable[[Printable], None]
OnEnd = Callable[[int], None]


class Told(NamedTuple):
    """Who is told while a run goes on: of a delta of a cell, of what to know besides, of the end of a cell."""

    delta: OnDelta
    note: OnNote
    end: OnEnd


@dataclass(slots=True)
class Making:
    """What all requests of a run have in common. `stopped` are the cells that are wanted no more."""

    talk: Talk
    link: Link
    parent: Node
    slots: Sequence[Slot]
    recorded: Recorded
    told: Told
    behind: Callable[[int], asyncio.Event | None]
    stopped: set[int] = field(default_factory=set)
    tasks: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)

    def turn(self, cell: Cell, there: Elsewhere | None = None) -> Turn:
        """Return the request of one cell: to the talk's own server, or to the one over there."""
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

    async def make(self, turn: Turn, numbers: Sequence[int], *, settled: bool = True) -> None:
        """Run one request, whose choices are the cells of these numbers, to its end or until it is stopped.

        Unless that is `settled`, a cell to which nothing came may yet be asked for again.
        """
        task = asyncio.ensure_future(self._drive(turn, numbers, settled=settled))
        self.tasks.update(dict.fromkeys(numbers, task))
        await asyncio.wait([task])
        for number in numbers:
            del self.tasks[number]

    def stop(self, number: int) -> None:
        """Stop one cell, under way or not yet begun."""
        self.stopped.add(number)
        if number in self.tasks:
            self.tasks[number].cancel()

    async def aclose(self) -> None:
        """Stop all that is under way, and wait until what came of it is recorded."""
        for task in self.tasks.values():
            task.cancel()
        if self.tasks:
            await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    async def _drive(self, turn: Turn, numbers: Sequence[int], *, settled: bool) -> None:
        clock = self.link.clock

        def add(delta: Delta) -> None:
            if not 0 <= delta.index < len(numbers):
                return  # a server that sends more than it was asked for
            slot = self.slots[numbers[delta.index]]
            if delta.content or delta.reasoning:
                self.recorded.begin()
                slot.deltas += 1
                slot.last = clock()
                slot.first = slot.last if slot.first is None else slot.first
            self.told.delta(numbers[delta.index], delta)

        for number in numbers:
            slot = self.slots[number]
            slot.turn, slot.state, slot.began = turn, RUNNING, clock()
        turn.behind = lambda: next(filter(None, map(self.behind, numbers)), None)
        try:
            await turn.run(add, self.told.note)
        finally:
            for at, number in enumerate(numbers):
                slot = self.slots[number]
                slot.error, slot.ended = turn.error, clock()
                slot.node = turn.choices.get(at)
                if settled or slot.node is not None:
                    slot.state = ENDED
                if slot.node is not None:
                    self.recorded.reply(number, slot.node)
