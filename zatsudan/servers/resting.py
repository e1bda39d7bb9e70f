"""A streamed reply is read no oftener than it can be seen: what comes meanwhile is read at once.

To wake up for a token costs ten times what the token does, and a screen is drawn 16 times a
second. So a read rests until the next beat, a multiple of BEAT_SECONDS on the loop's clock: what
several replies bring is read at one beat. What comes meanwhile waits in the kernel.

httpx gives the stream of a response away (`network_stream`) but takes none, so its method is
replaced for as long as the response is read. Where it has none, each piece is read as it comes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: The time between two reads, in seconds.
BEAT_SECONDS = 0.06
#: How much of the time since the first text a rest takes at most: a reply that lasts a moment is
#: read as it comes, and its speed is told truly.
SHARE = 0.1
#: Bytes of a read behind which more is at hand.
MUCH = 2**14


class Rest:
    """The rests before the reads of one response, for as long as `speaks`: text comes and goes on."""

    def __init__(
        self,
        speaks: Callable[[], bool],
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`clock`: the loop's, unless another is given; in seconds."""
        self._speaks = speaks
        self._clock = clock or asyncio.get_running_loop().time
        self._sleep = sleep
        self._since: float | None = None

    async def before(self, size: int) -> None:
        """Rest before a read; `size` are the bytes of the read before."""
        if not self._speaks() or size >= MUCH:
            return
        now = self._clock()
        if self._since is None:
            self._since = now
        await self._sleep(rest_at(now, now - self._since))


def rest_at(now: float, age: float) -> float:
    """Return how long to rest at a time of the clock, in a text of an age; all in seconds."""
    return min(BEAT_SECONDS - now % BEAT_SECONDS, age * SHARE)


@contextmanager
def rested(stream: Any, rest: Rest) -> Iterator[None]:
    """Have the reads of a response's stream rest, until it is left.

    None, or a stream whose method cannot be replaced, is read as it is.
    """
    if not hasattr(stream, "__dict__"):
        yield
        return
    read, size = stream.read, 0

    async def resting(*most: Any, **until: Any) -> bytes:
        nonlocal size
        await rest.before(size)
        data: bytes = await read(*most, **until)
        size = len(data)
        return data

    stream.read = resting
    try:
        yield
    finally:
        del stream.read
