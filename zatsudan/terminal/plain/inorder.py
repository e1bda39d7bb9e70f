"""Many replies where nothing is redrawn: each as a whole, in the order of the cells.

They come at the same time, and their pieces could not be told apart.
"""

from collections.abc import Callable

from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.lab.labels import shown
from zatsudan.lab.run import Run
from zatsudan.lab.slots import ENDED
from zatsudan.wire.protocol import Delta


class InOrder:
    """Keeps the text of each reply until all before it are written.

    `tell` takes what is said of a reply, `write` its text.
    """

    def __init__(
        self,
        run: Run,
        tell: Callable[[Printable], None],
        write: Callable[[str], None],
    ) -> None:
        self._run = run
        self._tell = tell
        self._write = write
        self._texts: dict[int, list[str]] = {}
        self._lost: dict[int, int] = {}
        self._written = 0

    def add(self, number: int, delta: Delta) -> None:
        """Take a delta of the reply of a slot; of one that broke off and is asked for again, the last counts."""
        lost = len(self._run.slots[number].lost)
        if delta.before or lost != self._lost.get(number, 0):  # a thought, or told anew
            self._lost[number] = lost
            self._texts.pop(number, None)
        if delta.content:
            self._texts.setdefault(number, []).append(delta.content)

    def ended(self, _number: int) -> None:
        """A reply has ended: write each that nothing before it holds back."""
        slots = self._run.slots
        while self._written < len(slots) and slots[self._written].state == ENDED:
            self._one(self._written)
            self._written += 1

    def _one(self, at: int) -> None:
        slot = self._run.slots[at]
        label = "?" if self._run.blind else one_line(shown(slot.cell.label), 80)
        self._tell(printable(f"[{self._run.place(at) + 1}  {label}]\n"))
        self._write("".join(self._texts.pop(at, ())).rstrip() + "\n\n")
        fault = self._run.fault(slot)
        if fault:
            self._tell(printable(f"[{fault}]\n"))
