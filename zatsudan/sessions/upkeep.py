"""When the index of sessions is written: behind the person's back, in a thread of its own."""

import threading
import time
from contextlib import suppress
from pathlib import Path

_PAUSE_SECONDS = 1.0
#: How long the end of the program waits for what is being written.
_LAST_SECONDS = 0.2


class Upkeep:
    """Brings an index up to date in a thread of its own, where nobody waits for it.

    It begins after a `pause` in seconds: what was just asked for is shown first.
    """

    def __init__(self, pause: float = _PAUSE_SECONDS) -> None:
        self._pause = pause
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._wanted: Path | None = None
        self._worked = 0.0

    def begin(self, directory: Path) -> None:
        """Begin; if it is being done already, once more when that is done."""
        with self._lock:
            self._wanted = directory
            if self._thread is None:
                # What is not written when the program ends is written the next time.
                self._thread = threading.Thread(target=self._run, name="index", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._stopped.wait(self._pause)
            self._worked = time.thread_time()
            with self._lock:
                directory, self._wanted = self._wanted, None
                if directory is None or self._stopped.is_set():
                    self._thread = None
                    return
            # Whatever goes wrong, the journals answer: no word of it belongs on the screen.
            with suppress(Exception):
                self._update(directory)

    def _update(self, directory: Path) -> None:
        # Here, in the thread: it takes some milliseconds, and most folders need none.
        from zatsudan.sessions.index import pays

        if pays(directory):
            from zatsudan.sessions.indexing import update

            update(directory, self._rested)

    def _rested(self) -> bool:
        """Rest as long as was worked since the last time, so that half a core is left at least; say whether to stop."""
        worked = time.thread_time() - self._worked
        stopped = self._stopped.wait(worked)
        self._worked += worked
        return stopped

    def end(self) -> None:
        """Leave the rest for the next time."""
        self._stopped.set()
        thread = self._thread
        if thread is not None:
            thread.join(_LAST_SECONDS)
