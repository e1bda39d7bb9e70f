"""A server of one file, as bad as it is told to be."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from typing import ClassVar

FILE = b"GGUF" + bytes(range(256)) * 400


@dataclass
class FileServer:
    """Serves one file over HTTP, as badly as it is told to; remembers the headers of the requests."""

    path: ClassVar[str] = "/files/tiny.gguf"
    data: bytes = FILE
    tag: str = '"v1"'
    ranges: bool = True
    if_range: bool = True
    #: After how many bytes the answers end, one by one; then they are whole.
    cuts: list[int] = field(default_factory=list)
    size: int | None = None
    status: int = 200
    location: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    stalls: asyncio.Event | None = None
    handlers: set[asyncio.Task[None]] = field(default_factory=set)

    def head(self, headers: dict[str, str]) -> tuple[str, bytes]:
        """Return the lines and the body of an answer."""
        size = len(self.data) if self.size is None else self.size
        lines = [f"ETag: {self.tag}"] if self.tag else []
        if self.location:
            return f"HTTP/1.1 302 Found\r\nLocation: {self.location}\r\nContent-Length: 0", b""
        if self.status != 200:
            return f"HTTP/1.1 {self.status} No\r\nContent-Length: 0", b""
        asked = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        stale = self.if_range and headers.get("if-range", self.tag) != self.tag
        if asked is None or not self.ranges or stale:
            told = [f"Content-Length: {size}"] if size >= 0 else ["Connection: close"]
            return "\r\n".join(["HTTP/1.1 200 OK", *lines, *told]), self.data
        start = int(asked[1])
        if start >= len(self.data):
            return (
                f"HTTP/1.1 416 No\r\nContent-Range: bytes */{len(self.data)}\r\nContent-Length: 0"
            ), b""
        rest = self.data[start:]
        lines += [f"Content-Range: bytes {start}-{len(self.data) - 1}/{len(self.data)}"]
        return "\r\n".join(["HTTP/1.1 206 Part", *lines, f"Content-Length: {len(rest)}"]), rest

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.handlers.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in lines if line)
            headers["if-range"] = headers.get("if-range", self.tag)
            self.requests.append({"method": first.split(" ", 1)[0], **headers})
            lines_, body = self.head(headers)
            if first.startswith("HEAD"):
                body = b""
            elif self.cuts:
                body = body[: self.cuts.pop(0)]
            writer.write(lines_.encode() + b"\r\n\r\n" + body)
            await writer.drain()
            if self.stalls is not None:
                await self.stalls.wait()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
