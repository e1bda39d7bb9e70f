"""Cells of a run, as values: what each is to be made with, and how far it has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zatsudan.base.errors import ConnectionFailed, StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.sessions.estimate import tokens_per_second
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.session import Node
from zatsudan.talk.turn import Turn

WAITING, RUNNING, ENDED = "waiting", "running", "ended"


@dataclass(frozen=True, slots=True)
class Cell:
    """One reply to be made: all its parameters, and the model if it is not the session's.

    `profile`: the server of that profile is asked instead of the talk's, its own model if none is named.
    `system`: another system message than the session's. `begin`: with what the reply begins.
    """

    label: str
    parameters: Mapping[str, Json]
    model: str = ""
    profile: str = ""
    system: str | None = None
    begin: str = ""


@dataclass(slots=True)
class Slot:
    """A cell while it runs. Times are the link's clock; `deltas` about as many as tokens."""

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
