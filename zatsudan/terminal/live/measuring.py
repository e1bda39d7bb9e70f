"""How many cells this terminal gives to what terminals disagree about: asked once, not waited for.

Probes are written where a row is about to be drawn anew, in the same write, and each is
followed by a request for the cursor's position (CSI 6 n). The answers come among the keys.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from zatsudan.terminal.text.widths import PROBES

#: So long answers are waited for, where anything waits at all.
ANSWER_SECONDS = 1.0
#: Columns that the widest probe may take, and then some.
LEAST_COLUMNS = 20

_WHERE = "\x1b[6n"


def question() -> str:
    """Return what asks for all of PROBES, from the first column of a row; it leaves the row blank.

    Concealed, and with autowrap off: what a terminal draws before it has read on is not seen,
    and no other row is touched.
    """
    asked = "".join(f"{probe}{_WHERE}\r\x1b[K" for probe in PROBES.values())
    return f"\x1b[?7l\x1b[8m{asked}\x1b[0m\x1b[?7h"


class Measuring:
    """Takes the answers; `told` gets the cells of each probe when the last is there.

    A terminal that has answered so is asked where its cursor stands, after its width has changed.
    """

    def __init__(
        self, told: Callable[[Mapping[str, int]], None], clock: Callable[[], float]
    ) -> None:
        self._told = told
        self._clock = clock
        self._asked_at = 0.0
        self._open: list[str] = []
        self._found: dict[str, int] = {}
        self._answers = False
        self._places = 0
        self._done = asyncio.Event()

    def ask(self) -> str:
        """Return what is to be written; from now on answers are expected."""
        self._asked_at = self._clock()
        self._open = list(PROBES)
        return question()

    @property
    def probing(self) -> bool:
        """Is the next answer one to a probe?"""
        return bool(self._open)

    def ask_place(self) -> str:
        """Return what asks where the cursor stands; `` where the terminal has never answered."""
        if not self._answers or self._open:
            return ""
        self._places = self._places + 1 if self._left else 1
        self._asked_at = self._clock()
        self._done.clear()
        return _WHERE

    def place(self, position: str) -> tuple[int, int] | None:
        """Return the row and the column, from 0, that an answer tells, if it is that to the last question."""
        if not self._places:
            return None
        self._places -= 1
        numbers = position.lstrip("\x1b[").rstrip("R").split(";")
        if self._places:
            return None
        self._done.set()
        if len(numbers) != 2 or not all(map(str.isdigit, numbers)):
            return None
        return max(0, int(numbers[0]) - 1), max(0, int(numbers[1]) - 1)

    @property
    def _left(self) -> float:
        """How long an answer may still come, in seconds."""
        asked = self._open or self._places
        return max(0.0, self._asked_at + ANSWER_SECONDS - self._clock()) if asked else 0.0

    async def settled(self) -> None:
        """Wait until no answer is to come, which whoever gets the terminal next would read."""
        with contextlib.suppress(TimeoutError):
            if left := self._left:
                async with asyncio.timeout(left):
                    await self._done.wait()

    def answered(self, position: str) -> None:
        """Take an answer, as `\\x1b[12;3R`; what was not asked for is nobody's."""
        if not self._left:
            self._open = []
            return
        column = position.rstrip("R").rpartition(";")[2]
        if column.isdigit():
            self._found[self._open.pop(0)] = int(column) - 1
        if not self._open:
            self._answers = True
            self._done.set()
            self._told(self._found)
