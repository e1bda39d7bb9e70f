"""Talk to servers that flood, and press Esc: how much memory, and how soon the prompt is back.

    python -m tests.benchmarks.floods [NAME…]

Each flood is served on loopback by a process of its own, as fast as it can. zatsudan
runs in a terminal; Esc is pressed after SECONDS. Prints a Markdown table: the most
memory that the program had (VmHWM), seconds from Esc until the reply was let go of
(- where a bound had stopped it before), seconds until the next key was echoed, and
what was said. FLOODS_PATH runs another copy of zatsudan; FLOODS_SECONDS sets SECONDS, so
that Esc comes before a bound stops the flood.
"""

import contextlib
import gzip
import json
import os
import re
import resource
import socket
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat
from multiprocessing import Process
from pathlib import Path

from tests.benchmarks import contestants
from tests.benchmarks.driven import Driven, TooSlow
from tests.support.server import chunk, event

SECONDS = float(os.environ.get("FLOODS_SECONDS", "3"))
#: How long the program may stay dead before it is given up, in seconds.
PATIENCE = 25.0
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
_JSON = _OK.replace(b"text/event-stream", b"application/json")
_GZIP = b"Content-Encoding: gzip\r\n\r\n"

Pieces = Iterator[bytes | float]
Flood = Callable[[], Pieces]


def _delta(**fields: str) -> bytes:
    return event({"choices": [{"index": 0, "delta": fields}]})


def _zeros(head: bytes, total: int) -> Iterator[bytes]:
    """Compress `total` bytes of x behind a head, piece by piece."""
    packer = zlib.compressobj(wbits=31)
    yield packer.compress(head)
    block = b"x" * 2**20
    for _ in range(total // len(block)):
        if packed := packer.compress(block):
            yield packed
    yield packer.flush()


def _line_without_end() -> Pieces:
    yield _OK + b"\r\ndata: "
    yield from repeat(b"x" * 65536)


def _json_without_end() -> Pieces:
    yield _JSON + b'\r\n{"choices":[{"message":{"content":"'
    yield from repeat(b"x" * 65536)


def _gzip_line() -> Pieces:
    yield _OK + _GZIP
    yield from _zeros(b"data: ", 2**32)


def _gzip_json() -> Pieces:
    yield _JSON + _GZIP
    yield from _zeros(b'{"choices":[{"message":{"content":"', 2**30)


def _gzip_twice() -> Pieces:
    yield _OK + b"Content-Encoding: gzip, gzip\r\n\r\n"
    yield gzip.compress(b"".join(_zeros(b"data: ", 2**31)))


def _line_of_100_mb() -> Pieces:
    yield _OK + b"\r\n"
    yield chunk("word " * 20_000_000)
    yield b"data: [DONE]\n\n"


def _line_of_7_mb() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(chunk("some more words " * 450_000))


def _reasoning() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(_delta(reasoning_content="thinking about it " * 50) * 64)


def _content() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(_delta(content="some *words* of a `reply`, " * 40) * 64)


def _lines() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(_delta(content="* a\n" * 200) * 64)


def _brackets() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(_delta(content="[" * 1000) * 64)


def _tokens() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(_delta(content="あ") * 500)


def _blank_deltas() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(_delta(content=" ") * 500)


def _comments() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(b":\n\n" * 20_000)


def _empty_events() -> Pieces:
    yield _OK + b"\r\n"
    yield from repeat(b"data: {}\n\n" * 6_000)


def _choices() -> Pieces:
    yield _OK + b"\r\n"
    yield event({"choices": [{"index": at, "delta": {"content": "a"}} for at in range(50_000)]})
    yield 60.0


def _many_values() -> Pieces:
    yield _OK + b"\r\n"
    yield b'data: {"choices":[' + b"[]," * 2_500_000 + b"[]]}\n\n"
    yield 60.0


def _logprobs() -> Pieces:
    yield _OK + b"\r\n"
    tops = [{"token": "a", "logprob": -1.0, "bytes": [97]}] * 20
    entry = {"token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": tops}
    choice = {"index": 0, "delta": {"content": "a"}, "logprobs": {"content": [entry]}}
    yield from repeat(event({"choices": [choice]}) * 32)


def _calls() -> Pieces:
    yield _OK + b"\r\n"
    call = {"index": 0, "function": {"name": "", "arguments": "aaaa"}}
    yield from repeat(event({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}) * 100)


def _headers() -> Pieces:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from repeat(b"X-More: " + b"x" * 1000 + b"\r\n")


def _continues() -> Pieces:
    yield from repeat(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)


def _dribble() -> Pieces:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X: y\r\n"
        yield 1.0


def _slow_bytes() -> Pieces:
    yield _OK + b"\r\n"
    while True:
        yield b"d"
        yield 60.0


def _error_body() -> Pieces:
    yield b"HTTP/1.1 400 Bad\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><title>"
    yield from repeat(b"x" * 65536)


def _error_gzip() -> Pieces:
    yield b"HTTP/1.1 400 Bad\r\nConnection: close\r\n" + _GZIP
    yield from _zeros(b'{"error":"', 2**32)


def _tiny_chunks() -> Pieces:
    yield _OK + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from repeat(b"1\r\n:\r\n" * 10_000)


FLOODS: dict[str, Flood] = {
    name.removeprefix("_"): flood
    for name, flood in list(globals().items())
    if name.startswith("_") and getattr(flood, "__annotations__", {}) == {"return": Pieces}
}


def _serve(listener: socket.socket, flood: Flood, models: bool) -> None:
    while True:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError), connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            if b"/models" in request.split(b"\r\n")[0] and not models:
                body = json.dumps({"data": [{"id": "m"}]}).encode()
                connection.sendall(_JSON + b"Content-Length: %d\r\n\r\n" % len(body) + body)
                continue
            for piece in flood():
                if isinstance(piece, float):
                    time.sleep(piece)
                else:
                    connection.sendall(piece)


def _peak(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


_ENDED = re.compile(
    rb"stopped before the first|interrupted|cut off|without end|has no end|values\.|waited|broke"
    rb"|refused the request|no reply|not a reply|empty"
)


def measure(flood: Flood, home: Path) -> tuple[int, str, str, str]:
    """Return MB, seconds until the reply was let go of, until a key was echoed, and what was said."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Process(target=_serve, args=(listener, flood, False), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    environ = {
        **contestants.environment(home),
        "PYTHONPATH": os.environ.get("FLOODS_PATH", ""),
    }
    argv = [sys.executable, "-m", "zatsudan", "--base-url", url, "--model", "m"]
    with Driven(argv, environ, home) as program:
        resource.prlimit(program.pid, resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
        program.wait("»", 0)
        program.settle()
        program.type("hi\r")
        program.run(SECONDS)
        ended = _ENDED.search(program.read)
        let_go = echoed = f"> {PATIENCE:.0f}"
        try:
            pressed, at = program.type("\x1b"), len(program.read)
            if ended is None:
                ended = _await(program, _ENDED, at)
                let_go = f"{time.monotonic() - pressed:.2f}"
            else:
                let_go = "-"
                program.run(0.3)
            pressed, at = program.type("Z"), len(program.read)
            _await(program, re.compile(b"Z"), at)
            echoed = f"{time.monotonic() - pressed:.2f}"
            program.run(0.3)
        except TooSlow:
            pass
        peak = _peak(program.pid)
        said = _said(bytes(program.read), ended.start()) if ended else ""
    server.kill()
    listener.close()
    return peak, let_go, echoed, said


def _await(program: Driven, wanted: re.Pattern[bytes], start: int) -> re.Match[bytes]:
    until = time.monotonic() + PATIENCE
    while (found := wanted.search(program.read, max(start, len(program.read) - 100_000))) is None:
        if time.monotonic() > until:
            raise TooSlow(wanted.pattern.decode())
        program._read(0.05)
    return found


def _said(read: bytes, at: int) -> str:
    start = max(read.rfind(b"\n", 0, at), 0)
    row = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", read[start : at + 150])
    return " ".join(row.decode("utf-8", "replace").split())[:90]


def main() -> None:
    """Print the table."""
    names = sys.argv[1:] or list(FLOODS)
    sys.stdout.write("| flood | MB | Esc | key | said |\n|---|---|---|---|---|\n")
    for name in names:
        with tempfile.TemporaryDirectory() as home:
            row = measure(FLOODS[name], Path(home))
        sys.stdout.write(f"| {name} | {' | '.join(map(str, row))} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
