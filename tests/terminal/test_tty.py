"""The whole program in a real pseudo-terminal: start, ask, interrupt, resize, leave."""

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
from collections.abc import Iterator
from pathlib import Path

import pytest

from zatsudan.connect import Server

pytestmark = [pytest.mark.tty, pytest.mark.model]


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


@pytest.fixture
def start(model: Server, clean_environment: Path) -> Iterator[list[Program]]:
    """Programs that a test starts, ended with it; the first is there already."""
    programs = [
        Program("--base-url", model.base_url, "-o", "max_tokens=40", home=clean_environment)
    ]
    yield programs
    for program in programs:
        program.close()


def test_ask_interrupt_resize_leave_and_go_on(
    start: list[Program], model: Server, clean_environment: Path
) -> None:
    program = start[0]
    program.until("just write")
    program.until(r"SmolLM2")
    program.press("Say hello.\r")
    program.until(r"in, \d+ out")
    program.press("/set max_tokens 400\r")
    program.until("→ 400")
    program.press("Write a very long story about the sea.\r")
    program.until(r"\d+ tok ·")
    program.resize(60, 20)
    program.press("\x03")
    program.until("interrupted")
    program.press("\x04")
    assert program.wait() == 0
    assert program.sane
    assert "Traceback" not in program.seen

    again = Program("--base-url", model.base_url, "--continue", home=clean_environment)
    start.append(again)
    again.until("2 turns(.|\n)*Write a very long story")
    again.press("/usage\r")
    again.until("session")
    again.press("/quit\r")
    assert again.wait() == 0


def test_a_signal_from_outside_stops_the_reply_and_nothing_else(start: list[Program]) -> None:
    program = start[0]
    program.until(r"SmolLM2")
    program.press("/set max_tokens 400\rWrite a very long story.\r")
    program.until(r"\d+ tok ·")
    program.process.send_signal(signal.SIGINT)
    program.until("interrupted")
    program.press("Say hi.\r")
    program.until(r"in, \d+ out")
    program.press("\x04")
    assert program.wait() == 0


def test_the_terminal_is_sane_after_sigterm(start: list[Program]) -> None:
    program = start[0]
    program.until(r"SmolLM2")
    program.process.send_signal(signal.SIGTERM)
    assert program.wait() == 128 + signal.SIGTERM
    assert program.sane
    assert program.seen.rindex("\x1b[?2004l") > program.seen.rindex("\x1b[?2004h")
