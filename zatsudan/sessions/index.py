"""The index of a folder of sessions: what its journals say, kept beside them to be found at once.

It is a cache. The journals are the truth: what the index says of one counts only as long as
the journal is what it was when it was read, and all others are read as if there were no index.
Who asks never writes and never waits; indexing.py writes, where nobody waits for it. Whatever is
wrong with the file costs only the time that it would have saved.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from zatsudan.base.printable import printable
from zatsudan.sessions.journal import SUFFIX
from zatsudan.sessions.summary import Entry, Summary

if TYPE_CHECKING:
    from sqlite3 import Connection

NAME = "index.sqlite3"
#: Another number for every other form of the tables, or of what stands in them.
VERSION = 1
#: Bytes of journals that are read as fast as an index is asked.
SMALL = 4_000_000
#: Words in which a piece is looked for at most: where more hold it, nearly all sessions do.
_MOST_WORDS = 200

#: The spellings of each word that is looked for.
Forms: TypeAlias = Sequence[Sequence[str]]
_Answer = TypeVar("_Answer")


def summaries(directory: Path, there: Sequence[Entry]) -> dict[str, Summary | None]:
    """Return the summaries of journals by their names; None where nobody said anything.

    Those that are not known, or were changed since, are left out.
    """

    def answer(db: "Connection") -> dict[str, Summary | None]:
        columns = "turns, modified, title, name, first_words, model, sought"
        return {
            file: _summary(directory, file, row[0], row[1], row[2:])
            for file, row in _known(db, there, columns)
        }

    return _asked(directory, there, answer) or {}


def _summary(
    directory: Path, file: str, turns: int, modified: float, texts: tuple[object, ...]
) -> Summary | None:
    title, name, words, model, sought = texts
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


def may_hold(directory: Path, there: Sequence[Entry], words: Forms) -> dict[str, bool]:
    """Tell of journals whether a message in them may hold all words, each in one of its spellings.

    Those that are not known, or were changed since, are left out.
    """

    def answer(db: "Connection") -> dict[str, bool]:
        holding = _holding(db, words)
        return {
            file: turns > 0 and (holding is None or file in holding)
            for file, (turns,) in _known(db, there, "turns")
        }

    return _asked(directory, there, answer) or {}


def _asked(
    directory: Path, there: Sequence[Entry], answer: "Callable[[Connection], _Answer]"
) -> _Answer | None:
    """Return what the index answers; None if it cannot, or need not."""
    path = directory / NAME
    if is_small(there) or not path.is_file():
        return None
    import sqlite3

    try:
        with closing(opened(path)) as db:
            db.execute("BEGIN")  # all is asked of one state, whatever is written meanwhile
            return answer(db) if version_of(db) == VERSION else None
    except (sqlite3.Error, TypeError, ValueError) as error:
        if is_damaged(error):
            discard(path)
    return None


def is_small(there: Iterable[Entry]) -> bool:
    """Tell whether journals are read as fast as an index is asked."""
    return sum(entry.size for entry in there) < SMALL


def _known(
    db: "Connection", there: Sequence[Entry], columns: str
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield columns of the journals that are what they were when they were read."""
    stamps = {entry.name: entry.stamp for entry in there}
    for row in db.execute(f"SELECT file, mtime, ctime, size, {columns} FROM session"):  # noqa: S608  our own
        if stamps.get(row[0]) == row[1:4]:
            yield row[0], row[4:]


def _holding(db: "Connection", words: Forms) -> set[str] | None:
    """Return the journals that may hold all words; None if any may."""
    if not has_terms(db):
        return None
    queries = [query for query in (_any_form(db, forms) for forms in words) if query is not None]
    if not queries:
        return None
    files = set(_files(db, queries[0]))
    for query in queries[1:]:
        files.intersection_update(_files(db, query))
    return files


def _files(db: "Connection", query: str) -> Iterator[str]:
    if query:
        select = "SELECT file FROM doc WHERE doc IN (SELECT rowid FROM said WHERE said MATCH ?)"
        for (file,) in db.execute(select, (query,)):
            yield file


def _any_form(db: "Connection", forms: Sequence[str]) -> str | None:
    """Return the query for a word in its spellings: None if any session may hold it, `` if none does."""
    queries = [_all_pieces(db, form) for form in forms]
    if None in queries:
        return None
    possible = [query for query in queries if query]
    return f"({' OR '.join(possible)})" if possible else ""


def _all_pieces(db: "Connection", form: str) -> str | None:
    from zatsudan.sessions.terms import pieces  # a list needs none

    queries = []
    for term, within in dict.fromkeys(pieces(form)):
        found = _words_with(db, term) if within else [term]
        if not found:
            return ""
        if len(found) <= _MOST_WORDS:
            queries.append("(" + " OR ".join(f'"{each}"' for each in found) + ")")
    return f"({' AND '.join(queries)})" if queries else None


def _words_with(db: "Connection", part: str) -> list[str]:
    found = db.execute(
        "SELECT word FROM word WHERE instr(word, ?) LIMIT ?", (part, _MOST_WORDS + 1)
    )
    return [word for (word,) in found]


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
