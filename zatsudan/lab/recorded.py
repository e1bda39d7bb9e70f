"""A run in the journal: what is to be made before the first of it comes, and each reply when it is there.

So whatever ends the program, what is done is known and what is left can be asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zatsudan.lab.slots import Slot
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Node
from zatsudan.talk.talk import Talk


@dataclass(slots=True)
class Recorded:
    """The record of some cells of an experiment, `lab`, which has others if it is gone on with."""

    talk: Talk
    slots: Sequence[Slot]
    lab: Lab
    place: Callable[[int], int]
    _begun: bool = False

    def begin(self) -> None:
        """Record what is to be made, once."""
        if not self._begun:
            self._begun = True
            self._settle()

    def reply(self, number: int, node: Node) -> None:
        """Record which cell a reply is that of."""
        self.begin()
        self.talk.record({"type": "cell", "at": self.place(number), "id": node.id})

    def close(self) -> None:
        """Record what has changed since: labels do where a server does not take `n`."""
        self._settle()

    def _settle(self) -> None:
        lab = self._whole()
        if self.talk.session.lab != lab:
            self.talk.record(lab.to_json())

    def _whole(self) -> Lab:
        cells = dict(enumerate(self.lab.cells))
        plans = dict(enumerate(self.lab.plans))
        for number, slot in enumerate(self.slots):
            at = self.place(number)
            before = cells[at][1] if at in cells else None
            cells[at] = (slot.cell.label, slot.node.id if slot.node is not None else before)
            plans[at] = slot.cell.plan
        return self.lab._replace(cells=tuple(cells.values()), plans=tuple(plans.values()))
