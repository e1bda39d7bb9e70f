"""A double of Windows, for a run of the tests: `pytest -p tests.support.windows`.

What POSIX alone has is not there for the package: its modules cannot be imported, its
functions and signals have no names, the event loop watches no descriptors and catches no
signals, and a file that is open is neither deleted nor renamed. Python itself, what others
wrote, and the tests go on as they are.
"""

import asyncio
import builtins
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MODULES = ("fcntl", "termios", "tty", "pty", "pwd", "grp", "resource")
_OS = frozenset(
    [
        "fchmod",
        "pread",
        "pwrite",
        "killpg",
        "getuid",
        "geteuid",
        "getgid",
        "getpgrp",
        "tcgetpgrp",
        "setsid",
        "fork",
        "openpty",
        "set_blocking",
        "mkfifo",
        "O_NOFOLLOW",
        "O_NONBLOCK",
        "O_NOCTTY",
        "O_CLOEXEC",
    ]
)
_SIGNALS = frozenset(
    ["SIGHUP", "SIGKILL", "SIGTSTP", "SIGCONT", "SIGSTOP", "SIGWINCH", "SIGALRM", "SIGUSR1"]
)
_PACKAGE = "zatsudan."


class _Without(types.ModuleType):
    """A module without some of its names."""

    def __init__(
        self, real: types.ModuleType, hidden: frozenset[str], more: Mapping[str, object]
    ) -> None:
        super().__init__(real.__name__)
        self.__dict__["_real"], self.__dict__["_hidden"] = real, hidden
        self.__dict__.update(more)

    def __getattr__(self, name: str) -> Any:
        if name in self._hidden:
            raise AttributeError(f"module {self.__name__!r} of Windows has no {name!r}")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:  # monkeypatch
        setattr(self._real, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._real, name)


def _ours(depth: int = 2) -> bool:
    """Tell whether the package stands behind a call."""
    frame: types.FrameType | None = sys._getframe(depth)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(_PACKAGE):
            return True
        frame = frame.f_back
    return False


def _is_open(path: object) -> bool:
    place = os.path.realpath(os.fspath(path))  # type: ignore[call-overload]
    return any(_leads_to(str(link)) == place for link in Path("/proc/self/fd").iterdir())


def _leads_to(link: str) -> str:
    try:
        return os.readlink(link)  # noqa: PTH115  its text alone
    except OSError:
        return ""


def _closed_alone(name: str) -> None:
    real = getattr(os, name)

    def act(*args: Any, **named: Any) -> Any:
        if _ours() and any(isinstance(path, str | Path) and _is_open(path) for path in args[:2]):
            raise PermissionError(13, "The process cannot access the file", str(args[0]))
        return real(*args, **named)

    setattr(os, name, act)


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that gives the package what the one of Windows gives."""

    def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:  # type: ignore[override]
        if str(sys._getframe(1).f_globals["__name__"]).startswith(_PACKAGE):
            raise NotImplementedError
        super().add_reader(fd, callback, *args)

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:  # type: ignore[override]
        if str(sys._getframe(1).f_globals["__name__"]).startswith(_PACKAGE):
            raise NotImplementedError
        super().add_signal_handler(sig, callback, *args)


class _Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return _Loop()


def _locking(fd: int, mode: int, _count: int) -> None:
    assert mode == 2
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


class _Kernel:
    """A console that tells nothing of itself."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_args: 0


def _install() -> None:
    os.environ["COMSPEC"] = "/bin/sh"
    msvcrt = types.ModuleType("msvcrt")
    vars(msvcrt).update(LK_NBLCK=2, locking=_locking, get_osfhandle=lambda fd: fd)
    sys.modules["msvcrt"] = msvcrt
    vars(ctypes)["windll"] = types.SimpleNamespace(kernel32=_Kernel())
    vars(subprocess).update(CREATE_NEW_PROCESS_GROUP=0, CREATE_NO_WINDOW=0)
    hidden = {
        "os": _Without(os, _OS, {"O_BINARY": 0}),
        "sys": _Without(sys, frozenset(), {"platform": "win32"}),
        "signal": _Without(signal, _SIGNALS, {"SIGBREAK": signal.SIGUSR2}),
    }
    imported = builtins.__import__

    def by_package(
        name: str,
        globals: Mapping[str, object] | None = None,  # noqa: A002  these are its names
        locals: Mapping[str, object] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> types.ModuleType:
        importer = str((globals or {}).get("__name__", ""))
        if importer.startswith(_PACKAGE):
            if name in MODULES:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            if name in hidden and not fromlist:
                return hidden[name]
        return imported(name, globals, locals, fromlist or (), level)

    builtins.__import__ = by_package
    for name in ("unlink", "remove", "replace", "rename"):
        _closed_alone(name)
    asyncio.set_event_loop_policy(_Policy())


_install()
