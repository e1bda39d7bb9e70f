"""The last look at all journals of a folder, and which of them are to be looked at by themselves since.

They are those that the index could not hold then, those that this program noted (noted.py), and where
another program made, renamed or deleted files, what the folder's listing tells: names that have come
or gone, or that are those of another file. The listing of ten thousand takes a quarter of the time of
a look at them.

What the listing does not tell: that a program wrote into a journal where it lies, or replaced one so
often that it has the number of the one that was there. The latest journals, of which a sync replaces
one again and again, are looked at for that; of the others the next look at all tells.
"""

import os
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.sessions import noted
from zatsudan.sessions.folder import entry_of, listing
from zatsudan.sessions.journal import SUFFIX

if TYPE_CHECKING:
    from sqlite3 import Connection

#: What is kept of the last look, in the index.
TABLES = """
    CREATE TABLE look (
        one INTEGER PRIMARY KEY, folder INTEGER NOT NULL, noted INTEGER NOT NULL,
        lacking BLOB NOT NULL
    );
    CREATE TABLE listed (file TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""
#: Journals that are read by themselves, at most: of more, a look at all of a thousand takes no longer.
_MOST = 50
#: The latest, which are looked at where another program made, renamed or deleted files.
_LATEST = 100
#: The times of files are no finer: Linux takes that of its last tick, a hundredth of a second or less.
_TICK_SECONDS = 0.02


class Look(NamedTuple):
    """A look at all journals that begins: the folder's time, the bytes of its notes, its listing."""

    folder: int
    noted: int
    listed: Mapping[str, int]


def look(directory: Path) -> Look:
    """Begin one: what is noted from here on comes after it, and a change leaves another time of the folder."""
    size = noted.size_of(directory)
    settle(noted.time_of(directory))
    # Before the journals are looked at: one that is replaced meanwhile has another number then.
    return Look(noted.time_of(directory), size, listing(directory))


def settle(changed: int) -> None:
    """Wait until a change would have another time than the last one, in nanoseconds: clocks tick slowly."""
    rest = changed / 1e9 + _TICK_SECONDS - time.time()
    if 0 < rest <= _TICK_SECONDS:
        time.sleep(rest)


def is_kept(db: "Connection", last: Look, lacking: Iterable[str]) -> bool:
    """Tell whether a look found what the last one did."""
    row = db.execute("SELECT folder, noted, lacking FROM look").fetchone()
    return bool(row == (last.folder, last.noted, _field(lacking)))


def keep(db: "Connection", last: Look, known: Container[str], lacking: Iterable[str]) -> None:
    """Keep a look: the index knows some journals, and others that are there are `lacking`."""
    row = last.folder, last.noted, _field(lacking)
    db.execute("INSERT OR REPLACE INTO look VALUES (1, ?, ?, ?)", row)
    now = {file: number for file, number in last.listed.items() if file in known}
    before = dict(db.execute("SELECT file, number FROM listed"))
    gone = ((file,) for file in before.keys() - now.keys())
    db.executemany("DELETE FROM listed WHERE file = ?", gone)
    new = now.items() - before.items()
    db.executemany("INSERT OR REPLACE INTO listed VALUES (?, ?)", new)


def changed(db: "Connection", directory: Path) -> frozenset[str] | None:
    """Return the journals that are to be looked at by themselves; None if all are to be looked at.

    Raises TypeError or ValueError where the index says what cannot be.
    """
    last = db.execute("SELECT folder, noted, lacking FROM look").fetchone()
    now = noted.time_of(directory)
    notes = noted.since(directory, last[1]) if last is not None else None
    if notes is None:
        return None
    found = {name for name in notes.names | _names_in(last[2]) if name.endswith(SUFFIX)}
    if not notes.lead(last[0], now):
        known = dict(db.execute("SELECT file, number FROM listed"))
        found |= {name for name, _ in listing(directory).items() ^ known.items()}
        found.update(_changed_of_latest(db, directory))
    if not all(isinstance(name, str) for name in found):
        raise TypeError
    return frozenset(found) if len(found) <= _MOST else None


def _changed_of_latest(db: "Connection", directory: Path) -> Iterator[str]:
    query = (
        "SELECT file, mtime, ctime, size FROM session WHERE spoken = 1"
        " ORDER BY mtime DESC, ctime DESC, file DESC LIMIT ?"
    )
    for name, *stamp in db.execute(query, (_LATEST,)):
        entry = entry_of(directory, name)
        if entry is None or entry.stamp != tuple(stamp):
            yield name


def _field(names: Iterable[str]) -> bytes:
    """Return file names as one field holds them, also those that are no text for SQLite."""
    return os.fsencode("/".join(names))


def _names_in(field: bytes) -> frozenset[str]:
    return frozenset(os.fsdecode(field).split("/"))
