"""Regular expressions of strangers, under a limit of time that holds.

Python's engine looks for signals while it compiles and while it matches, so that a timer ends both,
however a pattern backtracks. The timer counts the processor time of this process: a busy machine
changes nothing. Signals reach the main thread alone, and Windows has no such timer: there a process
beside this one looks for the pattern (beside.py).
"""

import re
import signal
import sys
import threading
import time
import warnings
from types import FrameType, TracebackType
from typing import Self

from zatsudan.sessions.characters.beside import Beside

#: Seconds that all patterns of one look at the talk take together, and characters of one pattern.
SECONDS, LENGTH = 0.25, 1_000

_WRITTEN = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
#: JavaScript's form of a named group, in which cards are written.
_NAMED = re.compile(r"\(\?<(?=[A-Za-z_])")
_META = frozenset(r"\.^$*+?{}[]|()")


class _TooLong(Exception):
    """The time is over."""


class Patterns:
    """Looks for patterns. `late` are those that were stopped: none of them is tried again.

    `seconds` are what is left for them all. Used as a context, which ends what was begun for it.
    """

    def __init__(self, late: set[str] | None = None, seconds: float = SECONDS) -> None:
        self.late = set() if late is None else late
        self.seconds = seconds
        self._beside = Beside()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._beside.close()

    def found(self, key: str, text: str, *, case_sensitive: bool) -> bool:
        """Tell whether a key that is a pattern, as it is or written `/…/flags`, matches in a text."""
        written = _WRITTEN.fullmatch(key)
        pattern = written[1] if written is not None else key
        flags = 0 if case_sensitive or written is not None else re.IGNORECASE
        for flag in written[2] if written is not None else "":
            flags |= _FLAGS.get(flag, 0)
        if not _META & set(pattern):
            ignoring = flags & re.IGNORECASE
            return pattern.casefold() in text.casefold() if ignoring else pattern in text
        if key in self.late or len(pattern) > LENGTH:
            return False
        if self.seconds <= 0:
            return False
        found = self._searched(_NAMED.sub("(?P<", pattern), flags, text)
        if found is None:
            self.late.add(key)
        return bool(found)

    def _searched(self, pattern: str, flags: int, text: str) -> bool | None:
        """Tell whether a pattern matches; False for one that is broken, None where the time ran out."""
        here = threading.current_thread() is threading.main_thread()
        if sys.platform == "win32" or not here:
            found, took = self._beside.search(pattern, flags, text, self.seconds)
            self.seconds -= took
            return found
        began = time.process_time()
        found = _timed(pattern, flags, text, self.seconds)
        self.seconds -= time.process_time() - began
        return found


def is_written(key: str) -> bool:
    """Tell whether a key is written as a pattern, as in `/dragons?/i`."""
    return _WRITTEN.fullmatch(key) is not None


def _timed(pattern: str, flags: int, text: str, seconds: float) -> bool | None:
    """Tell whether a pattern matches, stopped by the timer: None then."""
    if sys.platform == "win32":
        return None

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            return _match(pattern, flags, text)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _TooLong:
        return None
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _match(pattern: str, flags: int, text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):  # what may change in a later Python
            return re.search(pattern, text, flags) is not None
    except (re.error, ValueError, OverflowError, RecursionError, MemoryError):
        return False
