"""A database of SQLite that a stranger may have made, read as values and never touched.

What is read is a copy, with what SQLite has not yet written into the file itself: beside the
file nothing is locked, written or made. What a query may cost is bounded, for the statements
that a database holds (views, generated columns) are run by asking for their values.
"""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from zatsudan.base import files
from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import say
from zatsudan.base.quantities import in_bytes

#: What SQLite may do for one file: callbacks, each after so many of its instructions.
_CALLBACKS, _INSTRUCTIONS = 2_000, 1_000_000
#: Bytes of one value; a longer one is no value, but its row is there.
LONGEST = 50_000_000

#: Characters and bytes of all values that are read: a row may be asked for by many others.
_IN_ALL = 1_000_000_000

#: The files beside a database that belong to its content, by the end of their names.
BESIDE = ("-wal", "-journal")


class Database(NamedTuple):
    """The bytes of a database and of the files that belong to it, by the end of their names."""

    data: bytes
    beside: Mapping[str, bytes]


class Tables:
    """The tables of an open database. What is no ordinary table is not there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._left = _IN_ALL
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        self._columns = {
            str(name): [
                str(row[1]) for row in connection.execute(f"PRAGMA table_info({_quoted(name)})")
            ]
            for name, sql in found.fetchall()
            if isinstance(name, str) and not str(sql).upper().startswith("CREATE VIRTUAL")
        }

    def __contains__(self, table: str) -> bool:
        return table in self._columns

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns; none where there is no such table."""
        return self._columns.get(table, [])

    def rows(self, table: str, *, order: str = "", **where: object) -> Iterator[JsonObject]:
        """Yield a table's rows, bytes among the values; none where a column asked by is missing."""
        columns = self.columns(table)
        if not columns or not {*where} <= {*columns}:
            return
        wanted = ", ".join(
            f"CASE WHEN length({_quoted(name)}) <= {LONGEST} THEN {_quoted(name)} END"
            for name in columns
        )
        query = f"SELECT {wanted} FROM {_quoted(table)}"  # noqa: S608  names of the database, quoted
        query += " WHERE " * bool(where) + " AND ".join(f"{_quoted(name)} IS ?" for name in where)
        query += f" ORDER BY {_quoted(order)}" if order in columns else ""
        for row in self._connection.execute(query, [*where.values()]):
            self._left -= sum(len(value) for value in row if isinstance(value, str | bytes))
            if self._left < 0:
                raise ImportRefused(
                    say("The database holds more than {size}.", size=in_bytes(_IN_ALL)),
                    say("Print a part of it: llm logs -n 1000 --json"),
                )
            yield dict(zip(columns, row, strict=True))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def tables(database: Database) -> Iterator[Tables]:
    """Open a copy of a database; raises ImportRefused for one that is damaged or costs too much."""
    left = _CALLBACKS

    def spend() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    try:
        with tempfile.TemporaryDirectory(prefix="zatsudan-") as folder:
            copy = Path(folder, "copy.db")
            for ending, data in {"": database.data, **database.beside}.items():
                files.replace(copy.with_name(copy.name + ending), data)
            with closing(sqlite3.connect(copy)) as connection:
                connection.set_progress_handler(spend, _INSTRUCTIONS)
                connection.execute("PRAGMA trusted_schema = OFF")
                yield Tables(connection)
    except sqlite3.Error as error:
        raise ImportRefused(
            say("The database takes too long to read.")
            if left < 0
            else say("The database cannot be read ({reason}).", reason=str(error)),
            say("Is it whole, and is no program writing to it? Try it again."),
        ) from None
