"""A second process that lays Markdown out, both its ends: it is asked by a pipe and answers by another.

It is told first, in a line of JSON, of the terminal and of the styles. Asked with a line that has
a width in cells and the bytes of a text, and that text, it answers with a line that has the bytes
of its rows, and those. Whoever asks waits for nothing.
"""

import contextlib
import json
import os
import sys
from collections.abc import Mapping
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

#: Where this package lies is looked at behind all other places, and the current directory never.
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from zatsudan.terminal.live.secondprocess import serve; "
    "serve(sys.stdin.buffer, sys.stdout.buffer)"
)
#: What it writes when it has begun.
_READY = b"\n"
#: Bytes that are read at a time.
_READ = 2**16


class SecondProcess:
    """Lays whole blocks out; the answers come in the order of the questions.

    Without it nothing is lost but time: it may not begin, and may end at any moment.
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
        """Start it, unless it runs."""
        if self._process is not None:
            return
        if sys.platform == "win32" and sys.version_info < (3, 12):
            return  # there, pipes always wait
        self._told = dict(TOLD)
        here = str(Path(zatsudan.__file__).parents[1])
        process = self._process = pythons.begin("-P", "-c", _PROGRAM, here, bufsize=0)
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        told = [dict(self._environ), *self._styles, self._told]
        self._to_write += json.dumps(told, default=dict).encode() + b"\n"
        self._write()

    def ask(self, text: str, width: int) -> bool:
        """Have whole blocks laid out in rows of `width` cells; tell whether that will be answered."""
        if self._told != TOLD:  # the terminal has said more about characters since
            self.end()
        if not self.ready:
            self.answers()
        if not self.ready:
            return False
        data = text.encode()
        self._to_write += b"%d %d\n" % (width, len(data)) + data
        self._write()
        return True

    def answers(self) -> list[list[Styled]]:
        """Return the rows of each text that was asked for, as far as they have come."""
        self._write()
        with contextlib.suppress(BlockingIOError):
            while self._process is not None and self._process.stdout is not None:
                data = os.read(self._process.stdout.fileno(), _READ)
                if not data:
                    self.end()
                self._read += data
        answers = []
        if self._read.startswith(_READY):
            self.ready = True
            del self._read[: len(_READY)]
        while (end := self._read.find(b"\n")) >= 0:
            size = int(self._read[:end])
            if len(self._read) < end + 1 + size:
                break
            answers.append(rows_of(self._read[end + 1 : end + 1 + size].decode()))
            del self._read[: end + 1 + size]
        return answers

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


def serve(read: BinaryIO, write: BinaryIO) -> None:
    """Answer until nothing more is asked: this is all that the second process does."""
    environ, theme, own, sixteen, told = json.loads(read.readline())
    set_told(told)
    make = markdown_streams(environ, Styles(theme, own, sixteen))
    write.write(_READY)
    write.flush()
    while asked := read.readline():
        width, size = map(int, asked.split())
        stream = make(width).behind()
        rows = lines_of(whole_rows(read.read(size).decode(), stream)).encode()
        write.write(b"%d\n" % len(rows) + rows)
        write.flush()
