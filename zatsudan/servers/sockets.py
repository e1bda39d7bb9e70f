"""Whose server holds a port of this machine: the owner of the listening socket, by Linux's tables of sockets.

Anybody on a machine may listen on the ports where servers are usually found.
Other systems have no such table: macOS tells the owners of other users' sockets to
root alone, and starting a program for it would take longer than the whole search.
"""

import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

#: Lines of sockets, as proc(5) describes them.
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENING = "0A"
#: Accounts below are the system's, made by its administrator (SYS_UID_MAX of login.defs).
_PEOPLE = 1000


def _written(family: socket.AddressFamily, address: str) -> str:
    """Return an address as the tables write it: each four bytes as a number of this machine."""
    data = socket.inet_pton(family, address)
    words = (data[at : at + 4] for at in range(0, len(data), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)


#: The addresses that answer for 127.0.0.1, by who gets the connection where several listen.
_ANSWERING = (
    {_written(socket.AF_INET, "127.0.0.1"), _written(socket.AF_INET6, "::ffff:127.0.0.1")},
    {_written(socket.AF_INET, "0.0.0.0"), _written(socket.AF_INET6, "::ffff:0.0.0.0")},  # noqa: S104
    {_written(socket.AF_INET6, "::")},
)


def tables() -> list[str]:
    """Return the tables of this system; none where it has none."""
    found: list[str] = []
    for path in TABLES:
        try:
            found.append(path.read_text(encoding="ascii", errors="replace"))
        except OSError:
            continue
    return found


def owners(port: int, sockets: Sequence[str]) -> set[int]:
    """Return the numbers of the users whose sockets listen for 127.0.0.1 at a port."""
    listening = [row for table in sockets for row in _rows(table, port)]
    for addresses in _ANSWERING:
        found = {user for address, user in listening if address in addresses}
        if found:
            return found
    return set()


def _rows(table: str, port: int) -> Iterator[tuple[str, int]]:
    for line in table.splitlines():
        fields = (
            line.split()
        )  # number, local address, remote one, state, queues, timer, retries, user
        if len(fields) > 7 and fields[3] == _LISTENING and fields[7].isdigit():
            address, _, digits = fields[1].partition(":")
            if digits == f"{port:04X}":
                yield address, int(fields[7])


def account(user: int) -> str:
    """Return the name of a user of this system, empty for one that it does not know."""
    if sys.platform == "win32":  # nor has it tables of sockets
        return ""
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return ""


def is_ours(
    port: int,
    service: str,
    sockets: Sequence[str],
    me: int | None = None,
    named: Callable[[int], str] = account,
) -> bool:
    """Tell whether a server may be talked with unasked: it is this user's, or the administrator's.

    That is root's, or that of the system's account which bears the service's own name, as
    Ollama's installer makes one. Where the system has no `sockets` to look at, nobody can
    tell, and it is taken; where it has, and the port is not among them, it is not.
    """
    if sys.platform == "win32" or not sockets:
        return True
    me = os.getuid() if me is None else me
    found = owners(port, sockets)
    return bool(found) and all(
        user in (me, 0) or (user < _PEOPLE and named(user) == service) for user in found
    )
