"""Cells of a run, as values: what each is to be made with, and how far it has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from zatsudan.base.errors import ConnectionFailed, StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.sessions.estimate import tokens_per_second
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.planned import Plan
from zatsudan.sessions.session import Node, Session
from zatsudan.talk.turn import Turn

WAITING, RUNNING, ENDED = "waiting", "running", "ended"


@dataclass(frozen=True, slots=True)
class Cell:
    """One reply to be made: all its parameters, and the model if it is not the session's.

    `profile`: the server of that profile is asked instead of the talk's, its own model if none is named.
    `pool`: whichever of these is free first makes it (`` is the talk's own).
    `system`: another system message than the session's. `begin`: with what the reply begins.
    `parent`: the message that it answers, where that is not the run's. Cells of one `setting` are
    runs of the same; `axes` is what the setting has on each axis that is crossed.
    """

    label: str
    parameters: Mapping[str, Json]
    model: str = ""
    profile: str = ""
    system: str | None = None
    begin: str = ""
    parent: Node | None = None
    setting: int = 0
    axes: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles whose servers may make it."""
        return self.pool or (self.profile,)

    @property
    def plan(self) -> Plan:
        """What the journal keeps of it."""
        parent = self.parent.id if self.parent is not None else ""
        return Plan(
            self.setting,
            self.axes,
            self.parameters,
            self.model,
            self.profile,
            self.system,
            self.begin,
            parent,
            self.pool,
        )


def cell_of(label: str, plan: Plan, session: Session) -> Cell:
    """Return a cell as it was planned."""
    return Cell(
        label,
        plan.parameters,
        plan.model,
        plan.profile,
        plan.system,
        plan.begin,
        session.nodes.get(plan.parent),
        plan.setting,
        plan.axes,
        plan.pool,
    )


@dataclass(slots=True)
class Slot:
    """A cell while it runs. Times are the link's clock; `deltas` about as many as tokens.

    `lost` are replies that a server of a pool did not bring to an end, before it was asked of another;
    `server` is the one that is asked now, where that is one of several.
    """

    cell: Cell
    state: str = WAITING
    deltas: int = 0
    began: float = 0.0
    first: float | None = None
    last: float = 0.0
    ended: float = 0.0
    node: Node | None = None
    turn: Turn | None = None
    error: ZatsudanError | None = None
    server: str = ""
    lost: list[Node] = field(default_factory=list)

    def again(self) -> None:
        """Let it wait to be asked anew; what came of it is lost to it, and stays in the talk."""
        if self.node is not None:
            self.lost.append(self.node)
        self.state, self.node, self.turn, self.error, self.server = WAITING, None, None, None, ""
        self.deltas, self.first = 0, None

    def end(self) -> None:
        """It has ended: what was lost is better than nothing."""
        self.state = ENDED
        if self.node is None and self.lost:
            self.node = self.lost.pop()

    @property
    def replies(self) -> list[Node]:
        """All that came of it."""
        return self.lost if self.node is None else [*self.lost, self.node]

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
        first, last = self.first - self.began, self.last - self.began
        return tokens_per_second(self.deltas, first, last, until - self.began) or 0.0


def repeated(cell: Cell, runs: int) -> list[Cell]:
    """Return a cell so many times, a request for each; a seed is counted up, or all would be the same."""
    cells: list[Cell] = []
    for number in range(runs):
        parameters = {name: value for name, value in cell.parameters.items() if name != "n"}
        seed = _seed_of(parameters)
        if seed is not None:
            parameters["seed"] = seed + number
        label = cell.label
        if runs > 1:
            what = f"run {number + 1}" if seed is None else f"seed {seed + number}"
            label = f"{label} · {what}" if label else what
        cells.append(replace(cell, label=label, parameters=parameters))
    return cells


def _seed_of(parameters: Mapping[str, Json]) -> int | None:
    """Return the seed, where it is one that can be counted up."""
    seed = parameters.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) and seed >= 0 else None


def hopeless(slots: Iterable[Slot]) -> ZatsudanError | None:
    """Return the failure that every further request to the server of these would meet; None if there is none."""
    slots = list(slots)
    if any(slot.deltas for slot in slots):
        return None
    for slot in slots:
        error = slot.error
        if isinstance(error, ConnectionFailed) or (
            isinstance(error, StatusError) and error.status in (401, 402)
        ):
            return error
    return None


def seconds_left(slots: Sequence[Slot], now: float, at_once: int) -> float | None:
    """Estimate the seconds to the end by the cells that have ended; None before the first has."""
    took = [slot.ended - slot.began for slot in slots if slot.went_well]
    open_ = sum(slot.state != ENDED for slot in slots)
    if not took or not open_:
        return None
    spent = sum(now - slot.began for slot in slots if slot.state == RUNNING)
    return max(0.0, open_ * sum(took) / len(took) - spent) / min(at_once, open_)
