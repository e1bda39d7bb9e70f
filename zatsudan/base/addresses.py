"""Addresses of servers: as people write them, how far off they are, and as they may be shown."""

from enum import Enum
from urllib.parse import urlsplit, urlunsplit

from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, printable


def normal_url(text: str) -> str:
    """Return a base URL up to /v1 from what people write. Raises ConfigError.

    Without a scheme: http on this machine and in private networks, else https.
    """
    url = text.strip()
    try:
        if "://" not in url:
            url = ("http://" if is_near(urlsplit("//" + url).hostname or "") else "https://") + url
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        valid = False
        parts = urlsplit("")
    if not valid or any(character.isspace() for character in url):
        raise ConfigError(
            say("{url!r} is not a base URL.", url=_without_query(text.strip())[:80]),
            say("Write it as in https://host/v1."),
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions").rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path or "/v1", parts.query, ""))


def _without_query(text: str) -> str:
    return text.rpartition("@")[2].partition("?")[0]


class Distance(Enum):
    """How far off a host is."""

    LOOPBACK = "loopback"  # this machine: what is sent leaves no network card
    PRIVATE = "private"  # the same network, as far as an address or a name can tell
    FAR = "far"


def distance(host: str) -> Distance:
    """Return how far off a host is, by its name or address alone: nothing is looked up.

    `localhost` and all below it are loopback (RFC 6761); so are 0.0.0.0 and `::`, which a
    connection takes for this machine. `.local` is mDNS, and a name without a dot is one of
    the network's own.
    """
    host = host.strip("[]").removesuffix(".").lower()
    if host in ("localhost", "127.0.0.1") or host.endswith(".localhost"):
        return Distance.LOOPBACK
    if host.endswith(".local"):
        return Distance.PRIVATE
    if not is_number(host):
        return Distance.PRIVATE if host and "." not in host else Distance.FAR
    import ipaddress  # seldom needed, and slow to import

    address = ipaddress.ip_address(host)
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback or address.is_unspecified:
        return Distance.LOOPBACK
    return Distance.PRIVATE if address.is_private else Distance.FAR


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    return distance(host) is Distance.LOOPBACK


def is_near(host: str) -> bool:
    """Tell whether a host is this machine or in its network."""
    return distance(host) is not Distance.FAR


def is_number(host: str) -> bool:
    """Tell whether a host is an address of numbers, as in 10.0.0.1 or fe80::1."""
    if ":" not in host and not host.replace(".", "").isdigit():
        return False  # as most are: ipaddress is slow to import
    import ipaddress

    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_web(address: str) -> bool:
    """Tell whether an address is one of the web."""
    return address[:8].lower().startswith(("http://", "https://"))


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL: what a key may be sent to."""
    parts = urlsplit(url)
    return (
        parts.scheme,
        parts.hostname or "",
        parts.port or (443 if parts.scheme == "https" else 80),
    )


def shown_url(url: str) -> Printable:
    """Return a URL as it may be shown: without a name and password in it."""
    parts = urlsplit(url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="")
    return printable(urlunsplit(bare))
