"""Exports of many files: a zip, or the folder that it was unpacked into.

Beside the talks lie the account, the pictures and the like: files that are named after talks are
read, else all that may hold some. What is unpacked of a stranger's zip is bounded, whatever
the zip says of it.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from zatsudan.base import files
from zatsudan.base.errors import ImportRefused
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.base.quantities import in_bytes

#: Bytes of one file, and of all that are read together.
LARGEST, IN_ALL = 100_000_000, 500_000_000
#: Files of a bundle that are looked at.
MOST = 20_000

_ENDINGS = (".json", ".jsonl")
_DIGITS = re.compile(r"[0-9]+")
_TALKS = re.compile(r"conversation|chat", re.IGNORECASE)


class Entry(NamedTuple):
    """One file of a bundle."""

    name: str
    data: bytes


def of_zip(file: IO[bytes], name: str) -> Iterator[Entry]:
    """Yield the files of a zip that may hold talks; raises ImportRefused."""
    left = IN_ALL
    try:
        with zipfile.ZipFile(file) as archive:
            for inner in _wanted(archive.namelist(), name):
                with archive.open(inner) as opened:
                    data = opened.read(min(LARGEST, left) + 1)
                left = _left(left, data, inner)
                yield Entry(inner, data)
    # Encrypted, and packed in a way that is not known, are RuntimeErrors.
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise ImportRefused(
            say(
                "The zip {name} cannot be read ({reason}).",
                name=one_line(name, 60),
                reason=one_line(str(error), 80),
            ),
            say("Is it whole? Unpack it yourself, and import the folder."),
        ) from None


def of_folder(path: Path) -> Iterator[Entry]:
    """Yield the files of a folder, not of those in it, that may hold talks; raises ImportRefused."""
    left = IN_ALL
    try:
        names = [each.name for each in path.iterdir() if each.is_file()]
        for inner in _wanted(names, path.name):
            data = files.read(path / inner, LARGEST)
            left = _left(left, data, inner)
            yield Entry(inner, data)
    except OSError as error:
        raise ImportRefused(
            say(
                "The folder {name} cannot be read ({reason}).",
                name=one_line(path.name, 60),
                reason=files.reason(error),
            ),
            say("Name the files in it instead."),
        ) from error


def _left(left: int, data: bytes, name: str) -> int:
    if len(data) > min(LARGEST, left):
        raise ImportRefused(
            say(
                "{name} is larger than {size}.",
                name=one_line(name, 60),
                size=in_bytes(min(LARGEST, left)),
            ),
            say("Cut it into several files."),
        )
    return left - len(data)


def _wanted(names: Iterable[str], bundle: str) -> list[str]:
    """Return the names of what may hold talks, in order; raises ImportRefused for none."""
    held = [name for name in names if name.lower().endswith(_ENDINGS)]
    talks = [name for name in held if _TALKS.search(name.rpartition("/")[2])] or held
    if not talks or len(talks) > MOST:
        raise ImportRefused(
            say("{name} holds no JSON.", name=one_line(bundle, 60))
            if not talks
            else say("{name} holds more than {n:,} files.", name=one_line(bundle, 60), n=MOST),
            say("Name the files to import."),
        )
    # conversations-2.json stands before conversations-10.json.
    return sorted(talks, key=lambda name: _DIGITS.sub(lambda digits: digits[0].zfill(20), name))
