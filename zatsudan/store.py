"""Sessions on disk: one journal (JSON Lines, append-only) for each.

Files are 0600 in a 0700 directory. What cannot be written stays in memory and
is written as soon as it can be. Records never hold a key.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from zatsudan.core.errors import SessionInUse, StoreError
from zatsudan.core.messages import JsonObject, whole_number
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import loads
from zatsudan.core.session import VERSION, Session, replay

SUFFIX = ".jsonl"


def encode(record: JsonObject) -> bytes:
    """Return a record as one line. Lone surrogates are written as JSON escapes."""
    try:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        line = json.dumps(record, separators=(",", ":")).encode()
    return line + b"\n"


class Journal:
    """The file of one session, open for appending and locked against other writers.

    Nothing is created before the first message: settings alone are no session.
    `path` None writes nothing at all (a private session). `trouble` is the
    sentence that says why the file cannot be written, or empty.
    """

    def __init__(self, path: Path | None, *, pending: Iterable[JsonObject] = ()) -> None:
        self.path = path
        self.trouble = ""
        self._pending = [encode(record) for record in pending]
        self._fd: int | None = None
        self._good = 0  # bytes of whole records
        self._ragged = False  # is there a part of a record behind them?
        self._begun = False

    def append(self, record: JsonObject) -> None:
        """Write one record, or keep it until it can be written."""
        if self.path is None:
            return
        self._pending.append(encode(record))
        if record.get("type") in ("message", "delta"):
            self._begun = True
        self.flush()

    def flush(self) -> None:
        """Write what is pending. A failure is kept in `trouble`, and nothing is lost."""
        if not self._pending or self.path is None or not self._begun:
            return
        data = b"".join(self._pending)
        try:
            if self._fd is None:
                self._fd = self._open(self.path, os.O_CREAT)
            self._write(self._fd, data)
        except OSError as error:
            self.trouble = f"The session cannot be saved ({error.strerror or error})."
            return
        self._pending.clear()
        self.trouble = ""

    def sync(self) -> None:
        """Wait until the disk holds what was written."""
        if self._fd is not None:
            try:
                os.fsync(self._fd)
            except OSError as error:
                self.trouble = f"The session cannot be saved ({error.strerror or error})."

    def close(self) -> None:
        """Write what is pending and give the file free."""
        self.flush()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def take(self) -> None:
        """Open and lock an existing file; raises StoreError if another program has it."""
        if self.path is not None and self._fd is None:
            try:
                self._fd = self._open(self.path)
            except OSError as error:
                raise StoreError(
                    f"The session cannot be opened for writing ({error.strerror or error}).",
                    "It can be read with --private.",
                ) from error
            self._begun = True

    def _open(self, path: Path, create: int = 0) -> int:
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | create, 0o600)
        try:
            _lock(fd)
            os.fchmod(fd, 0o600)
            self._good = _whole(fd)
            self._ragged = os.fstat(fd).st_size > self._good
        except BaseException:
            os.close(fd)
            raise
        return fd

    def _write(self, fd: int, data: bytes) -> None:
        if self._ragged:
            os.ftruncate(fd, self._good)
        self._ragged = True
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(fd, view) :]
        except OSError:
            with suppress(OSError):  # else before the next write
                os.ftruncate(fd, self._good)
            raise
        self._ragged = False
        self._good += len(data)


def _lock(fd: int) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SessionInUse(
            "This session is open in another terminal.",
            "Close it there, or start a new one here.",
        ) from None
    except OSError:
        pass  # a file system without locks


def _whole(fd: int) -> int:
    """Return the length of a file up to the end of its last whole line."""
    size = os.fstat(fd).st_size
    end = size
    while end > 0:
        start = max(0, end - 65_536)
        found = os.pread(fd, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


class Loaded(NamedTuple):
    """A session read from disk; `damaged` lines were skipped, `torn` if the last was cut."""

    session: Session
    path: Path
    damaged: int
    torn: bool


def load(path: Path) -> Loaded:
    """Read a session; raises StoreError. A damaged line costs that record only."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"The session {one_line(path.stem)} cannot be read ({error.strerror or error}).",
            "/sessions lists those that are there.",
        ) from error
    lines = data.split(b"\n")
    torn = bool(lines.pop())
    records: list[JsonObject] = []
    damaged = 0
    for line in lines:
        record = _record(line)
        if record:
            records.append(record)
        elif line.strip():
            damaged += 1
    session = replay(records)
    if not session.nodes and not session.partials:
        raise StoreError(
            f"{one_line(path.name)} holds no session.", "/sessions lists those that are there."
        )
    return Loaded(session, path, damaged, torn)


class Summary(NamedTuple):
    """A line of the list of sessions. `modified` is a time in seconds since 1970."""

    id: str
    path: Path
    title: str
    first_words: str
    model: str
    turns: int
    modified: float

    @property
    def name(self) -> str:
        """What the session is called: its title, or how it begins."""
        return one_line(self.title or self.first_words or self.id, 60)


def summaries(directory: Path) -> list[Summary]:
    """Return all sessions, the latest first."""
    try:
        entries = [entry for entry in os.scandir(directory) if entry.name.endswith(SUFFIX)]
    except OSError:
        return []
    found = [summary for entry in entries if (summary := _summary(Path(entry.path))) is not None]
    return sorted(found, key=lambda summary: summary.modified, reverse=True)


_USER = re.compile(rb'^\{"type":"message"[^\n]*?"message":\{"role":"user"[^\n]*$', re.MULTILINE)


def _summary(path: Path) -> Summary | None:
    # Bytes, not JSON: text inside a record has its quotes escaped, so these
    # patterns can only be the record's own keys.
    try:
        data = path.read_bytes()
        modified = path.stat().st_mtime
    except OSError:
        return None
    first = _USER.search(data)
    if first is None:
        return None
    message = _record(first[0]).get("message")
    content = message.get("content") if isinstance(message, dict) else ""
    return Summary(
        path.stem,
        path,
        _last(data, b'{"type":"title"', "title"),
        one_line(content) if isinstance(content, str) else "",
        _last(data, b'{"type":"model"', "model"),
        data.count(b'"message":{"role":"user"'),
        modified,
    )


def _record(line: bytes) -> JsonObject:
    try:
        value = loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _last(data: bytes, start: bytes, field: str) -> str:
    at = data.rfind(b"\n" + start)
    if at < 0:
        return ""
    value = _record(data[at + 1 : data.find(b"\n", at + 1)]).get(field)
    return value if isinstance(value, str) else ""


def find(directory: Path, name: str) -> Summary:
    """Return the session of that id, title, number in the list, or beginning of either.

    Raises StoreError, also if several fit.
    """
    found = summaries(directory)
    number = whole_number(name)
    if number and number <= len(found):
        return found[number - 1]
    wanted = name.casefold()
    for fits in (
        [summary for summary in found if name in (summary.id, summary.title)],
        [summary for summary in found if summary.id.startswith(name)],
        [summary for summary in found if summary.name.casefold().startswith(wanted)],
        [summary for summary in found if wanted in summary.name.casefold()],
    ):
        if len(fits) == 1 or (fits and fits[0].title == name):
            return fits[0]
        if fits:
            names = ", ".join(summary.name for summary in fits[:4])
            raise StoreError(
                f"Several sessions fit {one_line(name, 40)!r}: {names}.", "Name it more fully."
            )
    raise StoreError(
        f"There is no session {one_line(name, 40)!r}.", "/sessions lists those that are there."
    )


def begin_record(session_id: str, created: str) -> JsonObject:
    """Return the first record of a journal."""
    return {"type": "session", "version": VERSION, "id": session_id, "created": created}
