"""Input lines over restarts, in a file that only its owner can read."""

import datetime as dt
import os
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path

from prompt_toolkit.history import History

from zatsudan.base import files
from zatsudan.talk.entered import KEYS, SAID, TEXT

# What stands before an entry whose first character a person typed, and before words that were
# given back. Of an entry without it nothing is known, as of all that were written by
# prompt_toolkit's FileHistory, whose form this is.
_NOTES = {"# typed": KEYS, "# said": SAID}
_WORDS = {mark: note for note, mark in _NOTES.items()}


class LineHistory(History):
    """Entries in a 0600 file; without one, or where it cannot be written, in memory only.

    `mark` gives the mark of the first character of the line that is added (talk/entered.py).
    `handed` counts the entries that the input line was given since it was last emptied.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self._path = path
        self._marks: list[str] = []
        self.mark: Callable[[], str] = lambda: TEXT
        self.handed = 0

    def mark_of(self, number: int) -> str:
        """Return the mark that the first character of an entry had; 0 is the newest."""
        return self._marks[number] if 0 <= number < len(self._marks) else TEXT

    async def load(self) -> AsyncGenerator[str, None]:
        self.handed = 0
        async for entry in super().load():
            self.handed += 1
            yield entry

    def append_string(self, string: str) -> None:
        self._marks.insert(0, self.mark())
        super().append_string(string)

    def load_history_strings(self) -> Iterable[str]:
        if self._path is None:
            return self.get_strings()[::-1]
        try:
            data = files.read(self._path, files.LIST_BYTES)
        except OSError:
            return self.get_strings()[::-1]
        entries = _read(data.decode("utf-8", "replace"))
        entries.reverse()
        self._marks = [mark for _, mark in entries]
        return [string for string, _ in entries]

    def store_string(self, string: str) -> None:
        from zatsudan.base.secrets import shown_line  # read when a line is entered

        if self._path is None or shown_line(string) != string:  # no key is kept
            return
        note = _WORDS.get(self.mark_of(0))
        head = f"\n# {dt.datetime.now()}\n" + (f"{note}\n" if note else "")  # noqa: DTZ005
        text = head + "".join(f"+{line}\n" for line in string.split("\n"))
        try:
            files.folder(self._path.parent)
            kind = os.O_CREAT | os.O_APPEND | os.O_WRONLY
            with os.fdopen(files.descriptor(self._path, kind, private=True), "wb") as file:
                file.write(text.encode("utf-8", "replace"))
        except OSError:
            return


def _read(text: str) -> list[tuple[str, str]]:
    """Return the entries, the oldest first, each with the mark of its first character."""
    entries: list[tuple[str, str]] = []
    lines: list[str] = []
    mark = TEXT
    for line in [*text.split("\n"), ""]:
        if line.startswith("+"):
            lines.append(line[1:])
            continue
        if lines:
            entries.append(("\n".join(lines), mark))
            lines, mark = [], TEXT
        mark = _NOTES.get(line, TEXT if not line else mark)
    return entries
