"""The index of a folder of sessions: what its journals say, kept beside them to be found at once.

It is a cache. The journals are the truth: what the index says of one counts only as long as
the journal is what it was when it was read. Who asks never writes and never waits; indexing.py
writes, where nobody waits for it. Whatever is wrong with the file costs only the time that it
would have saved.

It is asked in two ways. Of journals that were just looked at, it tells what they say, if they
are what they were (here, holding.py). And it tells which are the latest, or fit a name or words
(atonce.py), and none are looked at but these and what was changed since all were, as far as that
is noted or the folder's listing tells it (looked.py). A program that writes into a journal without
making or renaming a file goes unseen by the second way until all journals are looked at again,
which is begun each time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zatsudan.base.printable import printable
from zatsudan.sessions import noted
from zatsudan.sessions.folder import Entry, entries, unhurried
from zatsudan.sessions.journal import SUFFIX
from zatsudan.sessions.summary import Summary

if TYPE_CHECKING:
    from sqlite3 import Connection

#: Its file, in the folder of the journals.
NAME = f"{noted.FOLDER}/sessions.sqlite3"
#: Another number for every other form of the tables, or of what stands in them.
VERSION = 3
#: Bytes of journals that are read as fast as an index is asked.
SMALL = 4_000_000
#: Journals from which on all that the index knows are gone through, and not one by one.
_MANY = 300
#: The columns of which a summary is made.
COLUMNS = "turns, modified, title, name, first_words, model, sought"

_Answer = TypeVar("_Answer")


def summaries(directory: Path, there: Sequence[Entry]) -> dict[str, Summary | None]:
    """Return the summaries of journals by their names; None where nobody said anything.

    Those that are not known, or were changed since, are left out.
    """

    def answer(db: "Connection") -> dict[str, Summary | None]:
        return {
            file: summary_in(directory, file, columns)
            for file, columns in known(db, there, COLUMNS)
        }

    return ({} if is_small(there) else asked(directory, answer)) or {}


def summary_in(directory: Path, file: str, columns: Sequence[Any]) -> Summary | None:
    """Return the summary that stands in a row's COLUMNS; None where nobody said anything."""
    turns, modified, title, name, words, model, sought = columns
    if not (
        isinstance(title, str)
        and isinstance(name, str)
        and isinstance(words, str)
        and isinstance(model, str)
        and isinstance(sought, str)
    ):
        raise TypeError
    if turns < 1:
        return None
    return Summary(
        file.removesuffix(SUFFIX), directory, title, printable(name), printable(words), model,
        turns, float(modified), sought,
    )  # fmt: skip


def asked(directory: Path, answer: "Callable[[Connection], _Answer]") -> _Answer | None:
    """Return what the index answers; None if it cannot."""
    path = directory / NAME
    if not path.is_file():
        return None
    import sqlite3

    try:
        with closing(opened(path)) as db:
            db.execute("BEGIN")  # all is asked of one state, whatever is written meanwhile
            return answer(db) if version_of(db) == VERSION else None
    except (sqlite3.Error, TypeError, ValueError, OverflowError) as error:
        if is_damaged(error):
            discard(path)
    return None


def pays(directory: Path) -> bool:
    """Tell whether a folder has an index, or so much in it that one would save time."""
    return (directory / NAME).exists() or not is_small(entries(directory))


def is_small(there: Iterable[Entry]) -> bool:
    """Tell whether journals are read as fast as an index is asked."""
    return sum(entry.size for entry in there) < SMALL


def known(
    db: "Connection", there: Sequence[Entry], columns: str
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield columns of the journals that are what they were when they were read."""
    stamps = {entry.name: entry.stamp for entry in there}
    for row in unhurried(_rows(db, stamps, f"file, mtime, ctime, size, {columns}")):
        if stamps.get(row[0]) == row[1:4]:
            yield row[0], row[4:]


def _rows(db: "Connection", names: Collection[str], columns: str) -> Iterator[tuple[Any, ...]]:
    select = f"SELECT {columns} FROM session"  # noqa: S608  our own
    if len(names) > _MANY:
        yield from db.execute(select)
        return
    for name in names:
        with suppress(UnicodeEncodeError):  # no text for SQLite: it is not in there
            yield from db.execute(f"{select} WHERE file = ?", (name,))


# --- the file ----------------------------------------------------------------------


def opened(path: Path) -> "Connection":
    """Open an index that is there, never waiting for another program; raises sqlite3.Error."""
    import sqlite3

    uri = f"{path.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)


def version_of(db: "Connection") -> int:
    """Return the form of its tables; 0 if there are none."""
    found: int = db.execute("PRAGMA user_version").fetchone()[0]
    return found


def has_terms(db: "Connection") -> bool:
    """Tell whether it holds what was said: not if this SQLite was built without full-text search."""
    query = "SELECT 1 FROM sqlite_master WHERE name = 'said'"
    return db.execute(query).fetchone() is not None


def is_damaged(error: Exception) -> bool:
    """Tell whether the file is at fault, and not that it is in use, or the disk full."""
    import sqlite3

    # ERROR: a table is missing, or a text in it is none. What is no error of SQLite's comes of
    # values that are none of ours.
    at_fault = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in at_fault


def discard(path: Path) -> None:
    """Delete an index, which is made anew."""
    for each in files_of(path):
        with suppress(OSError):
            each.unlink()


def files_of(path: Path) -> list[Path]:
    """Return the files of an index: itself, and those beside it while it is in use."""
    return [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
