"""What the makers of a model advise: told by its file, by what lies beside it, or by its server.

GGUF files hold it as `general.sampling.*`, Hugging Face has it in generation_config.json, llama.cpp
samples by it where nothing is sent (/props), and Ollama has it in the model's parameters (/api/show).
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from zatsudan.base import files
from zatsudan.base.addresses import is_loopback
from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.parameters.table import ALIASES, BY_NAME
from zatsudan.servers.athome import LLAMA_CPP
from zatsudan.servers.engine.gguf import HEAD_BYTES, MAGIC, sampling
from zatsudan.servers.kinds import inside, kind_at

if TYPE_CHECKING:
    from zatsudan.servers.client import Client

BESIDE = "generation_config.json"


class Advice(NamedTuple):
    """Parameters, and what told them: the name of a file, or of a question to the server."""

    parameters: Mapping[str, Json]
    source: str


async def advice(client: "Client", model: str) -> Advice | None:
    """Return what is advised for a model of this server; None where nothing tells.

    Files are read on this machine alone, and a maker's own server is not asked.
    """
    kind = kind_at(client.server)
    if kind.hosted:
        return None
    if kind.shows:
        text = inside(await client.native(kind.shows, {"model": model}), ("parameters",))
        return _of_modelfile(text, kind.shows) if isinstance(text, str) else None
    own = kind.defaults or LLAMA_CPP.defaults  # others have it in them
    if own is None:
        return None
    props = await client.native(own.path)
    path = props.get("model_path") if isinstance(props, dict) else None
    host = urlsplit(client.server.base_url).hostname or ""
    if isinstance(path, str) and path and is_loopback(host) and Path(path).is_absolute():
        head = await asyncio.to_thread(_head, Path(path))
        if head:  # what its command line says is not the makers'
            return await asyncio.to_thread(of_file, Path(path), head)
    told = inside(props, own.within)
    if not isinstance(told, dict):
        return None
    values = {name: _short(told[name]) for name in own.usual if name in told}
    departing = {name: value for name, value in values.items() if value != own.usual[name]}
    return _advice(departing, own.path)


def _head(path: Path) -> bytes:
    """Return the first bytes of a model's file; none if it is no such file, or cannot be read."""
    try:
        with files.opened(path) as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError):
        return b""
    return head if head.startswith(MAGIC) else b""


def of_file(path: Path, head: bytes) -> Advice | None:
    """Return what the head of a model's file says, or the generation_config.json that lies beside it."""
    values = {ALIASES.get(name, name): _short(value) for name, value in sampling(head).items()}
    steps = values.pop("sequence", "")
    if isinstance(steps, str) and ";" in steps:
        values["samplers"] = [step for step in steps.split(";") if step]
    return _advice(values, path.name) or _of_config(path.with_name(BESIDE))


def _of_config(path: Path) -> Advice | None:
    from zatsudan.config import foreign  # seldom does one lie there

    try:
        found = foreign.read_file(path) if path.is_file() else None
    except (ZatsudanError, OSError):
        return None
    if found is None or found.format.name != "generation_config":
        return None
    return _advice(found.preset.parameters, path.name)


def _of_modelfile(text: str, source: str) -> Advice | None:
    """Return what a server shows of a model: what stands behind each PARAMETER of its Modelfile."""
    from zatsudan.config import foreign

    lines = [f"PARAMETER {line.strip()}" for line in text.splitlines() if line.strip()]
    try:
        found = foreign.read("\n".join(["FROM model", *lines]), source)
    except ZatsudanError:
        return None
    return _advice(found.preset.parameters, source)


def _advice(values: Mapping[str, Json], source: str) -> Advice | None:
    """Return what may stand in a request; None if nothing does."""
    kept = {
        name: value
        for name, value in values.items()
        if (row := BY_NAME.get(name)) is not None
        and (row.kind.check(value) or (row.wide is not None and row.wide.check(value)))
    }
    return Advice(kept, source) if kept else None


def _short(value: Json) -> Json:
    """Return a number without the digits of single floats: 0.800000011920929."""
    return float(f"{value:.6g}") if isinstance(value, float) else value
