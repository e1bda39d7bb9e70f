"""Whom a connection trusts, and what it must not repeat: certificates and keys."""

import os
import re
import ssl
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from zatsudan.connect import Server
from zatsudan.core.errors import ConnectionFailed
from zatsudan.core.language import say
from zatsudan.core.printable import one_line

_SECRET_NAME = re.compile("key|auth|token|secret|cookie|passw", re.IGNORECASE)
#: What is shorter is no key, and stands in ordinary words.
_SHORTEST = 6


def tls_context(server: Server) -> ssl.SSLContext | bool:
    """Return how certificates are checked: by the profile's file, else by the system's store.

    Raises ConnectionFailed for a file that is not there: OpenSSL would say
    nothing, and then trust nobody.
    """
    if not server.verify:
        return False
    file = server.ca_file or os.environ.get("SSL_CERT_FILE", "")
    if file and not Path(file).is_file():
        name = "ca_file" if server.ca_file else "SSL_CERT_FILE"
        raise ConnectionFailed(
            say("{name} names a file that is not there: {path}.", name=name, path=one_line(file)),
            say("Name a PEM file with the certificates to trust, or none."),
        )
    return ssl.create_default_context(cafile=server.ca_file or None)


def secrets_of(server: Server) -> list[str]:
    """Return all that is sent to a server and may be a key, the longest first."""
    url = urlsplit(server.base_url)
    named = [*server.headers.items(), *server.query.items(), *parse_qsl(url.query)]
    found = {value.strip() for name, value in named if _SECRET_NAME.search(name)}
    found |= {value.removeprefix("Bearer ") for value in found}
    found |= {server.api_key, url.password or "", unquote(url.password or "")}
    return sorted((value for value in found if len(value) >= _SHORTEST), key=len, reverse=True)
