"""Which journals this program wrote since the index looked at all of them: noted for it at once.

The index (index.py) knows a folder as it stood at one time of it. The folder's time tells when a
journal was made, renamed or deleted since, by whatever program, but not which, nor when one got
longer. So whoever of this program writes, makes or deletes a journal adds a line to a file beside
the index, which takes some twenty microseconds: the two times of the folder between which it did so
(0 where the folder stayed as it was) and the journal's name. Where there is no index nothing is
noted. A note that is lost costs no more than until all journals are looked at the next time.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from zatsudan.base import files

#: The folder of the index, inside that of the journals: what happens in it leaves the other's time.
FOLDER = "index"
NAME = "written"
#: A file of notes is emptied from so many bytes on, if nobody wrote one for so many seconds.
LONG, _QUIET_SECONDS = 65_536, 60


def time_of(directory: Path) -> int:
    """Return when something in a folder was made, renamed or deleted last, in nanoseconds; 0 if it is not there."""
    try:
        return directory.stat().st_mtime_ns
    except OSError:
        return 0


def note(journal: Path, before: int = 0) -> None:
    """Note that a journal was written; `before` is the folder's time before it was made or deleted."""
    path = journal.parent / FOLDER / NAME
    try:
        # Not made here: that is the index's matter, which also gives it its mode.
        fd = files.descriptor(path, os.O_WRONLY | os.O_APPEND)
    except OSError:
        return
    with suppress(OSError):
        after = time_of(journal.parent) if before else 0
        os.write(fd, b"%d %d %b\n" % (before, after, os.fsencode(journal.name)))
    os.close(fd)


class Notes(NamedTuple):
    """What was noted: the journals, and the steps by which the folder's time went on."""

    names: frozenset[str]
    steps: dict[int, int]

    def lead(self, begin: int, end: int) -> bool:
        """Tell whether the folder came from one time to another by nothing else than was noted."""
        steps, at = dict(self.steps), begin
        while at != end and at in steps:
            at = steps.pop(at)
        return at == end


def size_of(directory: Path) -> int:
    """Return the bytes of all notes so far; -1 if there is no file for them."""
    try:
        return (directory / FOLDER / NAME).stat().st_size
    except OSError:
        return -1


def since(directory: Path, size: int) -> Notes | None:
    """Return what was noted behind so many bytes; None if they are not there any more."""
    if not 0 <= size <= size_of(directory):
        return None
    try:
        with files.opened(directory / FOLDER / NAME) as file:
            file.seek(size)
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return None
    names, steps = set(), {}
    for line in lines:
        before, _, rest = line.partition(b" ")
        after, _, name = rest.partition(b" ")
        if not (before.isdigit() and after.isdigit() and name):
            return None
        names.add(os.fsdecode(name))
        if before != b"0":
            steps[int(before)] = int(after)
    return Notes(frozenset(names), steps)


def begin(directory: Path) -> None:
    """Make the file, for its owner only, or empty a long one; raises OSError."""
    path = directory / FOLDER / NAME
    fd = files.descriptor(path, os.O_WRONLY | os.O_CREAT, private=True)
    try:
        found = os.fstat(fd)
        if found.st_size > LONG and time.time() - found.st_mtime > _QUIET_SECONDS:
            os.ftruncate(fd, 0)
    finally:
        os.close(fd)
