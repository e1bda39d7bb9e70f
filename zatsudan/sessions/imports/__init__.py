"""Sessions made of files from elsewhere. The format is told from the content, never from the name."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.errors import ImportRefused, StoreError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line
from zatsudan.sessions import journal as store
from zatsudan.sessions.imports import aichat, chatgpt, llm, own, plain
from zatsudan.sessions.imports.draft import Draft, Note
from zatsudan.sessions.imports.jsontext import parse

#: A file of more bytes is refused: as Python's values it takes about ten times as much memory.
LARGEST = 100_000_000

KNOWN = later(
    "ChatGPT's conversations.json, a messages array, `llm logs --json`,"
    " a session of aichat, and zatsudan's own jsonl, json and markdown"
)


def _possible() -> Printable:
    return say("What can be imported: {kinds}.", kinds=say(KNOWN))


def import_file(
    path: Path,
    sessions: Path,
    new_id: Callable[[], str],
    now: Callable[[], str],
    note: Note = lambda _: None,
) -> list[Path]:
    """Write the sessions that a file holds into the directory `sessions`; return their paths.

    `note` gets a sentence on each thing that was left out. Raises ImportRefused
    before anything is written, and StoreError if the sessions cannot be.
    """
    drafts = read(_text(path), note)
    if not drafts:
        raise ImportRefused(
            say("{name} holds no message.", name=one_line(path.name, 60)), _possible()
        )
    written: list[Path] = []
    try:
        for draft in drafts:
            written.append(_write(draft, sessions, new_id, now))  # noqa: PERF401  kept for the undoing
    except (StoreError, OSError) as error:
        for made in written:
            with suppress(OSError):
                made.unlink()
        if isinstance(error, OSError):
            raise StoreError(
                say("The sessions cannot be saved ({reason}).", reason=error.strerror or error),
                say("Is {folder} a folder of yours?", folder=one_line(str(sessions), 120)),
            ) from error
        raise
    return written


def read(text: str, note: Note = lambda _: None) -> list[Draft]:
    """Return the sessions that a text holds; raises ImportRefused."""
    start = text.lstrip()[:1]
    if own.is_markdown(text):
        return own.read_markdown(text, note)
    if start in ("{", "["):
        return _read_json(text, note)
    if any(line.startswith("messages:") for line in text.splitlines()):
        return aichat.read(text, note)
    raise _unknown()


def _unknown() -> ImportRefused:
    return ImportRefused(
        say("The file is of no kind that can be imported."),
        say("What can be: {kinds}.", kinds=say(KNOWN)),
    )


def _read_json(text: str, note: Note) -> list[Draft]:
    items = _items(text)
    for fits, reader in (
        (own.is_record, own.read_records),
        (chatgpt.is_conversation, chatgpt.read),
        (llm.is_response, llm.read),
        (plain.holds_messages, plain.read),
    ):
        if any(fits(item) for item in items):
            return reader(items, note)
    if any(plain.is_message(item) for item in items):
        return plain.read([items], note)
    raise _unknown()


def _items(text: str) -> list[Json]:
    """Return the items of an array, or of JSON Lines (None for a damaged line), or the one object."""
    lines = [line for line in text.split("\n") if line.strip()]
    if _record(lines[0]) is None:
        value = parse(text)
        return value if isinstance(value, list) else [value]
    return [_record(line) for line in lines]


def _record(line: str) -> Json:
    if not line.lstrip().startswith("{"):
        return None
    try:
        return parse(line)
    except ImportRefused:
        return None


def _text(path: Path) -> str:
    """Return the text of a file; raises ImportRefused."""
    name = one_line(path.name, 60)
    try:
        data = files.read(path, LARGEST)
    except (files.Refused, IsADirectoryError) as error:
        if error.errno != errno.EFBIG:
            raise ImportRefused(say("{name} is no file.", name=name), _possible()) from error
        raise ImportRefused(
            say("{name} is larger than {size} MB.", name=name, size=LARGEST // 1_000_000),
            say("Cut it into several files."),
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ImportRefused(
            say("{name} cannot be read ({reason}).", name=name, reason=one_line(reason)),
            say("Is the path right?"),
        ) from error
    if data.startswith(b"PK\x03\x04"):
        raise ImportRefused(
            say("{name} is a zip file.", name=name),
            say("Unpack it; import the conversations.json in it."),
        )
    # PowerShell writes UTF-16 into a redirected file.
    coding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(coding).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ImportRefused(say("{name} is no text.", name=name), _possible()) from None


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
    return path
