"""The request behind a reply: its body, and its headers without any secret in them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from zatsudan.config import Config
from zatsudan.connect import OPENAI, Server, origin
from zatsudan.core.errors import CommandError
from zatsudan.core.messages import Json, JsonObject
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import build_request, loads
from zatsudan.core.session import Node, Session
from zatsudan.core.window import Window, choose

#: Names of headers and query parameters whose values nobody else should see.
_SECRET_NAME = re.compile(
    r"auth|key|token|secret|passw|credential|cookie|session|signature|^sig$|jwt", re.IGNORECASE
)
_SCHEME = re.compile(r"(Bearer|Basic|Token|ApiKey) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A header's or query parameter's value: a text, then an environment variable if one is named."""

    text: str
    variable: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a reply. `url` has neither query nor user name."""

    url: str
    headers: tuple[tuple[str, Value], ...]
    query: tuple[tuple[str, Value], ...]
    body: JsonObject

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is not False

    def variables(self) -> list[str]:
        """Return the environment variables that hold its secrets."""
        values = [value for _, value in (*self.headers, *self.query)]
        return list(dict.fromkeys(value.variable for value in values if value.variable))


def request_to(server: Server, body: JsonObject, key_variable: str) -> Request:
    """Return a request as the client sends it to `server`, the key in `key_variable`."""
    parts = urlsplit(f"{server.base_url}/chat/completions")
    host = parts.netloc.rpartition("@")
    headers = {"content-type": ("Content-Type", "application/json")}
    headers["accept"] = ("Accept", "application/json")
    headers.update((name.lower(), (name, value)) for name, value in server.headers.items())
    if server.api_key:
        headers.setdefault("authorization", ("Authorization", f"Bearer {server.api_key}"))
    elif host[0]:
        headers.setdefault("authorization", ("Authorization", "Basic "))
    # The profile's query takes the place of the address's own, as in httpx.
    query = server.query.items() or parse_qsl(parts.query, keep_blank_values=True)
    return Request(
        urlunsplit((parts.scheme, host[2], parts.path, "", "")),
        tuple(_without_secrets(headers.values(), server.api_key, key_variable)),
        tuple(_without_secrets(query, server.api_key, key_variable)),
        _as_sent(body),
    )


def _without_secrets(
    pairs: Iterable[tuple[str, str]], key: str, key_variable: str
) -> Iterable[tuple[str, Value]]:
    for name, value in pairs:
        scheme = match[0] if (match := _SCHEME.match(value)) else ""
        if key and value == scheme + key:
            yield name, Value(scheme, key_variable)
        elif scheme or _SECRET_NAME.search(name) or (key and key in value):
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
    if profile is not None and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", profile.api_key_env):
        return profile.api_key_env
    if server.reason == "OPENAI_API_KEY" or origin(server.base_url) == origin(OPENAI):
        return "OPENAI_API_KEY"
    return "ZATSUDAN_API_KEY"


def next_body(
    session: Session, model: str, window: Callable[[str], Window] | None = None
) -> JsonObject:
    """Return the body of the request that `/retry` would send: the next one that is known.

    `window` chooses what is sent of the path to a message; None sends it all.
    Raises CommandError if there is no user message yet.
    """
    node = next((node for node in reversed(session.path()) if node.message.role == "user"), None)
    if node is None:
        raise CommandError(
            "There is no request yet: no message was written.", "Write one, then export it."
        )
    chosen = window(node.id) if window is not None else _whole(session, node)
    return build_request(session.model or model, chosen.messages, session.parameters)


def _whole(session: Session, node: Node) -> Window:
    return choose(session.path(node.id), session.system, session.pinned, budget=None, count=len)


def body_of(session: Session, reply: str) -> JsonObject:
    """Return the body of the request that made a reply, by what its record says.

    Its model, parameters and window are those of then; the system message is
    today's, since the session keeps no earlier one. Raises CommandError.
    """
    node = session.nodes.get(reply)
    if node is None or node.made is None or node.parent is None:
        known = ", ".join(found.id for found in session.path() if found.made is not None)
        raise CommandError(
            f"There is no reply {one_line(reply, 40)!r} in this session.",
            f"Replies of this path: {one_line(known, 120)}." if known else "Ask for one first.",
        )
    left_out, sent = node.made.left_out, []
    for earlier in session.path(node.parent):
        if left_out > 0 and earlier.id not in session.pinned:
            left_out -= 1
        else:
            sent.append(earlier)
    chosen = choose(sent, session.system, frozenset(), budget=None, count=len)
    parameters: Mapping[str, Json] = node.made.parameters
    return build_request(node.made.model or session.model, chosen.messages, parameters)
