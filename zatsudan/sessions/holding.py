"""Which journals may hold words: what the index tells of that, without a journal being read."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from zatsudan.sessions.folder import Age, Entry
from zatsudan.sessions.index import asked, has_terms, is_small, known

if TYPE_CHECKING:
    from sqlite3 import Connection

#: Words in which a piece is looked for at most: where more hold it, nearly all sessions do.
_MOST_WORDS = 200
#: Documents that are put in order one by one; of more, the sessions are gone through, latest first.
_FEW = 300

#: The spellings of each word that is looked for.
Forms: TypeAlias = Sequence[Sequence[str]]


def may_hold(directory: Path, there: Sequence[Entry], words: Forms) -> dict[str, bool]:
    """Tell of journals whether a message in them may hold all words, each in one of its spellings.

    Those that are not known, or were changed since, are left out.
    """

    def answer(db: "Connection") -> dict[str, bool]:
        queries = _queries(db, words)
        files = set.intersection(*(_files(db, query) for query in queries)) if queries else None
        return {
            file: turns > 0 and (files is None or file in files)
            for file, (turns,) in known(db, there, "turns")
        }

    return ({} if is_small(there) else asked(directory, answer)) or {}


def latest_holding(db: "Connection", words: Forms, count: int) -> list[Age] | None:
    """Return the ages of journals that may hold all words, the latest first, so many at most; None if any may."""
    queries = _queries(db, words)
    if not queries:
        return None
    found = sorted((_docs(db, query) for query in queries), key=len)
    if len(found[0]) > _FEW:
        return list(islice(_going_through(db, found), count))
    few, rest = _files_of(db, found[0]), found[1:]
    rows = (_age(db, file) for file in few if _are_in(db, file, rest))
    return sorted(filter(None, rows), reverse=True)[:count]


def _going_through(db: "Connection", found: Sequence[set[int]]) -> Iterator[Age]:
    query = (
        "SELECT mtime, ctime, session.file, doc FROM session CROSS JOIN doc ON doc.file = session.file"
        " WHERE spoken = 1 ORDER BY mtime DESC, ctime DESC, session.file DESC"
    )
    for age, rows in groupby(db.execute(query), itemgetter(0, 1, 2)):
        docs = {row[-1] for row in rows}
        if not any(docs.isdisjoint(each) for each in found):
            yield age


def _age(db: "Connection", file: str) -> Age | None:
    query = "SELECT mtime, ctime, file FROM session WHERE file = ? AND spoken = 1"
    row: Age | None = db.execute(query, (file,)).fetchone()
    return row


def _are_in(db: "Connection", file: str, found: Sequence[set[int]]) -> bool:
    docs = {doc for (doc,) in db.execute("SELECT doc FROM doc WHERE file = ?", (file,))}
    return not any(docs.isdisjoint(each) for each in found)


def _docs(db: "Connection", query: str) -> set[int]:
    select = "SELECT rowid FROM said WHERE said MATCH ?"
    return {doc for (doc,) in db.execute(select, (query,))} if query else set()


def _files_of(db: "Connection", docs: set[int]) -> set[str]:
    rows = (db.execute("SELECT file FROM doc WHERE doc = ?", (doc,)).fetchone() for doc in docs)
    return {row[0] for row in rows if row is not None}


def _files(db: "Connection", query: str) -> set[str]:
    if not query:
        return set()
    select = "SELECT file FROM doc WHERE doc IN (SELECT rowid FROM said WHERE said MATCH ?)"
    return {file for (file,) in db.execute(select, (query,))}


def _queries(db: "Connection", words: Forms) -> list[str]:
    """Return the query for each word of which it can be told where it stands; `` for one that stands nowhere."""
    if not has_terms(db):
        return []
    found = (_any_form(db, forms) for forms in words)
    return [query for query in found if query is not None]


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
