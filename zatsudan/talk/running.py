"""Commands of the person's own shell: run apart from the terminal, their output kept in bounds."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zatsudan.base import programs
from zatsudan.base.descriptors import Incoming
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say

#: Bytes of output that are kept of each end of it.
KEPT = 64_000
#: Seconds for a command to end after it was asked to, and for its children's last words.
GRACE = 1.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command. `lost` counts the bytes left out in the middle of its output."""

    command: str
    output: str
    code: int
    seconds: float
    lost: int = 0
    stopped: bool = False


class _Kept:
    """The two ends of a stream of bytes."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self.lost = 0

    def add(self, data: bytes) -> None:
        room = KEPT - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room > 0 else data
        over = len(self._tail) - KEPT
        if over > 0:
            del self._tail[:over]
            self.lost += over

    def text(self) -> str:
        gap = f"\n… {self.lost:,} bytes left out …\n".encode() if self.lost else b""
        whole = bytes(self._head) + gap + bytes(self._tail)
        return whole.decode("utf-8", "replace").replace("\r\n", "\n")


async def run(
    command: str,
    shell: str = "",
    clock: Callable[[], float] = time.monotonic,
    *,
    given: bytes = b"",
    environ: Mapping[str, str] | None = None,
    words: Sequence[str] = (),
    quiet: bool = False,
) -> Ran:
    """Run a command to its end; cancelling stops it and gives what came.

    It gets no terminal: no input but what is `given`, no keys, a session of its own, so that nothing
    it does reaches the screen. `words` are what is run instead where no shell is to read it;
    `quiet` leaves out what it writes to standard error. Raises CommandError if it cannot be run.
    """
    began = clock()
    output, end = os.pipe()
    kept, ended = _Kept(), asyncio.Event()

    def got(data: bytes) -> None:
        if data:
            kept.add(data)
        else:
            incoming.close()
            ended.set()

    incoming = Incoming(output, got)
    # A file, as no command need read its input to the end.
    source = tempfile.TemporaryFile()  # noqa: SIM115  closed below
    try:
        source.write(given)
        source.seek(0)
        try:
            process = await asyncio.create_subprocess_exec(
                *(words or programs.by_shell(command, shell or programs.shell())),
                stdin=source,
                stdout=end,
                stderr=asyncio.subprocess.DEVNULL if quiet else end,
                start_new_session=True,
                env=environ,
                creationflags=programs.APART,
            )
        finally:
            os.close(end)
        stopped = False
        incoming.listen()
        try:
            await process.wait()
        except asyncio.CancelledError:
            stopped = True
            await _end(process)
        # A child left in the background may hold the output open: it is not waited for.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE / 2):
                await ended.wait()
    except (OSError, ValueError) as error:
        raise CommandError(
            say("The command cannot be run ({why}).", why=error),
            say("Check $SHELL, and the command's characters."),
        ) from error
    finally:
        incoming.close()
        if ended.is_set() or sys.platform != "win32":  # a thread may read it still
            os.close(output)
        source.close()
    code = process.returncode if process.returncode is not None else -1
    return Ran(command, kept.text(), code, clock() - began, kept.lost, stopped)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a command and what it started: asked first, then by force."""
    if sys.platform == "win32":  # no signal reaches what it started
        await asyncio.to_thread(_end_tree, process.pid)
        with contextlib.suppress(ProcessLookupError):  # where taskkill is not there
            process.kill()
        await process.wait()
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        try:
            async with asyncio.timeout(GRACE):
                await process.wait()
        except TimeoutError:
            continue
        break
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _end_tree(pid: int) -> None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(  # noqa: S603  a number
            [programs.find("taskkill") or "taskkill", "/T", "/F", "/PID", str(pid)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GRACE * 5,
            check=False,
            creationflags=programs.APART,
        )
