"""A scripted server on loopback: says what a test tells it to, piece by piece.

Run as a program it streams a text: `python -m tests.support.server FILE [TOKENS_PER_SECOND]`.
"""

import asyncio
import contextlib
import json
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.listening import end
from zatsudan.servers.kinds import KINDS

CUT = "cut"
RESET = "reset"

#: Bytes to send, seconds or what else to wait for, or CUT / RESET to end the connection in the middle.
Piece = bytes | float | asyncio.Event | str


@dataclass(frozen=True)
class Script:
    """One response: a status, headers, and a body in pieces. `whole` sends a Content-Length."""

    pieces: Sequence[Piece] = ()
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/event-stream"),)
    whole: bool = False


def chunk(
    content: str | None = None, *, index: int = 0, finish: str | None = None, **more: Any
) -> bytes:
    """Return one event with a chunk."""
    delta = {} if content is None else {"content": content}
    value = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": index, "delta": delta, "finish_reason": finish}],
        **more,
    }
    return event(value)


def event(value: object) -> bytes:
    """Return one event with a JSON value."""
    return (
        b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n\n"
    )


def usage(prompt: int, completion: int) -> bytes:
    """Return the event that ends a stream with its usage."""
    counts = {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
    return event({"id": "c1", "model": "scripted", "choices": [], "usage": counts})


#: Where a server is asked what it is.
_SIGNS = frozenset(sign.path for kind in KINDS for sign in kind.signs)

DONE = b"data: [DONE]\n\n"


def says(*texts: str, pause: float = 0.0, finish: str = "stop") -> Script:
    """Return a well-behaved stream of these texts."""
    pieces: list[Piece] = [chunk("")]
    for text in texts:
        if pause:
            pieces.append(pause)
        pieces.append(chunk(text))
    return Script([*pieces, chunk(finish=finish), usage(10, len(texts)), DONE])


def fails(status: int, body: object, **headers: str) -> Script:
    """Return an error response; a body that is no text is sent as JSON."""
    data = (
        body.encode("utf-8", "surrogatepass")
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    kind = "text/html" if isinstance(body, str) and body.startswith("<") else "application/json"
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Script([data], status, (("Content-Type", kind), *named), whole=True)


def whole(value: object) -> Script:
    """Return a response of JSON that is not streamed."""
    kind = (("Content-Type", "application/json"),)
    return Script([json.dumps(value).encode()], 200, kind, whole=True)


@dataclass
class Request:
    """What came: method, path, headers (names in lower case) and the JSON body, empty where there is none."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Server:
    """The running server. `scripts` are used up one by one; the last one stays.

    `listing` answers the question for models instead of `models`. A script is asked what server
    this is only with `tells`: the question comes behind the prompt, at no fixed place among the
    requests.
    """

    scripts: list[Script | Callable[[Request], Script]] = field(default_factory=list)
    models: Sequence[str] = ("scripted",)
    listing: Script | None = None
    tells: bool = False
    requests: list[Request] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    base_url: str = ""
    _handlers: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def posted(self) -> list[Any]:
        """The bodies of the requests for replies."""
        return [request.body for request in self.requests if "chat" in request.path]

    async def aclose(self) -> None:
        """End all connections, and wait until they have ended."""
        while handlers := list(self._handlers):
            for task in handlers:
                task.cancel()
            await asyncio.gather(*handlers, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed lets go of its socket

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        task = asyncio.current_task()
        if task is not None:
            self._handlers.add(task)
            task.add_done_callback(self._handlers.discard)
        try:
            while (request := await _read(reader)) is not None:
                script = self._unasked(request)
                if script is None:
                    self.requests.append(request)
                    script = self._script(request)
                if not await self._send(script, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:  # the server ends while a client keeps its connection
            writer.transport.abort()
        writer.close()

    def _unasked(self, request: Request) -> Script | None:
        """Answer a question of what server this is, unless a script tells; None for any other."""
        sign = request.method == "GET" and request.path.partition("?")[0] in _SIGNS
        return fails(404, {}) if sign and not self.tells else None

    def _script(self, request: Request) -> Script:
        if request.path.partition("?")[0].endswith("/models"):
            if self.listing is not None:
                return self.listing
            listed = {"object": "list", "data": [{"id": name} for name in self.models]}
            return Script(
                [json.dumps(listed).encode()],
                200,
                (("Content-Type", "application/json"),),
                whole=True,
            )
        if request.method == "GET":  # what a server is asked of itself takes no script away
            last = self.scripts[-1] if self.scripts else None
            if callable(last):
                return last(request)
            return last if last is not None and last.whole else fails(404, {})
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        return script(request) if callable(script) else script

    async def _send(
        self, script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        length = "Transfer-Encoding: chunked"
        if script.whole:
            size = sum(len(piece) for piece in script.pieces if isinstance(piece, bytes))
            length = f"Content-Length: {size}"
        lines = [f"HTTP/1.1 {script.status} Scripted", length]
        lines += [f"{name}: {value}" for name, value in script.headers]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        hung_up = asyncio.ensure_future(reader.read(1))
        try:
            for piece in script.pieces:
                if hung_up.done():
                    self.gone.set()
                    return False
                if isinstance(piece, float):
                    await asyncio.wait([hung_up], timeout=piece)
                elif isinstance(piece, asyncio.Event):
                    await _first(hung_up, piece)
                elif isinstance(piece, str):
                    if piece == RESET:
                        writer.transport.abort()
                    return False
                else:
                    writer.write(piece if script.whole else b"%x\r\n%b\r\n" % (len(piece), piece))
                    await writer.drain()
            if not script.whole:
                writer.write(b"0\r\n\r\n")
            await writer.drain()
        finally:
            hung_up.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await hung_up
        return True


async def _first(hung_up: "asyncio.Future[Any]", event: asyncio.Event) -> None:
    """Wait for an event, or until nobody listens any more."""
    waiting: asyncio.Future[object] = asyncio.ensure_future(event.wait())
    await asyncio.wait([hung_up, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, json.loads(body) if body else {})


@asynccontextmanager
async def serve(
    *scripts: Script | Callable[[Request], Script],
    port: int = 0,
    tells: bool = False,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Server]:
    """Run a server with these scripts."""
    server = Server(list(scripts), tells=tells)
    listener = await asyncio.start_server(server.answer, "127.0.0.1", port, limit=2**26, ssl=tls)
    scheme = "http" if tls is None else "https"
    server.base_url = f"{scheme}://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        await end(listener)
        await server.aclose()


def pieces_of(text: str, size: int = 4) -> Iterable[str]:
    """Cut a text into pieces of about a token."""
    return (text[start : start + size] for start in range(0, len(text), size))


async def _main(text: str, speed: float, port: int) -> None:
    script = says(*pieces_of(text), pause=1 / speed if speed else 0.0)
    async with serve(script, port=port) as server:
        sys.stdout.write(server.base_url + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "0", "0"]
    told = Path(arguments[0]).read_text(encoding="utf-8")
    asyncio.run(_main(told, float(arguments[1]), int(arguments[2])))
