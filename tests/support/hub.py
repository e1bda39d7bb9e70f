"""A scripted Hugging Face on loopback: repositories with files, keys, gates, cuts and other hosts."""

import asyncio
import contextlib
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import ClassVar

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def model(size: int = 50_000, seed: int = 1) -> bytes:
    """The bytes of a file that begins as a model does."""
    return b"GGUF" + bytes((at * seed) % 251 for at in range(size))


@dataclass
class Hub:
    """What it holds, and what it was asked."""

    path: ClassVar[str] = ""
    files: dict[str, bytes] = field(default_factory=dict)
    repo: str = "ggml-org/tiny-GGUF"
    #: The key that it wants for everything, and for the files alone.
    key: str = ""
    gate: str = ""
    #: What is answered instead, by the beginning of the path.
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    #: After how many bytes the answers with a file end, one by one; then they are whole.
    cuts: list[int] = field(default_factory=list)
    #: Where the files lie: another host's address.
    elsewhere: str = ""
    #: Files that are sent with other bytes than were listed.
    exchanged: dict[str, bytes] = field(default_factory=dict)
    stalls: asyncio.Event | None = None
    url: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    handlers: set["asyncio.Task[None]"] = field(default_factory=set)

    def listing(self) -> bytes:
        """The answer about the repository, as the Hub gives it with `blobs=true`."""
        siblings = [
            {
                "rfilename": path,
                "size": len(data),
                "lfs": {
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                    "pointerSize": 131,
                },
            }
            for path, data in self.files.items()
        ]
        readme = {"rfilename": "README.md", "size": 12, "lfs": None}
        return json.dumps(
            {"id": self.repo, "sha": COMMIT, "siblings": [readme, *siblings]}
        ).encode()

    def _response(self, path: str, headers: dict[str, str]) -> tuple[int, list[str], bytes]:
        """Return status, headers and body for a request."""
        for begin, (status, body) in self.answers.items():
            if path.startswith(begin):
                return status, [], body
        sent = headers.get("authorization", "").removeprefix("Bearer ")
        if self.key and sent != self.key:
            return 401, [], b'{"error":"Repository not found"}'
        if path == f"/api/models/{self.repo}?blobs=true":
            return 200, ["Content-Type: application/json"], self.listing()
        return self._file(path, headers, sent)

    def _file(self, path: str, headers: dict[str, str], sent: str) -> tuple[int, list[str], bytes]:
        name = path.removeprefix(f"/{self.repo}/resolve/{COMMIT}").lstrip("/")
        if name not in self.files:
            return 404, [], b"Entry not found"
        if self.gate and sent != self.gate:
            return 403 if sent else 401, ["X-Error-Code: GatedRepo"], b""
        if self.elsewhere:
            return 302, [f"Location: {self.elsewhere}/{name}"], b""
        data = self.exchanged.get(name, self.files[name])
        tag = f'ETag: "{hashlib.sha256(data).hexdigest()}"'
        asked = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        if asked:
            start = int(asked[1])
            end = f"Content-Range: bytes {start}-{len(data) - 1}/{len(data)}"
            return 206, [tag, end], data[start:]
        return 200, [tag], data

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.handlers.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value
                for name, _, value in (line.partition(": ") for line in lines if line)
            }
            path = first.split(" ")[1]
            self.asked.append((path, headers))
            status, more, body = self._response(path, headers)
            head = [f"HTTP/1.1 {status} X", *more, f"Content-Length: {len(body)}"]
            if self.cuts and status in (200, 206) and "/api/" not in path:
                body = body[: self.cuts.pop(0)]
            writer.write("\r\n".join([*head, "Connection: close", "", ""]).encode() + body)
            await writer.drain()
            if self.stalls is not None and "/api/" not in path:
                await self.stalls.wait()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def fetched(self) -> list[tuple[str, str]]:
        """The files that were asked for, each with its Range."""
        return [
            (path.rpartition("/")[2], headers.get("range", ""))
            for path, headers in self.asked
            if "/api/" not in path
        ]
