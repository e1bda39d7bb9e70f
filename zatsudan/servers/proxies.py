"""Which proxy stands between us and a server, by the variables that all programs know.

Our own reading of NO_PROXY: an entry that cannot be read (httpx raises for one, as for
`[::1]` or `fe80::/10`) is passed over, and networks and IPv6 count.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies

from zatsudan.base.addresses import is_loopback, is_number


def proxy_of(url: str, variables: Mapping[str, str] | None = None) -> str:
    """Return the address of the proxy for a URL; empty for none. None stands before this machine.

    `variables` are those of `urllib.request.getproxies`, by scheme, with `no` for NO_PROXY.
    """
    proxies = getproxies() if variables is None else variables
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not found or is_loopback(host) or _excepted(host, parts.port, proxies.get("no", "")):
        return ""
    return found if "://" in found else f"http://{found}"


def _excepted(host: str, port: int | None, entries: str) -> bool:
    return any(_covers(entry.strip().lower(), host, port) for entry in entries.split(","))


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Tell whether an entry of NO_PROXY means a host."""
    if entry == "*":
        return True
    entry = entry.partition("://")[2] or entry
    name, _, digits = entry.rpartition(":")
    if digits.isdigit() and (name.endswith("]") or ":" not in name) and name:
        if int(digits) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*").removeprefix(".")
    if not entry:
        return False
    if is_number(host):
        return _network(entry, host)
    return host == entry or host.endswith(f".{entry}")


def _network(entry: str, host: str) -> bool:
    import ipaddress  # seldom needed, and slow to import

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(
            entry.replace("[", "").replace("]", ""), strict=False
        )
    except ValueError:
        return False
