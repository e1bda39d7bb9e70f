"""Sessions on disk: one journal (JSON Lines, append-only) for each.

Files are 0600 in a 0700 directory. What cannot be written stays in memory and
is written as soon as it can be. Records never hold a key.
"""

import errno
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base import files
from zatsudan.base.errors import SessionInUse, StoreError
from zatsudan.base.jsonvalues import JsonObject, dumps, loads, loads_lines
from zatsudan.base.language import say
from zatsudan.base.locks import lock
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.sessions.journallines import Lines
from zatsudan.sessions.nodes import Kept
from zatsudan.sessions.noted import note, time_of
from zatsudan.sessions.records import VERSION, apply, read_node
from zatsudan.sessions.session import Node, Session
from zatsudan.wire.logprobs import Entries

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

SUFFIX = ".jsonl"


def encode(record: JsonObject) -> bytes:
    """Return a record as one line. Lone surrogates are written as JSON escapes."""
    made = record.get("made")
    entries: object = made.get("logprobs") if isinstance(made, dict) else None
    if not isinstance(made, dict) or not isinstance(entries, Entries):
        return dumps(record) + b"\n"
    # Their JSON is at hand: the last field of the last field.
    rest = {name: value for name, value in made.items() if name != "logprobs"}
    line = dumps({name: value for name, value in record.items() if name != "made"})
    before = b"%b,%b" % (line[:-1], b'"made":' + dumps(rest)[:-1])
    return b'%b%b"logprobs":%b}}\n' % (before, b"," if rest else b"", entries.json)


class Journal:
    """The file of one session, open for appending and locked against other writers.

    Nothing is created before the first message: settings alone are no session, and
    neither is the greeting of a character that nobody has answered.
    `path` None writes nothing at all (a private session). `trouble` is the
    sentence that says why the file cannot be written, or empty.
    """

    def __init__(self, path: Path | None, *, pending: Iterable[JsonObject] = ()) -> None:
        self.path = path
        self.trouble = EMPTY
        self._pending = [encode(record) for record in pending]
        self._fd: int | None = None
        self._good = self._noted = 0  # bytes of whole records
        self._ragged = False  # is there a part of a record behind them?
        self._begun = False
        self._disk: ThreadPoolExecutor | None = None  # what waits for the disk in our place
        self._syncing: Future[None] | None = None

    def append(self, record: JsonObject) -> None:
        """Write one record, or keep it until it can be written."""
        if self.path is None:
            return
        self._pending.append(encode(record))
        if record.get("type") in ("message", "delta") and not _is_greeting(record):
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
            self.trouble = _unsaved(error)
            return
        self._pending.clear()
        self.trouble = EMPTY

    def sync(self) -> None:
        """Have the disk hold what was written, while we go on; `synced` waits for it.

        A disk may take its time, and what we do meanwhile need not.
        """
        if self._fd is None:
            return
        self._note()
        if self._disk is None:
            from concurrent.futures import ThreadPoolExecutor  # seldom needed before a first turn

            self._disk = ThreadPoolExecutor(1, "journal")
        self._syncing = self._disk.submit(self._sync, self._fd)

    def _sync(self, fd: int) -> None:
        try:
            files.sync(fd)
        except OSError as error:
            self.trouble = _unsaved(error)

    async def synced(self) -> None:
        """Wait until the disk holds what `sync` was last told to; `trouble` says if it does not."""
        if self._syncing is not None and not self._syncing.done():
            import asyncio

            await asyncio.shield(asyncio.wrap_future(self._syncing))

    def close(self) -> None:
        """Write what is pending, wait for the disk where it was told to hold it, give the file free."""
        self.flush()
        if self._disk is not None:
            self._disk.shutdown()
            self._disk = None
        if self._fd is not None:
            self._note()
            os.close(self._fd)
            self._fd = None

    def _note(self) -> None:
        """Note for the index that there is more: each time, since an index may have been made meanwhile."""
        if self.path is not None and self._good != self._noted:
            note(self.path)
            self._noted = self._good

    def take(self) -> None:
        """Open and lock an existing file; raises StoreError if another program has it."""
        if self.path is not None and self._fd is None:
            try:
                self._fd = self._open(self.path)
            except OSError as error:
                raise StoreError(
                    say(
                        "The session cannot be opened for writing ({reason}).",
                        reason=files.reason(error),
                    ),
                    say("It can be read with --private."),
                ) from error
            self._begun = True

    def _open(self, path: Path, create: int = 0) -> int:
        if create:
            files.folder(path.parent)
        before = time_of(path.parent) if create else 0
        fd = files.descriptor(path, os.O_RDWR | os.O_APPEND | create, private=True)
        try:
            if not lock(fd):
                raise SessionInUse(
                    say("This session is open in another terminal."),
                    say("Close it there, or start a new one here."),
                )
            if not os.fstat(fd).st_nlink:  # deleted before the lock was ours
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            self._good = _whole(fd)
            self._ragged = os.fstat(fd).st_size > self._good
            note(path, before)
            self._noted = self._good
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


def _is_greeting(record: JsonObject) -> bool:
    by_hand = record.get("by_hand")
    return isinstance(by_hand, dict) and bool(by_hand.get("card"))


def _unsaved(error: OSError) -> Printable:
    return say("The session cannot be saved ({reason}).", reason=files.reason(error))


def _whole(fd: int) -> int:
    """Return the length of a file up to the end of its last whole line."""
    size = os.fstat(fd).st_size
    end = size
    while end > 0:
        start = max(0, end - 65_536)
        os.lseek(fd, start, os.SEEK_SET)  # what is written goes to the end all the same
        found = os.read(fd, end - start).rfind(b"\n")
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
    session, damaged, torn = Session(), 0, False
    try:
        lines = Lines(path)
        for place, line in lines:
            record = parse(line[:-1])
            if not line.endswith(b"\n"):
                torn = True
            elif record:
                apply(session, record, place)
            elif line.strip():
                damaged += 1
    except OSError as error:
        raise StoreError(
            say(
                "The session {name} cannot be read ({reason}).",
                name=one_line(path.stem),
                reason=files.reason(error),
            ),
            say("/sessions lists those that are there."),
        ) from error
    if not session.nodes and not session.partials:
        raise StoreError(
            say("{name} holds no session.", name=one_line(path.name)),
            say("/sessions lists those that are there."),
        )
    session.nodes.source = partial(_nodes, lines)
    return Loaded(session, path, damaged, torn)


def _nodes(lines: Lines, kept: Sequence[Kept]) -> list[Node]:
    """Return messages whose lines are in a journal; raises StoreError if one is there no more."""
    try:
        found = lines.at(one.place for one in kept)
    except OSError:
        found = [b""] * len(kept)
    records = parse_all([line.removesuffix(b"\n") for line in found])
    for one, record in zip(kept, records, strict=True):
        if record.get("id") != one.id:
            raise StoreError(
                say("Message {id} is no longer where it was in its file.", id=one_line(one.id, 20)),
                say("Another program has changed the file: start anew with zatsudan -c."),
            )
    return [
        read_node(one.id, one.parent, record) for one, record in zip(kept, records, strict=True)
    ]


def parse(line: bytes) -> JsonObject:
    """Read one line of a journal; empty if it is damaged."""
    try:
        value = loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def parse_all(lines: Sequence[bytes]) -> list[JsonObject]:
    """Read lines of a journal as `parse` does, in less time."""
    values = loads_lines(lines)
    if values is None:
        return list(map(parse, lines))
    return [value if isinstance(value, dict) else {} for value in values]


def begin_record(session_id: str, created: str) -> JsonObject:
    """Return the first record of a journal."""
    return {"type": "session", "version": VERSION, "id": session_id, "created": created}
