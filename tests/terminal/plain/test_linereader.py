"""What comes of a console of Windows: lines, ends, and reads that Ctrl-C has ended."""

import io
from collections.abc import Callable

import pytest

from zatsudan.terminal.plain import linereader
from zatsudan.terminal.plain.linereader import of_console


class Console(io.RawIOBase):
    """Gives one read after the other; a Ctrl-C is heard while one is waited for."""

    def __init__(self, *reads: bytes | Callable[[], None]) -> None:
        self._reads = list(reads)

    def read(self, _size: int = -1, /) -> bytes:
        read = self._reads.pop(0)
        if isinstance(read, bytes):
            return read
        read()
        return b""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linereader, "INTERRUPT_SECONDS", 0.0)


@pytest.mark.parametrize(
    ("read", "given"),
    [
        ("猫\r\n".encode(), "猫\r\n".encode()),
        (b"", b""),  # Ctrl-Z
        (b"\x04\r\n", b""),  # Ctrl-D, which ends nothing there by itself
        (b"\x04x\r\n", b"\x04x\r\n"),
    ],
)
def test_a_line_or_the_end(read: bytes, given: bytes) -> None:
    assert of_console(Console(read), lambda: 0) == given


def test_a_read_that_ctrl_c_ended_is_not_the_end() -> None:
    heard: list[int] = []
    console = Console(lambda: heard.append(1), lambda: heard.append(1), b"on\r\n")

    assert of_console(console, lambda: len(heard)) == b"on\r\n"
    assert len(heard) == 2
