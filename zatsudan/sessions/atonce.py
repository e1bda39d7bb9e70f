"""What the index tells at once: of thousands of journals only those are looked at that are asked for.

And those that were changed since it was brought up to date, as far as that can be told (looked.py).
Where many were, or one turns out to be another than the index says, the answer is None, and all
journals are to be looked at.

What the index does not know of, another program may have written into a journal where it lies. That
there is nothing is sure (`surely`) when the times and sizes of all journals add up to those that the
index has: some microseconds for each, and none is gone through by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from operator import sub
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from zatsudan.base.printable import one_line
from zatsudan.sessions import holding, looked
from zatsudan.sessions.folder import Entry, Sums, entry_of, sums
from zatsudan.sessions.index import COLUMNS, NAME, asked, summary_in
from zatsudan.sessions.journal import SUFFIX
from zatsudan.sessions.summary import Summary, read, summary_of

if TYPE_CHECKING:
    from sqlite3 import Connection

#: Bytes of an index from which on it is asked first: with less, all journals are looked at as fast.
WORTH = 8_000_000
#: Sessions that may hold the words of one search, at most.
HOLDING = 1000
#: Sessions that fit a name in one way: two show that it is not one, and some more are named.
_FITTING = 5
_ORDER = "ORDER BY mtime DESC, ctime DESC, file DESC"
#: Behind every text that begins with what stands before it.
_LAST = "\U0010ffff"

#: Of journals, what `Sums` has: times by halves, since the sum of thousands is no number of SQLite's.
_SUMS = (
    "SELECT count(*), total(mtime >> 32), total(mtime & 4294967295),"
    " total(ctime >> 32), total(ctime & 4294967295), total(size) FROM session"
)

_Dated: TypeAlias = tuple[Entry, Summary]
_Answer = TypeVar("_Answer")


class Latest(NamedTuple):
    """The sessions that were changed last, and how many there are in all."""

    found: list[Summary]
    total: int


def latest(directory: Path, count: int) -> Latest | None:
    """Return the sessions that were changed last and in which somebody said something."""
    return _told(directory, lambda folder: folder.latest(count))


def fitting(directory: Path, name: str, *, surely: bool = False) -> list[Summary] | None:
    """Return sessions that may be meant by a name, the latest first: some of each way in which one fits.

    `surely`: all journals are looked at first, whether they are what the index says.
    """
    # As no session is called.
    if name != name.encode(errors="replace").decode() or not one_line(name):
        return None
    return _told(directory, lambda folder: folder.fitting(name), surely=surely)


def may_hold(directory: Path, words: holding.Forms, *, surely: bool = False) -> list[str] | None:
    """Return the journals that may hold all words, the latest first: HOLDING of those known at most.

    `surely`: all journals are looked at first, whether they are what the index says.
    """
    return _told(directory, lambda folder: folder.may_hold(words), surely=surely)


class _Changed(Exception):
    """A journal is not what the index says, which nobody noted."""


def _told(
    directory: Path, tell: "Callable[[_Folder], _Answer | None]", *, surely: bool = False
) -> _Answer | None:
    path = directory / NAME
    try:
        if path.stat().st_size < WORTH:
            return None
    except OSError:
        return None

    def answer(db: "Connection") -> _Answer | None:
        changed = looked.changed(db, directory)
        if changed is None:
            return None
        folder = _Folder(db, directory, changed)
        if surely:
            folder.look()
        return tell(folder)

    try:
        return asked(directory, answer)
    except _Changed:
        return None


class _Folder:
    """The sessions as the index knows them, but for those `changed` since, which are looked at by themselves."""

    def __init__(self, db: "Connection", directory: Path, changed: frozenset[str]) -> None:
        self._db = db
        self._directory = directory
        #: Those that somebody said something in, with the time of each.
        self._apart: list[_Dated] = []
        self._names = changed
        for name in self._names:
            entry = entry_of(directory, name)
            summary = self._summary(entry) if entry is not None else None
            if entry is not None and summary is not None:
                self._apart.append((entry, summary))

    def _summary(self, entry: Entry) -> Summary | None:
        row = self._row(entry.name, f"mtime, ctime, size, {COLUMNS}")
        if row is not None and row[:3] == entry.stamp:
            return summary_in(self._directory, entry.name, row[3:])
        return summary_of(self._directory, entry.name, *read(self._directory / entry.name))

    def _row(self, name: str, columns: str) -> tuple[Any, ...] | None:
        """Return what the index has of a journal; None of one that it lacks."""
        query = f"SELECT {columns} FROM session WHERE file = ?"  # noqa: S608  our own
        with suppress(UnicodeEncodeError):  # no text for SQLite: it is not in there
            row: tuple[Any, ...] | None = self._db.execute(query, (name,)).fetchone()
            return row
        return None

    def look(self) -> None:
        """Look at all journals; raises _Changed if one of them is not what it was, which nobody noted."""
        known = _sums(self._db.execute(_SUMS).fetchone())
        for name in self._names:
            row = self._row(name, "1, mtime, ctime, size")
            if row is not None:
                known = Sums(*map(sub, known, row))
        if known != sums(self._directory, self._names):
            raise _Changed

    def latest(self, count: int) -> Latest:
        (known,) = self._db.execute("SELECT count(*) FROM session WHERE spoken = 1").fetchone()
        known -= sum(self._row(name, "spoken") == (1,) for name in self._names)
        found = _in_order([*self._known("WHERE spoken = 1", (), count), *self._apart])
        return Latest(found[:count], known + len(self._apart))

    def _known(self, where: str, values: tuple[object, ...], count: int) -> Iterator[_Dated]:
        """Yield the latest of which a condition is true; raises _Changed if one is not what it was."""
        query = (
            f"SELECT file, mtime, ctime, size, {COLUMNS} FROM session WHERE file IN"  # noqa: S608  our own
            f" (SELECT file FROM session {where} {_ORDER} LIMIT ?) {_ORDER}"
        )
        # Those that are looked at by themselves may be among them, and do not count.
        rows = self._db.execute(query, (*values, count + len(self._names)))
        for row in islice((row for row in rows if row[0] not in self._names), count):
            entry = entry_of(self._directory, row[0])
            if entry is None or entry.stamp != row[1:4]:
                raise _Changed
            summary = summary_in(self._directory, row[0], row[4:])
            if summary is not None:
                yield entry, summary

    def fitting(self, name: str) -> list[Summary]:
        wanted = name.casefold()
        ways: tuple[tuple[str, tuple[object, ...]], ...] = (
            ("WHERE spoken = 1 AND file = ?", (name + SUFFIX,)),
            # What has a title is called so, as far as a line holds it: that is found by the index.
            ("WHERE spoken = 1 AND called = ? AND title = ?",
             (one_line(name, 60).casefold(), name)),
            ("WHERE spoken = 1 AND file >= ? AND file < ? AND length(file) >= ?",
             (name, name + _LAST, len(name) + len(SUFFIX))),
            ("WHERE spoken = 1 AND called >= ? AND called < ?", (wanted, wanted + _LAST)),
            # All names are looked through, which stand together there.
            ("INDEXED BY names WHERE spoken = 1 AND instr(called, ?)", (wanted,)),
        )  # fmt: skip
        found: dict[str, _Dated] = {}
        for at, (where, values) in enumerate(ways):
            found.update((one[0].name, one) for one in self._known(where, values, _FITTING))
            if found and at:  # the first two count as one
                break
        return _in_order([*found.values(), *self._apart])

    def may_hold(self, words: holding.Forms) -> list[str] | None:
        found = holding.latest_holding(self._db, words, HOLDING + len(self._names))
        if found is None:
            return None
        ages = [age for age in found if age[-1] not in self._names][:HOLDING]
        ages += (entry.age for entry, _ in self._apart)
        return [name for *_, name in sorted(ages, reverse=True)]


def _sums(row: Iterable[float]) -> Sums:
    count, modified, modified_low, changed, changed_low, sizes = map(int, row)
    return Sums(count, (modified << 32) + modified_low, (changed << 32) + changed_low, sizes)


def _in_order(found: Iterable[_Dated]) -> list[Summary]:
    return [summary for _, summary in sorted(found, key=lambda one: one[0].age, reverse=True)]
