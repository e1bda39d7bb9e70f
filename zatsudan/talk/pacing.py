"""Deltas are taken in no faster than they can be shown: a server sends faster than a terminal draws."""

import asyncio
from collections.abc import Callable, Iterable

from zatsudan.wire import bounds
from zatsudan.wire.protocol import Delta, cut

#: Returns what is set when more has been shown, where what is shown lags behind.
Behind = Callable[[], asyncio.Event | None]


async def take_in(deltas: Iterable[Delta], take: Callable[[Delta], None], behind: Behind) -> None:
    """Hand each delta to `take`, a long one in pieces; wait while what is shown lags `behind`.

    Whoever cancels it stops it between two pieces: Esc works while much comes at once.
    """
    for delta in deltas:
        if len(delta.content) + len(delta.reasoning) > bounds.PIECE:
            for piece in cut(delta, bounds.PIECE):
                take(piece)
                await asyncio.sleep(0)
                await _caught_up(behind)
        else:
            take(delta)
            if behind() is not None:
                await _caught_up(behind)


async def _caught_up(behind: Behind) -> None:
    """Wait until what came has been drawn."""
    while (frame := behind()) is not None:
        await frame.wait()
