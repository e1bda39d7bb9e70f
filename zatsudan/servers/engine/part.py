"""The part of a model file that has come so far: kept over cuts, checked before it is the file.

Beside it lies a note of which address and which version it is of.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base import files
from zatsudan.base.errors import ConnectionFailed, StreamError
from zatsudan.base.language import say
from zatsudan.base.locks import lock
from zatsudan.base.quantities import in_bytes
from zatsudan.servers.engine.gguf import MAGIC

if TYPE_CHECKING:
    from io import BufferedRandom


class Part:
    """What is there of `path`, fetched from `url`; open while `opened` is entered."""

    def __init__(self, path: Path, url: str) -> None:
        self._path = path
        self._url = url
        self._place = path.with_name(path.name + ".part")
        self._note = path.with_name(path.name + ".part.json")
        self._file: BufferedRandom

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Open it for one program alone; raises ConnectionFailed, OSError."""
        files.folder(self._path.parent)
        fd = files.descriptor(self._place, os.O_RDWR | os.O_CREAT | files.NO_LINK, private=True)
        with os.fdopen(fd, "r+b") as self._file:
            if not lock(fd):
                raise ConnectionFailed(
                    say("The file is being fetched in another terminal."),
                    say("Wait until it is there."),
                )
            yield

    @property
    def have(self) -> int:
        """How many bytes are there."""
        return self._file.seek(0, os.SEEK_END)

    def empty(self) -> int:
        """Throw away what is there; return how much is left: nothing."""
        self._file.seek(0)
        self._file.truncate()
        return 0

    def write(self, piece: bytes) -> None:
        """Put bytes behind what is there; raises StreamError for the beginning of no model."""
        if not self._file.tell() and not piece.startswith(MAGIC[: len(piece)]):
            raise self._no_model()
        self._file.write(piece)

    def version(self) -> str | None:
        """Return the tag of the version it is of, empty if none was told; None if it is of another file."""
        try:
            note = json.loads(files.read(self._note, files.TEXT_BYTES))
            return str(note["validator"]) if note["url"] == self._url else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_version(self, tag: str) -> None:
        """Note the tag of the version that now comes."""
        # A weak tag says alike, not the same: bytes cannot be put together by it.
        strong = tag if not tag.startswith("W/") else ""
        files.replace(self._note, json.dumps({"url": self._url, "validator": strong}).encode())

    def check_room(self, size: int) -> None:
        """Refuse what would fill the disk; raises ConnectionFailed."""
        free = shutil.disk_usage(self._path.parent).free
        if size > free:
            raise ConnectionFailed(
                say(
                    "The file needs {size}, and there is room for {free}.",
                    size=in_bytes(size),
                    free=in_bytes(free),
                ),
                say("Make room, or name a smaller one as model_url."),
            )

    async def finish(self, sha256: str) -> None:
        """Give it the file's name, if it is a model and the one that was meant; raises StreamError, OSError."""
        self._file.flush()
        self._file.seek(0)
        if self._file.read(len(MAGIC)) != MAGIC:
            raise self._no_model()
        if sha256:
            self._file.seek(0)
            digest = await asyncio.to_thread(hashlib.file_digest, self._file, "sha256")
            if digest.hexdigest() != sha256:
                self.empty()
                raise StreamError(
                    say("The file that came has another checksum: it was thrown away."),
                    say(
                        "Try again; if it stays so, model_url and model_sha256 do not belong together."
                    ),
                )
        os.fsync(self._file.fileno())
        if sys.platform == "win32":  # gives no file that is open another name
            self._file.close()
        files.put_in_place(self._place, self._path)
        self._note.unlink(missing_ok=True)

    def _no_model(self) -> StreamError:
        self.empty()
        return StreamError(
            say("What came is no model: the file does not begin with GGUF."),
            say("See where model_url under [local] points to."),
        )
