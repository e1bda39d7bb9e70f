"""Signals told to the event loop, by the means that the system has."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable

if sys.platform == "win32":
    #: What asks the program to end: Ctrl-Break and a console that is closed come as SIGBREAK.
    ENDING = (signal.SIGTERM, signal.SIGBREAK)
    #: What stops the job, and what lets it go on.
    STOPPING: tuple[signal.Signals, ...] = ()
else:
    ENDING = (signal.SIGTERM, signal.SIGHUP)
    STOPPING = (signal.SIGTSTP, signal.SIGCONT)


def listen(number: int, act: Callable[[], None]) -> Callable[[], None]:
    """Call `act` on the running loop when a signal comes; return what gives it back to what caught it before.

    What was not set from Python cannot be given back: the system's own handling is. Outside the main
    thread nothing can be caught, and nothing is. Where the loop catches no signals, as on Windows, Python does.
    """
    loop, before = asyncio.get_running_loop(), signal.getsignal(number) or signal.SIG_DFL
    try:
        loop.add_signal_handler(number, act)
    except NotImplementedError:
        return _by_python(loop, number, act)
    except (ValueError, RuntimeError):
        return _nothing

    def release() -> None:
        with contextlib.suppress(RuntimeError, ValueError):
            if loop.remove_signal_handler(number):  # which leaves what Python has by itself
                signal.signal(number, before)

    return release


def _by_python(
    loop: asyncio.AbstractEventLoop, number: int, act: Callable[[], None]
) -> Callable[[], None]:
    def caught(_number: int, _frame: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(act)

    try:
        before = signal.signal(number, caught) or signal.SIG_DFL
    except ValueError:
        return _nothing

    def release() -> None:
        with contextlib.suppress(ValueError):
            signal.signal(number, before)

    return release


def _nothing() -> None:
    """End what never began."""
