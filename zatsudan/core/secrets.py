"""Secrets in text: what is one, and how it is taken out of whatever may be shown or kept.

A key comes back in many forms: as it is, percent-encoded, with JSON's, Python's or
HTML's escapes, as the base64 of Basic authentication, and cut short by whoever made a
sentence of it. One pattern finds them all.
"""

import base64
import binascii
import contextlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urlsplit

from zatsudan.core.messages import Json
from zatsudan.core.printable import one_line

#: What is shown in the place of a secret.
HIDDEN = "[key]"
#: What is shorter is no key, and stands in ordinary words.
SHORTEST = 6
#: A longer piece of a secret than this, and than half of it, is one too.
TELLING = 12

#: What manuals say to write where a server wants any key: no secrets, and words of names.
_PLACEHOLDERS = {
    *("ollama", "lm-studio", "lmstudio", "no-key", "no-key-required", "sk-no-key-required"),
    *("not-needed", "dummy", "local", "none", "empty"),
}

_NAME = re.compile(
    r"auth|key|token|secret|passw|^pass$|pwd|credential|cookie|session|signature|^sig$|^code$|jwt",
    re.IGNORECASE,
)
#: How the value of an Authorization header begins.
SCHEME = re.compile(r"(Bearer|Basic|Token|ApiKey) +", re.IGNORECASE)
#: The keys of services that are known by how they begin.
_KEY = re.compile(
    r"(?<![\w-])(?:sk-|sk_|gsk_|xai-|AIza|hf_|r8_|nvapi-|pplx-|csk-|fw_|ghp_|github_pat_|glpat-|AKIA)"
    r"[\w.-]{12,}"
)
#: Where a text was cut, maybe within one character that was encoded.
_CUT = re.compile(r"(?:[%&\\][\\#%\w]{0,16})?(?P<end>\Z|…|\.\.\.)")
#: What may be a key of any service.
_LONG = r"(?=\S*(?:\d\S*){3})(?=\S*(?:[A-Za-z]\S*){3})[\w-]{20,}"
#: An address with a name in it, and a setting with a telling name, in a line that was typed.
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s\"'<>]+", re.IGNORECASE)
_TELLING_NAME = (
    r"[\w-]*(?:api[_-]?key|authorization|passw(?:or)?d|access[_-]?token|client[_-]?secret)"
)
_VALUE = r"(?P<scheme>[\"']?(?:(?:Bearer|Basic) +)?)(?P<value>[^\s\"',;}]+)"
_SETTINGS = (
    re.compile(rf"(?P<before>{_TELLING_NAME}[\"']?\s*[=:]\s*){_VALUE}", re.IGNORECASE),
    re.compile(rf"^(?P<before>/(?:set\s+)?\+?{_TELLING_NAME}\s+){_VALUE}", re.IGNORECASE),
)


def is_secret(name: str, value: str = "") -> bool:
    """Tell whether a header or query parameter holds a secret, by its name or by its value."""
    return bool(_NAME.search(name) or SCHEME.match(value))


def secret_values(
    base_url: str, api_key: str, headers: Mapping[str, str], query: Mapping[str, str]
) -> list[str]:
    """Return all that a server is sent and nobody else should see, short values among it."""
    found = [api_key, *_of_address(base_url)]
    for name, value in (*headers.items(), *query.items()):
        if is_secret(name, value):
            found += _of_header(value)
    return list(dict.fromkeys(filter(None, found)))


def _of_header(value: str) -> Iterator[str]:
    """Yield a header's value, and what in it may come back alone."""
    value = value.strip()
    yield value
    scheme = SCHEME.match(value)
    if scheme is not None:
        yield value[scheme.end() :]
        with contextlib.suppress(binascii.Error, ValueError):
            yield base64.b64decode(value[scheme.end() :], validate=True).decode().partition(":")[2]
    for cookie in value.split(";") if "=" in value else ():
        yield cookie.partition("=")[2].strip()


def _of_address(url: str) -> Iterator[str]:
    """Yield the secrets of an address: of its query, and the password, or a name without one."""
    try:
        parts = urlsplit(url)
        for name, value in parse_qsl(parts.query):
            if is_secret(name, value):
                yield value
    except ValueError:
        return
    yield from of_userinfo(parts.netloc.rpartition("@")[0])


def of_userinfo(userinfo: str) -> Iterator[str]:
    """Yield the secrets of `name:password` as it stands before the @ of an address."""
    user, _, password = userinfo.partition(":")
    secret = password or user
    yield from (secret, unquote(secret))
    if secret:
        pair = f"{unquote(user)}:{unquote(password)}"
        yield base64.b64encode(pair.encode("utf-8", "replace")).decode()


class Secrets:
    """Some secrets, to be hidden wherever they stand. They never show in its repr."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        # Who makes one line of a text makes one blank of several.
        several = [" ".join(value.split()) for value in values]
        forms = {form for one in several for form in (one, one_line(one, len(one) + 1))}
        self._values = sorted(
            (
                value
                for value in forms
                if len(value) >= SHORTEST and value.lower() not in _PLACEHOLDERS
            ),
            key=lambda value: (-len(value), value),
        )

    def __repr__(self) -> str:
        return f"Secrets({len(self._values)})"

    def found(self, text: str) -> bool:
        """Tell whether a text may hold one of them, or the beginning of one."""
        return bool(self._values) and self._heads.search(text) is not None

    def hidden(self, text: str) -> str:
        """Return a text without them, however they are written, whole or cut short."""
        if not self.found(text):
            return text
        result, at = [], 0
        for head in self._heads.finditer(text):
            if head.start() < at:
                continue
            end = self._end(text, head.start())
            if end:
                result += [text[at : head.start()], HIDDEN]
                at = end
        return "".join([*result, text[at:]])

    def hidden_json(self, value: Json) -> Json:
        """Return JSON without them in any of its strings and names."""
        if isinstance(value, str):
            return self.hidden(value)
        if isinstance(value, list):
            return [self.hidden_json(item) for item in value]
        if isinstance(value, dict):
            return {self.hidden(name): self.hidden_json(item) for name, item in value.items()}
        return value

    @cached_property
    def _heads(self) -> re.Pattern[str]:
        """What finds the beginning of any of them, also where one begins inside another's."""
        heads = dict.fromkeys("".join(map(_written, value[:SHORTEST])) for value in self._values)
        return re.compile(f"(?=({'|'.join(heads)}))")

    def _end(self, text: str, start: int) -> int:
        """Return where the secret that begins at `start` ends; 0 if there is none."""
        whole, part = 0, 0
        for value in self._values:
            match = re.compile("".join(map(_written, value))).match(text, start)
            if match is not None:
                whole = max(whole, match.end())
            elif not whole:
                part = max(part, _cut_short(value, text, start))
        return whole or part


def _cut_short(value: str, text: str, start: int) -> int:
    """Return where a piece of a secret ends that leads up to a cut, or is most of it; 0 if it is none."""
    at, cut = start, 0
    for count, sign in enumerate(value, 1):
        match = re.compile(_written(sign)).match(text, at)
        if match is None:
            break
        at = match.end()
        if count >= SHORTEST and (end := _CUT.match(text, at)) is not None:
            cut = end.start("end")
        elif count >= max(TELLING, len(value) // 2):
            cut = at
    return cut


def _written(sign: str) -> str:
    """Return a pattern of all the ways in which one character is written, the longer ones first."""
    if sign.isascii() and sign.isalnum():
        return sign  # no encoding changes it
    data = sign.encode("utf-8", "surrogatepass")
    units = re.findall(r"\\u(....)", json.dumps(sign)) or [f"{ord(sign):04x}"]
    entity = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}.get(sign)
    forms = [
        "".join(f"%{byte:02x}" for byte in data),
        "".join(rf"\\+x{byte:02x}" for byte in data),
        "".join(rf"\\+u{unit}" for unit in units),
        rf"\\+x{ord(sign):02x}",
        f"&#0*{ord(sign)};",
        f"&#x0*{ord(sign):x};",
        *([f"&{entity};"] if entity else ()),
        *([rf"\\+{re.escape(sign)}"] if sign in "\"'\\/" else ()),
        *((r"\s", r"\+") if sign.isspace() else (re.escape(sign),)),
    ]
    return f"(?i:{'|'.join(forms)}){'+' if sign.isspace() else ''}"


def shown_address(url: str) -> str:
    """Return an address with its name, password and secret parameters hidden, as it stands else."""
    scheme, separator, rest = url.partition("://")
    before, mark, query = rest.partition("?")
    user, at, host = before.rpartition("@")
    # An @ of the path belongs to no name, unless a password holds a slash.
    if at and ("/" not in user or ":" in user):
        before = f"{HIDDEN}@{host}"
    pairs = [pair.partition("=") for pair in query.split("&")]
    shown = [
        f"{name}={HIDDEN}" if is_secret(name, unquote(value)) and value else name + equals + value
        for name, equals, value in pairs
    ]
    return f"{scheme}{separator}{before}{mark}{'&'.join(shown)}"


def shown_line(line: str) -> str:
    """Return a line that was typed, where it is a command, without the secrets in it.

    Known are the keys of well-known services, passwords in addresses, what is set under a
    name that tells of one, and what stands behind /connect and is long, of letters and digits.
    """
    if not line.startswith(("/", "!")) or line.startswith(("//", "!!")):
        return line
    line = _ADDRESS.sub(lambda match: shown_address(match[0]), line)
    for setting in _SETTINGS:
        line = setting.sub(rf"\g<before>\g<scheme>{HIDDEN}", line)
    if line.startswith("/connect"):
        line = re.sub(rf"(?<= ){_LONG}(?= |$)", HIDDEN, line)
        line = re.sub(r"(://\S+ +)\S.*", rf"\g<1>{HIDDEN}", line)  # an address, then its key
    return _KEY.sub(HIDDEN, line)


def shown_variable(name: str) -> str:
    """Return the name of a variable, unless it is a key that was put in its place."""
    if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", name):
        return name
    fits = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and not re.fullmatch(_LONG, name)
    return name if fits else HIDDEN
