"""The link: the server that a talk is held with, its client, and what was learned of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_near
from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject
from zatsudan.servers.choice import Server
from zatsudan.sessions.session import Session
from zatsudan.talk.talk import utc_now
from zatsudan.wire.messages import Usage

if TYPE_CHECKING:
    from zatsudan.servers.advice import Advice
    from zatsudan.servers.catalogue import Catalogue
    from zatsudan.servers.client import Client
    from zatsudan.servers.kind import ServerKind
    from zatsudan.servers.learned import Learned
    from zatsudan.servers.taking import Here
    from zatsudan.sessions.estimate import Gauge
    from zatsudan.talk.finds import Finds
    from zatsudan.wire.models import Model
    from zatsudan.wire.refusals import Repair


class Link:
    """One server at a time. It is connected when it is first needed.

    And again after a failure, or when the finder says that the server has ended.
    `learned` and `catalogue` are the files in which is kept what was learned of servers,
    and which models they listed; None keeps it in memory.
    """

    def __init__(
        self,
        finder: "Finds",
        *,
        learned: Path | None = None,
        catalogue: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], str] = utc_now,
    ) -> None:
        self.finder = finder
        self._files = learned, catalogue
        self.clock = clock
        self.sleep = sleep
        self.now = now
        self.models: list[Model] = []
        self._doubts: dict[str, Repair] = {}
        self._guesses: dict[str, int] = {}
        self._told: Mapping[str, Json] = NOTHING
        self._advised: dict[str, Advice | None] = {}
        self._connecting: asyncio.Task[Client] | None = None

    def beside(self, client: "Client") -> "Link":
        """Return a link to the server of `client`: what was learned is shared, all else its own."""
        from zatsudan.talk.finds import Fixed

        there = Link(Fixed(client, self.finder), clock=self.clock, sleep=self.sleep, now=self.now)
        there.learned, there.catalogue = self.learned, self.catalogue
        there.models = self.catalogue.of(client.server.base_url)
        return there

    async def client(self) -> "Client":
        """Return the client, connecting first where that has not been done; raises ZatsudanError."""
        task = self._connecting
        if task is not None and task.done():
            if task.cancelled() or task.exception() is not None:
                task = None
            elif not self.finder.alive():
                await task.result().aclose()
                task = None
        if task is None:
            task = self._connecting = asyncio.ensure_future(self._connect())
        return await asyncio.shield(task)

    async def _connect(self) -> "Client":
        """Connect, with the kind for which the server was known last."""
        client = await self.finder.connect()
        if client.server.kind is None:
            remembered = self.catalogue.kind_of(client.server.base_url)
            client.server = client.server._replace(kind=remembered or None)
        return client

    async def disconnect(self) -> None:
        """Leave the server: who needs one next connects anew."""
        task, self._connecting, self.models = self._connecting, None, []
        self._doubts.clear()
        self._guesses.clear()
        self._told = NOTHING
        self._advised.clear()
        if task is not None and not task.done():
            task.cancel()
        elif task is not None and not task.cancelled() and task.exception() is None:
            await task.result().aclose()

    @property
    def connecting(self) -> bool:
        """Is a connection being made, or still to be made?"""
        return self._connecting is None or not self._connecting.done()

    @property
    def server(self) -> Server | None:
        """The server that we are connected to, or None while we are not."""
        task = self._connecting
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result().server

    @property
    def name(self) -> str:
        """The name of the server that we are connected to; `` while we are not."""
        return self.server.name if self.server is not None else ""

    @property
    def is_near(self) -> bool:
        """Is the server on this machine or in its network, or not known yet?"""
        return self.server is None or is_near(urlsplit(self.server.base_url).hostname or "")

    async def fetch_models(self) -> "list[Model]":
        """Ask the server for its models; raises ApiError."""
        from zatsudan.servers.knowing import by_list

        client = await self.client()
        self.models = await client.models()
        kind = by_list(self.models).name or client.server.kind or ""
        self._know(client, kind or None)
        return self.models

    async def ask_kind(self) -> "ServerKind":
        """Find out by its answers what kind the server is, and remember it; raises ZatsudanError.

        For behind the prompt, where the models are known: no request waits for it.
        """
        from zatsudan.servers.knowing import kind_by_asking, may_be_asked

        client = await self.client()
        if not self.kind.hosted and may_be_asked(client.server):
            self._know(client, (await kind_by_asking(client, self.models, self.kind)).name)
        return self.kind

    def _know(self, client: "Client", kind: str | None) -> None:
        client.server = client.server._replace(kind=kind)
        if self.models:
            self.catalogue.keep(client.server.base_url, self.models, kind or "")

    # --- what is known of the server -------------------------------------

    @cached_property
    def learned(self) -> "Learned":
        """What was learned of servers; read when a server is first known."""
        from zatsudan.servers.learned import Learned

        return Learned(self._files[0])

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The models that servers listed."""
        from zatsudan.servers.catalogue import Catalogue

        return Catalogue(self._files[1])

    @property
    def kind(self) -> "ServerKind":
        """The kind of the server that we are connected to; UNKNOWN while we are not."""
        from zatsudan.servers.kinds import UNKNOWN, kind_at

        server = self.server
        if server is None:
            return UNKNOWN
        return kind_at(server)

    @property
    def here(self) -> "Here":
        """How parameters are read at this server, by what is known of it now."""
        from zatsudan.servers.taking import Here

        return Here(self.kind, self._told)

    async def ask_values(self) -> "Here":
        """Ask the server for its own values of parameters, and return what is known then.

        Makers' own servers are not asked, since none tells. Raises ZatsudanError where there
        is no connection to be had.
        """
        from zatsudan.servers import native

        client = await self.client()
        if not self.kind.hosted:
            self._told = await native.defaults(client) or self._told
        return self.here

    async def ask_advice(self, model: str) -> "Advice | None":
        """Return what the makers of a model of this server advise, asked once; None where nothing tells.

        Raises ZatsudanError where there is no connection to be had.
        """
        if model not in self._advised:
            from zatsudan.servers.advice import advice

            self._advised[model] = await advice(await self.client(), model)
        return self._advised[model]

    def learn(self, model: str, repair: "Repair") -> None:
        """Remember what a model of this server wants otherwise."""
        if self.name:
            self.learned.add(self.name, model, repair, self.now()[:10])

    def unlearn(self, model: str, repair: "Repair") -> None:
        """Forget what a model of this server wanted otherwise, and wants no longer."""
        if self.name:
            self.learned.take_back(self.name, model, repair)

    def guess(self, model: str, tokens: int) -> None:
        """Send a model of this server no more than so many tokens while we are connected to it."""
        self._guesses[model] = tokens

    def doubt(self, model: str, repair: "Repair") -> None:
        """Try a repair with the next request to a model, without learning it yet."""
        self._doubts[model] = repair

    def clear_doubt(self, model: str) -> "Repair | None":
        """Return the repair that was tried, which is so no longer."""
        return self._doubts.pop(model, None)

    def repairs(self, model: str) -> "tuple[Repair, ...]":
        """Return what a request to a model of this server needs: known names, and what was learned."""
        server = self.server
        if server is None:
            return ()
        from zatsudan.servers.kinds import renames

        known = renames(self.kind)
        tried = [self._doubts[model]] if model in self._doubts else []
        return (*known, *self.learned.of(server.name, model), *tried)

    def mended(self, body: JsonObject, model: str) -> JsonObject:
        """Return the body of a request as this server takes it."""
        from zatsudan.wire.refusals import mended

        return mended(body, self.repairs(model))

    def length_of(self, model: str) -> int:
        """Return the tokens that a model of this server takes; 0 where nobody says."""
        server = self.server
        learned = self.learned.length_of(server.name, model) if server is not None else 0
        lengths = [length for length in (learned, self._guesses.get(model, 0)) if length]
        if lengths:
            return min(lengths)
        if server is not None and server.context_length:
            return server.context_length
        return next((known.context_length for known in self.models if known.id == model), 0)

    def gauge(self, session: Session) -> "Gauge":
        """Return how large a session is for this server."""
        if self._gauge.session is not session:
            self._gauge = self._gauge.of(session, self._gauge.estimator)
        return self._gauge

    def measured(self, raw: float, exact: int) -> None:
        """Learn from a count of the server: `raw` is what was estimated before anything was learned."""
        self._gauge.estimator = self._gauge.estimator.learn(raw, exact)

    @cached_property
    def _gauge(self) -> "Gauge":
        from zatsudan.sessions.estimate import Gauge

        return Gauge(Session())

    def cost(self, usage: Mapping[str, Usage]) -> float | None:
        """Return what tokens by model cost, by the profile's prices; None where one is not known."""
        prices = self.server.prices if self.server is not None else {}
        total = 0.0
        for model, count in usage.items():
            price = prices.get(model)
            if price is None:
                return None
            total += price.of(count.prompt, count.completion, count.cached)
        return total

    async def aclose(self) -> None:
        """Close the connection."""
        await self.disconnect()
