"""Does a key leave the private network unencrypted? Told where it does, since nothing on the screen would show it."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_loopback, is_near
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.config.settings import Profile
from zatsudan.servers.choice import Server


def unencrypted(server: Server) -> Printable:
    """Return a warning about a key that is sent over http to a far host or proxy; empty where none is.

    Within the private network - this machine, private addresses, bare names - http is what servers
    speak, and there is nothing that a person could do about it.
    """
    if not _is_open(server.base_url):
        return EMPTY
    from zatsudan.base.secrets import secret_values

    secrets = secret_values(server.base_url, server.api_key, server.headers, server.query)
    return _warning(server.base_url) if secrets else EMPTY


def unencrypted_profiles(profiles: Mapping[str, Profile]) -> Iterable[Printable]:
    """Yield the same for the profiles of a config file, wherever their keys come from."""
    from zatsudan.base.secrets import secret_values

    for name, profile in profiles.items():
        sources = (profile.api_key_env, profile.api_key_command, profile.api_key_keyring)
        secrets = secret_values(profile.base_url, profile.api_key, profile.headers, profile.query)
        warning = _warning(profile.base_url) if secrets or any(sources) else EMPTY
        if warning:
            yield printable(f"{one_line(name, 60)}: {warning}")


def _is_open(base_url: str) -> bool:
    """Tell whether what is sent leaves this machine, and not encrypted on the way to the server."""
    host = _host(base_url)
    return bool(host) and base_url.lower().startswith("http:") and not is_loopback(host)


def _warning(base_url: str) -> Printable:
    if not _is_open(base_url):
        return EMPTY
    host = _host(base_url)
    proxy = _far_proxy(host)
    if proxy:
        return say(
            "The key goes to the proxy {proxy} unencrypted, where it can be read: write https in the base URL, or name {host} in NO_PROXY.",
            proxy=one_line(proxy, 80),
            host=one_line(host, 80),
        )
    if is_near(host):
        return EMPTY
    return say(
        "The key goes to {host} unencrypted, and can be read on the way: write https in the base URL, or go through a tunnel (ssh -L).",
        host=one_line(host, 80),
    )


def _far_proxy(host: str) -> str:
    """Return the host of the proxy outside the private network that plain http goes through; empty if there is none."""
    from zatsudan.servers.proxies import proxy_of  # only a key over http gets here

    proxy = proxy_of(f"http://[{host}]" if ":" in host else f"http://{host}")
    if not proxy:
        return ""
    between = _host(proxy)
    return "" if not between or is_near(between) else between


def _host(url: str) -> str:
    """Return the host of an address; empty for what is none, which is told of where it is used."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
