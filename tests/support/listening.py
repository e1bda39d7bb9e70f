"""Servers on a free port of loopback, for as long as a test wants them."""

import asyncio
import contextlib
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


async def end(listener: asyncio.Server) -> None:
    """Close a server, once all that it has accepted is begun to be answered.

    A connection that asyncio accepts in the same turn of its loop in which its server is closed is
    left open: `Server._attach` then fails, without a word.
    """
    loop = asyncio.get_running_loop()
    for listening in listener.sockets:
        with contextlib.suppress(NotImplementedError):  # the loop of Windows
            loop.remove_reader(listening)
    for _ in range(10):  # a task accepts, a transport is made, a task answers
        await asyncio.sleep(0)
    listener.close()


@asynccontextmanager
async def serving(server: S) -> AsyncIterator[S]:
    listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}{server.path}"
    try:
        yield server
    finally:
        await end(listener)
        if server.stalls is not None:
            server.stalls.set()
        await asyncio.gather(*server.handlers)
