"""Sessions made of files from elsewhere. The format is told from the content, never from the name."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base import files
from zatsudan.base.errors import ImportRefused, StoreError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.sessions import journal as store
from zatsudan.sessions import noted
from zatsudan.sessions.imports import aichat, chatgpt, foreign, incoming, llm, own, plain
from zatsudan.sessions.imports.draft import Draft, Note
from zatsudan.sessions.imports.jsontext import values
from zatsudan.sessions.imports.leftout import LeftOut

if TYPE_CHECKING:
    from zatsudan.sessions.imports.bundles import Entry
    from zatsudan.sessions.imports.database import Database

#: Under which key exports keep their list of talks.
_WRAPPERS = (
    *("conversations", "chats", "sessions", "threads", "history", "data", "items"),
    "chat-next-web-store",
)


def drafts_of(path: Path, note: Note = lambda _: None, *, pipes: bool = False) -> list[Draft]:
    """Return the sessions that a file holds, of which nothing is written yet; raises ImportRefused.

    `note` gets a sentence on each thing that was left out. With `pipes` standard input and
    what a shell opened for us are read too, which in a chat are the keys.
    """
    held = incoming.content(path, pipes=pipes)
    if isinstance(held, str):
        drafts = read(held, note)
    elif isinstance(held, Iterator):
        drafts = _of_bundle(held, note)
    else:
        drafts = _of_database(held, note)
    if not drafts:
        raise ImportRefused(
            say("{name} holds no message.", name=one_line(path.name, 60)), incoming.possible()
        )
    return drafts


def write(
    drafts: Iterable[Draft],
    sessions: Path,
    new_id: Callable[[], str],
    now: Callable[[], str],
) -> list[Path]:
    """Write sessions into the directory `sessions`, all or none; return their paths. Raises StoreError."""
    written: list[Path] = []
    try:
        files.folder(sessions)
        for draft in drafts:
            written.append(_write(draft, sessions, new_id, now))  # noqa: PERF401  kept for the undoing
    except (StoreError, OSError) as error:
        for made in written:
            with suppress(OSError):
                made.unlink()
        if isinstance(error, OSError):
            raise StoreError(
                say("The sessions cannot be saved ({reason}).", reason=files.reason(error)),
                say("Is {folder} a folder of yours?", folder=one_line(str(sessions), 120)),
            ) from error
        raise
    return written


def read(text: str, note: Note = lambda _: None) -> list[Draft]:
    """Return the sessions that a text holds; raises ImportRefused."""
    start = text.lstrip()[:1]
    if own.is_markdown(text):
        return _from("zatsudan", own.read_markdown(text, note))
    if start in ("{", "["):
        return _read_json(text, note)
    if any(line.startswith("messages:") for line in text.splitlines()):
        return _from("aichat", aichat.read(text, note))
    raise _unknown()


def _from(program: str, drafts: list[Draft]) -> list[Draft]:
    for draft in drafts:
        draft.program = program
    return drafts


def _of_bundle(held: "Iterator[Entry]", note: Note) -> list[Draft]:
    """Return the sessions of several files; those that hold none are named. Raises ImportRefused if none does."""
    drafts: list[Draft] = []
    refused: ImportRefused | None = None
    for name, data in held:
        shown = one_line(name, 80)
        try:
            drafts += read(incoming.text_of(data, shown), note)
        except ImportRefused as error:
            refused = error
            note(say("Left out: {name} ({why})", name=shown, why=error.sentence))
    if not drafts and refused is not None:
        raise refused
    return drafts


def _of_database(held: "Database", note: Note) -> list[Draft]:
    """Return the sessions of llm's database; raises ImportRefused."""
    from zatsudan.sessions.imports import llmdatabase
    from zatsudan.sessions.imports.database import tables

    with tables(held) as found:
        if not llmdatabase.is_logs(found):
            raise ImportRefused(
                say("The database is not llm's: it has none of its tables."), incoming.possible()
            )
        return _from("llm", llmdatabase.read(found, note))


def _unknown(items: list[Json] | None = None) -> ImportRefused:
    """Return the error for a file of no kind that is known, with what can be told of it."""
    first = next((item for item in items or () if isinstance(item, dict)), {})
    keys = ", ".join(one_line(key, 20) for key in list(first)[:6])
    return ImportRefused(
        say("The file is of no kind that can be imported: its entries hold {keys}.", keys=keys)
        if keys
        else say("The file is of no kind that can be imported."),
        say("What can be: {kinds}.", kinds=say(incoming.KNOWN)),
    )


def _read_json(text: str, note: Note) -> list[Draft]:
    items = values(text)
    for _ in range(3):
        drafts = _read_items(items, note)
        if drafts is not None:
            return drafts
        inner = _inner(items)
        if inner is None:
            break
        items = inner
    raise _unknown(items)


def _read_items(items: list[Json], note: Note) -> list[Draft] | None:
    """Return the sessions of a file's entries; None if they are of no kind that is known."""
    for program, fits, reader in (
        ("zatsudan", own.is_record, own.read_records),
        ("ChatGPT", chatgpt.is_conversation, chatgpt.read),
        ("llm", llm.is_response, llm.read),
    ):
        if any(fits(item) for item in items):
            return _from(program, reader(items, note))
    left = LeftOut()
    found = foreign.plain_of(items, left)
    if found is not None:
        note(say("Read as an export of {program}.", program=found.program))
        return _from(found.program, plain.read(found.talks, note, left))
    if any(plain.holds_messages(item) for item in items):
        return _from("messages", plain.read(items, note))
    if any(plain.is_message(item) for item in items):
        return _from("messages", plain.read([items], note))
    return None


def _inner(items: list[Json]) -> list[Json] | None:
    """Return the entries within a wrapper: a list of lists, or an object that holds a list."""
    if items and all(isinstance(item, list) for item in items):
        return [entry for item in items if isinstance(item, list) for entry in item]
    if len(items) == 1 and isinstance(items[0], dict):
        for key in _WRAPPERS:
            found = items[0].get(key)
            if isinstance(found, list) and found:
                return found
            if isinstance(found, dict) and found:
                return [found]
    return None


def _write(draft: Draft, sessions: Path, new_id: Callable[[], str], now: Callable[[], str]) -> Path:
    # Thousands are written within one second: the ids' random part alone is too short for that.
    ids = (new_id() for _ in range(100))
    found = ((key, sessions / f"{key}{store.SUFFIX}") for key in ids)
    session_id, path = next(((key, path) for key, path in found if not path.exists()), ("", None))
    if path is None:
        raise StoreError(say("No free name for a session was found."), say("Try it again."))
    begin = store.begin_record(session_id, draft.created or now())
    journal = store.Journal(path)
    for record in (begin, *draft.records):
        journal.append(record)
    journal.close()
    if journal.trouble:
        with suppress(OSError):
            path.unlink()
        raise StoreError(journal.trouble, say("Make room, or import fewer."))
    if draft.last_at:
        # The list of sessions goes by the files' times: an old talk belongs among the old ones.
        when = datetime.fromisoformat(draft.last_at).timestamp()
        with suppress(OSError, OverflowError):
            os.utime(path, (when, when))
            noted.note(path)
    return path
