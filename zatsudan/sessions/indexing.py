"""Writing the index of sessions: what is new, what was changed, what is gone. index.py asks it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zatsudan.base import files
from zatsudan.sessions import looked, noted
from zatsudan.sessions.folder import Entry, entries
from zatsudan.sessions.index import (
    NAME,
    VERSION,
    discard,
    files_of,
    has_terms,
    is_damaged,
    opened,
    pays,
    version_of,
)
from zatsudan.sessions.piecemeal import Pieces, goes_on, texts_of
from zatsudan.sessions.summary import Summary, summary_by
from zatsudan.sessions.terms import Terms, terms

if TYPE_CHECKING:
    from sqlite3 import Connection

#: Sessions that are written at once: as long another program cannot write.
_TOGETHER = 64
#: Words of which it is remembered that they are in the index, so that it need not be asked.
_REMEMBERED = 200_000
_TABLES = """
    CREATE TABLE session (
        file TEXT PRIMARY KEY, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,
        size INTEGER NOT NULL, length INTEGER NOT NULL, sum INTEGER NOT NULL,
        title TEXT, name TEXT, first_words TEXT, model TEXT, turns INTEGER NOT NULL,
        modified REAL NOT NULL, sought TEXT, spoken INTEGER NOT NULL, called TEXT
    ) WITHOUT ROWID;
    CREATE INDEX latest ON session (spoken, mtime, ctime, file, size);
    CREATE INDEX names ON session (spoken, called, title, mtime, ctime, file);
    CREATE TABLE doc (doc INTEGER PRIMARY KEY, file TEXT NOT NULL);
    CREATE INDEX docs ON doc (file);
    CREATE TABLE word (word TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_REMEMBER = "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: Which terms stand in which document, a session or what was added to it: no text, no places.
#: Terms are held until all that is written at once is there: to join many small parts costs more.
_SAID = """
    CREATE VIRTUAL TABLE said USING fts5
    (terms, content='', detail='none', columnsize=0, tokenize='ascii');
    CREATE VIRTUAL TABLE place USING fts5vocab (said, instance);
    INSERT INTO said (said, rank) VALUES ('hashsize', 16000000);
"""

#: The index of an earlier version, in the folder of the journals.
_EARLIER = "index.sqlite3"


def update(directory: Path, stopped: Callable[[], bool] = lambda: False) -> None:
    """Bring the index up to what the journals are, or make it anew.

    Where another program does the same, it is left to it. What cannot be done is left undone:
    the journals answer.
    """
    path = directory / NAME
    if not pays(directory):
        return
    import sqlite3

    for last in (False, True):
        try:
            files.folder(path.parent)
            # What is noted from here on comes after the look, and so does a later time of the folder.
            noted.begin(directory)
            with closing(_writable(path)) as db:
                _Writer(db, directory).follow(stopped)
        except (sqlite3.Error, TypeError, ValueError) as error:
            if last or not is_damaged(error):
                return
            discard(path)
        except OSError:
            return
        else:
            return


def _writable(path: Path) -> "Connection":
    """Open an index for writing, made if there is none; raises OSError, sqlite3.Error."""
    import sqlite3

    # Never opened by us if it is there: closing it would take SQLite's locks from it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, files.FILE))
    for file in files_of(path):
        with suppress(OSError):  # it is not there, or the file system has no modes
            if file.stat().st_mode & 0o077:
                file.chmod(files.FILE)
    db = opened(path)
    try:
        # Who asks reads on while another program writes; a power cut costs the last lines at most.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA secure_delete = ON")
        version = version_of(db)
        if not version:
            _make(db)
            # An earlier version had it there, and it holds words of what was said.
            discard(path.parent.parent / _EARLIER)
        elif version != VERSION or (not has_terms(db) and _has_search(db)):
            raise sqlite3.DatabaseError
    except BaseException:
        db.close()
        raise
    return db


def _make(db: "Connection") -> None:
    with _transaction(db):
        for table in f"{_TABLES};{looked.TABLES};{_SAID if _has_search(db) else ''}".split(";"):
            db.execute(table)
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

    def follow(self, stopped: Callable[[], bool]) -> None:
        """Forget the journals that are gone, and read those that are new or were changed."""
        look = looked.look(self._directory)
        there = entries(self._directory)
        stamps = {entry.name: entry.stamp for entry in there}
        known = self._stamps()
        changed = [entry for entry in there if known.get(entry.name) != entry.stamp]
        gone = {file for file in known if file not in stamps}
        gone |= {entry.name for entry in changed if self._is_another(entry)}
        if gone:
            with _transaction(self._db):
                self._forget(gone)
        for at in range(0, len(changed), _TOGETHER):
            if stopped():
                return
            some = changed[at : at + _TOGETHER]
            looked.settle(max(entry.stamp[1] for entry in some))
            with _transaction(self._db):
                for entry in some:
                    # Lone surrogates, which SQLite does not hold.
                    with suppress(UnicodeEncodeError):
                        self._learn(entry)
        if changed:
            known = self._stamps()
        # What could not be read, or is no text for SQLite.
        lacking = [entry.name for entry in changed if known.get(entry.name) != entry.stamp]
        if not looked.is_kept(self._db, look, lacking):
            with _transaction(self._db):
                looked.keep(self._db, look, known, lacking)

    def _stamps(self) -> dict[str, tuple[int, int, int]]:
        rows = self._db.execute("SELECT file, mtime, ctime, size FROM session INDEXED BY latest")
        return {row[0]: row[1:] for row in rows}

    def _row(self, file: str) -> tuple[int, ...] | None:
        query = "SELECT mtime, ctime, size, length, sum FROM session WHERE file = ?"
        row: tuple[int, ...] | None = self._db.execute(query, (file,)).fetchone()
        return row

    def _is_another(self, entry: Entry) -> bool:
        """Tell whether a journal is another than was read, not the same with more behind it."""
        try:
            row = self._row(entry.name)
            if row is None:
                return False
            with _journal(self._directory / entry.name) as file:
                return not goes_on(file, entry.size, *row[3:])
        except (UnicodeEncodeError, OSError):
            return False

    def _learn(self, entry: Entry) -> None:
        row = self._row(entry.name)
        if row is not None and row[:3] == entry.stamp:
            return  # another program was faster
        # What cannot be read, or has become another one since, is left to the next time.
        with suppress(OSError), _journal(self._directory / entry.name) as file:
            if row is None or goes_on(file, entry.size, *row[3:]):
                self._learn_from(file, entry, row[3] if row is not None else 0)

    def _learn_from(self, file: BinaryIO, entry: Entry, known: int) -> None:
        """Remember a journal, and the words behind those that are known."""
        pieces = Pieces(file, 0, entry.size)
        summary = summary_by(self._directory, entry.name, pieces, entry.modified)
        if pieces.end + len(pieces.rest) < entry.size:
            return
        columns = entry.name, *entry.stamp, pieces.end, pieces.sum, *_columns(summary)
        self._db.execute(_REMEMBER, columns)
        if self._searched:
            self._add(entry.name, terms(texts_of(Pieces(file, known, entry.size))))

    def _add(self, file: str, said: Terms) -> None:
        text = " ".join((*said.runs, *said.dense))
        if not text:
            return
        doc = self._db.execute("INSERT INTO doc (file) VALUES (?)", (file,)).lastrowid
        self._db.execute("INSERT INTO said (rowid, terms) VALUES (?, ?)", (doc, text))
        new = said.runs - self._words
        self._db.executemany("INSERT OR IGNORE INTO word VALUES (?)", ((word,) for word in new))
        if len(self._words) > _REMEMBERED:
            self._words.clear()
        self._words |= new

    def _forget(self, gone: Iterable[str]) -> None:
        """Leave nothing of journals: what was said in one that was deleted is to stand nowhere."""
        docs: dict[int, list[str]] = {}
        for file in gone:
            rows = self._db.execute("SELECT doc FROM doc WHERE file = ?", (file,))
            docs.update((doc, []) for (doc,) in rows)
            self._db.execute("DELETE FROM session WHERE file = ?", (file,))
            self._db.execute("DELETE FROM doc WHERE file = ?", (file,))
        if not docs or not self._searched:
            return
        # The table keeps no text, and must be told what it is to forget: all of it is looked
        # through, some seconds for ten thousand sessions, which is less than to make it anew.
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS gone (doc INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM gone")
        self._db.executemany("INSERT INTO gone VALUES (?)", ((doc,) for doc in docs))
        query = "SELECT doc, term FROM place WHERE doc IN (SELECT doc FROM gone)"
        for doc, term in self._db.execute(query):
            docs[doc].append(term)
        forget = "INSERT INTO said (said, rowid, terms) VALUES ('delete', ?, ?)"
        self._db.executemany(forget, ((doc, " ".join(held)) for doc, held in docs.items()))
        for word in {term for held in docs.values() for term in held}:
            query = "SELECT 1 FROM said WHERE said MATCH ? LIMIT 1"
            if self._db.execute(query, (f'"{word}"',)).fetchone() is None:
                self._db.execute("DELETE FROM word WHERE word = ?", (word,))
        self._words.clear()
        self._db.execute("INSERT INTO said (said) VALUES ('optimize')")


def _journal(path: Path) -> BinaryIO:
    """Open a journal; raises OSError, also if it is larger than any that is loaded."""
    file = files.opened(path)
    if os.fstat(file.fileno()).st_size <= files.JOURNAL_BYTES:
        return file
    file.close()
    raise files.Refused


def _columns(summary: Summary | None) -> tuple[object, ...]:
    if summary is None:
        return "", "", "", "", 0, 0.0, "", 0, ""
    return (
        summary.title, summary.name, summary.first_words, summary.model, summary.turns,
        summary.modified, summary.sought, 1, summary.name.casefold(),
    )  # fmt: skip
