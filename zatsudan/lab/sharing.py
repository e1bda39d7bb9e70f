"""The servers of a run, and who asks which for what: each for its own cells, or all of a pool for the same."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.lab.economy import Economy
from zatsudan.lab.lanes import Lanes, run_all
from zatsudan.lab.making import Making
from zatsudan.lab.pool import Place, Queue, is_busy, is_of_server
from zatsudan.lab.slots import ENDED, WAITING, hopeless
from zatsudan.servers.choice import Server
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.elsewhere import Elsewhere, key_notes, open_at
from zatsudan.talk.exchange import Policy

#: A server of a pool is not waited for within a request: meanwhile another can make the reply.
_AT_ONCE = Policy(waits=False)


@dataclass(slots=True)
class Sharing:
    """Asks for cells, each by a request. `lanes` admit them, `economy` ends settings early."""

    making: Making
    lanes: Lanes
    economy: Economy | None = None
    opened: list[Elsewhere] = field(default_factory=list)
    _pools: list[Queue] = field(default_factory=list)
    _model: str = ""

    async def ask_each(self) -> None:
        """Ask for all cells that wait. Failures end in their slots, or are said."""
        waiting: dict[tuple[tuple[str, ...], bool], list[int]] = {}
        for number, slot in enumerate(self.making.slots):
            if slot.state == WAITING:
                key = slot.cell.profiles, bool(slot.cell.pool)
                waiting.setdefault(key, []).append(number)
        try:
            await run_all(
                self._share(profiles, numbers) if shared else self._ask_at(profiles[0], numbers)
                for (profiles, shared), numbers in waiting.items()
            )
        finally:
            for there in self.opened:
                await there.aclose()

    def told(self) -> Printable:
        """Say how much is missing where no server is left; `` where nothing is."""
        slots = self.making.slots
        left = sum(
            not slots[number].went_well
            for queue in self._pools
            if not queue.left
            for number in queue.numbers
        )
        if not left:
            return EMPTY
        return say_count(
            "No server is left: {n} reply is missing; /sweep continue asks for it.",
            "No server is left: {n} replies are missing; /sweep continue asks for them.",
            left,
        )

    def resting(self) -> list[tuple[Printable, float]]:
        """Return which servers are left alone for a while, and for how many seconds."""
        now = self.making.link.clock()
        places = [place for queue in self._pools if not queue.over.is_set() for place in queue.left]
        return [
            (self._name(place), place.rests - now) for place in places if place.rests - now > 0.5
        ]

    async def _open(self, profile: str, model: str) -> tuple[Elsewhere | None, Server]:
        """Return the way to a profile's server, None for the talk's own; raises ZatsudanError."""
        if not profile:
            return None, (await client_for(self.making.talk, self.making.link)).server
        there = await open_at(self.making.link, profile, model)
        self.opened.append(there)
        for note in key_notes(profile, there.client.server):
            self.making.told.note(note)
        return there, there.client.server

    async def _ask_at(self, profile: str, waiting: list[int]) -> None:
        """Ask one server for cells. A fault of this server ends these alone."""
        slots = self.making.slots
        # Where each cell names its model, no list is needed.
        models = [slots[number].cell.model for number in waiting]
        try:
            there, server = await self._open(profile, models[0] if all(models) else "")
        except ZatsudanError as error:
            for number in waiting:
                slots[number].state, slots[number].error = ENDED, error
                self.making.told.end(number)
            return
        lane, count = self.lanes.of(server)

        async def worker() -> None:
            while waiting:
                async with lane:
                    if waiting:
                        await self._ask(waiting.pop(0), there)

        await run_all(worker() for _ in range(min(count, len(waiting))))

    async def _ask(self, number: int, there: Elsewhere | None) -> None:
        """Ask for one cell, unless nothing would come of it."""
        slot = self.making.slots[number]
        fault = hopeless(one for one in self.making.slots if one.cell.profile == slot.cell.profile)
        if fault is not None:
            slot.error = fault
        elif self._wanted(number):
            await self.making.make(self.making.turn(slot.cell, there), [number])
        await self._ended(number)

    def _wanted(self, number: int) -> bool:
        return number not in self.making.stopped and (
            self.economy is None or self.economy.admits(self.making.slots, number)
        )

    async def _ended(self, number: int) -> None:
        self.making.slots[number].end()
        self.making.told.end(number)
        if self.economy is not None:
            await self.economy.halve(self.making.slots, self.making.told.note)

    # --- a pool ------------------------------------------------------------------

    async def _share(self, profiles: Sequence[str], numbers: list[int]) -> None:
        """Ask the servers of a pool, each for the next cell when it is free, until nothing is left to ask."""
        queue = Queue(self.making.slots, numbers, [Place(profile) for profile in profiles])
        self._pools.append(queue)
        model = self.making.slots[numbers[0]].cell.model
        serving = asyncio.ensure_future(
            run_all(self._serve(queue, place, model) for place in queue.places)
        )
        over = asyncio.ensure_future(queue.over.wait())
        try:
            await asyncio.wait([over, serving], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        finally:
            over.cancel()
            serving.cancel()
            await asyncio.gather(over, serving, return_exceptions=True)

    async def _serve(self, queue: Queue, place: Place, model: str) -> None:
        """Let a server of a pool take cells until it is left out; cancelled when all is done."""
        link = self.making.link
        opened: tuple[Elsewhere | None, Server] | None = None
        while opened is None:
            began = link.clock()
            try:
                there, server = await self._open(place.profile, model)
                opened = await self._agree(place, there, model), server
            except ZatsudanError as error:
                place.fail(error, began, link.clock())
                if place.fault is not None:
                    self._leave(queue, place)
                    return
                await link.sleep(max(0.0, place.rests - link.clock()))
        there, server = opened
        lane, count = self.lanes.of(server)

        async def worker() -> None:
            while place.fault is None:
                await queue.ready(place, link.clock, link.sleep)
                async with lane:
                    number = queue.take(place, link.clock())
                    if number is not None:
                        await self._make(queue, place, number, there)

        await run_all(worker() for _ in range(count))
        self.lanes.leave(server)

    async def _make(self, queue: Queue, place: Place, number: int, there: Elsewhere | None) -> None:
        """Have a server of a pool make a cell, which another gets if it does not."""
        slot = self.making.slots[number]
        if self._wanted(number):
            turn = self.making.turn(slot.cell, there)
            turn.policy = _AT_ONCE
            slot.server = self._name(place)
            began = self.making.link.clock()
            await self.making.make(turn, [number])
            if self._handed_back(queue, place, number, began):
                return
        await self._ended(number)
        queue.done(number)

    def _handed_back(self, queue: Queue, place: Place, number: int, began: float) -> bool:
        """See how a server did, and tell whether the cell waits for another."""
        slot = self.making.slots[number]
        error = slot.error
        if error is None or not is_of_server(error):
            place.went_well()
            return False
        was_there = place.fault is None
        place.fail(error, began, self.making.link.clock())
        again = queue.back(number, place, failed=not is_busy(error))
        if again:
            slot.again()
        if was_there and place.fault is not None:
            self._leave(queue, place)
        return again

    def _leave(self, queue: Queue, place: Place) -> None:
        """Say that a server is left out."""
        if place.fault is not None:
            self.making.told.note(
                say(
                    "{server} is left out: {why}",
                    server=self._name(place),
                    why=place.fault.sentence,
                )
            )
        queue.look()

    async def _agree(self, place: Place, there: Elsewhere | None, model: str) -> Elsewhere | None:
        """Ask for the model that the others of the pool have; say so where a server has another."""
        if model:
            return there
        if there is None:
            found = await model_of(self.making.talk, self.making.link)
        else:
            named = there.client.server.model
            if not named and any(one.id == self._model for one in there.link.models):
                there = there._replace(model=self._model)
            found = there.model
        self._model = self._model or found
        if found != self._model:
            self.making.told.note(
                say(
                    "{server} has another model, {model}, than the others of the pool, {other}.",
                    server=self._name(place),
                    model=one_line(found, 60),
                    other=one_line(self._model, 60),
                )
            )
        return there

    def _name(self, place: Place) -> Printable:
        return one_line(place.profile or self.making.link.name, 40)
