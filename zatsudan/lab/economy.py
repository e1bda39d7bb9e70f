"""A run that may spend so much: settings end early, the worst first, and then all.

Successive halving (Jamieson and Talwalkar 2016, arXiv:1502.07943): when every setting that
is left has run once, twice, four times and so on, and what is left to ask would cost more
than there is, the half that does worst by a chosen number is asked no further.
"""

import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zatsudan.base.language import say, say_count
from zatsudan.base.printable import Printable
from zatsudan.lab.slots import ENDED, RUNNING, WAITING, Slot
from zatsudan.sessions.session import Node

#: What a number is for each setting, by the replies that are there; settings without one are missing.
Scores = Callable[[Sequence[Slot]], Awaitable[Mapping[int, float]]]


@dataclass(slots=True)
class Economy:
    """What is to be spent, and how: `cost` of a reply, `scores` by which settings are ranked.

    `limit` is in the unit of `cost`. `name` is that of the settings, `by` that of the number.
    `least`: the lowest are the best.
    """

    limit: float
    cost: Callable[[Node], float]
    scores: Scores
    by: Printable
    name: Callable[[int], Printable]
    least: bool = False
    out: set[int] = field(default_factory=set)
    ended: bool = False
    _rung: int = 1
    _halving: bool = False

    def spent(self, slots: Iterable[Slot]) -> float:
        """Return what has been spent on replies, those among them that a server cut off."""
        return math.fsum(self.cost(node) for slot in slots for node in slot.replies)

    def admits(self, slots: Sequence[Slot], number: int) -> bool:
        """Tell whether a cell may still be asked: what is under way and this one are to be paid for."""
        if slots[number].cell.setting in self.out:
            return False
        each = self._each(slots)
        under_way = sum(slot.state == RUNNING for slot in slots)
        if each is not None and self.spent(slots) + each * (under_way + 1) > self.limit:
            self.ended = True
        return not self.ended

    def _each(self, slots: Sequence[Slot]) -> float | None:
        """Return what a reply costs in the mean; None as long as there is none."""
        done = [self.cost(slot.node) for slot in slots if slot.node is not None]
        return math.fsum(done) / len(done) if done else None

    async def halve(self, slots: Sequence[Slot], on_note: Callable[[Printable], None]) -> None:
        """End the worst half of the settings if all have run as often as is due, and they cost too much."""
        if self._halving or self.ended:
            return
        left = _by_setting(slots, self.out)
        fewest = min(sum(slot.state == ENDED for slot in cells) for cells in left.values())
        each = self._each(slots)
        if len(left) < 2 or each is None or fewest < self._rung:
            return
        while self._rung <= fewest:
            self._rung *= 2
        open_ = sum(slot.state in (WAITING, RUNNING) for cells in left.values() for slot in cells)
        if self.spent(slots) + each * open_ <= self.limit:
            return
        self._halving = True
        try:
            scores = await self.scores(slots)
        finally:
            self._halving = False
        worst = ranked(left, scores, least=self.least)[: len(left) // 2]
        self.out.update(worst)
        names = ", ".join(self.name(setting) for setting in worst)
        on_note(
            say(
                "To save: asked no further, as the worst by {by}: {names}.", by=self.by, names=names
            )
        )

    def told(self, slots: Sequence[Slot]) -> Printable | None:
        """Say how many requests were not made to save; None if all were."""
        left = sum(slot.node is None and slot.error is None for slot in slots)
        if not left or not (self.out or self.ended):
            return None
        return say_count(
            "{n} request was not made, to keep to the budget; /sweep continue makes it.",
            "{n} requests were not made, to keep to the budget; /sweep continue makes them.",
            left,
        )


def ranked(
    settings: Iterable[int], scores: Mapping[int, float], *, least: bool = False
) -> list[int]:
    """Return settings, the worst first: those without a score, then by it; of equals the later one."""

    def rank(setting: int) -> tuple[bool, float, int]:
        score = scores.get(setting)
        return score is not None, (score or 0.0) * (-1 if least else 1), -setting

    return sorted(settings, key=rank)


def _by_setting(slots: Iterable[Slot], out: set[int]) -> dict[int, list[Slot]]:
    found: dict[int, list[Slot]] = {}
    for slot in slots:
        if slot.cell.setting not in out:
            found.setdefault(slot.cell.setting, []).append(slot)
    return found
