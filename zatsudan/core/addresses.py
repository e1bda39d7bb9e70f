"""Addresses of servers: as people write them, as they may be shown, and what a key may be sent to."""

from urllib.parse import urlsplit, urlunsplit

from zatsudan.core.errors import ConfigError
from zatsudan.core.language import say
from zatsudan.core.printable import Printable, printable

OPENAI = "https://api.openai.com/v1"


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
    if not valid or any(sign.isspace() for sign in url):
        raise ConfigError(
            say("{url!r} is not a base URL.", url=_without_query(text.strip())[:80]),
            say("Write it as in https://host/v1."),
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions").rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, path or "/v1", parts.query, ""))


def _without_query(text: str) -> str:
    return text.rpartition("@")[2].partition("?")[0]


def is_near(host: str) -> bool:
    """Tell whether a host is this machine or one of its house."""
    if host in ("localhost", "127.0.0.1") or host.endswith((".localhost", ".local")):
        return True
    import ipaddress  # seldom needed, and slow to import

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host  # a bare name is one of the house
    return address.is_private or address.is_loopback


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
