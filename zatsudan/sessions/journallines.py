"""The lines of a journal, each by the place where it begins.

A journal as people have them is held as it is; a very large one stays on the disk, and a line of it is
read when it is asked for.
"""

import threading
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

from zatsudan.base import files

#: Bytes of a journal that are held.
HELD_BYTES = 4_000_000


class Lines:
    """The lines of the file at a path; to make and to read them raises OSError."""

    def __init__(self, path: Path) -> None:
        self._file = files.held(path, files.JOURNAL_BYTES, HELD_BYTES)
        self._lock = threading.Lock()  # a place is gone to and read from at once
        weakref.finalize(self, self._file.close)

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line and its place, once; a last one may have no end."""
        place = 0
        for line in self._file:
            yield place, line
            place += len(line)

    def at(self, places: Iterable[int]) -> list[bytes]:
        """Return the lines that begin at places; those of a talk follow one another."""
        found, here = [], -1
        with self._lock:
            for place in places:
                if place != here:
                    self._file.seek(place)
                line = self._file.readline()
                here = place + len(line)
                found.append(line)
        return found
