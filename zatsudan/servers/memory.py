"""What is remembered of servers between two runs: a small JSON file, read leniently and written whole."""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.jsonvalues import Json, JsonObject, loads


class Memory:
    """A JSON value in a file. Nothing of it is dear: it can be learned, measured or asked for again.

    `path` None remembers nothing. A file that is missing, damaged or too large counts as
    none, and one that cannot be written stays as it is.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self) -> Json:
        """Return the value; None if there is none."""
        if self._path is None:
            return None
        try:
            return loads(files.read(self._path, files.LIST_BYTES))
        except (OSError, ValueError):
            return None

    def rows(self) -> list[JsonObject]:
        """Return the objects of a value that is a list of them."""
        value = self.read()
        return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []

    def write(self, value: JsonObject | Sequence[JsonObject], indent: int | None = None) -> None:
        """Put a value in the place of the one before."""
        if self._path is not None:
            with contextlib.suppress(OSError):
                files.replace(self._path, json.dumps(value, indent=indent).encode())
