"""Stopping with the shell's job control and going on: Ctrl-Z, and SIGTSTP and SIGCONT from outside."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable

from prompt_toolkit.application import Application

from zatsudan.base import signals


def stop() -> None:
    """Stop this program and those of its job, as a terminal does at Ctrl-Z; return when it goes on.

    Our own handlers are told of neither: who calls this draws anew.
    """
    if sys.platform == "win32":  # no shell stops a job there
        return
    before = {number: signal.signal(number, signal.SIG_DFL) for number in signals.STOPPING}
    try:
        os.kill(0, signal.SIGTSTP)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def take_again(app: Application[None]) -> bool:
    """Set the terminal's modes as the prompt needs them; False while another job has the terminal.

    SIGSTOP tells nobody: only the SIGCONT that follows it does, and by then the shell has had
    the terminal. The modes to be restored at the end stay those from before the program.
    """
    if sys.platform == "win32":
        return True
    with contextlib.suppress(OSError, NotImplementedError):
        if os.tcgetpgrp(app.input.fileno()) != os.getpgrp():
            return False
    with contextlib.suppress(OSError):
        app.input.raw_mode().__enter__()
    return True


def listen(stopped: Callable[[], None], went_on: Callable[[], None]) -> None:
    """Call these when the signals come, on the loop that runs."""
    for number, act in zip(signals.STOPPING, (stopped, went_on), strict=False):
        signals.listen(number, act)
