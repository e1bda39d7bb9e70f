"""Servers that answer at the usual ports of this machine, and whose they are."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from zatsudan.base.errors import ApiError
from zatsudan.base.language import say
from zatsudan.config.settings import Config
from zatsudan.servers import sockets
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.servers.kinds import KINDS, LOCAL_ADDRESSES, UNKNOWN, kind_at, kind_of
from zatsudan.servers.knowing import kind_by_asking
from zatsudan.wire.models import Model, choose_model

#: How long a server on this machine may take to list its models, in seconds.
PROBE_SECONDS = 0.7


class Found(NamedTuple):
    """A server that answers on this machine; `ours` if it is this user's or the administrator's."""

    server: Server
    ours: bool


async def found(
    config: Config,
    model: str,
    addresses: Sequence[str] = (),
    is_ours: Callable[[int, str], bool] | None = None,
) -> list[Found]:
    """Ask all usual ports (or these `addresses`) at once for their models; return the servers that have some.

    They come in the order of the rows of their kinds. `is_ours` tells of a port and a name
    whether what listens there may be taken unasked.
    """

    async def ask(url: str) -> Server | None:
        if not await _listens(url):
            return None
        client = Client(Server("", url), config.network)
        models: list[Model] = []
        kind: str | None = None
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                models = await client.models(PROBE_SECONDS)
                kind = (await kind_by_asking(client, models)).name
        except (ApiError, TimeoutError):
            pass  # what has listed its models is there, whatever it is
        finally:
            await client.aclose()
        chosen = choose_model(models)
        if chosen is None:
            return None
        name_of = model or chosen.id
        length = next((entry.context_length for entry in models if entry.id == name_of), 0)
        place = url.removesuffix("/v1")
        return Server(
            kind_of("", url, known=kind).name or urlsplit(url).netloc,
            url,
            model=name_of,
            reason=say("found at {url}", url=place),
            context_length=length,
            found=True,
            kind=kind,
        )

    answers = await asyncio.gather(*map(ask, addresses or LOCAL_ADDRESSES))
    order = [kind.name for kind in (*KINDS, UNKNOWN)]
    there = sorted(
        (server for server in answers if server is not None),
        key=lambda server: order.index(kind_at(server).name),
    )
    if there and is_ours is None:
        # Read after they have answered: who listens then is who answered.
        is_ours = await asyncio.to_thread(_by_the_system)
    return [
        Found(server, is_ours is None or is_ours(urlsplit(server.base_url).port or 0, server.name))
        for server in there
    ]


async def _listens(url: str) -> bool:
    """Tell whether anything listens at an address of this machine.

    At most ports nothing does, and a client takes longer to make than this to find out.
    """
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


def _by_the_system() -> Callable[[int, str], bool]:
    tables = sockets.tables()
    return lambda port, name: sockets.is_ours(port, name, tables)
