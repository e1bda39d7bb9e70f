"""A request to a server as exports write it: without any secret, which the environment holds."""

import json
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from zatsudan.base.addresses import origin
from zatsudan.base.jsonvalues import JsonObject, loads
from zatsudan.base.secrets import SCHEME, is_secret, shown_variable
from zatsudan.config.settings import Config
from zatsudan.servers import dialects
from zatsudan.servers.choice import Server
from zatsudan.servers.hosted import OPENAI
from zatsudan.sessions.exports.outgoing import Request, Value


def request_to(server: Server, body: JsonObject, key_variable: str) -> Request:
    """Return a request as the client sends it to `server`, the key in `key_variable`."""
    parts = urlsplit(server.base_url)
    user, _, host = parts.netloc.rpartition("@")
    headers = {
        "content-type": ("Content-Type", "application/json"),
        "accept": ("Accept", "application/json"),
    }
    headers.update((name.lower(), (name, value)) for name, value in server.headers.items())
    if server.api_key and server.api_key_header:
        headers[server.api_key_header.lower()] = (server.api_key_header, server.api_key)
    elif server.api_key:
        headers.setdefault("authorization", ("Authorization", f"Bearer {server.api_key}"))
    elif user:
        headers.setdefault("authorization", ("Authorization", "Basic "))
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **server.query}
    return Request(
        dialects.address(server.dialect, urlunsplit((parts.scheme, host, parts.path, "", ""))),
        tuple(_without_secrets(headers.values(), server.api_key, key_variable)),
        tuple(_without_secrets(query.items(), server.api_key, key_variable)),
        _as_sent(dialects.written(server.dialect, body)),
        server.ca_file,
        server.verify,
    )


def _without_secrets(
    pairs: Iterable[tuple[str, str]], key: str, key_variable: str
) -> Iterable[tuple[str, Value]]:
    for name, value in pairs:
        scheme = match[0] if (match := re.match(SCHEME, value)) else ""
        if key and value == scheme + key:
            yield name, Value(scheme, key_variable)
        elif is_secret(name, value) or (key and key in value):
            yield name, Value(scheme, _variable(name))
        else:
            yield name, Value(value)


def _variable(name: str) -> str:
    """Return the name of the environment variable for a header."""
    words = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return words if words and not words[0].isdigit() else f"KEY_{words}"


def _as_sent(body: JsonObject) -> JsonObject:
    """Return the body as it stands on the wire, where a lone surrogate cannot stand."""
    wire = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    value = loads(wire)
    return value if isinstance(value, dict) else {}


def key_variable(server: Server, config: Config) -> str:
    """Return the name of the environment variable for the server's key."""
    profile = config.profiles.get(server.name)
    # A name that no shell takes would make another command of the export.
    if profile is not None and profile.api_key_env == shown_variable(profile.api_key_env):
        return profile.api_key_env
    if server.reason == "OPENAI_API_KEY" or origin(server.base_url) == origin(OPENAI.url):
        return "OPENAI_API_KEY"
    return "ZATSUDAN_API_KEY"
