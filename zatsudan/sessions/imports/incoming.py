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
from zatsudan.base.quantities import in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zatsudan.sessions.imports.bundles import Entry
    from zatsudan.sessions.imports.database import Database

#: A file of more bytes is refused: as Python's values it takes about ten times as much memory.
LARGEST = 100_000_000
#: A database is read row by row.
LARGEST_DATABASE = 500_000_000

KNOWN = later(
    "exports of ChatGPT, Claude, DeepSeek, Grok, AI Studio, Open WebUI, LibreChat, LM Studio, llama.cpp,"
    " SillyTavern, TextGen, Chatbox, Jan, NextChat, big-AGI, TypingMind, GitHub Copilot, Claude Code, Codex and Gemini CLI,"
    " a messages array, ShareGPT, llm's logs.db and `llm logs --json`, a session of aichat, and zatsudan's own jsonl, json and markdown"
)

#: What stands in the place of a file's name for standard input.
STDIN = "-"
_ZIP = b"PK\x03\x04"
_SQLITE = b"SQLite format 3\0"


def possible() -> Printable:
    """Return what can be imported, in words."""
    return say("What can be imported: {kinds}.", kinds=say(KNOWN))


def content(path: Path, *, pipes: bool) -> "str | Database | Iterator[Entry]":
    """Return the text, the database or the files of a file, a folder or what a pipe gives; raises ImportRefused."""
    name = one_line(path.name, 60)
    piped = pipes and _is_ours(path)
    try:
        if not piped and path.is_dir():
            from zatsudan.sessions.imports.bundles import of_folder

            return of_folder(path)
        if not piped and _begins(path, _ZIP):
            return _zipped(path)
        data = _piped(path) if piped else _read(path)
    except (files.Refused, IsADirectoryError) as error:
        if error.errno != errno.EFBIG:
            raise ImportRefused(say("{name} is no file.", name=name), possible()) from error
        raise ImportRefused(
            say("{name} is larger than {size}.", name=name, size=in_bytes(LARGEST)),
            say("Cut it into several files."),
        ) from error
    except (OSError, ValueError) as error:
        raise ImportRefused(
            say("{name} cannot be read ({reason}).", name=name, reason=files.reason(error)),
            say("Is the path right?"),
        ) from error
    if data.startswith(_SQLITE):
        return _database(data, None if piped else path)
    if data.startswith(_ZIP):
        import io

        from zatsudan.sessions.imports.bundles import of_zip

        return of_zip(io.BytesIO(data), path.name)
    return text_of(data, name)


def text_of(data: bytes, name: Printable) -> str:
    """Return the text of bytes; raises ImportRefused."""
    try:
        return texts.decoded(data).replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ImportRefused(say("{name} is no text.", name=name), possible()) from None


def _zipped(path: Path) -> "Iterator[Entry]":
    from zatsudan.sessions.imports.bundles import of_zip

    with files.opened(path) as file:
        yield from of_zip(file, path.name)


def _begins(path: Path, magic: bytes) -> bool:
    with files.opened(path) as file:
        return file.read(len(magic)) == magic


def _read(path: Path) -> bytes:
    return files.read(path, LARGEST_DATABASE if _begins(path, _SQLITE) else LARGEST)


def _database(data: bytes, path: Path | None) -> "Database":
    """Return a database with the files beside it in which SQLite keeps what it wrote last."""
    from zatsudan.sessions.imports.database import BESIDE, Database

    beside: dict[str, bytes] = {}
    if path is not None:
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
        raise files.Refused(errno.EFBIG, say("it is larger than {size}", size=in_bytes(LARGEST)))
    return data
