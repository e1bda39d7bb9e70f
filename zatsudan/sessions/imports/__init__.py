"""Sessions made of files from elsewhere. The format is told from the content, never from the name."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from zatsudan.base import files, texts
from zatsudan.base.errors import ImportRefused, StoreError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line
from zatsudan.sessions import journal as store
from zatsudan.sessions.imports import aichat, chatgpt, foreign, llm, own, plain
from zatsudan.sessions.imports.draft import Draft, Note
from zatsudan.sessions.imports.jsontext import values
from zatsudan.sessions.imports.leftout import LeftOut

#: A file of more bytes is refused: as Python's values it takes about ten times as much memory.
LARGEST = 100_000_000

KNOWN = later(
    "exports of ChatGPT, Claude, Grok, AI Studio, Open WebUI, LibreChat, LM Studio, SillyTavern,"
    " Chatbox, Jan, TypingMind and Claude Code, a messages array, ShareGPT, `llm logs --json`, a session of aichat, and"
    " zatsudan's own jsonl, json and markdown"
)

#: Under which key exports keep their list of talks.
_WRAPPERS = ("conversations", "chats", "sessions", "threads", "history", "data", "items")
#: What stands in the place of a file's name for standard input.
STDIN = "-"


def _possible() -> Printable:
    return say("What can be imported: {kinds}.", kinds=say(KNOWN))


def import_file(
    path: Path,
    sessions: Path,
    new_id: Callable[[], str],
    now: Callable[[], str],
    note: Note = lambda _: None,
    *,
    pipes: bool = False,
) -> list[Path]:
    """Write the sessions that a file holds into the directory `sessions`; return their paths.

    `note` gets a sentence on each thing that was left out. With `pipes` standard input and
    what a shell opened for us are read too, which in a chat are the keys. Raises ImportRefused
    before anything is written, and StoreError if the sessions cannot be.
    """
    drafts = read(_text(path, pipes=pipes), note)
    if not drafts:
        raise ImportRefused(
            say("{name} holds no message.", name=one_line(path.name, 60)), _possible()
        )
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


def _unknown(items: list[Json] | None = None) -> ImportRefused:
    """Return the error for a file of no kind that is known, with what can be told of it."""
    first = next((item for item in items or () if isinstance(item, dict)), {})
    keys = ", ".join(one_line(key, 20) for key in list(first)[:6])
    return ImportRefused(
        say("The file is of no kind that can be imported: its entries hold {keys}.", keys=keys)
        if keys
        else say("The file is of no kind that can be imported."),
        say("What can be: {kinds}.", kinds=say(KNOWN)),
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
    for fits, reader in (
        (own.is_record, own.read_records),
        (chatgpt.is_conversation, chatgpt.read),
        (llm.is_response, llm.read),
    ):
        if any(fits(item) for item in items):
            return reader(items, note)
    left = LeftOut()
    found = foreign.plain_of(items, left)
    if found is not None:
        note(say("Read as an export of {program}.", program=found.program))
        return plain.read(found.talks, note, left)
    if any(plain.holds_messages(item) for item in items):
        return plain.read(items, note)
    if any(plain.is_message(item) for item in items):
        return plain.read([items], note)
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


def _text(path: Path, *, pipes: bool) -> str:
    """Return the text of a file, or of what a pipe gives; raises ImportRefused."""
    name = one_line(path.name, 60)
    try:
        data = _piped(path) if pipes and _is_ours(path) else files.read(path, LARGEST)
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
        raise _zipped(data, name)
    try:
        return texts.decoded(data).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ImportRefused(say("{name} is no text.", name=name), _possible()) from None


def _is_ours(path: Path) -> bool:
    """Tell whether a path is standard input, or a descriptor that a shell opened for `<(command)`.

    Another pipe may have nobody who writes to it: to open it would wait for ever.
    """
    return str(path) in (STDIN, "/dev/stdin") or str(path.parent) in ("/dev/fd", "/proc/self/fd")


def _piped(path: Path) -> bytes:
    if str(path) == STDIN:
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        with path.open("rb") as pipe:
            data = pipe.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise files.Refused(
            errno.EFBIG, say("it is larger than {size} MB", size=LARGEST // 1_000_000)
        )
    return data


def _zipped(data: bytes, name: Printable) -> ImportRefused:
    """Return the error for a zip file, which names what in it can be imported."""
    import io
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        names = []
    talks = [entry for entry in names if entry.endswith((".json", ".jsonl"))]
    # Beside the talks lie the account, feedback and the like.
    talks = [entry for entry in talks if "conversation" in entry or "chat" in entry] or talks
    shown = ", ".join(one_line(entry, 60) for entry in sorted(talks)[:4])
    shown += "…" if len(talks) > 4 else ""
    return ImportRefused(
        say("{name} is a zip file.", name=name),
        say("Unpack it; import from it: {names}.", names=shown)
        if shown
        else say("Unpack it. No JSON was seen in it."),
    )


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
