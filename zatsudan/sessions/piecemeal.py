"""A journal looked through a little at a time: a very long talk is not held in memory for it."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from zatsudan.sessions.journal import parse
from zatsudan.wire.messages import Message

#: Bytes that are looked through at once; more where a line is longer.
_BYTES = 500_000


class Pieces:
    """The whole lines of a file between two places, some at a time: a long talk is not held in memory.

    `end` and `sum` are then where they end, and their checksum; `rest` is what stands behind, which
    the next program that appends writes anew (journal.py).
    """

    def __init__(self, file: BinaryIO, begin: int, end: int) -> None:
        self._file = file
        self._last = end
        self.end = begin
        self.sum = 0
        self.rest = b""

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self.end)
        while data := self._file.read(
            min(max(_BYTES, len(self.rest)), self._last - self.end - len(self.rest))
        ):
            data = self.rest + data
            whole = data.rfind(b"\n") + 1
            piece, self.rest = data[:whole], data[whole:]
            self.end += whole
            self.sum = zlib.crc32(piece, self.sum)
            yield piece


def goes_on(file: BinaryIO, size: int, known: int, checksum: int) -> bool:
    """Tell whether the lines up to the place that is known are still those of that checksum."""
    pieces = Pieces(file, 0, min(known, size))
    for _ in pieces:
        pass
    return (pieces.end, pieces.sum) == (known, checksum)


def texts_of(pieces: Pieces) -> Iterator[str]:
    """Yield what was said in lines of a journal, also in a last one that lacks nothing but its end."""
    for piece in pieces:
        yield from _texts(piece)
    yield from _texts(pieces.rest)


def _texts(lines: bytes) -> Iterator[str]:
    for line in lines.split(b"\n"):
        record = parse(line) if b'"message"' in line else {}
        message = record.get("message")
        if record.get("type") == "message" and isinstance(message, dict):
            yield Message.from_json(message).text
