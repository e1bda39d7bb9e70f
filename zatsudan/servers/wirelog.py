"""The log of --log: what goes over the wire, a line of JSON each, without keys."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.errors import ConfigError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import say


def wire_log(path: Path) -> Callable[[JsonObject], None]:
    """Return what appends a record to a file that only its owner can read; raises ConfigError.

    Keys are taken out by the client, which knows them.
    """
    try:
        fd = files.descriptor(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, private=True)
    except OSError as error:
        raise ConfigError(
            say(
                "The log {name} cannot be written ({reason}).",
                name=path,
                reason=files.reason(error),
            ),
            say("Name another file."),
        ) from error

    def write(record: JsonObject) -> None:
        os.write(fd, json.dumps({"at": time.time(), **record}).encode() + b"\n")

    return write
