"""What a list of sessions says of each: read from its journal as bytes.

Text inside a record has its quotes escaped, so patterns with bare quotes can only be the
record's own keys.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from zatsudan.base import files
from zatsudan.base.matching import fold
from zatsudan.base.printable import Printable, one_line
from zatsudan.sessions.journal import SUFFIX, parse
from zatsudan.sessions.titles import title_from
from zatsudan.wire.messages import Message

_DECODER = json.JSONDecoder()
_USER = b'"message":{"role":"user"'
_CONTENT = b',"content":"'
# All other records end before a title or model does: the longer a pattern, the faster it is found.
_TITLE = b'}\n{"type":"title","title":"'
_MODEL = b'}\n{"type":"model","model":"'


class Summary(NamedTuple):
    """A line of the list of sessions.

    `name` is what the session is called: its title, or one made of how it begins.
    `first_words` are the person's first message on one line, `modified` a time in seconds
    since 1970, `sought` what a filter of the list looks at, folded.
    """

    id: str
    directory: Path
    title: str
    name: Printable
    first_words: Printable
    model: str
    turns: int
    modified: float
    sought: str = ""

    @property
    def path(self) -> Path:
        """The session's journal."""
        return self.directory / f"{self.id}{SUFFIX}"


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


def summary_of(directory: Path, name: str, data: bytes, modified: float) -> Summary | None:
    """Return the summary of the journal of that file name; None if nobody said anything in it."""
    if not data.endswith(b"\n"):  # its last line was cut: loading drops it too
        data = data[: data.rfind(b"\n") + 1]
    return summary_by(directory, name, (data,), modified)


def summary_by(
    directory: Path, name: str, pieces: Iterable[bytes], modified: float
) -> Summary | None:
    """Return the summary of a journal that comes in pieces of whole lines; None as `summary_of`."""
    title, model, said, turns, before = "", "", None, 0, b""
    for lines in pieces:
        piece = before + lines
        at = piece.find(_USER)
        if said is None and at >= 0:
            said = _said(piece, at)
        turns += piece.count(_USER)
        title, model = _last(piece, _TITLE, title), _last(piece, _MODEL, model)
        before = piece[-2:]  # with which the next record's pattern begins
    if said is None:
        return None
    session = name.removesuffix(SUFFIX)
    called = one_line(title, 60) or title_from(said) or one_line(session)
    found = Summary(session, directory, title, called, one_line(said), model, turns, modified)
    return found._replace(sought=sought(found))


def sought(summary: Summary) -> str:
    """Return what a filter of the list looks at: the name, the first words, the model and the id."""
    words, model = one_line(summary.first_words, 100), one_line(summary.model, 30)
    return fold(f"{summary.name} {words} {model} {summary.id}")


def _said(data: bytes, at: int) -> str:
    """Return the text of the message that stands at a place; parsed only if it is no plain text."""
    if data.startswith(_CONTENT, at + len(_USER)):
        return _string(data, at + len(_USER) + len(_CONTENT)) or ""
    begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
    value = parse(data[begin : end if end >= 0 else len(data)]).get("message")
    return Message.from_json(value).text if isinstance(value, dict) else ""


def _last(data: bytes, pattern: bytes, otherwise: str) -> str:
    """Return the text of the last record that begins with a pattern and is whole."""
    at = data.rfind(pattern)
    while at >= 0:
        text = _string(data, at + len(pattern))
        if text is not None:
            return text
        at = data.rfind(pattern, 0, at)
    return otherwise


def _string(data: bytes, at: int) -> str | None:
    """Return the JSON text that begins behind the quote before `at`; None if it is damaged."""
    end = data.find(b"\n", at)
    try:
        text = data[at - 1 : end if end >= 0 else len(data)].decode()
        value, _ = _DECODER.raw_decode(text)
    except ValueError:
        return None
    return value if isinstance(value, str) else None
