"""The chunks of a streamed reply: from its first byte to its end, or to where it was cut."""

import asyncio
from collections.abc import AsyncGenerator

import httpx

from zatsudan.base.errors import ConnectionFailed, StreamError
from zatsudan.base.language import later, say
from zatsudan.servers import bodies, dialects
from zatsudan.servers.resting import Rest, rested
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.reader import Reader

#: How long to wait for the rest of a stream whose end was already said, in seconds.
AFTERMATH_SECONDS = 3.0

_CUT = (
    later("The stream ended in the middle: the server did not say that the reply was done."),
    later("What came is kept: /continue goes on, /retry asks again."),
)
_EMPTY = (later("The server's reply was empty."), later("/retry asks again."))


async def chunks_of(
    response: httpx.Response, choices: int, dialect: str = "", *, thinks: bool = False
) -> AsyncGenerator[Chunk, None]:
    """Yield the chunks of a response's body; raises ConnectionFailed if it was cut.

    A connection that breaks, or falls silent, once the reply is complete cuts nothing. Behind
    `[DONE]` the end of the body is waited for only a little. A finish_reason ends nothing:
    some servers send it with the first chunk, and the text after a pause. `thinks`: the reply is
    expected to begin with a thought that no tag begins.
    """
    reader = Reader(choices, thinks=thinks)
    stream = response.extensions.get("network_stream")
    with rested(stream, Rest(lambda: reader.speaks and not reader.complete)):
        pieces = dialects.events(dialect, bodies.pieces(response))
        piece: bytes | None = b""
        end: float | None = None
        while piece is not None:
            try:
                if reader.done and end is None:
                    end = asyncio.get_running_loop().time() + AFTERMATH_SECONDS
                piece = await (anext(pieces, None) if end is None else _before(end, pieces))
                for chunk in reader.close() if piece is None else reader.feed(piece):
                    yield chunk
            except (httpx.HTTPError, TimeoutError) as error:
                for chunk in reader.rest():
                    yield chunk
                broke = not isinstance(error, httpx.TimeoutException | TimeoutError)
                if not reader.complete or (broke and reader.goes_on):
                    raise
                break
            except StreamError:
                for chunk in reader.rest():
                    yield chunk
                raise
    if not reader.complete:
        raise ConnectionFailed(*map(say, _CUT if reader.began else _EMPTY))


async def _before(end: float, pieces: AsyncGenerator[bytes, None]) -> bytes | None:
    """Return the next piece, None at the end; raises TimeoutError at `end`, a time of the loop."""
    async with asyncio.timeout_at(end):
        return await anext(pieces, None)
