"""Scripted doubles: a body that comes piece by piece, a server of responses, a client of chunks."""

import asyncio
import json
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from pathlib import Path
from typing import cast

import httpx

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.printable import printable
from zatsudan.config.settings import Config, Network
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.servers.discovery import Finder
from zatsudan.sessions.session import Node
from zatsudan.talk.beginning import turn_to
from zatsudan.talk.chat import Chat
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk, new_session_id, utc_now
from zatsudan.talk.turn import Turn
from zatsudan.wire.messages import Usage
from zatsudan.wire.models import Model
from zatsudan.wire.protocol import Chunk, Delta


class Time:
    """A clock that goes on only while someone sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Pause:
    """A place in a script where nothing more comes: `reached` tells that we are there."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()

    async def wait(self) -> None:
        self.reached.set()
        await asyncio.Event().wait()


class ScriptedBody(httpx.AsyncByteStream):
    """Yields pieces of bytes, pauses, and raises what it is told to; `closed` records aclose."""

    def __init__(self, *steps: bytes | Pause | Exception) -> None:
        self._steps = steps
        self.closed = False
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            if isinstance(step, Pause):
                await step.wait()
            elif isinstance(step, Exception):
                raise step
            else:
                self.sent += 1
                yield step

    async def aclose(self) -> None:
        self.closed = True


Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class ScriptedServer:
    """Gives its answers one after the other; remembers the requests."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    @property
    def body(self) -> JsonObject:
        """The JSON of the last request."""
        value: JsonObject = json.loads(self.requests[-1].content)
        return value

    def client(self, server: Server, network: Network | None = None) -> Client:
        return Client(server, network or Network(), httpx.MockTransport(self._handle))


def event(value: Json) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def text_event(text: str, finish: str | None = None) -> bytes:
    """The event of a chunk with text."""
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


DONE = b"data: [DONE]\n\n"


def stream(*steps: bytes | Pause | Exception) -> httpx.Response:
    """A response of 200 whose body is scripted."""
    return httpx.Response(
        200, headers={"Content-Type": "text/event-stream"}, stream=ScriptedBody(*steps)
    )


Step = Chunk | Pause | Exception


def text(
    content: str = "", finish: str | None = None, *, index: int = 0, reasoning: str = ""
) -> Chunk:
    """A chunk with text of one choice."""
    return Chunk((Delta(index, content, reasoning, finish),), model="m-1")


def usage(prompt: int, completion: int) -> Chunk:
    """A chunk with the usage alone."""
    return Chunk(usage=Usage(prompt, completion))


def reply(content: str) -> list[Step]:
    """The chunks of a short whole reply."""
    return [text(content), text("", "stop"), usage(10, 2)]


class ScriptedClient:
    """Stands for a client: each request gets the next script of chunks; remembers the requests."""

    def __init__(
        self, *scripts: Sequence[Step], models: Iterable[Model] = (), model: str = "m"
    ) -> None:
        self.server = Server("double", "http://double/v1", model=model)
        self.scripts = list(scripts)
        self.requests: list[JsonObject] = []
        self.closed_streams = 0
        self.closed = False
        self._models = list(models)

    async def stream(self, body: JsonObject) -> AsyncGenerator[Chunk, None]:
        self.requests.append(body)
        try:
            for step in self.scripts.pop(0):
                if isinstance(step, Pause):
                    await step.wait()
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield step
        finally:
            self.closed_streams += 1

    async def models(self) -> list[Model]:
        return self._models

    async def native(self, path: str, body: Mapping[str, Json] | None = None) -> Json:
        """Know nothing beside /v1."""
        del path, body
        return None

    async def aclose(self) -> None:
        self.closed = True

    async def connect(self) -> Client:
        """Take the place of the real client."""
        return cast("Client", self)


class Finds:
    """Stands for the finder: what makes clients, each part scripted."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Client]],
        reach: Callable[[str], Awaitable[Client]] | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._connect = connect
        self._reach = reach
        self._alive = alive

    async def connect(self) -> Client:
        return await self._connect()

    async def reach(self, profile: str) -> Client:
        if self._reach is None:
            raise CommandError(printable(f"The server of {profile} cannot be reached from here."))
        return await self._reach(profile)

    def alive(self) -> bool:
        return self._alive()


def chat_over(
    connect: Callable[[], Awaitable[Client]],
    folder: Path | None = None,
    *,
    config: Config | None = None,
    start: Callable[[], list[JsonObject]] = list,
    reach: Callable[[str], Awaitable[Client]] | None = None,
    alive: Callable[[], bool] = lambda: True,
    finder: Finder | None = None,
    learned: Path | None = None,
    findings: Path | None = None,
    catalogue: Path | None = None,
    presets: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    now: Callable[[], str] = utc_now,
    new_id: Callable[[], str] = new_session_id,
) -> Chat:
    """A chat whose clients come from `connect`; journals are kept in `folder`."""
    return Chat(
        config or Config(),
        Talk(folder, start=start, now=now, new_id=new_id, config=config),
        Link(
            Finds(connect, reach, alive),
            learned=learned,
            catalogue=catalogue,
            clock=clock,
            sleep=sleep,
            now=now,
        ),
        findings=findings,
        presets=presets,
        finder=finder,
    )


def turn_in(
    chat: Chat,
    parent: Node,
    overrides: Mapping[str, Json] | None = None,
    prefix: str = "",
    logprobs: Sequence[Json] = (),
    *,
    asking: bool = False,
) -> Turn:
    """A turn of a chat that answers a message."""
    return turn_to(
        chat.talk,
        chat.link,
        parent,
        overrides,
        prefix=prefix,
        logprobs=logprobs,
        asking=asking,
    )
