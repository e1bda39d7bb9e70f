"""The body of a response, in small pieces: decompressed here, since httpx does it without a bound.

One read of 64 kB may hold 64 MB, which `aiter_bytes` makes at once.
"""

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from time import monotonic

import httpx

from zatsudan.base.errors import StreamError
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.wire import bounds

#: What is asked for, and all that is understood.
ENCODINGS = "gzip, deflate"
#: How zlib calls each encoding's frame. Some servers send deflate without one.
_FRAMES = {"gzip": 31, "x-gzip": 31, "deflate": 15}
_BARE = -15


async def pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Yield a body in pieces of at most `bounds.PIECE` bytes.

    A socket that always has data never lets another task run: here each has its turn.
    Raises httpx.DecodingError, and StreamError for an encoding that was not asked for.
    """
    source = _raw(response)
    codings = response.headers.get("Content-Encoding", "").lower().split(",")
    # A transport that gives bodies as a whole has had them decompressed.
    for coding in () if response.is_stream_consumed else reversed(codings):
        name = coding.strip()
        if name in _FRAMES:
            source = _inflated(source, name)
        elif name not in ("", "identity"):
            raise StreamError(
                say(
                    "The server's reply is compressed in a way that was not asked for ({name}).",
                    name=one_line(name, 40),
                ),
                say("/retry asks again; another server or model may do better."),
            )
    since, size = monotonic(), 0
    async for piece in source:
        yield piece
        size += len(piece)
        if size < bounds.PIECE:  # a look at the clock for each event costs more than the event
            continue
        size = 0
        if monotonic() - since > bounds.TURN:
            await asyncio.sleep(0)
            since = monotonic()


async def whole(response: httpx.Response, size: int = bounds.BODY) -> bytes:
    """Return a body; raises StreamError if it is longer than `size` bytes."""
    body = bytearray()
    async for piece in pieces(response):
        body += piece
        if len(body) > size:
            raise bounds.endless_body(size)
    return bytes(body)


async def beginning(response: httpx.Response, size: int = bounds.ERROR) -> bytes:
    """Return the beginning of an error's body, or what came of it before the connection broke."""
    body = bytearray()
    try:
        async with asyncio.timeout(10):
            async for piece in pieces(response):
                body += piece
                if len(body) >= size:
                    break
    except (httpx.HTTPError, StreamError, TimeoutError):
        pass  # the status alone says enough
    return bytes(body[:size])


async def _raw(response: httpx.Response) -> AsyncIterator[bytes]:
    given = response.aiter_bytes() if response.is_stream_consumed else response.aiter_raw()
    async for data in given:
        if len(data) <= bounds.PIECE:  # so are nearly all
            yield data
            continue
        for at in range(0, len(data), bounds.PIECE):
            yield data[at : at + bounds.PIECE]


async def _inflated(source: AsyncIterator[bytes], coding: str) -> AsyncIterator[bytes]:
    unpack = zlib.decompressobj(_FRAMES[coding])
    head = b""  # the two bytes that tell whether there is a frame
    async for packed in source:
        left, more = packed, True
        while more and not unpack.eof:
            try:
                piece = unpack.decompress(left, bounds.PIECE)
            except zlib.error as error:
                if len(head) < 2 and coding == "deflate":
                    unpack, left, head = zlib.decompressobj(_BARE), head + left, b"bare"
                    continue
                raise httpx.DecodingError(str(error)) from error
            head = head if len(head) >= 2 else (head + left)[:2]
            left = unpack.unconsumed_tail
            # A piece that is full may have more behind it, with nothing left to read.
            more = bool(left) or len(piece) == bounds.PIECE
            if piece:
                yield piece
