"""Finding a server: what is named, else what runs on this machine, else the embedded model."""

import asyncio
import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from zatsudan import embedded
from zatsudan.config import Config
from zatsudan.connect import LOCAL_SERVERS, Server, Wishes, beside, choose
from zatsudan.core.errors import ApiError, ConnectionFailed
from zatsudan.core.language import later, say
from zatsudan.core.messages import JsonObject
from zatsudan.core.models import choose_model

if TYPE_CHECKING:
    from zatsudan.client import Client

#: How long a server on this machine may take to list its models, in seconds.
PROBE_SECONDS = 0.7

NO_SERVER = later("No server was found, and there is no embedded model.")
WHAT_TO_DO = later("""\
Leave with Ctrl-D and start again in one of these ways:
  OPENAI_API_KEY=... zatsudan                         OpenAI
  zatsudan --base-url https://host/v1 --model NAME    another server
  zatsudan                                            once Ollama, LM Studio,
                                                      llama.cpp or vLLM runs here
  pip install 'zatsudan[local]'                       an engine of its own, with
                                                      model_file in the config""")


class Finder:
    """Makes the client of a session, and ends the embedded engine with it."""

    def __init__(
        self,
        wishes: Wishes,
        environ: Mapping[str, str],
        config: Config,
        log: Callable[[JsonObject], None] = lambda _: None,
    ) -> None:
        self._wishes = wishes
        self._environ = environ
        self._config = config
        self._engine: embedded.Engine | None = None
        self._log = log
        self._server_in_use: Server | None = None
        self.progress: Callable[[str], None] = lambda _: None

    async def connect(self) -> "Client":
        """Return a client for the first server of the order; raises ZatsudanError."""
        # httpx takes long to import: behind the prompt, and off the event loop.
        await asyncio.to_thread(importlib.import_module, "zatsudan.client")
        from zatsudan.client import Client

        try:
            self._server_in_use = await self._server()
            return Client(self._server_in_use, self._config.network, log=self._log)
        finally:
            self.progress("")

    async def reach(self, profile: str) -> "Client":
        """Return a client for the server of a profile, beside the one in use; raises ZatsudanError."""
        await asyncio.to_thread(importlib.import_module, "zatsudan.client")
        from zatsudan.client import Client

        # A command that gives the key may take its time.
        server = await asyncio.to_thread(
            beside, profile, self._environ, self._config, self._server_in_use
        )
        return Client(server, self._config.network, log=self._log)

    async def _server(self) -> Server:
        server = choose(self._wishes, self._environ, self._config)
        if server is None and not self._wants_embedded:
            self.progress(say("looking for a server on this machine"))
            server = await probe(self._config, self._wishes.model)
        return server or await self._embedded()

    def alive(self) -> bool:
        """Tell whether the engine still runs, if it was ours to run."""
        return self._engine is None or self._engine.alive

    @property
    def _wants_embedded(self) -> bool:
        named = self._wishes.profile or self._environ.get("ZATSUDAN_PROFILE", "")
        return self._wishes.local or named == "local"

    async def _embedded(self) -> Server:
        if self._engine is not None and self._engine.alive:
            return self._engine.server
        if not embedded.has_engine() or embedded.model_file(self._config.local) is None:
            raise ConnectionFailed(say(NO_SERVER), say(WHAT_TO_DO))
        self.progress(say("loading the embedded model"))
        self._engine = await embedded.start(self._config.local)
        return self._engine.server

    async def aclose(self) -> None:
        """End the embedded engine if it runs."""
        if self._engine is not None:
            await self._engine.stop()


async def probe(
    config: Config, model: str, servers: Mapping[str, str] = LOCAL_SERVERS
) -> Server | None:
    """Ask all usual ports at once for their models; the first server of the list that has some wins."""

    from zatsudan.client import Client

    async def ask(name: str, url: str) -> Server | None:
        client = Client(Server(name, url), config.network)
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                models = await client.models(PROBE_SECONDS)
        except (ApiError, TimeoutError):
            return None
        finally:
            await client.aclose()
        chosen = choose_model(models)
        if chosen is None:
            return None
        found = Server(
            name,
            url,
            model=model or chosen.id,
            reason=say("found at {url}", url=url.removesuffix("/v1")),
        )
        length = next((entry.context_length for entry in models if entry.id == found.model), 0)
        return found._replace(context_length=length)

    answers = await asyncio.gather(*(ask(name, url) for name, url in servers.items()))
    return next((server for server in answers if server is not None), None)
