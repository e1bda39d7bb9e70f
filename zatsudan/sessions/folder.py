"""The journals of a folder as the folder tells of them: none of them is opened."""

import os
import sys
import threading
import time
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

from zatsudan.sessions.journal import SUFFIX

#: What journals are put in order by: when its bytes were changed last, of two that a copy gave one
#: time the one that was written later, and its name.
Age: TypeAlias = tuple[int, int, str]


_Item = TypeVar("_Item")
#: A thread that takes many items rests so long after so many.
_BETWEEN, _REST_SECONDS = 100, 0.000_1


class Entry(NamedTuple):
    """A journal as its folder tells of it: `modified` in seconds since 1970.

    `stamp` (when its bytes and its place were last changed, in nanoseconds, and its size) is
    another one after every change.
    """

    modified: float
    name: str
    stamp: tuple[int, int, int]

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.stamp[2]

    @property
    def age(self) -> Age:
        """Its place in order: of two, the later one's is greater."""
        return self.stamp[0], self.stamp[1], self.name


def entries(directory: Path) -> list[Entry]:
    """Return the journals of a folder, the latest first."""
    found: list[Entry] = []
    for each in _journals(directory):
        try:
            found.append(_entry(each.name, each.stat()))
        except OSError:
            continue
    found.sort(key=lambda entry: entry.age, reverse=True)
    return found


def entry_of(directory: Path, name: str) -> Entry | None:
    """Return the journal of that file name; None if it is not there."""
    try:
        return _entry(name, os.stat(f"{directory}/{name}"))  # noqa: PTH116  hundreds at a time
    except OSError:
        return None


def _entry(name: str, stat: os.stat_result) -> Entry:
    return Entry(stat.st_mtime, name, (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size))


def listing(directory: Path) -> dict[str, int]:
    """Return the journals of a folder by name, each with a number: another file of that name has another one.

    It costs a quarter of a look at each. The number is the inode, which a program that writes into
    a journal leaves, and which may be given again once its file is gone. Windows tells none for
    nothing, but when a journal was written.
    """
    return {each.name: _number(each) for each in _journals(directory)}


def _number(journal: "os.DirEntry[str]") -> int:
    return journal.stat().st_mtime_ns if sys.platform == "win32" else journal.inode()


class Sums(NamedTuple):
    """How many journals there are, and the sums of when their bytes and their places were changed and of their sizes.

    Nothing that is done to a journal sets back when its place was changed: no two changes leave all sums.
    """

    journals: int
    modified: int
    changed: int
    sizes: int


def sums(directory: Path, without: Container[str]) -> Sums:
    """Return the sums of a folder's journals but for some."""
    journals = modified = changed = sizes = 0
    for each in _journals(directory):
        if each.name not in without:
            try:
                stat = each.stat()
            except OSError:
                continue
            journals += 1
            modified += stat.st_mtime_ns
            changed += stat.st_ctime_ns
            sizes += stat.st_size
    return Sums(journals, modified, changed, sizes)


def _journals(directory: Path) -> "Iterator[os.DirEntry[str]]":
    with suppress(OSError), os.scandir(directory) as there:
        for each in unhurried(there):
            if each.name.endswith(SUFFIX):
                yield each


def unhurried(items: Iterable[_Item]) -> Iterator[_Item]:
    """Yield thousands of items so that a thread that takes them leaves the others their turn.

    Each item is a call of the system, at which Python lets go of its lock for microseconds: the
    thread of the prompt is woken each time, comes too late, and waits for tenths of a second.
    """
    behind = threading.current_thread() is not threading.main_thread()
    for at, item in enumerate(items):
        if behind and at % _BETWEEN == 0:
            time.sleep(_REST_SECONDS)
        yield item
