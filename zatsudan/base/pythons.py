"""A process of Python beside this one, which is talked with by its pipes."""

import contextlib
import subprocess
import sys
from collections.abc import Mapping

from zatsudan.base import programs


def begin(
    *arguments: str, bufsize: int = -1, environ: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes] | None":
    """Return one that has begun; None where none can be run. Ctrl-C is none of its own."""
    if not sys.executable or getattr(
        sys, "frozen", False
    ):  # then it is this program, and no Python
        return None
    with contextlib.suppress(OSError, ValueError):
        return subprocess.Popen(  # noqa: S603  Python itself
            [sys.executable, *arguments],
            bufsize=bufsize,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            creationflags=programs.APART,
            start_new_session=True,
        )
    return None


def end(process: "subprocess.Popen[bytes]") -> None:
    """End one, whatever it does."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
