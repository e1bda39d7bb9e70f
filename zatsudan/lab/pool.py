"""Cells that servers share: each takes the next one when it has a free place.

So a slow server takes fewer, and none is idle while cells wait. What a server could not make,
another makes; one that fails again and again is left out. Each server gets as many of every
setting as may be: else a server's own manner would be taken for that of a setting.
"""

import asyncio
from bisect import insort
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from zatsudan.base.errors import ConnectionFailed, StatusError, StreamError, ZatsudanError
from zatsudan.lab.slots import Slot
from zatsudan.wire.retries import LOADING_ATTEMPTS, LONGEST, NO_QUOTA, is_loading
from zatsudan.wire.statuscodes import OF_SERVER

#: How often in a row a server fails before it is left out, and a cell before it is given up.
FAILURES = 3
#: How often in a row it may say that it has too much to do, without saying until when.
BUSY = 8


@dataclass(slots=True, eq=False)
class Place:
    """A server that takes cells. `fault`: why it is left out.

    In a row it has failed `failures` times, and said `busy` times that it has too much to do; `failed` is
    when it was last, `rests` until when it is left alone. `had`: how often it took a cell of each setting
    and message.
    """

    profile: str
    failures: int = 0
    busy: int = 0
    failed: float = float("-inf")
    rests: float = float("-inf")
    fault: ZatsudanError | None = None
    had: Counter[tuple[int, str]] = field(default_factory=Counter)

    def went_well(self) -> None:
        """A reply came."""
        self.failures = self.busy = 0

    def fail(self, error: ZatsudanError, began: float, now: float) -> None:
        """A request that began then has failed: rest, or be left out.

        Requests that were under way together fail as one.
        """
        if began >= self.failed:
            self.failed = now
            self.busy += is_busy(error)
            self.failures += not is_busy(error)
        seconds = _rest(error, self.failures, self.busy)
        if seconds is None:
            self.fault = error
        else:
            self.rests = max(self.rests, now + seconds)


def is_of_server(error: ZatsudanError) -> bool:
    """Tell whether a failure is that of the server at hand: another may make the reply."""
    error = _refusal(error)
    if isinstance(error, StatusError):
        return error.status in OF_SERVER or error.status >= 500
    return isinstance(error, ConnectionFailed | StreamError)


def is_busy(error: ZatsudanError) -> bool:
    """Tell whether a server only has too much to do, or loads its model."""
    error = _refusal(error)
    return isinstance(error, StatusError) and (
        is_loading(error)
        or error.retry_after is not None
        or (error.status == 429 and error.code not in NO_QUOTA)
    )


def _refusal(error: ZatsudanError) -> ZatsudanError:
    """Return the refusal that came as the first event of a stream, or the failure itself."""
    return error.refused or error if isinstance(error, StreamError) else error


def _rest(error: ZatsudanError, failures: int, busy: int) -> float | None:
    """Return the seconds for which a server is left alone; None to leave it out."""
    error = _refusal(error)
    if not is_of_server(error):
        return None
    if isinstance(error, StatusError) and is_busy(error):
        if is_loading(error):
            return 2.0 if busy <= LOADING_ATTEMPTS else None
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST else None
        return min(2.0 ** (busy - 1), LONGEST) if busy < BUSY else None
    if isinstance(error, StatusError) and error.status < 500 and error.status != 408:
        return None  # its key or its models will not do the next time either
    return 2.0 ** (failures - 1) if failures < FAILURES else None


class Queue:
    """Cells that wait, by their numbers, and the servers that take them.

    `over` is set when nothing is under way and nothing waits, or nobody is left to take it.
    """

    def __init__(
        self, slots: Sequence[Slot], numbers: Iterable[int], places: Sequence[Place]
    ) -> None:
        self.numbers = tuple(numbers)
        self.waiting = list(self.numbers)
        self.places = places
        self.over = asyncio.Event()
        self._slots = slots
        self._under_way = 0
        self._failed: dict[int, list[Place]] = {}
        self._changed = asyncio.Event()
        self._settings = len({slots[number].cell.setting for number in self.waiting})
        self.look()

    @property
    def left(self) -> list[Place]:
        """The servers that are not left out."""
        return [place for place in self.places if place.fault is None]

    async def ready(
        self, place: Place, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        """Wait until a server may take a cell, and there is one for it; or it is left out."""
        while place.fault is None:
            if (seconds := place.rests - clock()) > 0:
                await sleep(seconds)
            elif self._next(place) is not None:
                return
            else:
                await self._changed.wait()

    def take(self, place: Place, now: float) -> int | None:
        """Return the cell that a server is to make next; None where another was faster."""
        number = self._next(place) if place.rests <= now else None
        if number is not None:
            self.waiting.remove(number)
            self._under_way += 1
            place.had[self._kind(number)] += 1
        return number

    def done(self, number: int) -> None:
        """A cell is made, or given up."""
        self._failed.pop(number, None)
        self._under_way -= 1
        self.look()

    def back(self, number: int, place: Place, *, failed: bool) -> bool:
        """Hand a cell back that a server did not make; return False where it has `failed` too often."""
        before = self._failed.setdefault(number, [])
        if failed:
            before.append(place)
        if len(before) >= FAILURES and self.left:
            return False
        place.had[self._kind(number)] -= 1
        self._under_way -= 1
        insort(self.waiting, number)
        self.look()
        return True

    def look(self) -> None:
        """Something has changed: let all see what is there now for them."""
        if not self._under_way and not (self.waiting and self.left):
            self.over.set()
        self._changed.set()
        self._changed = asyncio.Event()

    def _next(self, place: Place) -> int | None:
        """Return the next cell for a server, of those that are due the one of whose kind it had fewest.

        Due are as many as there are settings: each setting once before any comes again. A cell
        that it failed to make is left to another, where there is one.
        """
        if place.fault is not None:
            return None
        due = [number for number in self.waiting if self._may(place, number)][: self._settings]
        return min(due, key=lambda number: (place.had[self._kind(number)], number), default=None)

    def _may(self, place: Place, number: int) -> bool:
        failed = self._failed.get(number, ())
        return place not in failed or all(other in failed for other in self.left)

    def _kind(self, number: int) -> tuple[int, str]:
        cell = self._slots[number].cell
        return cell.setting, cell.parent.id if cell.parent is not None else ""
