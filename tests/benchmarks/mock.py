"""A server for measuring: cheap per token, and it remembers when it did what.

The last words `bench SHAPE TOKENS RATE ID` of a request say what the reply
is: the shape of tests/terminal/markdown/shapes.py, its length, tokens a second
(0: as fast as possible). Its end is the word `omegaIDz`. The shape `words` is
one paragraph of words that are found again on a screen; `pages` is `mixed` in pieces of PAGE
characters. `GET /log` tells when
requests were complete and tokens were sent, on the clock `time.monotonic`,
which all processes of the machine share.
"""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import lru_cache

from tests.support.shapes import SHAPES

PAGE = 1_000
_ORDER = re.compile(rb"bench (\w+) (\d+) (\d+) (\d+)")
_TOKEN = re.compile(r"\s?\w{1,7}|[^\w\s]{1,3}|\s+")
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def word(order: int, number: int) -> str:
    """Return a word of the shape `words`."""
    return f"q{order}n{number:03}x"


def end_word(order: int) -> str:
    """Return the word that ends a reply."""
    return f"omega{order}z"


@lru_cache(maxsize=64)
def tokens_of(shape: str, count: int, order: int) -> list[str]:
    """Return a reply as tokens of about four characters."""
    if shape == "words":
        tokens = [f" {word(order, number)}" for number in range(count)]
    elif shape == "pages":
        text = SHAPES["mixed"](count * PAGE)
        tokens = [text[at : at + PAGE] for at in range(0, len(text), PAGE)]
    else:
        tokens = _TOKEN.findall(SHAPES[shape](count * 8))[:count]
    return [*tokens, "\n\n" if shape != "fence" else "\n```\n\n", end_word(order)]


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    chunk = {
        "id": "chatcmpl-AsdF83jfkLwq0e9",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "bench",
        "system_fingerprint": "fp_44709d6fcb",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
    }
    data = b"data: " + json.dumps(chunk).encode() + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


_LAST = _event({}, "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"


@lru_cache(maxsize=64)
def _events(shape: str, count: int, order: int) -> list[bytes]:
    return [_event({"content": token}) for token in tokens_of(shape, count, order)]


#: By order: when its request was complete, its bytes, and when each token was sent.
_LOG: dict[str, dict[str, object]] = {}


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = bytearray()
        self._wanted: int | None = None  # bytes of the request that is coming
        self._task: asyncio.Task[None] | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        self._received += data
        if self._wanted is None:
            end = self._received.find(b"\r\n\r\n") + 4
            if end < 4:
                return
            length = re.search(rb"(?i)content-length: *(\d+)", self._received[:end])
            self._wanted = end + (int(length[1]) if length is not None else 0)
        if len(self._received) < self._wanted:
            return
        head, _, body = bytes(self._received).partition(b"\r\n\r\n")
        self._wanted = None
        self._received.clear()
        if head.startswith(b"POST"):
            self._answer(at, body)
        elif b"/log" in head.split(b"\r\n")[0]:
            self._json(_LOG)
        else:
            self._json({"object": "list", "data": [{"id": "bench", "object": "model"}]})

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (len(body), body)
        )

    def _answer(self, at: float, body: bytes) -> None:
        orders = _ORDER.findall(body)
        if not orders:
            self._transport.write(_STREAM_HEAD + _event({"content": "?"}) + _LAST)
            return
        shape = orders[-1][0].decode()
        count, rate, order = map(int, orders[-1][1:])
        sent: list[float] = []
        _LOG[str(order)] = {"at": at, "bytes": len(body), "sent": sent}
        events = _events(shape, count, order)
        if rate:
            self._task = asyncio.ensure_future(self._paced(events, rate, sent))
        else:
            self._transport.write(_STREAM_HEAD)
            self._transport.writelines(events)
            self._transport.write(_LAST)

    async def _paced(self, events: list[bytes], rate: int, sent: list[float]) -> None:
        loop = asyncio.get_running_loop()
        self._transport.write(_STREAM_HEAD)
        due = loop.time()
        for event in events:
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            sent.append(time.monotonic())
            self._transport.write(event)
        self._transport.write(_LAST)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    # Ends with the program that started it.
    await asyncio.to_thread(sys.stdin.read)


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """Run this server as a program of its own; yield its base URL."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.mock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        finally:
            server.communicate()


if __name__ == "__main__":
    asyncio.run(_serve())
