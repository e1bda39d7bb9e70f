"""Whom a connection trusts, and what it must not repeat: certificates and keys."""

import os
import ssl
from collections.abc import Iterable
from pathlib import Path

from zatsudan.base.errors import ConnectionFailed
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.base.secrets import Secrets, of_userinfo, secret_values
from zatsudan.servers.choice import Server


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


def secrets_of(server: Server, proxies: Iterable[str] = ()) -> Secrets:
    """Return all that is sent to a server, or to a proxy on the way, and must not be repeated."""
    values = secret_values(server.base_url, server.api_key, server.headers, server.query)
    for proxy in proxies:
        values += of_userinfo(proxy.rpartition("://")[2].rpartition("@")[0])
    return Secrets(values)
