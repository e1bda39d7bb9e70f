"""Whether a stream is a terminal that takes sequences; on Windows, made so."""

import sys
from collections.abc import Mapping
from typing import TextIO

if sys.platform == "win32":
    import atexit
    import ctypes
    import msvcrt
    from ctypes import wintypes

    #: ENABLE_PROCESSED_OUTPUT and ENABLE_VIRTUAL_TERMINAL_PROCESSING of the console's modes.
    _SEQUENCES = 0x0001 | 0x0004

    def _ready(stream: TextIO, _environ: Mapping[str, str]) -> bool:
        """Have the console read sequences, until the program ends; consoles before 2016 cannot."""
        kernel = ctypes.windll.kernel32
        try:
            handle = wintypes.HANDLE(msvcrt.get_osfhandle(stream.fileno()))
        except (OSError, ValueError):  # a stream without a descriptor
            return False
        before = wintypes.DWORD()
        if not kernel.GetConsoleMode(handle, ctypes.byref(before)):
            return False  # no console, as in the window of an old Git Bash
        wanted = wintypes.DWORD(before.value | _SEQUENCES)
        if not kernel.SetConsoleMode(handle, wanted):
            return False
        atexit.register(kernel.SetConsoleMode, handle, before)
        return True

else:

    def _ready(_stream: TextIO, environ: Mapping[str, str]) -> bool:
        return not is_dumb(environ)


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Tell whether a terminal takes no sequences, by its name; one without a name is taken for such."""
    return environ.get("TERM", "dumb") == "dumb"


def described(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with what other systems tell of a terminal; on Windows nobody tells."""
    if sys.platform == "win32":
        return {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environ}
    return environ


def takes_sequences(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether a stream goes to a terminal on which the cursor can be moved."""
    return stream.isatty() and environ.get("TERM") != "dumb" and _ready(stream, environ)
