"""How many requests of a run are under way at a time, to each server and in all."""

import asyncio
from collections.abc import Coroutine, Iterable
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_loopback, origin
from zatsudan.servers.choice import BY_ITSELF, Server

#: Requests at a time where neither profile nor person says. A server of this machine shares its one processor among
#: them, and some give other replies when they batch; the embedded engine has
#: four slots, of which two are left for the talk.
AT_ONCE, AT_ONCE_EMBEDDED, AT_ONCE_LOOPBACK = 4, 2, 1


class Lanes:
    """What admits requests to each server. `count`: how many are admitted at a time, in all.

    `wanted`: how many to each, if the person says.
    """

    def __init__(self, wanted: int = 0) -> None:
        self.count = 0
        self._wanted = wanted
        self._lanes: dict[tuple[str, str, int], asyncio.Semaphore] = {}

    def of(self, server: Server) -> tuple[asyncio.Semaphore, int]:
        """Return what admits requests to a server, which two profiles may name, and how many."""
        count = at_once(server, self._wanted)
        place = origin(server.base_url)
        if place not in self._lanes:
            self._lanes[place] = asyncio.Semaphore(count)
            self.count += count
        return self._lanes[place], count

    def leave(self, server: Server) -> None:
        """Admit none to a server any more."""
        self.count -= at_once(server, self._wanted)


def at_once(server: Server | None, wanted: int = 0) -> int:
    """Return how many requests a server is to get at a time; `wanted` and its profile go before what is usual."""
    if wanted:
        return wanted
    if server is None:
        return AT_ONCE_LOOPBACK
    if server.concurrency:
        return server.concurrency
    if server.reason == BY_ITSELF:
        return AT_ONCE_EMBEDDED
    near = is_loopback(urlsplit(server.base_url).hostname or "")
    return AT_ONCE_LOOPBACK if near else AT_ONCE


async def run_all(jobs: Iterable[Coroutine[object, object, None]]) -> None:
    """Run all; none goes on after this has ended, however it ended."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
