"""The whole program in a real pseudo-terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path


class Program:
    """zatsudan in a terminal of its own."""

    def __init__(self, *arguments: str, home: Path, columns: int = 80, rows: int = 24) -> None:
        self._master, slave = pty.openpty()
        self.seen = ""
        self.resize(columns, rows, tell=False)
        environ = {**os.environ, "HOME": str(home), "ZATSUDAN_API_KEY": "test-key"}
        self._before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zatsudan", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environ,
            start_new_session=True,
        )

    def resize(self, columns: int, rows: int, *, tell: bool = True) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            self.process.send_signal(signal.SIGWINCH)

    def modes(self) -> list[object]:
        """Return how the terminal treats keys: in whole lines, echoed, as signals."""
        return termios.tcgetattr(self._slave)[:4]

    def cook(self) -> None:
        """Give the terminal the modes that it had before the program."""
        termios.tcsetattr(self._slave, termios.TCSANOW, self._before)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until(self, pattern: str, seconds: float = 30.0) -> str:
        """Read until a pattern has appeared since the last call; return what was read."""
        start = len(self.seen)
        end = time.monotonic() + seconds
        while not re.search(pattern, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen[start:])):
            left = end - time.monotonic()
            assert left > 0, f"no {pattern!r} in {self.seen[start:]!r}"
            self._read(min(left, 0.2))
        return self.seen[start:]

    def _read(self, seconds: float) -> None:
        if select.select([self._master], [], [], seconds)[0]:
            try:
                self.seen += os.read(self._master, 65_536).decode("utf-8", "replace")
            except OSError:
                return

    def wait(self) -> int:
        """Wait for the end, reading on; return the exit code."""
        end = time.monotonic() + 15
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.1)
        assert self.process.returncode is not None, self.seen[-500:]
        return self.process.returncode

    @property
    def sane(self) -> bool:
        """Is the terminal as it was before?"""
        return termios.tcgetattr(self._slave)[:4] == self._before[:4]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def drain(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)
