"""Addresses that stand in a text as such: where they begin and end, and how they are written and sent."""

import re
from functools import lru_cache

from markdown_it.common.normalize_url import normalizeLink, normalizeLinkText
from markdown_it.rules_inline import StateInline

from zatsudan.base.printable import printable

# What follows the scheme of a bare address. Brackets belong to it in pairs, so that
# the one of the sentence around it does not; quotation marks, full-width punctuation
# and characters that are not seen end it; and so does a wide character right behind a
# letter or digit, where a Japanese sentence goes on: `https://a.example/docを見て`.
_WIDE = "\u1100-\u115f\u2e80-\u2fff\u3040-\ua4cf\uac00-\ud7a3\uf900-\ufaff\U0001f000-\U0003ffff"
_NEVER = (
    r"\s<>\"`\\^|\x00-\x20\xab\xbb\u2018-\u201f\u2026\u2039\u203a"
    r"\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3000-\u303f\ufeff\uff00-\uffef"
)
_ONE = rf"(?:[^{_NEVER}()\[\]{{}}']|'(?=[A-Za-z0-9]))"
_BARE_ADDRESS = re.compile(rf"(?:://|\.)(?:{_ONE}|\({_ONE}*\)|\[{_ONE}*\]|{{{_ONE}*}})+")
# `re` takes more than a millisecond to compile a set of so many characters: it stands here once.
_JAPANESE = re.compile(rf"(?<=[A-Za-z0-9*_~])[{_WIDE}]|(?<=/)を")
# An entity at the end is the sentence's (GFM 6.9).
_LAST_ENTITY = re.compile(r"&[A-Za-z0-9]+;$")
_SCHEME = re.compile(r"(?<![A-Za-z0-9\\])https?$", re.IGNORECASE)
# `www.` begins one too (GFM 6.9), but not inside of what is longer: `x.www.example`, `//www.example`.
_WWW = r"(?<![A-Za-z0-9\\/.@-])www(?=\.[A-Za-z0-9])"
_HOST = re.compile(_WWW)
#: What a bare address begins with; `address_end` tells how far it goes.
SCHEME = rf"(?:(?<![A-Za-z0-9\\])(?i:https?)(?=://)|{_WWW})"
_SCHEMES = re.compile(SCHEME)
_GOES_ON = re.compile(rf"[^{_NEVER}]*")


def take_address(state: StateInline, silent: bool) -> bool:
    """Take a bare address as it stands, so that no mark in it is lost: `https://a.example/__init__.py`."""
    at = state.pos
    if state.src[at] != ":" or not state.src.startswith("://", at):
        return False
    scheme = _SCHEME.search(state.src[max(at - 6, 0) : at])
    if scheme is None or (not silent and not state.pending.endswith(scheme[0])):
        return False
    end = _end_of_address(state.src, at, state.posMax)
    if not end:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        token = state.push("address", "", 0)
        token.content = state.src[at - len(scheme[0]) : end]
    state.pos = end
    return True


def take_host(state: StateInline, silent: bool) -> bool:
    """Take `www.a.example/__init__` as it stands; not in the text of a link, which leads elsewhere."""
    at = state.pos
    host = None if state.linkLevel else _HOST.match(state.src, at)
    end = _end_of_address(state.src, host.end(), state.posMax) if host is not None else 0
    if not end:
        return False
    if not silent:
        token = state.push("address", "", 0)
        token.content = state.src[at:end]
    state.pos = end
    return True


def address_end(text: str, at: int) -> int:
    """Where what can belong to an address ends; `at`, if it is none, is where its `://` stands.

    Of one that begins with `www.` it is where that dot stands.
    """
    match = _address_at(text, at, len(text))
    return match.end() if match is not None else at


def _address_at(text: str, at: int, end: int) -> re.Match[str] | None:
    # A mark right before the scheme is closed behind the address.
    if (mark := _mark_before(text, at)) and (closed := text.find(mark, at, end)) >= 0:
        end = closed
    match = _BARE_ADDRESS.match(text, at, end)
    if match is not None and not match[0].isascii():
        beyond = _JAPANESE.search(text, at, match.end())
        if beyond is not None:  # brackets that are closed behind it do not count
            return _BARE_ADDRESS.match(text, at, beyond.start())
    return match


def _mark_before(text: str, at: int) -> str:
    """The marks that stand right before the scheme of the address whose `://` stands at `at`."""
    start = at
    while start and text[start - 1].isalpha() and text[start - 1].isascii():
        start -= 1
    first = start
    while first and text[first - 1] in "*~'" and text[first - 1] == text[start - 1]:
        first -= 1
    mark = text[first:start]
    return "" if mark == "~" else mark


def _end_of_address(text: str, at: int, end: int) -> int:
    """Where the address ends whose `://` stands at `at`; 0 if there is none."""
    match = _address_at(text, at, end)
    if match is None:
        return 0
    # The sentence's own punctuation behind an address is no part of it.
    found = _LAST_ENTITY.sub("", match[0]).rstrip(".,:;!?_~*")
    return at + len(found) if found.strip(":/.") else 0


def bare_addresses(text: str) -> list[str]:
    """Return the addresses of the web that stand as such in `text`, as in code."""
    found: list[str] = []
    at = 0
    while match := _SCHEMES.search(text, at):
        at = address_end(text, match.end())
        if end := _end_of_address(text, match.end(), len(text)):
            found.append(text[match.start() : end])
    return found


def open_address(text: str) -> int:
    """Where the address stands that what follows `text` without a blank may belong to; else -1."""
    at = max(text.rfind("://"), _last_host(text))
    return at if at >= 0 and _GOES_ON.fullmatch(text, at) else -1


def _last_host(text: str) -> int:
    at = text.rfind("www")
    return at if at >= 0 and (at + 3 == len(text) or _HOST.match(text, at)) else -1


@lru_cache(maxsize=64)  # a reply that grows is read again and again
def readable(address: str) -> str:
    """An address as people write it, with Japanese and the like not percent-encoded."""
    return printable(normalizeLinkText(address)).replace("\n", "␊").replace(" ", "%20")


def as_sent(address: str) -> str:
    """A bare address as it is sent: the other way round, and with a scheme."""
    return normalizeLink(address if "://" in address else f"http://{address}")
