"""What a server tells of a reply beside its text: who answered, how fast, what ended it."""

from typing import TYPE_CHECKING

from zatsudan.base.jsonvalues import NOTHING, Json
from zatsudan.talk.counting import Counting
from zatsudan.wire.endmarks import MARKS
from zatsudan.wire.protocol import Chunk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zatsudan.sessions.made import Made


class Answered:
    """What was told so far. The last word of each kind holds; of a count see `counting`.

    `stops` is the parameter `stop`: the texts that may end the reply.
    """

    def __init__(self, stops: Json = None) -> None:
        self._stops = _texts(stops)
        self.counting = Counting()
        self.model = ""
        self.fingerprint = ""
        self.tier = ""
        self.stopped = ""
        self.timings: Mapping[str, Json] = NOTHING
        self.pace: float | None = None

    def add(self, chunk: Chunk) -> None:
        """Take what a chunk tells."""
        self.counting.add(chunk)
        self.pace = chunk.pace or self.pace
        self.model = chunk.model or self.model
        self.fingerprint = chunk.fingerprint or self.fingerprint
        self.tier = chunk.tier or self.tier
        self.timings = chunk.timings or self.timings
        # Other servers tell there in a word of their own that the model ended it.
        if chunk.stopped in self._stops or chunk.stopped in MARKS:
            self.stopped = chunk.stopped

    def onto(self, made: "Made", *, alone: bool) -> "Made":
        """Return how a reply was made, with what was told of it; speed is that of one that comes `alone`."""
        return made._replace(
            model=self.model or made.model,
            pace=self.pace if alone else None,
            fingerprint=self.fingerprint,
            tier=self.tier,
            timings=self.timings if alone else NOTHING,
            stopped=self.stopped,
        )


def _texts(value: Json) -> tuple[str, ...]:
    """Return the texts of a list, or a text as one."""
    listed = value if isinstance(value, list) else [value]
    return tuple(text for text in listed if isinstance(text, str) and text)
