"""Locks of open files against other programs. A lock dies with the process that holds it.

The lock lies on the file itself: no lock file is left behind.
"""

import errno
import os
import sys

#: What a system says where another program holds the lock; all else means that there are no locks.
_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}

if sys.platform == "win32":
    import msvcrt

    #: Windows keeps others from reading locked bytes too: one is locked that no file of ours reaches.
    _PLACE = 2**31 - 2

    def _take(fd: int) -> None:
        before = os.lseek(fd, 0, os.SEEK_CUR)
        os.lseek(fd, _PLACE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(fd, before, os.SEEK_SET)

else:
    import fcntl

    def _take(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock(fd: int) -> bool:
    """Lock a file that is open for writing, until it is closed; return False if another program has it.

    On a file system without locks every program gets it.
    """
    try:
        _take(fd)
    except OSError as error:
        return error.errno not in _HELD
    return True
