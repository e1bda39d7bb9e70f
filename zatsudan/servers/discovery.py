"""Finding a server: what is named, else what runs on this machine, else the embedded model."""

import asyncio
import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base.errors import ConfigError, ConnectionFailed
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.config.settings import EMBEDDED, SUGGESTED, Config, settled
from zatsudan.servers.choice import Server, Wishes, beside, choose

if TYPE_CHECKING:
    from zatsudan.servers.client import Client
    from zatsudan.servers.engine.embedded import Engine
    from zatsudan.servers.engine.fetching import Fetch
    from zatsudan.servers.engine.hub import Model
    from zatsudan.servers.nearby import Found


class Finder:
    """Makes the client of a session, and ends the embedded engine with it.

    `models` is the directory of model files that were fetched; `config_file` is where
    profiles are written, None to write none. `lasting`: the address is for later, so
    the embedded engine, whose port ends with this program, is none.
    """

    def __init__(
        self,
        wishes: Wishes,
        environ: Mapping[str, str],
        config: Config,
        log: Callable[[JsonObject], None] | None = None,
        *,
        models: Path,
        config_file: Path | None = None,
        lasting: bool = False,
    ) -> None:
        self._wishes = wishes
        self._environ = environ
        self._config = settled(config)
        self._models = models
        self._lasting = lasting
        self._chosen: Server | None = None
        self._engine: Engine | None = None
        self._log = log
        self._server_in_use: Server | None = None
        #: What answers on this machine, and is another user's: offered, and not taken.
        self.others: tuple[Server, ...] = ()
        self.config_file = config_file
        self.progress: Callable[[Printable], None] = lambda _: None

    async def connect(self) -> "Client":
        """Return a client for the first server of the order; raises ZatsudanError."""
        # httpx takes long to import: behind the prompt, and off the event loop.
        await asyncio.to_thread(importlib.import_module, "zatsudan.servers.client")
        from zatsudan.servers.client import Client

        try:
            self._server_in_use = await self._server()
            return Client(self._server_in_use, self._config.network, log=self._log)
        finally:
            self.progress(EMPTY)

    async def reach(self, profile: str) -> "Client":
        """Return a client for the server of a profile, beside the one in use; raises ZatsudanError."""
        await asyncio.to_thread(importlib.import_module, "zatsudan.servers.client")
        from zatsudan.servers.client import Client

        # A command that gives the key may take its time.
        server = await asyncio.to_thread(
            beside, profile, self._environ, self._config, self._server_in_use
        )
        return Client(server, self._config.network, log=self._log)

    def client(self, server: Server) -> "Client":
        """Return a client for a server that is only being tried; raises ConnectionFailed."""
        from zatsudan.servers.client import Client

        return Client(server, self._config.network, log=self._log)

    def use(self, wishes: Wishes, server: Server | None, config: Config | None = None) -> None:
        """Connect to this server from now on, or without one as `wishes` say."""
        self._wishes, self._chosen = wishes, server
        self._config = settled(config) if config is not None else self._config

    @property
    def in_use(self) -> tuple[Wishes, Server | None]:
        """What `use` takes to have things as they are now."""
        return self._wishes, self._chosen

    @property
    def config(self) -> Config:
        """The config as it is known now."""
        return self._config

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that keys may stand in."""
        return self._environ

    async def running(self) -> list["Found"]:
        """Return the servers that are found on this machine."""
        await asyncio.to_thread(importlib.import_module, "zatsudan.servers.client")
        from zatsudan.servers.nearby import found

        return await found(self._config, "")

    async def _server(self) -> Server:
        server = self._chosen or choose(self._wishes, self._environ, self._config)
        if server is None and not self.wants_embedded:
            from zatsudan.servers.nearby import found

            self.progress(say("looking for a server on this machine"))
            here = await found(self._config, self._wishes.model)
            server = next((one.server for one in here if one.ours), None)
            self.others = tuple(one.server for one in here if not one.ours)
        return server or await self.own()

    def alive(self) -> bool:
        """Tell whether the engine still runs, if it is ours and in use."""
        engine = self._engine
        return engine is None or self._server_in_use is not engine.server or engine.alive

    @property
    def wants_embedded(self) -> bool:
        """Is it the embedded model that was asked for?"""
        named = self._wishes.profile or self._environ.get("ZATSUDAN_PROFILE", "")
        named = named or self._config.profile
        return self._wishes.local or (named == EMBEDDED and EMBEDDED not in self._config.profiles)

    @property
    def fetched_file(self) -> Path:
        """Where the model file is that was fetched; no file while it is not here."""
        url = self._config.local.model_url
        from zatsudan.servers.engine import hub, sources

        if hub.is_name(url):
            return hub.Model(url, self._models, self._environ).path or self._models
        return self._models / sources.file_name(url)

    def model_to_fetch(self) -> "Fetch | Model":
        """Return what fetches the model file that the config names, or that is suggested; raises ConfigError."""
        local = self._config.local
        from zatsudan.servers.engine import hub, sources
        from zatsudan.servers.engine.fetching import Fetch  # httpx comes with it

        network = self._config.network
        if hub.is_name(local.model_url):
            return hub.Model(local.model_url, self._models, self._environ, network)
        path = self._models / sources.file_name(local.model_url)
        return Fetch(local.model_url, path, local.model_sha256, network=network)

    @property
    def has_model(self) -> bool:
        """Is there a model file for the embedded engine?"""
        from zatsudan.servers.engine import embedded

        return embedded.model_file(self._config.local, self.fetched_file) is not None

    async def own(self) -> Server:
        """Return the server of the embedded engine, starting it if it does not run; raises ZatsudanError."""
        if self._engine is not None and self._engine.alive:
            return self._engine.server
        if self._lasting:
            raise ConfigError(
                say("No server is named, and the embedded model's address ends with the program."),
                say("Name one with --base-url or --profile."),
            )
        from zatsudan.servers.engine import embedded

        if not embedded.has_engine() or not self.has_model:
            raise self._no_model()
        self.progress(say("loading the embedded model"))
        self._engine = await embedded.start(self._config.local, self.fetched_file)
        return self._engine.server

    def _no_model(self) -> ConnectionFailed:
        from zatsudan.servers.engine import embedded

        wanted = self.wants_embedded
        if not embedded.has_engine():
            what = (
                say("No embedded engine is installed.") if wanted else say("No server was found.")
            )
            advice = say(
                "/connect connects one; pip install 'zatsudan[local]' brings an engine for --gguf FILE."
            )
        else:
            what = (
                say("The embedded engine has no model file.")
                if wanted
                else say("No server was found, and the embedded engine has no model file.")
            )
            advice = how_to_fetch(self._config.local.model_url)
        if self.others and not wanted:
            what = another_users(self.others[0])
            advice = how_to_take(self.others[0])
        return ConnectionFailed(what, advice)

    async def aclose(self) -> None:
        """End the embedded engine if it runs."""
        if self._engine is not None:
            await self._engine.stop()


def how_to_fetch(url: str) -> Printable:
    """Say how a model comes here: the one that is suggested by its name, size and licence."""
    if url != SUGGESTED.name:
        return say("/connect connects a server; /connect local fetches a model for here.")
    from zatsudan.base.quantities import in_bytes

    return say(
        "/connect connects a server; /connect local fetches a model for here:"
        " --gguf {name} ({size}, {licence}).",
        name=SUGGESTED.name,
        size=in_bytes(SUGGESTED.size),
        licence=SUGGESTED.licence,
    )


def not_taken(server: Server) -> Printable:
    """Say that another user's server was found and not taken, and how to take it."""
    return printable(f"{another_users(server)} {how_to_take(server)}")


def another_users(server: Server) -> Printable:
    """Say that a server was found and not taken."""
    return say("A server of another user of this machine answers at {url}.", url=_place(server))


def how_to_take(server: Server) -> Printable:
    """Say how such a server is taken all the same."""
    return say("/connect or --base-url {url} takes it.", url=_place(server))


def _place(server: Server) -> Printable:
    return one_line(server.base_url.removesuffix("/v1"), 80)
