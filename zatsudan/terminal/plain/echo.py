"""The echo of a terminal that edits its lines itself: off while a key or password is typed."""

import contextlib
import sys
from collections.abc import Iterator

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    #: ENABLE_ECHO_INPUT of the console's modes.
    _ECHO = 0x0004

    @contextlib.contextmanager
    def kept(fd: int, *, hidden: bool) -> Iterator[None]:
        """Give the console back as it was; what is typed meanwhile is not shown where `hidden`."""
        kernel = ctypes.windll.kernel32
        handle = wintypes.HANDLE(msvcrt.get_osfhandle(fd))
        before = wintypes.DWORD()
        known = bool(kernel.GetConsoleMode(handle, ctypes.byref(before)))
        if known and hidden:
            kernel.SetConsoleMode(handle, wintypes.DWORD(before.value & ~_ECHO))
        try:
            yield
        finally:
            if known:
                kernel.SetConsoleMode(handle, before)

else:
    import termios

    @contextlib.contextmanager
    def kept(fd: int, *, hidden: bool) -> Iterator[None]:
        """Give the terminal back as it was; what is typed meanwhile is not shown where `hidden`."""
        before = termios.tcgetattr(fd)
        try:
            if hidden:
                silent = termios.tcgetattr(fd)
                silent[3] &= ~termios.ECHO
                termios.tcsetattr(fd, termios.TCSADRAIN, silent)
            yield
        finally:
            termios.tcsetattr(fd, termios.TCSADRAIN, before)
