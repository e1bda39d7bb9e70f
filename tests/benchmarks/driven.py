"""A program in a terminal of 100x40 of its own, and when what stood on it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 100, 40
#: What terminals are asked, and say: how they do, and where the cursor is.
ANSWERS = {b"\x1b[5n": b"\x1b[0n", b"\x1b[6n": b"\x1b[1;1R"}


class TooSlow(Exception):
    """What was waited for did not come in time."""


class Driven:
    """A started program; `read` are all bytes that it wrote. Leave with `with`."""

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        folder: Path,
        size: tuple[int, int] = (COLUMNS, ROWS),
    ) -> None:
        """`size`: the columns and rows of its terminal."""
        self.read = bytearray()
        self._arrivals: list[tuple[int, float]] = []  # length of `read`, and since when
        self._looked = 0  # so far it was looked through for questions
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folder)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
                os.execvpe(argv[0], list(argv), dict(environ))
            finally:
                os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._fd)  # a terminal that goes away ends its programs
        for patience in (1.0, 0.0):
            until = time.monotonic() + patience
            while time.monotonic() < until:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return
                time.sleep(0.01)
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def type(self, text: str) -> float:
        """Press keys; return when."""
        at = time.monotonic()
        os.write(self._fd, text.encode())
        return at

    def run(self, seconds: float) -> None:
        """Let the program run, and read what it writes."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._read(left)

    def settle(self, seconds: float = 0.25) -> None:
        """Let the program run until it has written nothing for so long, 3 s at most."""
        until = time.monotonic() + 3
        while self._read(seconds) and time.monotonic() < until:
            pass

    def wait(self, text: str, start: int, seconds: float = 20.0) -> float:
        """Return when `text` stood in what was written from `start` on; raises TooSlow."""
        wanted = text.encode()
        until = time.monotonic() + seconds
        seen = start
        while (found := self.read.find(wanted, max(start, seen - len(wanted)))) < 0:
            seen = len(self.read)
            left = until - time.monotonic()
            if left <= 0:
                raise TooSlow(text)
            self._read(left)
        return self._when(found + len(wanted))

    def seen(self, text: str, start: int) -> float | None:
        """Return when `text` stood there, if it did."""
        found = self.read.find(text.encode(), start)
        return self._when(found + len(text.encode())) if found >= 0 else None

    def _when(self, end: int) -> float:
        return next(at for length, at in self._arrivals if length >= end)

    def _read(self, seconds: float) -> bool:
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._fd, 65_536)
        except OSError as error:
            raise TooSlow(
                "the program has ended: " + self.read[-300:].decode("utf-8", "replace")
            ) from error
        self.read += data
        self._arrivals.append((len(self.read), time.monotonic()))
        self._came(len(data))
        return True

    def _came(self, _count: int) -> None:
        """So many bytes more were written: answer what they ask."""
        for question in self._questions():
            os.write(self._fd, ANSWERS[question])

    def _questions(self) -> list[bytes]:
        """Return what the program has asked since this was called last."""
        asked = list(re.finditer(rb"\x1b\[[56]n", memoryview(self.read)[self._looked :]))
        end = asked[-1].end() if asked else 0
        self._looked = max(self._looked + end, len(self.read) - 3)
        return [bytes(one[0]) for one in asked]

    @property
    def cpu(self) -> float:
        """Seconds of CPU that the process has taken, all threads, user and system, and those it began and ended."""
        # The clock of another process, as clock_getcpuclockid(3) makes its number.
        own = time.clock_gettime((~self.pid << 3) | 2)
        # proc_pid_stat(5): cutime and cstime, behind the name, which may hold anything.
        stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return own + (int(stat[13]) + int(stat[14])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident(self) -> float:
        """MiB of memory in use."""
        return self._memory("VmRSS:")

    @property
    def peak(self) -> float:
        """MiB of memory that were in use at most."""
        return self._memory("VmHWM:")

    def _memory(self, name: str) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(name)[2].split()[0]) / 1024
