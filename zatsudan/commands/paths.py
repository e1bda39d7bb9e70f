"""Files that a person names in arguments: their completion, and writing them."""

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.commands.registry import Choice


def paths(typed: str) -> Iterable[Choice]:
    """Yield the files and folders that go on from what was typed."""
    if sys.platform == "win32":  # which takes both, and here a backslash may begin an escape
        typed = typed.replace("\\", "/")
    folder, slash, begin = typed.rpartition("/")
    where = Path(f"{folder}{slash}" or ".").expanduser()
    try:
        entries = sorted(where.iterdir())
    except (OSError, RuntimeError, ValueError):
        return
    for entry in entries[:2000]:
        if not entry.name.startswith(".") or begin.startswith("."):
            try:
                directory = entry.is_dir()
            except OSError:  # a folder whose entries may be named and not looked at
                directory = False
            name = f"{folder}{slash}{entry.name}{'/' if directory else ''}"
            yield Choice.quoted(name, say("folder") if directory else EMPTY)


def write_file(
    path: Path | str, text: str, *, overwrite: bool = False, instead: Printable = EMPTY
) -> Path:
    """Write a file that the person names, and return where it lies; raises CommandError.

    As with any tool the umask says who may read it: it is made to be handed on, unlike what
    we keep by ourselves. A file that is there is refused with the advice `instead`, unless
    `overwrite`.
    """
    path = files.expanded(path)
    data = text.encode("utf-8", "replace")
    try:
        if overwrite and path.is_file():
            # Whole or not at all: a full disk takes nothing away of what was there.
            files.replace(path, data, mode=stat.S_IMODE(path.stat().st_mode))
            return path
        fd = files.descriptor(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o666)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except FileExistsError:
        raise CommandError(
            say("There is a file {name} already.", name=one_line(str(path), 120)),
            instead or say("Choose another name."),
        ) from None
    except (OSError, ValueError) as error:
        raise CommandError(
            say(
                "{name} cannot be written ({reason}).",
                name=one_line(str(path), 120),
                reason=files.reason(error),
            ),
            say("Choose another place."),
        ) from error
    return path
