"""The lab: many replies to one user message, each with its own settings.

A run is a list of cells. Every reply becomes a variant under the same user
message, in the journal as it comes, with its exact parameters. What came of
cells that were stopped or failed is kept; the head is put back at the end.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_loopback, origin
from zatsudan.base.errors import ConnectionFailed, StatusError, ZatsudanError, explain_status
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.servers.choice import BY_ITSELF
from zatsudan.servers.unencrypted import unencrypted
from zatsudan.sessions.estimate import tokens_per_second
from zatsudan.sessions.session import FINISHED, Lab, Node
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.elsewhere import Elsewhere, open_at
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.talk.turn import Turn
from zatsudan.wire.protocol import Delta
from zatsudan.wire.refusals import DROP, REFUSALS, Repair

if TYPE_CHECKING:
    from zatsudan.servers.choice import Server

#: Requests at a time. A server of this machine shares its one processor among
#: them, and some give other replies when they batch; the embedded engine has
#: four slots, of which two are left for the talk.
AT_ONCE, AT_ONCE_EMBEDDED, AT_ONCE_LOOPBACK = 4, 2, 1

#: The most requests of a run that are made without being asked twice.
LIMIT = 64

#: What a blind run tells in place of what would name a server, a model or a setting.
HIDDEN_NOTE = later(
    "A note is held back while this is blind; /learned shows what a server refused."
)
HIDDEN_FAULT = later("The reply did not come whole.")

WAITING, RUNNING, ENDED = "waiting", "running", "ended"


@dataclass(frozen=True, slots=True)
class Cell:
    """One reply to be made: all its parameters, and the model if it is not the session's.

    `profile`: the server of that profile is asked instead of the talk's, its own model if none is named.
    """

    label: str
    parameters: Mapping[str, Json]
    model: str = ""
    profile: str = ""


@dataclass(slots=True)
class Slot:
    """A cell while it runs. Times are the link's clock; `deltas` about as many as tokens."""

    cell: Cell
    state: str = WAITING
    deltas: int = 0
    began: float = 0.0
    first: float | None = None
    ended: float = 0.0
    node: Node | None = None
    turn: Turn | None = None
    error: ZatsudanError | None = None

    @property
    def went_well(self) -> bool:
        """Whether its reply came to its end."""
        node = self.node
        return node is not None and node.made is not None and node.made.ended == FINISHED

    def speed(self, now: float) -> float:
        """Return deltas a second."""
        until = now if self.state == RUNNING else self.ended
        if self.first is None:
            return 0.0
        first, seconds = self.first - self.began, until - self.began
        return tokens_per_second(self.deltas, first, seconds) or 0.0


OnDelta = Callable[[int, Delta], None]
OnNote = Callable[[Printable], None]
OnEnd = Callable[[int], None]


def _nothing(_: object) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Run:
    """Cells under way. `together`: one request with `n` is to make them all.

    `blind`: what is told of faults names neither server nor model nor setting.
    `behind`: does what is shown of a cell lag behind what came?
    Numbers of cells count from 0 here, and from 1 where a person sees them.
    """

    talk: Talk
    link: Link
    parent: Node
    slots: list[Slot]
    together: bool = False
    blind: bool = False
    began: float = 0.0
    behind: Callable[[int], bool] = lambda _: False
    _tasks: dict[int, "asyncio.Task[None]"] = field(default_factory=dict)
    _stopped: set[int] = field(default_factory=set)
    _lanes: "dict[tuple[str, str, int], asyncio.Semaphore]" = field(default_factory=dict)
    _at_once: int = 0
    _opened: list[Elsewhere] = field(default_factory=list)

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
            on_note = _once(on_note, say(HIDDEN_NOTE))
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

    @property
    def at_once(self) -> int:
        """How many requests are made at a time, to all servers together."""
        return max(1, self._at_once)

    def fault(self, slot: Slot) -> Printable:
        """Say why a cell has no reply, or not the whole of one; `` if it has."""
        if slot.error is None or not self.blind:
            return slot.error.sentence if slot.error is not None else EMPTY
        status = slot.error.status if isinstance(slot.error, StatusError) else 0
        return say("{what}.", what=explain_status(status)[0]) if status else say(HIDDEN_FAULT)

    def seconds_left(self) -> float | None:
        """Estimate the seconds to the end by the cells that have ended; None before the first has."""
        took = [slot.ended - slot.began for slot in self.slots if slot.went_well]
        open_ = sum(slot.state != ENDED for slot in self.slots)
        if not took or not open_:
            return None
        now = self.link.clock()
        spent = sum(now - slot.began for slot in self.slots if slot.state == RUNNING)
        return max(0.0, open_ * sum(took) / len(took) - spent) / min(self.at_once, open_)

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
        turn = Turn(self.talk, link, self.parent, parameters, model=cell.model)
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
        alone = repeated(Cell("", cell.parameters, cell.model), len(self.slots))
        for slot, again in zip(self.slots, alone, strict=True):
            if slot.node is None:
                slot.cell = replace(again, label=slot.cell.label + again.label)
                slot.state, slot.error = WAITING, None

    # --- a request for each ----------------------------------------------------

    async def _ask_each(self, on_delta: OnDelta, on_note: OnNote, on_end: OnEnd) -> None:
        waiting: dict[str, list[int]] = {}
        for number, slot in enumerate(self.slots):
            if slot.state == WAITING:
                waiting.setdefault(slot.cell.profile, []).append(number)
        await _all(
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
                for note in _of_key(profile, there.client.server):
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
        lane, count = self._lane(server)

        async def worker() -> None:
            while waiting:
                async with lane:
                    if not waiting:
                        break
                    number = waiting.pop(0)
                    slot = self.slots[number]
                    fault = self._hopeless(profile)
                    if fault is not None:
                        slot.error = fault
                    elif number not in self._stopped:
                        turn = self._turn(slot.cell, there)
                        drive = self._drive(turn, [number], on_delta, on_note)
                        task = self._tasks[number] = asyncio.ensure_future(drive)
                        await asyncio.wait([task])
                        del self._tasks[number]
                    slot.state = ENDED
                    on_end(number)

        await _all(worker() for _ in range(min(count, len(waiting))))

    def _lane(self, server: "Server") -> tuple[asyncio.Semaphore, int]:
        """Return what admits requests to a server, which two profiles may name, and how many."""
        count = at_once(server)
        place = origin(server.base_url)
        if place not in self._lanes:
            self._lanes[place] = asyncio.Semaphore(count)
            self._at_once += count
        return self._lanes[place], count

    def _turn(self, cell: Cell, there: Elsewhere | None) -> Turn:
        link = self.link if there is None else there.link
        model = cell.model or (there.model if there is not None else "")
        return Turn(self.talk, link, self.parent, cell.parameters, model=model)

    def _hopeless(self, profile: str) -> ZatsudanError | None:
        """Return the failure that every further request to this server would meet; None if there is none."""
        slots = [slot for slot in self.slots if slot.cell.profile == profile]
        if any(slot.deltas for slot in slots):
            return None
        for slot in slots:
            error = slot.error
            if isinstance(error, ConnectionFailed) or (
                isinstance(error, StatusError) and error.status in (401, 402)
            ):
                return error
        return None

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
                slot.deltas += 1
                slot.first = clock() if slot.first is None else slot.first
            on_delta(numbers[delta.index], delta)

        for number in numbers:
            slot = self.slots[number]
            slot.turn, slot.state, slot.began = turn, RUNNING, clock()
        turn.behind = lambda: any(map(self.behind, numbers))
        try:
            await turn.run(add, on_note)
        finally:
            for at, number in enumerate(numbers):
                slot = self.slots[number]
                slot.error, slot.ended = turn.error, clock()
                slot.node = turn.choices.get(at)
                if settled or slot.node is not None:
                    slot.state = ENDED

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
        if head == self.parent.id:
            head = (well or made)[0].id
        self.talk.record({"type": "head", "id": head})
        cells = tuple(
            (slot.cell.label, slot.node.id if slot.node is not None else None)
            for slot in self.slots
        )
        self.talk.record(Lab(self.parent.id, cells, self.blind).to_json())
        self.talk.journal.sync()


def _of_key(profile: str, server: "Server") -> Iterator[Printable]:
    """Yield what to know of the key that another server gets."""
    if server.missing_key:
        yield say(
            "No key is sent to {profile}: {missing}.", profile=profile, missing=server.missing_key
        )
    if risk := unencrypted(server):
        yield risk


async def _all(jobs: Iterable[Coroutine[object, object, None]]) -> None:
    """Run all; none goes on after this has ended, however it ended."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _once(on_note: OnNote, text: Printable) -> OnNote:
    """Return what says `text` in place of the first note, and nothing of the rest."""
    said: list[str] = []

    def note(_: str) -> None:
        if not said:
            said.append(text)
            on_note(text)

    return note


def at_once(server: "Server | None") -> int:
    """Return how many requests a server is to get at a time."""
    if server is None:
        return AT_ONCE_LOOPBACK
    if server.reason == BY_ITSELF:
        return AT_ONCE_EMBEDDED
    near = is_loopback(urlsplit(server.base_url).hostname or "")
    return AT_ONCE_LOOPBACK if near else AT_ONCE


def repeated(cell: Cell, runs: int) -> list[Cell]:
    """Return a cell so many times, a request for each; a seed is counted up, or all would be the same."""
    seed = cell.parameters.get("seed")
    cells: list[Cell] = []
    for number in range(runs):
        parameters = {name: value for name, value in cell.parameters.items() if name != "n"}
        label = cell.label
        if isinstance(seed, int) and not isinstance(seed, bool) and seed >= 0 and number:
            parameters["seed"] = seed + number
            label = f"{label} · seed {seed + number}"
        cells.append(replace(cell, label=label, parameters=parameters))
    return cells


def choices(
    talk: Talk, link: Link, parent: Node, overrides: Mapping[str, Json] | None = None
) -> Run | None:
    """Return the run that makes `n` replies to a message; None if one is wanted, as usual."""
    parameters = {**talk.session.parameters, **(overrides or {})}
    wanted = parameters.pop("n", None)
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 2:
        return None
    cells = [Cell(f"choice {number}", parameters) for number in range(1, wanted + 1)]
    return Run(talk, link, parent, [Slot(cell) for cell in cells], together=True)
