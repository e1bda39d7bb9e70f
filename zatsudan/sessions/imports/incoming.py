"""What a file holds that is to be imported: text, or a database. Also what a pipe gives."""

import errno
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base import files, texts
from zatsudan.base.errors import ImportRefused
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line

if TYPE_CHECKING:
    from zatsudan.sessions.imports.database import Database

#: A file of more bytes is refused: as Python's values it takes about ten times as much memory.
LARGEST = 100_000_000
#: A database is read row by row.
LARGEST_DATABASE = 500_000_000

KNOWN = later(
    "exports of ChatGPT, Claude, Grok, AI Studio, Open WebUI, LibreChat, LM Studio, SillyTavern,"
    " Chatbox, Jan, TypingMind and Claude Code, a messages array, ShareGPT, llm's logs.db and"
    " `llm logs --json`, a session of aichat, and zatsudan's own jsonl, json and markdown"
)

#: What stands in the place of a file's name for standard input.
STDIN = "-"
_SQLITE = b"SQLite format 3\0"


def possible() -> Printable:
    """Return what can be imported, in words."""
    return say("What can be imported: {kinds}.", kinds=say(KNOWN))


def content(path: Path, *, pipes: bool) -> "str | Database":
    """Return the text or the database of a file, or of what a pipe gives; raises ImportRefused."""
    name = one_line(path.name, 60)
    try:
        data = _piped(path) if pipes and _is_ours(path) else _read(path)
    except (files.Refused, IsADirectoryError) as error:
        if error.errno != errno.EFBIG:
            raise ImportRefused(say("{name} is no file.", name=name), possible()) from error
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
    if data.startswith(_SQLITE):
        return _database(data, path)
    if data.startswith(b"PK\x03\x04"):
        raise _zipped(data, name)
    try:
        return texts.decoded(data).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ImportRefused(say("{name} is no text.", name=name), possible()) from None


def _read(path: Path) -> bytes:
    with files.opened(path) as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    return files.read(path, LARGEST_DATABASE if is_database else LARGEST)


def _database(data: bytes, path: Path) -> "Database":
    """Return a database with the files beside it in which SQLite keeps what it wrote last."""
    from zatsudan.sessions.imports.database import BESIDE, Database

    beside: dict[str, bytes] = {}
    for ending in BESIDE:
        with suppress(OSError, ValueError):
            beside[ending] = files.read(path.with_name(path.name + ending), LARGEST_DATABASE)
    return Database(data, beside)


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
