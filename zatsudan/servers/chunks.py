"""The chunks of a streamed reply: from its first byte to its end, or to where it was cut."""

import asyncio
from collections.abc import AsyncGenerator

import httpx

from zatsudan.base.errors import ConnectionFailed, StreamError
from zatsudan.base.language import later, say
from zatsudan.servers import bodies
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.reader import Reader

#: How long to wait for the rest of a stream whose end was already said, in seconds.
AFTERMATH_SECONDS = 3.0

_CUT = (
    later("The stream ended in the middle: the server did not say that the reply was done."),
    later("What came is kept: /continue goes on, /retry asks again."),
)
_EMPTY = (later("The server's reply was empty."), later("/retry asks again."))


async def chunks_of(response: httpx.Response, choices: int) -> AsyncGenerator[Chunk, None]:
    """Yield the chunks of a response's body; raises ConnectionFailed if it was cut.

    A connection that breaks once the reply is complete cuts nothing. The end
    is waited for only a little once all `choices` that were asked for are
    there: a server may begin the second when the first has finished.
    """
    reader = Reader(choices)
    pieces = bodies.pieces(response)
    piece: bytes | None = b""
    while piece is not None:
        try:
            if reader.complete and (reader.done or reader.choices >= choices):
                async with asyncio.timeout(AFTERMATH_SECONDS):
                    piece = await anext(pieces, None)
            else:
                piece = await anext(pieces, None)
            for chunk in reader.close() if piece is None else reader.feed(piece):
                yield chunk
        except (httpx.HTTPError, TimeoutError):
            for chunk in reader.rest():
                yield chunk
            if not reader.complete:
                raise
            break
        except StreamError:
            for chunk in reader.rest():
                yield chunk
            raise
    if not reader.complete:
        raise ConnectionFailed(*map(say, _CUT if reader.began else _EMPTY))
