"""Streams of chunks: whole, cut, broken, and what is none."""

import httpx
import pytest

from tests.support.doubles import (
    DONE,
    Pause,
    ScriptedBody,
    ScriptedServer,
    event,
    stream,
    text_event,
)
from tests.support.requests import ask, content, failure
from zatsudan.base.errors import ApiError, ConnectionFailed, StreamError
from zatsudan.wire.protocol import Chunk, Delta


@pytest.mark.parametrize(
    ("steps", "kind", "sentence"),
    [
        ([], ConnectionFailed, "ended in the middle"),
        ([httpx.ReadError("reset")], ConnectionFailed, "broke (reset)"),
        ([httpx.ReadTimeout("")], ConnectionFailed, "has been silent for 2 min"),
        ([httpx.DecodingError("gzip")], ConnectionFailed, "compressed in a broken way"),
        ([event({"error": {"message": "overloaded"}})], StreamError, "broke off: overloaded"),
        ([event({"error": "overloaded"})], StreamError, "broke off: overloaded"),
        ([b"data: {oops\n\n"], StreamError, "a line that is no JSON: {oops"),
    ],
)
async def test_a_stream_that_breaks_keeps_what_came(
    steps: list[bytes | Exception], kind: type[ApiError], sentence: str
) -> None:
    got, chunks = await failure(stream(text_event("Hel"), text_event("lo"), *steps))

    assert content(chunks) == "Hello"
    assert type(got) is kind
    assert sentence in str(got)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<!doctype html><title>Welcome</title>", "not a reply: Welcome (a web page"),
        (b'{"error": {"message": "no memory"}}', "broke off: no memory"),
        (b'{"object": "list", "data": []}', "JSON that holds no reply"),
        (b'{"cut', "not a reply: {"),
    ],
)
async def test_another_body_instead_of_a_stream(body: bytes, sentence: str) -> None:
    got, chunks = await failure(httpx.Response(200, content=body))

    assert isinstance(got, StreamError)
    assert sentence in str(got)
    assert chunks == []


async def test_a_json_reply_instead_of_a_stream() -> None:
    body = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}

    assert await ask(ScriptedServer(httpx.Response(200, json=body))) == [
        Chunk((Delta(0, "Hello", "", "stop"),))
    ]


@pytest.mark.parametrize(
    "steps",
    [
        [text_event("Hi"), DONE],
        [text_event("Hi", "stop")],
        [text_event("Hi", "stop"), httpx.RemoteProtocolError("peer closed connection")],
        [text_event("Hi"), DONE, httpx.ReadError("reset")],
        [text_event("Hi"), b"data: [DONE]"],
    ],
)
async def test_a_stream_that_said_its_end_is_whole(steps: list[bytes | Exception]) -> None:
    assert content(await ask(ScriptedServer(stream(*steps)))) == "Hi"


async def test_after_done_the_end_of_the_connection_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zatsudan.servers.chunks.AFTERMATH_SECONDS", 0.0)
    body = ScriptedBody(text_event("Hi"), DONE, Pause())

    assert content(await ask(ScriptedServer(httpx.Response(200, stream=body)))) == "Hi"
    assert body.closed


async def test_every_cut_of_the_bytes_gives_the_same_reply() -> None:
    whole = text_event("é あ 😀\u2028") + text_event("end", "stop") + DONE
    server = ScriptedServer(stream(*(whole[i : i + 1] for i in range(len(whole)))))

    assert content(await ask(server)) == "é あ 😀\u2028end"
