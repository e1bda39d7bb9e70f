"""A server of files on a free port of loopback, for as long as a test wants it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar, Protocol, TypeVar


class Answering(Protocol):
    """Answers connections. `path` stands behind the address in `url`; `stalls` lets an answer wait."""

    path: ClassVar[str]
    url: str
    stalls: asyncio.Event | None
    handlers: set["asyncio.Task[None]"]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""


S = TypeVar("S", bound=Answering)


@asynccontextmanager
async def serving(server: S) -> AsyncIterator[S]:
    listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}{server.path}"
    try:
        yield server
    finally:
        listener.close()
        if server.stalls is not None:
            server.stalls.set()
        await asyncio.gather(*server.handlers)
