"""Dialects: APIs of servers beside /v1, to which a profile may send its talk.

A request is composed as for /v1 and written anew at the door; what comes is read as if it
had come from /v1. So all else (bounds, secrets, the record of a reply) is the same.
"""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject, loads
from zatsudan.wire import bounds, ollama


class Dialect(NamedTuple):
    """One API: where it is, beside /v1; how a body is written; how one of its values is read."""

    path: str
    request: Callable[[Mapping[str, Json]], JsonObject]
    chunk: Callable[[Json], Json]


DIALECTS = {"ollama": Dialect("/api/chat", ollama.request, ollama.chunk)}


def root_of(base_url: str) -> str:
    """Return the address at which a server's own API begins: without /v1."""
    return base_url.rstrip("/").removesuffix("/v1")


def address(dialect: str, base_url: str) -> str:
    """Return where a talk is sent to."""
    if dialect not in DIALECTS:
        return f"{base_url}/chat/completions"
    return root_of(base_url) + DIALECTS[dialect].path


def written(dialect: str, body: JsonObject) -> JsonObject:
    """Return a body as it is sent."""
    return DIALECTS[dialect].request(body) if dialect in DIALECTS else body


def read(dialect: str, value: Json) -> Json:
    """Return a whole answer in the form of /v1."""
    if dialect not in DIALECTS:
        return value
    answer = DIALECTS[dialect].chunk(value)
    choices = answer.get("choices") if isinstance(answer, dict) else None
    for choice in choices if isinstance(choices, list) else []:
        if isinstance(choice, dict) and "delta" in choice:
            choice["message"] = choice.pop("delta")
    return answer


def events(dialect: str, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Return what a server sends as an event stream: each line of JSON is one event."""
    return _events(DIALECTS[dialect], pieces) if dialect in DIALECTS else pieces


async def _events(
    dialect: Dialect, pieces: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """Yield an event for each line; raises StreamError for a line without end."""
    held = b""
    async for piece in pieces:
        *lines, held = (held + piece).split(b"\n")
        if len(held) > bounds.LINE:
            raise bounds.endless_line()
        told = b"".join(_event(dialect, line) for line in lines)
        if told:
            yield told
    told = _event(dialect, held)
    if told:
        yield told


def _event(dialect: Dialect, line: bytes) -> bytes:
    """Return a line as an event; one that is no JSON as the text that it is."""
    if not line.strip():
        return b""
    text = line.decode("utf-8", "replace").strip()
    try:
        bounds.refuse_many(text)
        value = loads(text)
    except ValueError:
        return text.encode() + b"\n\n"
    event = b"data: " + json.dumps(dialect.chunk(value)).encode() + b"\n\n"
    if isinstance(value, dict) and value.get("done") is True:
        event += b"data: [DONE]\n\n"
    return event
