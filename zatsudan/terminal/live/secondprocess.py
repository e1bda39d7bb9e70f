"""A second process that lays Markdown out, both its ends: it is asked by a pipe and answers by another.

It is told first, in a line of JSON, of the styles and of the terminal. Asked with a line that has
a width in cells and the bytes of a text, and that text, it answers with a line that has the bytes
of its rows, and those. Whoever asks waits for nothing.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import zatsudan
from zatsudan.base import pythons
from zatsudan.base.printable import Styled
from zatsudan.base.styles import Styles
from zatsudan.terminal.live.replies import markdown_streams, whole_rows
from zatsudan.terminal.text.rows import lines_of, rows_of
from zatsudan.terminal.text.widths import TOLD, set_told

if TYPE_CHECKING:
    import subprocess

#: Where this package lies.
_FOLDER = Path(zatsudan.__file__).parents[1]
#: It is looked at behind all other places, and the current directory never.
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from zatsudan.terminal.live.secondprocess import serve; "
    "serve(sys.stdin.buffer, sys.stdout.buffer)"
)
#: Bytes that are read at a time.
_READ = 2**16
#: What it writes when it has begun: one that is of other files would lay out as they do.
_GREETING = f"{zatsudan.__version__} {Path(__file__).resolve()}".encode(errors="replace")


class SecondProcess:
    """Lays whole blocks out; the answers come in the order of the questions.

    Without it nothing is lost but time: it may not begin, and may end at any moment. It is POSIX
    alone that can ask a pipe without waiting for it, in all versions of Python.
    """

    def __init__(self, environ: Mapping[str, str], styles: Styles) -> None:
        self._environ = environ
        self._styles = styles
        self._told: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._to_write = bytearray()
        self._read = bytearray()
        self.ready = False
        """Has it begun, so that it can be asked?"""

    def begin(self) -> None:
        """Start it, where there is a processor for it, unless it runs."""
        if sys.platform == "win32" or self._process or processors() < 2:
            return
        process = pythons.begin(
            *("-P", "-c", _PROGRAM, str(_FOLDER)), bufsize=0, environ=self._environ
        )
        if process is None:
            return
        self._process, self._told = process, dict(TOLD)
        try:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    os.set_blocking(pipe.fileno(), False)
        except OSError:
            self.end()
            return
        self._to_write += json.dumps([*self._styles, self._told], default=dict).encode() + b"\n"
        self._write()

    def ask(self, text: str, width: int) -> bool:
        """Have whole blocks laid out in rows of `width` cells; tell whether that will be answered."""
        if self._told != TOLD:  # the terminal has said more about characters since
            self.end()
        if not self.ready:
            return False
        data = text.encode()
        self._to_write += b"%d %d\n" % (width, len(data)) + data
        self._write()
        return True

    def answers(self) -> list[list[Styled]]:
        """Return the rows of each text that was asked for, as far as they have come."""
        try:
            self._write()
            self._read_on()
            if not self.ready and b"\n" in self._read:
                greeting, _, self._read = self._read.partition(b"\n")
                self.ready = greeting == _GREETING
                if not self.ready:  # another version, or one that prints
                    self.end()
            return list(self._answered())
        except (OSError, ValueError):
            self.end()
            return []

    def _read_on(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._process is not None and self._process.stdout is not None:
                data = os.read(self._process.stdout.fileno(), _READ)
                if not data:
                    self.end()
                self._read += data

    def _answered(self) -> Iterator[list[Styled]]:
        while (end := self._read.find(b"\n")) >= 0:
            stop = end + 1 + int(self._read[:end])
            if len(self._read) < stop:
                return
            yield rows_of(self._read[end + 1 : stop].decode())
            del self._read[:stop]

    def end(self) -> None:
        """End it; what was asked for and not answered will not be."""
        process, self._process = self._process, None
        self._to_write.clear()
        self._read.clear()
        self.ready = False
        if process is not None:
            pythons.end(process)

    def _write(self) -> None:
        if self._process is None or self._process.stdin is None:
            return
        try:
            while self._to_write:
                written = os.write(self._process.stdin.fileno(), self._to_write)
                del self._to_write[:written]
        except BlockingIOError:
            return
        except OSError:  # it has ended
            self.end()


def processors() -> int:
    """Return how many processors this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def serve(read: BinaryIO, write: BinaryIO) -> None:
    """Answer until nothing more is asked: this is all that the second process does."""
    theme, own, sixteen, told = json.loads(read.readline())
    set_told(told)
    make = markdown_streams(os.environ, Styles(theme, own, sixteen))
    write.write(_GREETING + b"\n")
    write.flush()
    while asked := read.readline():
        width, size = map(int, asked.split())
        stream = make(width).afresh()
        rows = lines_of(whole_rows(read.read(size).decode(), stream)).encode()
        write.write(b"%d\n" % len(rows) + rows)
        write.flush()
