"""Files and folders of the program's own: read within bounds, written whole and for their owner only.

To open a pipe may wait for ever and a device may never end: where a file is
expected, only an ordinary one is opened. The null device counts as an empty file.
"""

import contextlib
import errno
import io
import os
import stat
import sys
import time
from pathlib import Path, PureWindowsPath
from typing import BinaryIO, TextIO

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line

#: What another user could read or write of a file, or of a folder. Windows has no such modes:
#: there the rights of the folder count, and those of a person's own folders keep others out.
FILE, FOLDER = 0o600, 0o700
#: What a file system says that has no modes or cannot be waited for, or where the file is
#: another user's: nothing is lost without.
_NO_MODES = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EROFS)
if sys.platform == "win32":
    #: Else the C library would change line ends.
    _ANY = os.O_BINARY
    #: For a path at which a link is not followed; links need a right of their own on Windows.
    NO_LINK = 0
else:
    _ANY = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    NO_LINK = os.O_NOFOLLOW
#: How often, and after how many seconds, a file is put in the place of one that is being read:
#: Windows refuses that meanwhile, as when a virus scanner looks at it.
_TRIES, _PAUSE = 10, 0.02
#: Bytes of a file that people write: the config, a preset, a system message.
TEXT_BYTES = 4_000_000
#: Bytes of a list that the program keeps, of the history of input lines, and of a journal.
#: Real ones are far smaller; what is larger would not fit into memory as Python's values.
LIST_BYTES = 50_000_000
JOURNAL_BYTES = 500_000_000


#: What Windows takes for a device in every folder and with any ending: from some bytes never come.
_DEVICES = frozenset(
    [
        *("CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"),
        *(f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³"),
    ]
)
#: Characters that no name has there; behind a colon another stream of the file would be written, unseen.
_UNNAMEABLE = frozenset('<>:"|?*')


class Refused(OSError):
    """What stands at a path is no ordinary file, has more bytes than are taken, or can have no such name."""

    def __str__(self) -> str:
        return str(self.strerror)


def expanded(name: str | Path) -> Path:
    """Return the path that was typed, `~` filled in where that can be done."""
    try:
        return Path(name).expanduser()
    except RuntimeError:  # ~nobody
        return Path(name)


def reason(error: Exception) -> Printable:
    """Return why a file could not be read or written, in the system's words."""
    if isinstance(error, UnicodeError):
        return say("it is no text")
    words = error.strerror if isinstance(error, OSError) else str(error)
    return one_line(words or type(error).__name__, 80)


def is_device(path: Path | str) -> bool:
    """Tell whether a system takes a name for a device wherever it stands; `NUL` alone is one to be used."""
    if sys.platform == "win32":
        name = PureWindowsPath(path).name.upper()
        return name != "NUL" and name.partition(".")[0].rstrip(" ") in _DEVICES
    return False


def _check_name(path: Path | str, *, new: bool) -> None:
    """Raise Refused for a name that is a device's, or with which no `new` file can be made."""
    if sys.platform == "win32":
        name = PureWindowsPath(path).name
        unfit = _UNNAMEABLE & set(name) or name != name.rstrip(". ") or not name.isprintable()
        if is_device(path) or (new and unfit):
            raise Refused(errno.EINVAL, say("Windows has no files of that name"))


def descriptor(path: Path | str, flags: int, *, private: bool = False, mode: int = FILE) -> int:
    """Open an ordinary file and return its descriptor; raises OSError, Refused for anything else.

    A file that this makes is for its owner only, and with `private` so is one that was
    there, whatever the umask. `mode` is another one to make it with, less the umask.
    """
    _check_name(path, new=bool(flags & os.O_CREAT))
    with contextlib.suppress(FileNotFoundError):
        _check(os.stat(path))  # noqa: PTH116  a list of thousands; to open some devices does something
    fd = os.open(path, flags | _ANY, mode)
    try:
        found = os.fstat(fd)
        _check(found)  # the one that was opened may be another by now
        if private and stat.S_ISREG(found.st_mode):
            _chmod(fd, FILE)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _check(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode) and not _is_null(found):
        raise Refused(errno.EINVAL, say("it is no ordinary file"))


def _is_null(found: os.stat_result) -> bool:
    if sys.platform == "win32":  # its devices have no numbers
        return stat.S_ISCHR(found.st_mode)
    return stat.S_ISCHR(found.st_mode) and found.st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116


def opened(path: Path | str) -> BinaryIO:
    """Open an ordinary file for reading; raises OSError."""
    return os.fdopen(descriptor(path, os.O_RDONLY), "rb")


def read(path: Path | str, limit: int) -> bytes:
    """Return the bytes of an ordinary file; raises OSError, Refused if they are more than `limit`."""
    with opened(path) as file:
        return _all_of(file, limit)


def held(path: Path | str, limit: int, at_hand: int) -> BinaryIO:
    """Return an ordinary file to be read here and there: its bytes, where they are no more than `at_hand`.

    Raises OSError, Refused if they are more than `limit`.
    """
    file = opened(path)
    if at_hand < os.fstat(file.fileno()).st_size <= limit:
        return file
    with file:
        return io.BytesIO(_all_of(file, limit))


def _all_of(file: BinaryIO, limit: int) -> bytes:
    data = file.read(limit + 1) if os.fstat(file.fileno()).st_size <= limit else None
    if data is None or len(data) > limit:  # it may have grown, and some files of the system tell 0
        from zatsudan.base.quantities import in_bytes  # few files are

        raise Refused(errno.EFBIG, say("it is larger than {size}", size=in_bytes(limit)))
    return data


def folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner only; raises OSError.

    `Path.mkdir` gives its mode to the last one alone.
    """
    if path.is_dir():
        return
    if path.parent != path:
        folder(path.parent)
    try:
        path.mkdir(FOLDER)
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    _chmod(path, FOLDER)  # a umask may have taken our own rights


def _chmod(file: int | Path, mode: int) -> None:
    """Set a mode where the file system has modes and the file is ours (FAT, CIFS and some FUSE have none)."""
    if sys.platform == "win32":
        return
    try:
        if isinstance(file, int):
            os.fchmod(file, mode)
        else:
            file.chmod(mode)
    except OSError as error:
        if error.errno not in _NO_MODES:
            raise


def replace(path: Path, data: bytes, *, mode: int = FILE, durable: bool = False) -> None:
    """Put a small file in the place of another, whole or not at all; raises OSError.

    It is for its owner only from its first byte on, and gets its `mode` when it is
    whole. `durable` waits until the disk holds it. A link stays one: people keep their
    settings elsewhere and link them here.
    """
    path = Path(os.path.realpath(path))
    _check_name(path, new=True)
    folder(path.parent)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)  # of a run that was killed; a link goes, and not what it points to
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK | _ANY, FILE)
    try:
        with os.fdopen(fd, "wb") as file:
            _chmod(file.fileno(), mode)
            file.write(data)
            if durable:
                file.flush()
                sync(file.fileno())
        put_in_place(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def put_in_place(new: Path, path: Path) -> None:
    """Give a file that is closed the name of another, at once for all who look; raises OSError."""
    for _ in range(_TRIES if sys.platform == "win32" else 0):
        try:
            os.replace(new, path)  # noqa: PTH105  atomic by name
        except PermissionError:
            time.sleep(_PAUSE)
        else:
            return
    os.replace(new, path)  # noqa: PTH105


def sync(fd: int) -> None:
    """Wait until the disk holds a file; raises OSError. Some file systems over a network cannot tell."""
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_MODES:
            raise


def let_go(stream: TextIO) -> None:
    """Point a stream that takes nothing any more at nothing: Python's last flush would complain."""
    with contextlib.suppress(OSError, ValueError):  # a stream of a test has no descriptor
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
