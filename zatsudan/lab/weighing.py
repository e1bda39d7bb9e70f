"""A reply weighed by other settings piece by piece: the places in sight at once, the others when there is time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.printable import EMPTY, Printable
from zatsudan.lab.reshaping import (
    Chain,
    Reading,
    Shape,
    Totals,
    grown,
    moved,
    read,
    shares_at,
    totals,
)
from zatsudan.wire.tokenview import Token

if TYPE_CHECKING:
    from zatsudan.lab.candidates import Shares


class Weighing:
    """The places of a reply as they were asked for and as a chain would have them, each computed once."""

    def __init__(self, reading: Reading, now: Chain, then: Chain) -> None:
        self._reading, self._now, self._then = reading, now, then
        self._as_asked: dict[int, Shares] = {}
        self._shapes: dict[int, Shape] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._reading.places)

    def turn(self, then: Chain) -> None:
        """Weigh by another chain from now on."""
        if then != self._then:
            self._then, self._next = then, 0
            self._shapes.clear()

    @property
    def chain(self) -> Chain:
        """The chain that it weighs by."""
        return self._then

    def narrows(self, place: int, chain: Chain) -> bool:
        """Tell whether bounds at a place would be half as wide, or less, by another chain."""
        width = self.at(place).then.width
        return shares_at(self._reading, place, chain).width <= width / 2

    def afresh(self, now: Chain) -> "Weighing":
        """Return one for a reply to the same prompt that is yet to come, asked for by a chain."""
        past = self._reading.past
        prompt = past.tokens[: past.prompt] if past.whole else None
        return Weighing(read((), prompt), now, self._then)

    def grow(self, tokens: Sequence[Token]) -> None:
        """Take tokens that came behind those so far; what was computed stays."""
        self._reading = grown(self._reading, tokens)

    def at(self, place: int) -> Shape:
        """Return a place."""
        shape = self._shapes.get(place)
        if shape is None:
            found = self._reading.places[place]
            now = self._as_asked.get(place)
            if now is None:
                now = self._as_asked[place] = shares_at(self._reading, place, self._now)
            then = shares_at(self._reading, place, self._then)
            shape = self._shapes[place] = Shape(found.options, found.chosen, now, then)
        return shape

    def more(self, count: int) -> bool:
        """Compute so many places more; return whether all are there."""
        end = min(len(self), self._next + count)
        for place in range(self._next, end):
            self.at(place)
        self._next = end
        return end == len(self)

    @property
    def whole(self) -> bool:
        """Whether all places are there."""
        return len(self._shapes) == len(self)

    def totals(self) -> tuple[Totals, Totals] | None:
        """Return the sums as asked and by the chain; None before all is there, or for no places."""
        if not self.whole or not len(self):
            return None
        shapes = self._all()
        return (
            totals([(shape.chosen, shape.now) for shape in shapes]),
            totals([(shape.chosen, shape.then) for shape in shapes]),
        )

    def moved(self, count: int) -> list[int]:
        """Return the places that change most, of those that are there."""
        return moved(self._all(), count) if self.whole else []

    def _all(self) -> list[Shape]:
        return [self._shapes[place] for place in range(len(self))]


class Weighed(NamedTuple):
    """A reply by its `id`, and what weighs its tokens: None where nothing is told of them.

    Then `without` says why.
    """

    id: str
    text: str
    tokens: tuple[Token, ...] = ()
    weighing: Weighing | None = None
    without: Printable = EMPTY
