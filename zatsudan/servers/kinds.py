"""Kinds of servers, one row each: all that is known beforehand of a server is here.

Discovery, /connect, the names on the wire, prefill, tokenizers and /probe read
`KINDS`; what a row does not say is found out by asking, or learned from refusals.

Under which name a server takes a parameter stands here and not in the parameter's
row: it is told by the server's documentation, a new server brings its names along
in its one row, and parameters lie below servers, of which they know nothing. A
parameter without a name here is sent under its own.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_loopback
from zatsudan.base.jsonvalues import Json
from zatsudan.servers.athome import AT_HOME
from zatsudan.servers.hosted import HOSTED
from zatsudan.servers.kind import ServerKind
from zatsudan.wire.refusals import RENAME, Repair

if TYPE_CHECKING:
    from zatsudan.servers.choice import Server

KINDS = (*HOSTED, *AT_HOME)

#: A server of which nothing is known beforehand.
UNKNOWN = ServerKind()


#: What /connect offers, in its order.
OFFERED = tuple(kind for kind in KINDS if kind.url)

#: Where servers are looked for on this machine, each address once.
LOCAL_ADDRESSES = tuple(dict.fromkeys(address for kind in KINDS for address in kind.addresses))


def kind_of(
    name: str,
    base_url: str,
    kinds: Iterable[ServerKind] = KINDS,
    *,
    dialect: str = "",
    known: str | None = None,
) -> ServerKind:
    """Return the kind of a server: by what is known of it, its address, its name; UNKNOWN if none tells.

    `known` is the name of the kind that it was known for by its answers; `` where they were of
    no known kind, None where it was not asked. An address of the makers' decides. Then what it
    answered; then the name that a person gave, but that what runs at the port of a local server
    is none of the hosted ones, though it may be called `mistral` for its model. The port tells
    last, and nothing of what was asked.
    """
    rows = tuple(kind for kind in kinds if kind.dialect == dialect)
    if dialect:
        return rows[0] if rows else UNKNOWN
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    at_home = next((kind for kind in rows if kind.is_at(host)), None)
    named = next((kind for kind in rows if name in (kind.name, *kind.also)), None)
    answered = next((kind for kind in rows if known and kind.name == known), None)
    port = parts.port if is_loopback(host) and known is None else None
    by_port = next((kind for kind in rows if port and port in (kind.port, *kind.ports)), None)
    if named is not None and named.hosted and by_port is not None:
        named = by_port
    return at_home or answered or named or by_port or UNKNOWN


def kind_at(server: "Server") -> ServerKind:
    """Return the kind of a server by all that is known of it."""
    return kind_of(server.name, server.base_url, dialect=server.dialect, known=server.kind)


def own_first(kind: ServerKind) -> tuple[ServerKind, ...]:
    """Return all kinds, a server's own first: in this order one tries what it may understand."""
    return (kind, *(other for other in KINDS if other.name != kind.name))


def inside(value: Json, keys: Iterable[str]) -> Json:
    """Return what lies within objects under these keys; None where one of them is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def renames(kind: ServerKind) -> "tuple[Repair, ...]":
    """Return the renames that a kind of server needs, in the form of what is learned."""
    from zatsudan.wire.refusals import Repair  # read when something is sent

    return tuple(Repair(RENAME, name, other) for name, other in kind.names.items())
