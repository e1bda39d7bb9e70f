"""How far something large is, as one line."""

from typing import NamedTuple

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, printable
from zatsudan.base.quantities import in_bytes, on_a_clock


class Progress(NamedTuple):
    """How far a file is: bytes that are there, bytes in all, bytes per second (0: not known yet)."""

    have: int
    size: int
    speed: float

    @property
    def share(self) -> float:
        """How much is there, of 1."""
        return self.have / self.size if self.size else 0.0

    def sentence(self) -> Printable:
        """Return it as a sentence: for who hears it."""
        return say(
            "{percent} % is there: {have} of {size}.",
            percent=int(self.share * 100),
            have=in_bytes(self.have),
            size=in_bytes(self.size),
        )

    def line(self) -> Printable:
        """Return it as one line: a bar, size, speed and the time that is left."""
        done = self.share
        bar = "▰" * int(done * 20) + "▱" * (20 - int(done * 20))
        parts = [
            f"{bar} {int(done * 100)} %",
            say("{have} of {size}", have=in_bytes(self.have), size=in_bytes(self.size)),
        ]
        if self.speed > 0:
            parts.append(f"{in_bytes(int(self.speed))}/s")
            seconds = int((self.size - self.have) / self.speed)
            parts.append(say("{time} left", time=on_a_clock(seconds)))
        return printable(" · ".join(parts))


class Tenths:
    """Says how far something is, at each tenth of it: for who hears all that is said."""

    def __init__(self) -> None:
        self._told = -1

    def said(self, progress: Progress) -> Printable:
        """Return a sentence; nothing where it was said already."""
        tenth = int(progress.share * 10)
        if tenth <= self._told:
            return EMPTY
        self._told = tenth
        return progress.sentence()
