"""The log of --log: what goes over the wire, a line of JSON each, without keys."""

import contextlib
import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from zatsudan.core.errors import ConfigError
from zatsudan.core.language import say
from zatsudan.core.messages import JsonObject


def wire_log(path: Path | None) -> Callable[[JsonObject], None] | None:
    """Return what appends a record to a file that only its owner can read; raises ConfigError.

    None without a path. Keys are taken out by the client, which knows them.
    """
    if path is None:
        return None
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        there = os.fstat(fd)
        if stat.S_ISREG(there.st_mode) and there.st_mode & 0o077:
            with contextlib.suppress(OSError):  # another's file, which may be written to
                os.fchmod(fd, 0o600)  # it was open to others, and now the talk is in it
    except OSError as error:
        raise ConfigError(
            say("The log {name} cannot be written ({reason}).", name=path, reason=error.strerror),
            say("Name another file."),
        ) from error

    def write(record: JsonObject) -> None:
        os.write(fd, json.dumps({"at": time.time(), **record}).encode() + b"\n")

    return write
