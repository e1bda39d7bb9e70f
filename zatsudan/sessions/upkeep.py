"""Bringing the index of sessions up to what the journals are, behind the person's back."""

import os
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from zatsudan.base import files
from zatsudan.sessions.index import (
    NAME,
    VERSION,
    discard,
    has_terms,
    is_damaged,
    is_small,
    opened,
    version_of,
)
from zatsudan.sessions.journal import parse
from zatsudan.sessions.summary import Entry, Summary, entries, read, summary_of
from zatsudan.sessions.terms import is_word, terms
from zatsudan.wire.messages import Message

if TYPE_CHECKING:
    from sqlite3 import Connection

#: Sessions that are written at once: as long another program cannot write.
_TOGETHER = 16
#: Words of which it is remembered that they are in the index, so that it need not be asked.
_REMEMBERED = 200_000
#: How long the end of the program waits for what is being written.
_LAST_SECONDS = 0.5

_TABLES = """
    CREATE TABLE session (
        doc INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE,
        mtime INTEGER NOT NULL, ctime INTEGER NOT NULL, size INTEGER NOT NULL,
        title TEXT, name TEXT, first_words TEXT, model TEXT, turns INTEGER NOT NULL,
        modified REAL NOT NULL, sought TEXT
    );
    CREATE TABLE held (doc INTEGER PRIMARY KEY, terms BLOB NOT NULL);
    CREATE TABLE word (word TEXT PRIMARY KEY) WITHOUT ROWID;
"""
#: Which terms stand in which session: no text, no places.
_SAID = (
    "CREATE VIRTUAL TABLE said USING fts5"
    "(terms, content='', detail='none', columnsize=0, tokenize='ascii')"
)


_Item = TypeVar("_Item")


class Upkeep:
    """Brings an index up to date in a thread of its own, where nobody waits for it."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def begin(self, directory: Path) -> None:
        """Begin, if it is not being done already."""
        if self._thread is not None and self._thread.is_alive():
            return
        # What is not written when the program ends is written the next time.
        self._thread = threading.Thread(
            target=update, args=(directory, self._stopped.is_set), name="index", daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Leave the rest for the next time."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_LAST_SECONDS)


def update(directory: Path, stopped: Callable[[], bool] = lambda: False) -> None:
    """Bring the index up to what the journals are, or make it anew.

    Where another program does the same, it is left to it. What cannot be done is left undone:
    the journals answer.
    """
    there, path = entries(directory), directory / NAME
    if is_small(there) and not path.exists():
        return
    import sqlite3

    for last in (False, True):
        try:
            with closing(_writable(path)) as db:
                _Writer(db, directory).follow(there, stopped)
        except sqlite3.Error as error:
            if last or not is_damaged(error):
                return
            discard(path)
        except (OSError, zlib.error, UnicodeDecodeError):
            return
        else:
            return


def _writable(path: Path) -> "Connection":
    """Open an index for writing, made if there is none; raises OSError, sqlite3.Error."""
    import sqlite3

    # Never opened by us if it is there: closing it would take SQLite's locks from it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, files.FILE))
    if path.stat().st_mode & 0o077:
        with suppress(OSError):  # a file system without modes
            path.chmod(files.FILE)
    db = opened(path)
    try:
        # Who asks reads on while another program writes; a power cut costs the last lines at most.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA secure_delete = ON")
        version = version_of(db)
        if not version:
            _make(db)
        elif version != VERSION or (not has_terms(db) and _has_search(db)):
            raise sqlite3.DatabaseError
    except BaseException:
        db.close()
        raise
    return db


def _make(db: "Connection") -> None:
    with _transaction(db):
        for table in _TABLES.split(";"):
            db.execute(table)
        if _has_search(db):
            db.execute(_SAID)
        db.execute(f"PRAGMA user_version = {VERSION}")


def _has_search(db: "Connection") -> bool:
    return bool(db.execute("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'").fetchone())


@contextmanager
def _transaction(db: "Connection") -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


class _Writer:
    def __init__(self, db: "Connection", directory: Path) -> None:
        self._db = db
        self._directory = directory
        self._searched = has_terms(db)
        self._words: set[str] = set()

    def follow(self, there: Sequence[Entry], stopped: Callable[[], bool]) -> None:
        """Forget the journals that are gone, and read those that are new or were changed."""
        stamps = {entry.name: entry.stamp for entry in there}
        query = "SELECT file, mtime, ctime, size FROM session"
        known = {file: stamp for file, *stamp in self._db.execute(query)}
        gone = [file for file in known if file not in stamps]
        changed = [entry for entry in there if known.get(entry.name) != list(entry.stamp)]
        for files_ in _grouped(gone):
            if stopped():
                return
            with _transaction(self._db):
                for file in files_:
                    self._drop_words(self._forget(file))
        if gone and self._searched:
            # What was said in a session that was deleted is to stand nowhere.
            self._db.execute("INSERT INTO said(said) VALUES ('optimize')")
        for some in _grouped(changed):
            if stopped():
                return
            with _transaction(self._db):
                for entry in some:
                    self._learn(entry)

    def _learn(self, entry: Entry) -> None:
        query = "SELECT mtime, ctime, size FROM session WHERE file = ?"
        try:
            if self._db.execute(query, (entry.name,)).fetchone() == entry.stamp:
                return  # another program was faster
            data, _ = read(self._directory / entry.name)
            summary = summary_of(self._directory, entry.name, data, entry.modified)
            before = self._forget(entry.name)
            doc = self._db.execute(
                "INSERT INTO session (file, mtime, ctime, size, title, name, first_words, model,"
                " turns, modified, sought) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (entry.name, *entry.stamp, *_columns(summary)),
            ).lastrowid
        except UnicodeEncodeError:  # lone surrogates, which SQLite does not hold: it is always read
            return
        said = terms(_said(data)) if self._searched and summary is not None else set()
        if said:
            text = " ".join(said)
            self._db.execute("INSERT INTO said (rowid, terms) VALUES (?, ?)", (doc, text))
            kept = zlib.compress(text.encode(), 1)
            self._db.execute("INSERT INTO held VALUES (?, ?)", (doc, kept))
            self._add_words(said)
        self._drop_words(before - said)

    def _forget(self, file: str) -> set[str]:
        """Take a journal out; return its terms, which may stand nowhere else."""
        row = self._db.execute("SELECT doc FROM session WHERE file = ?", (file,)).fetchone()
        if row is None:
            return set()
        kept = self._db.execute("SELECT terms FROM held WHERE doc = ?", row).fetchone()
        text = zlib.decompress(kept[0]).decode() if kept is not None else ""
        if text and self._searched:
            # Such a table keeps no text, and must be told what it is to forget.
            query = "INSERT INTO said (said, rowid, terms) VALUES ('delete', ?, ?)"
            self._db.execute(query, (*row, text))
        self._db.execute("DELETE FROM held WHERE doc = ?", row)
        self._db.execute("DELETE FROM session WHERE doc = ?", row)
        return set(text.split(" ")) if text else set()

    def _add_words(self, said: set[str]) -> None:
        new = {term for term in said if is_word(term)} - self._words
        self._db.executemany("INSERT OR IGNORE INTO word VALUES (?)", ((word,) for word in new))
        if len(self._words) > _REMEMBERED:
            self._words.clear()
        self._words |= new

    def _drop_words(self, before: Iterable[str]) -> None:
        """Forget the words that stand in no session any more."""
        for word in filter(is_word, before):
            query = "SELECT 1 FROM said WHERE said MATCH ? LIMIT 1"
            if self._db.execute(query, (f'"{word}"',)).fetchone() is None:
                self._db.execute("DELETE FROM word WHERE word = ?", (word,))
                self._words.discard(word)


def _columns(summary: Summary | None) -> tuple[object, ...]:
    if summary is None:
        return "", "", "", "", 0, 0.0, ""
    return (
        summary.title, summary.name, summary.first_words, summary.model, summary.turns,
        summary.modified, summary.sought,
    )  # fmt: skip


def _said(data: bytes) -> Iterator[str]:
    for line in data.split(b"\n"):
        record = parse(line) if b'"message"' in line else {}
        message = record.get("message")
        if record.get("type") == "message" and isinstance(message, dict):
            yield Message.from_json(message).text


def _grouped(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[at : at + _TOGETHER] for at in range(0, len(items), _TOGETHER))
