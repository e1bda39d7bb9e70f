"""Input lines over restarts, in a file that only its owner can read."""

import os
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory

from zatsudan import files
from zatsudan.core.secrets import shown_line


class PrivateFileHistory(FileHistory):
    """A FileHistory in a 0600 file; where it cannot be written, it is kept in memory only.

    So is a command with a key in it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._path = path

    def load_history_strings(self) -> Iterable[str]:
        try:
            files.read(self._path, files.LIST_BYTES)
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        if shown_line(string) != string:
            return
        try:
            files.folder(self._path.parent)
            os.close(
                files.descriptor(self._path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, private=True)
            )
            super().store_string(string.encode("utf-8", "replace").decode())
        except OSError:
            return
