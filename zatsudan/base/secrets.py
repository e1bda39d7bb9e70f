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
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urlsplit

from zatsudan.base.jsonvalues import Json
from zatsudan.base.matching import fold
from zatsudan.base.printable import one_line

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

# Texts, which `re` compiles when they are first used (and keeps): most starts need none of them.
_NAME = r"(?i)auth|key|token|secret|passw|^pass$|pwd|credential|cookie|session|signature|^sig$|^code$|jwt"
#: How the value of an Authorization header begins.
SCHEME = r"(?i)(Bearer|Basic|Token|ApiKey) +"
#: The keys of services that are known by how they begin.
_KEY = (
    r"(?<![\w-])(?:sk-|sk_|gsk_|xai-|AIza|hf_|r8_|nvapi-|pplx-|csk-|fw_|ghp_|github_pat_|glpat-|AKIA)"
    r"[\w.-]{12,}"
)
#: Where a text was cut, maybe within one character that was encoded.
_CUT = r"(?:[%&\\][\\#%\w]{0,16})?(?P<end>\Z|…|\.\.\.)"
#: What may be a key of any service.
_LONG = r"(?=\S*(?:\d\S*){3})(?=\S*(?:[A-Za-z]\S*){3})[\w-]{20,}"
#: An address, from behind its scheme, and a setting with a telling name, in a line that was
#: typed. A name begins where no other does: a line of nothing but letters is read once.
_ADDRESS = r"://[^\s\"'<>]+"
_TELLING_NAME = r"(?<![\w-])[\w-]*(?:api[_-]?key|authorization|passw(?:or)?d|access[_-]?token|client[_-]?secret)"
_VALUE = r"(?P<scheme>[\"']?(?:(?:Bearer|Basic) +)?)(?P<value>[^\s\"',;}]+)"
_SETTINGS = (
    rf"(?i)(?P<before>{_TELLING_NAME}[\"']?\s*[=:]\s*){_VALUE}",
    rf"(?i)^(?P<before>/(?:set\s+)?\+?{_TELLING_NAME}\s+){_VALUE}",
)


def is_secret(name: str, value: str = "") -> bool:
    """Tell whether a header or query parameter holds a secret, by its name or by its value."""
    return bool(re.search(_NAME, name) or re.match(SCHEME, value))


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
    scheme = re.match(SCHEME, value)
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
        told = [
            value
            for value in values
            if len(value) >= SHORTEST and value.lower() not in _PLACEHOLDERS
        ]
        # Who makes one line of a text makes one blank of several.
        several = [" ".join(value.split()) for value in told]
        forms = {form for one in several for form in (one, one_line(one, len(one) + 1))}
        self._values = [_Secret(value) for value in sorted(filter(None, forms))]

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
        heads = dict.fromkeys("".join(one.characters[:SHORTEST]) for one in self._values)
        return re.compile(f"(?=({'|'.join(heads)}))")

    def _end(self, text: str, start: int) -> int:
        """Return where the longest secret that begins at `start` ends; 0 if there is none."""
        whole = max((one.end(text, start, len(one.characters)) for one in self._values), default=0)
        return whole or max(one.cut_short(text, start) for one in self._values)


class _Secret:
    """One secret, character by character as each may be written; patterns are made when they are needed."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._patterns: dict[int, re.Pattern[str]] = {}

    @cached_property
    def characters(self) -> list[str]:
        return [_written(character) for character in re.findall(r"\\+|[^\\]", self._value)]

    def end(self, text: str, start: int, count: int) -> int:
        """Return where its first `count` characters end that begin at `start`; 0 if they do not stand there."""
        if count not in self._patterns:
            self._patterns[count] = re.compile("".join(self.characters[:count]))
        match = self._patterns[count].match(text, start)
        return match.end() if match is not None else 0

    def cut_short(self, text: str, start: int) -> int:
        """Return where a piece of it ends that leads up to a cut, or is most of it; 0 if it is none."""
        size = len(self.characters)
        most = bisect_left(range(1, size + 1), 1, key=lambda n: not self.end(text, start, n))
        # What marks the cut may be characters that stand in the secret as well.
        for count in range(most, max(SHORTEST, most - 3) - 1, -1):
            end = self.end(text, start, count)
            cut = re.compile(_CUT).match(text, end)
            if cut is not None:
                return cut.start("end")
        return self.end(text, start, most) if most >= max(TELLING, size // 2) else 0


#: The characters of encodings, which may have been encoded once more. All is bounded: the text is a stranger's.
_PERCENT = "%(?:25){0,4}"
_BACKSLASH = rf"(?:\\|{_PERCENT}5c){{1,8}}"
_AMPERSAND = f"(?:&|{_PERCENT}26)(?:amp(?:;|{_PERCENT}3b)){{0,4}}"
_HASH = f"(?:#|{_PERCENT}23)"
_END = f"(?:;|{_PERCENT}3b)"


def _written(character: str) -> str:
    """Return a pattern of all the ways in which one character is written, the longer ones first.

    Several backslashes are as one, since each escaping doubles them: two patterns side by
    side that take any number would try every way of sharing a text that is nothing but that.
    """
    if character.isascii() and character.isalnum():
        return character  # no encoding changes it
    if character.startswith("\\"):
        once = rf"(?i:\\(?:x|u00)5c|{_AMPERSAND}{_HASH}(?:92|x5c){_END}|\\|{_PERCENT}5c)"
        return f"{once}{{1,{8 * len(character)}}}"
    data = character.encode("utf-8", "surrogatepass")
    units = re.findall(r"\\u(....)", json.dumps(character)) or [f"{ord(character):04x}"]
    entity = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}.get(character)
    forms = [
        "".join(f"{_PERCENT}{byte:02x}" for byte in data),
        "".join(rf"{_BACKSLASH}x{byte:02x}" for byte in data),
        "".join(rf"{_BACKSLASH}u{unit}" for unit in units),
        rf"{_BACKSLASH}x{ord(character):02x}",
        f"{_AMPERSAND}{_HASH}0{{0,6}}{ord(character)}{_END}",
        f"{_AMPERSAND}{_HASH}x0{{0,6}}{ord(character):x}{_END}",
        *([f"{_AMPERSAND}{entity}{_END}"] if entity else ()),
        *([rf"{_BACKSLASH}{re.escape(character)}"] if character in "\"'/" else ()),
        *((r"\s", r"\+") if character.isspace() else (re.escape(character),)),
    ]
    return f"(?i:{'|'.join(forms)}){'{1,8}' if character.isspace() else ''}"


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


def names_key(name: str) -> bool:
    """Tell whether a setting of that name would be a key or password."""
    return re.fullmatch(_TELLING_NAME, name, re.IGNORECASE) is not None


def shown_line(line: str) -> str:
    """Return a line that was typed, where it is a command, without the secrets in it.

    Known are the keys of well-known services, passwords in addresses, what is set under a
    name that tells of one, and what stands behind /connect and is long, of letters and digits.
    """
    if not line.startswith(("/", "／", "!")) or line.startswith(("//", "!!")):
        return line
    line = re.sub(_ADDRESS, lambda match: shown_address(match[0]), line)
    for setting in _SETTINGS:
        line = re.sub(setting, rf"\g<before>\g<scheme>{HIDDEN}", line)
    if fold(line[:8]) == "/connect":
        line = line.replace("\u3000", " ")  # the blank of Japanese input
        line = re.sub(rf"(?<= ){_LONG}(?= |$)", HIDDEN, line)
        line = "\n".join(map(_without_key, line.split("\n")))
    return re.sub(_KEY, HIDDEN, line)


def _without_key(line: str) -> str:
    """Return a line without what stands behind an address in it."""
    words = line.split(" ")
    address = next((at for at, word in enumerate(words) if word.partition("://")[2]), len(words))
    return " ".join(words[: address + 1]) + (f" {HIDDEN}" if any(words[address + 1 :]) else "")


def shown_variable(name: str) -> str:
    """Return the name of a variable, unless it is a key that was put in its place."""
    if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", name):
        return name
    fits = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and not re.fullmatch(_LONG, name)
    return name if fits else HIDDEN
