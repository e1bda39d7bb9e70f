"""Where a model file may come from: addresses and redirects, and what the file is called here."""

import re
from urllib.parse import unquote, urljoin, urlsplit

from zatsudan.base.addresses import is_loopback, shown_url
from zatsudan.base.errors import ConfigError, ConnectionFailed
from zatsudan.base.language import say
from zatsudan.base.printable import one_line


def file_name(url: str) -> str:
    """Return what a file from this address is called here: its last part, without odd characters."""
    name = unquote(urlsplit(url).path).rpartition("/")[2]
    name = re.sub(r"[^\w.-]", "-", name).lstrip(".-")[-120:]
    return name if name.endswith(".gguf") else f"{name or 'model'}.gguf"


def checked_url(url: str, sha256: str) -> str:
    """Return the address if it may be fetched from; raises ConfigError.

    Without TLS anyone on the way can put another file in its place, unless a checksum is known.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(
            say("{url} is no address that a file can be fetched from.", url=one_line(url, 120)),
            say("Write model_url under [local] as in https://host/file.gguf."),
        )
    if sha256 and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ConfigError(
            say("model_sha256 is no checksum: it has 64 digits from 0 to f."),
            say("Copy it again from where the file comes from."),
        )
    if parts.scheme == "http" and not sha256 and not is_loopback(parts.hostname):
        raise ConfigError(
            say("Over http the file could be exchanged on its way."),
            say("Write https in model_url, or give its checksum as model_sha256."),
        )
    return url


def redirected(url: str, location: str, sha256: str) -> str:
    """Return where a redirect leads; raises ConnectionFailed if it leaves TLS.

    A file may come from there by the same rule as from the first address.
    """
    target = ""
    try:
        target = checked_url(urljoin(url, location), sha256)
        safe = not (url.startswith("https:") and target.startswith("http:"))
    except (ConfigError, ValueError):  # a port or a host that cannot be
        safe = False
    if not safe:
        raise ConnectionFailed(
            say("{where} points to an address without TLS.", where=one_line(shown_url(url), 120)),
            say("Set another model_url."),
        )
    return target
