"""Bytes of a descriptor, told on the event loop as they come.

POSIX's loops watch descriptors. The loop of Windows cannot watch a console or a pipe
that was made elsewhere: there a thread reads, one piece at a time and only while it is wanted.
"""

import asyncio
import os
import select
import sys
import threading
from collections.abc import Callable

#: Bytes that are read at once.
_PIECE = 65_536


class Incoming:
    """Gives what can be read of a descriptor to `got`, between `listen` and `close`.

    `got` gets empty bytes at the end. The descriptor stays the caller's. `read` is another
    way to read it, which raises OSError where the other side has gone.
    """

    def __init__(
        self, fd: int, got: Callable[[bytes], None], read: Callable[[], bytes] | None = None
    ) -> None:
        self._fd = fd
        self._got = got
        self._by = read or (lambda: os.read(fd, _PIECE))
        self.listening = False
        self._thread: _Reading | None = None

    def listen(self) -> None:
        """Begin to read, or go on with it."""
        if self.listening:
            return
        self.listening = True
        loop = asyncio.get_running_loop()
        try:
            loop.add_reader(self._fd, self._ready)
        except (OSError, ValueError):  # a regular file cannot be polled, nor need it be
            self.listening = False
            self._got(self.read())
        except NotImplementedError:
            if self._thread is None:
                self._thread = _Reading(loop, self.read, self._came)
            self._thread.go_on()

    def close(self) -> None:
        """Read no further: what comes is for others. A thread that waits for it waits on."""
        if not self.listening:
            return
        self.listening = False
        if self._thread is None:
            asyncio.get_running_loop().remove_reader(self._fd)

    def read(self) -> bytes:
        """Return what is there; empty at the end, and where the other side has gone."""
        try:
            return self._by()
        except OSError:
            return b""

    def more(self) -> bool:
        """Tell whether there is something to read at once; where that cannot be told, no."""
        if sys.platform == "win32":  # only sockets can be asked there
            return False
        return bool(select.select([self._fd], [], [], 0)[0])

    def _ready(self) -> None:
        self._got(self.read())

    def _came(self, data: bytes) -> None:
        if not self.listening or self._thread is None:
            return
        self._thread.taken()
        self._got(data)
        self._go_on()

    def _go_on(self) -> None:
        # `got` may have closed this; after the end the thread has gone.
        if self.listening and self._thread is not None:
            self._thread.go_on()


class _Reading:
    """A thread that reads a piece when it is asked to, and keeps it until it is taken."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        read: Callable[[], bytes],
        came: Callable[[bytes], None],
    ) -> None:
        self._loop, self._read, self._came = loop, read, came
        self._wanted = threading.Semaphore(0)
        self._asked = False
        self._kept: bytes | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def go_on(self) -> None:
        if self._kept is not None:
            self._loop.call_soon(self._came, self._kept)
        elif not self._asked:
            self._asked = True
            self._wanted.release()

    def taken(self) -> None:
        self._kept = None

    def _run(self) -> None:
        while True:
            self._wanted.acquire()
            data = self._read()
            try:
                self._loop.call_soon_threadsafe(self._hand, data)
            except RuntimeError:  # the loop has ended
                return
            if not data:
                return

    def _hand(self, data: bytes) -> None:
        self._asked, self._kept = False, data
        self._came(data)
