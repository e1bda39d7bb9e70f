"""All sessions of the directory: list, find, rename, delete.

A list of thousands is read as bytes: text inside a record has its quotes
escaped, so patterns with bare quotes can only be the record's own keys.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from zatsudan.base import files
from zatsudan.base.errors import StoreError
from zatsudan.base.jsonvalues import whole_number
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.sessions.journal import SUFFIX, Journal, parse
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Node
from zatsudan.sessions.titles import title_from
from zatsudan.wire.messages import Message

#: Bytes of a journal's end that are parsed to show how the talk ended.
_TAIL_BYTES = 262_144
_DECODER = json.JSONDecoder()
_USER = b'"message":{"role":"user"'
_CONTENT = b',"content":"'
# All other records end before a title or model does: the longer a pattern, the faster it is found.
_TITLE = b'}\n{"type":"title","title":"'
_MODEL = b'}\n{"type":"model","model":"'


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of the list of sessions.

    `said` is the first message of the person, `modified` a time in seconds since 1970.
    """

    id: str
    directory: Path
    title: str
    said: str
    model: str
    turns: int
    modified: float

    @property
    def path(self) -> Path:
        """The session's journal."""
        return self.directory / f"{self.id}{SUFFIX}"

    @property
    def first_words(self) -> str:
        """The person's first message on one line."""
        return one_line(self.said)

    @property
    def name(self) -> str:
        """What the session is called: its title, or one made of how it begins."""
        return one_line(self.title, 60) or title_from(self.said) or self.id


#: Summaries by their journals, each with the time at which the journal was changed.
Known: TypeAlias = dict[Path, tuple[float, Summary | None]]


def newest(directory: Path) -> list[Path]:
    """Return the journals of a directory, the latest first."""
    return [path for path, _ in _by_time(directory)]


def _by_time(directory: Path) -> list[tuple[Path, float]]:
    try:
        with os.scandir(directory) as entries:
            found = [
                (entry.stat().st_mtime, entry.path)
                for entry in entries
                if entry.name.endswith(SUFFIX)
            ]
    except OSError:
        return []
    return [(Path(path), modified) for modified, path in sorted(found, reverse=True)]


def latest(directory: Path, count: int = 1, known: Known | None = None) -> list[Summary]:
    """Return the sessions that were changed last and in which somebody said something.

    Only so many are read, of however many there are, and none that is `known` and was not
    changed since. What is read goes into `known`.
    """
    found: list[Summary] = []
    known = {} if known is None else known
    for path, modified in _by_time(directory):
        before = known.get(path)
        if before is None or before[0] != modified:
            before = known[path] = modified, summary_of(directory, path.name, *read(path))
        if before[1] is not None:
            found.append(before[1])
            if len(found) == count:
                break
    return found


def read(path: Path | str) -> tuple[bytes, float]:
    """Return a journal's bytes and when it was last changed; nothing if it cannot be read."""
    try:
        fd = files.descriptor(path, os.O_RDONLY)
    except OSError:
        return b"", 0.0
    try:
        stat = os.fstat(fd)
        if stat.st_size > files.JOURNAL_BYTES:
            return b"", 0.0
        data = os.read(fd, stat.st_size)
        while len(data) < stat.st_size and (more := os.read(fd, stat.st_size - len(data))):
            data += more
    except OSError:
        return b"", 0.0
    finally:
        os.close(fd)
    return data, stat.st_mtime


def summaries(directory: Path) -> list[Summary]:
    """Return all sessions, the latest first."""
    try:
        with os.scandir(directory) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(SUFFIX)]
    except OSError:
        return []
    found = [
        summary
        for name in names
        if (summary := summary_of(directory, name, *read(f"{directory}/{name}"))) is not None
    ]
    return sorted(found, key=lambda summary: summary.modified, reverse=True)


def summary_of(directory: Path, name: str, data: bytes, modified: float) -> Summary | None:
    """Return the summary of the journal of that file name; None if nobody said anything in it."""
    if not data.endswith(b"\n"):  # its last line was cut: loading drops it too
        data = data[: data.rfind(b"\n") + 1]
    at = data.find(_USER)
    if at < 0:
        return None
    return Summary(
        name.removesuffix(SUFFIX),
        directory,
        _last(data, _TITLE),
        _said(data, at),
        _last(data, _MODEL),
        data.count(_USER, at),
        modified,
    )


def _said(data: bytes, at: int) -> str:
    """Return the text of the message that stands at a place; parsed only if it is no plain text."""
    if data.startswith(_CONTENT, at + len(_USER)):
        return _string(data, at + len(_USER) + len(_CONTENT)) or ""
    begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    value = parse(data[begin : end if end >= 0 else len(data)]).get("message")
    return Message.from_json(value).text if isinstance(value, dict) else ""


def _last(data: bytes, pattern: bytes) -> str:
    """Return the text of the last record that begins with a pattern and is whole."""
    at = data.rfind(pattern)
    while at >= 0:
        text = _string(data, at + len(pattern))
        if text is not None:
            return text
        at = data.rfind(pattern, 0, at)
    return ""


def _string(data: bytes, at: int) -> str | None:
    """Return the JSON text that begins behind the quote before `at`; None if it is damaged."""
    end = data.find(b"\n", at)
    try:
        text = data[at - 1 : end if end >= 0 else len(data)].decode()
        value, _ = _DECODER.raw_decode(text)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


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
            shown = [summary.name for summary in fits]
            # Of one name, the ids tell them apart.
            alike = len(set(shown)) < len(shown)
            names = ", ".join(
                f"{summary.id} ({summary.name})" if alike else summary.name for summary in fits[:4]
            )
            raise StoreError(
                say(
                    "Several sessions fit {name!r}: {names}.", name=one_line(name, 40), names=names
                ),
                say("Name its id: -r {id} takes the latest.", id=fits[0].id)
                if alike
                else say("Name it more fully."),
            )
    raise StoreError(
        say("There is no session {name!r}.", name=one_line(name, 40)),
        say("/sessions lists those that are there."),
    )


def ending(path: Path, messages: int) -> list[Node]:
    """Return the last messages of a session's path, from the end of its journal alone."""
    for size in (_TAIL_BYTES, sys.maxsize):  # one line may be longer than the tail
        try:
            with files.opened(path) as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - size))
                data = file.read()
        except OSError:
            return []
        # What lies further back is missing: such messages hang on what stood before them.
        records = (parse(line) for line in data.split(b"\n"))
        path_nodes = replay(record for record in records if record).path()
        if path_nodes:
            return path_nodes[-messages:]
    return []


def rename(path: Path, title: str) -> None:
    """Give a session another title; its place in the list stays. Raises StoreError."""
    before = _times(path)
    journal = Journal(path)
    journal.take()
    try:
        journal.append({"type": "title", "title": title})
        trouble = journal.trouble
    finally:
        journal.close()
    if trouble:
        raise StoreError(trouble, say("Free some space, or look at the directory's rights."))
    os.utime(path, ns=before)


def _times(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        now = time.time_ns()
        return now, now
    return stat.st_atime_ns, stat.st_mtime_ns


def delete(path: Path) -> None:
    """Delete a session for good; raises StoreError if it is open somewhere or cannot be deleted."""
    journal = Journal(path)
    journal.take()
    if sys.platform == "win32":  # deletes no file that is open
        journal.close()
    try:
        path.unlink()
        # What came with its replies lies beside it (talk/received.py).
        for file in path.parent.iterdir():
            if file.name.startswith(f"{path.stem}-") and file.suffix != SUFFIX:
                file.unlink()
    except OSError as error:
        raise StoreError(
            say("The session cannot be deleted ({reason}).", reason=error.strerror or error),
            say("Look at the directory's rights."),
        ) from error
    finally:
        journal.close()
