"""Requests over a real client to scripted answers, and how they end."""

import pytest

from tests.support.doubles import (
    Answer,
    ScriptedServer,
)
from zatsudan.base.errors import ApiError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.servers.choice import Server
from zatsudan.wire.protocol import Chunk

SERVER = Server("test", "https://host.example/v1", api_key="sk-secret")


BODY: JsonObject = {"model": "m", "messages": [], "stream": True}


async def ask(server: ScriptedServer, to: Server = SERVER) -> list[Chunk]:
    client = server.client(to)
    try:
        return [chunk async for chunk in client.stream(BODY)]
    finally:
        await client.aclose()


async def failure(answer: Answer) -> tuple[ApiError, list[Chunk]]:
    """Return the error that a request ends with, and the chunks that came before it."""
    client = ScriptedServer(answer).client(SERVER)
    chunks: list[Chunk] = []

    async def collect() -> None:
        async for chunk in client.stream(BODY):
            chunks.append(chunk)  # noqa: PERF401  what came before the error counts

    with pytest.raises(ApiError) as caught:
        await collect()
    await client.aclose()
    assert caught.value.advice
    assert "sk-secret" not in f"{caught.value} {caught.value.advice}"
    return caught.value, chunks


def content(chunks: list[Chunk]) -> str:
    return "".join(delta.content for chunk in chunks for delta in chunk.deltas)
