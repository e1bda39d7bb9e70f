"""Fetching a model file: over HTTP, whole or not at all, and from where it was cut.

Only a file of the right size, kind and checksum gets the file's own name; what
came before a cut is kept, and gone on with.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from zatsudan.base import files
from zatsudan.base.errors import ApiError, ConnectionFailed, StreamError
from zatsudan.base.language import say
from zatsudan.base.printable import printable
from zatsudan.base.quantities import in_bytes
from zatsudan.config.settings import Network
from zatsudan.servers.engine.filehost import AGAIN, FileHost, header, length, pieces, refused
from zatsudan.servers.engine.part import Part
from zatsudan.servers.engine.progress import Progress

#: No file larger than this is fetched: the largest models of today are half of it.
LIMIT_BYTES = 2**40
#: How often a cut file is gone on with by itself, and the pause before it in seconds.
CUTS = 5
PAUSE_SECONDS = 1.0
#: The speed is that of the last so many seconds.
SPEED_SECONDS = 5.0
#: Progress is told at most so often, in seconds.
TELL_SECONDS = 0.1


class Fetch:
    """One file to be fetched from `url` to `path`; `sha256` is its checksum, or empty.

    `headers` may hold a key: they go to the host of `url` alone, not where it points to.
    """

    def __init__(
        self,
        url: str,
        path: Path,
        sha256: str = "",
        *,
        network: Network | None = None,
        headers: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._host = FileHost(url, sha256, network or Network(), headers or {})
        self._path = path
        self._sha256 = sha256.lower()
        self._clock = clock
        self._sleep = sleep
        self._part = Part(path, url)

    @property
    def host(self) -> str:
        """Where the file comes from."""
        return urlsplit(self._host.url).hostname or ""

    @property
    def name(self) -> str:
        """What the file is called here."""
        return self._path.name

    @property
    def checked(self) -> bool:
        """Is the file's checksum known?"""
        return bool(self._sha256)

    async def read(self, limit: int) -> bytes:
        """Return what the server answers instead of keeping it as a file; raises ZatsudanError."""
        data = b""
        async with self._host.open("GET", {}) as response:
            if response.status_code != httpx.codes.OK:
                raise refused(response.status_code)
            async for piece in response.aiter_bytes():
                data += piece
                if len(data) > limit:
                    raise StreamError(
                        say("The server answers with more than {size}.", size=in_bytes(limit)),
                        say("See whether its address is right."),
                    )
        return data

    async def size(self) -> int:
        """Return how large the file is, before it is fetched; 0 where the server does not tell."""
        with contextlib.suppress(ApiError, TimeoutError):
            async with asyncio.timeout(5), self._host.open("HEAD", {}) as response:
                if response.status_code == httpx.codes.OK:
                    return length(response)
        return 0

    async def run(self, tell: Callable[[Progress], None]) -> Path:
        """Fetch the file, going on where it was cut; raises ZatsudanError.

        What came stays also if this is cancelled.
        """
        try:
            with self._part.opened():
                await self._fill(tell)
                await self._part.finish(self._sha256)
        except OSError as error:
            raise ConnectionFailed(
                say("The file cannot be written ({why}).", why=files.reason(error)),
                printable(" ".join((say("Make room, or see whose the directory is."), say(AGAIN)))),
            ) from error
        return self._path

    async def _fill(self, tell: Callable[[Progress], None]) -> None:
        for cuts in range(CUTS, -1, -1):
            before = self._part.have
            try:
                if await self._get(tell):
                    return
            except ConnectionFailed:
                if not cuts or self._part.have <= before:
                    raise
                await self._sleep(PAUSE_SECONDS)
        raise StreamError(
            say("The server gives no such part of the file."), say("Try again later.")
        )

    async def _get(self, tell: Callable[[Progress], None]) -> bool:
        """Ask for what is not there yet; return False if all is to be asked for anew."""
        part = self._part
        have, validator = part.have, part.version()
        if validator is None or not (validator or self._sha256):
            have = part.empty()  # nothing would tell that it is another file by now
        headers = {"Range": f"bytes={have}-"} if have else {}
        if have and validator:
            headers["If-Range"] = validator
        async with self._host.open("GET", headers) as response:
            if have and response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                if header(response, "Content-Range") == f"bytes */{have}":
                    return True  # it is all there
                part.empty()
                return False
            if response.status_code == httpx.codes.PARTIAL_CONTENT and validator:
                tag = header(response, "ETag")
                if tag and tag != validator:  # the server knows Range, but not If-Range
                    part.empty()
                    return False
            size = self._agreed(response, have)
            await self._receive(response, size, tell)
            return True

    def _agreed(self, response: httpx.Response, have: int) -> int:
        """Return the size of the whole file, the part cut to where the answer goes on."""
        if response.status_code == httpx.codes.PARTIAL_CONTENT and have:
            told = re.fullmatch(
                r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", header(response, "Content-Range")
            )
            if told is None or int(told[1]) != have or int(told[2]) + 1 != int(told[3]):
                raise StreamError(
                    say("The server went on at another place of the file than was asked for."),
                    say("Try again later, or set another model_url."),
                )
            size = int(told[3])
        elif response.status_code == httpx.codes.OK:
            have, size = self._part.empty(), length(response)
        else:
            raise refused(response.status_code)
        if header(response, "Content-Encoding") not in ("", "identity") or not size:
            raise StreamError(
                say("The server does not say how large the file is."),
                say("Fetch it by other means and name it with --gguf FILE."),
            )
        if size > LIMIT_BYTES:
            raise StreamError(
                say("The server says that the file has {size}.", size=in_bytes(size)),
                say("No model is that large: see where model_url points to."),
            )
        self._part.check_room(size - have)
        self._part.keep_version(header(response, "ETag"))
        return size

    async def _receive(
        self,
        response: httpx.Response,
        size: int,
        tell: Callable[[Progress], None],
    ) -> None:
        part = self._part
        have = part.have
        marks = [(self._clock(), have)]
        tell(Progress(have, size, 0.0))
        async for piece in pieces(response):
            if have + len(piece) > size:
                part.empty()
                raise StreamError(
                    say("The server sends more than the {size} that it said.", size=in_bytes(size)),
                    say("Try again later, or set another model_url."),
                )
            part.write(piece)
            have += len(piece)
            now = self._clock()
            if now - marks[-1][0] >= TELL_SECONDS or have == size:
                marks.append((now, have))
                while len(marks) > 2 and now - marks[0][0] > SPEED_SECONDS:
                    marks.pop(0)
                passed = now - marks[0][0]
                tell(Progress(have, size, (have - marks[0][1]) / passed if passed > 0 else 0.0))
        if have < size:
            raise _cut(have, size)


def _cut(have: int, size: int) -> ConnectionFailed:
    return ConnectionFailed(
        say("The file was cut after {have} of {size}.", have=in_bytes(have), size=in_bytes(size)),
        say(AGAIN),
    )
