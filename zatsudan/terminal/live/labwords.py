"""What is said of many replies while they come: their headings, how far each is, and all of them."""

import math
from collections.abc import Callable
from typing import NamedTuple

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.quantities import describe_seconds
from zatsudan.lab.labels import difference_first, shown
from zatsudan.lab.run import Run
from zatsudan.lab.sheet import paced
from zatsudan.lab.slots import ENDED, RUNNING, WAITING, Slot
from zatsudan.terminal.text.onerow import Piece
from zatsudan.terminal.text.replystatus import led, spinner


class LabWords(NamedTuple):
    """The words about a run. A blind one tells nothing that could tell its cells apart."""

    run: Run
    clock: Callable[[], float]

    def headings(self, group: list[int]) -> list[Printable]:
        """Return the numbers and settings of what stands side by side; what they have in common is cut first."""
        labels = difference_first([self.run.slots[number].cell.label for number in group])
        names = ["?" if self.run.blind else one_line(shown(label), 80) for label in labels]
        places = [self.run.place(number) + 1 for number in group]
        return [printable(f"{at}  {name}") for at, name in zip(places, names, strict=True)]

    def doing(self, slot: Slot) -> Printable:
        """Say how far a reply is."""
        if slot.state == WAITING:
            return say("waits its turn")
        if slot.state == ENDED:
            return self.outcome(slot)
        server = [one_line(slot.server, 20)] if slot.server and not self.run.blind else []
        if slot.first is None:
            waiting = slot.turn.waiting if slot.turn is not None else EMPTY
            return printable(" · ".join([*server, waiting or say("asked")]))
        # A delta is about a token: some hold a part of a character, some a whole word.
        pace = self._pace(slot.deltas, slot.speed(self.clock()), "~")
        return printable(" · ".join([*server, *pace]))

    def _pace(self, tokens: int, speed: float | None, mark: str = "") -> list[Printable]:
        """Return how much has come, and unless the run is blind how fast."""
        parts = [say("{count} tok", count=f"{mark}{tokens:,}")]
        if not self.run.blind and speed is not None:
            parts.append(say("{speed} tok/s", speed=f"{mark}{speed:.0f}"))
        return parts

    def outcome(self, slot: Slot) -> Printable:
        """Say how a reply came to its end."""
        node = slot.node
        made = node.made if node is not None else None
        if node is None or made is None:
            return say("no reply")
        run = self.run
        count = run.link.gauge(run.talk.session).estimator.count
        tokens, estimated, speed = paced(node, [one.node for one in run.slots], count)
        parts = self._pace(tokens, speed, "~" if estimated else "")
        if not self.run.blind:
            parts.append(describe_seconds(made.seconds))
        ended = one_line(made.finish_reason or "?", 20) if slot.went_well else say(made.ended)
        parts.append(ended)
        return printable(" · ".join(parts))

    def status(self, width: int) -> Printable:
        """Say how far all of them are, in so many cells."""
        run = self.run
        now = self.clock()
        done = sum(slot.state == ENDED for slot in run.slots)
        under_way = sum(slot.state == RUNNING for slot in run.slots)
        left = run.seconds_left()
        pieces = [
            Piece(3, say("{done} of {all} done", done=done, all=len(run.slots))),
            Piece(0, say("{count} under way", count=under_way)),
        ]
        if left is not None:
            pieces.append(Piece(1, say("about {seconds:,} s left", seconds=max(1, round(left)))))
        for server, seconds in run.resting():
            told = say("{server} again in {seconds} s", server=server, seconds=math.ceil(seconds))
            pieces.append(Piece(3, told))
        pieces.append(Piece(2, say("Esc stops all, Alt-1 the first"), say("Esc stops all")))
        return led(spinner(now), pieces, width)
