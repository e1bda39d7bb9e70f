"""Markdown inside a block to pieces: emphasis, code, links, bare addresses, mathematics."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink, normalizeLinkText
from markdown_it.rules_inline import StateInline, emphasis, strikethrough, text
from markdown_it.token import Token

from zatsudan.base.printable import printable

# Mathematics is looked for this far ahead, so that the price in "$5" does not
# keep a whole long paragraph waiting for another "$".
INLINE_MATH = 200
DISPLAY_MATH = 2000

# Not `$HOME and $PATH`, nor `${A}/${B}`: behind mathematics no name and no bracket begins.
_INLINE_DOLLARS = re.compile(
    r"\$(?! |\d+(?:[.,]\d+)*\b)((?:[^$\\\n]|\\.)+?)(?<![ \\])\$(?![A-Za-z0-9_{(])"
)
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]+\*?)\}")
_BR = re.compile(r"(?<! ) *<br */?> *", re.IGNORECASE)
_CLOSERS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}

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


def _math(state: StateInline, silent: bool) -> bool:
    r"""Take `$x$`, `$$x$$`, `\(x\)`, `\[x\]` as they stand, for nothing in them is Markdown."""
    src, at = state.src, state.pos
    opener = src[at : at + 2]
    if opener[:1] not in ("$", "\\") or len(opener) < 2:
        return False
    end = -1
    if opener == "\\b":
        environment = _ENVIRONMENT.match(src, at)
        if environment is None:
            return False
        closer = rf"\end{{{environment[1]}}}"
        found = src.find(closer, environment.end(), min(at + DISPLAY_MATH, state.posMax))
        end = found + len(closer) if found >= 0 else -1
    elif opener in _CLOSERS:
        closer = _CLOSERS[opener]
        found = src.find(closer, at + 2, min(at + DISPLAY_MATH, state.posMax))
        end = found + 2 if found > at + 2 else -1
    elif opener[0] == "$":
        match = _INLINE_DOLLARS.match(src, at, min(at + INLINE_MATH, state.posMax))
        end = match.end() if match else -1
    if end < 0:
        if opener not in ("\\(", "\\[", "\\)", "\\]"):
            return False
        end = at + 2  # unpaired: whoever reads it sees mathematics, so the backslash stays
    if not silent:
        token = state.push("math", "", 0)
        token.content = src[at:end]
    state.pos = end
    return True


def _address(state: StateInline, silent: bool) -> bool:
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


def _text(state: StateInline, silent: bool) -> bool:
    """Take text up to the next mark, or up to an address that begins with `www.`."""
    start = state.pos
    if state.src.startswith("www.", start) and _host(state, silent):
        return True
    if not text(state, silent):
        return False
    at = state.src.find("www.", start + 1, state.pos) if not state.linkLevel else -1
    if at >= 0:
        if not silent:
            state.pending = state.pending[: at - state.pos]
        state.pos = at
    return True


def _host(state: StateInline, silent: bool) -> bool:
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


@lru_cache(maxsize=4096)
def _unspaced(char: str) -> bool:
    """Whether `char` is a letter, or of one, of a script that knows no capitals.

    Those are all that write without blanks (Japanese, Chinese, Thai), or with words grown
    together (Arabic, Hebrew, Hindi): nobody there puts a blank beside a mark.
    """
    if not char or char < "\u0300":
        return False
    if unicodedata.category(char) in ("Lo", "Lm", "Mn", "Mc"):
        return True
    return unicodedata.east_asian_width(char) in "WF" and unicodedata.category(char) != "Cn"


# Names as in code, which keep their underscores: `__init__`, `__FILE__`, `__VA_ARGS__`.
_NAME = re.compile(
    r"__(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+"
    r"|FILE|LINE|DATE|TIME|DIR|CLASS|METHOD|FUNCTION|NAMESPACE|COUNTER)__(?![A-Za-z0-9_])"
)
# Behind these an underscore is that of a path or of an attribute.
_IN_PATH = re.compile(r"[\w)\]][./\\]$")


def _code_name(state: StateInline) -> int:
    """Where underscores end that are part of a name of code or of a path; 0 if they are not."""
    src, at = state.src, state.pos
    before = src[max(at - 2, 0) : at]
    if before[-1:] == "_":
        return 0
    if not (before[-1:].isascii() and before[-1:].isalnum()) and (name := _NAME.match(src, at)):
        return name.end()
    if _IN_PATH.search(before):
        return at + len(src[at:]) - len(src[at:].lstrip("_"))
    return 0


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Let `**「強調」**は` be strong: a letter of an unspaced script counts as the blank that CommonMark asks for.

    By its rules a mark between a bracket or stop and a letter does not pair,
    which leaves the marks standing in most Japanese replies
    (commonmark/commonmark-spec#650).
    """
    if state.src[state.pos] == "_" and (end := _code_name(state)):
        if not silent:
            state.pending += state.src[state.pos : end]
        state.pos = end
        return True
    return _beside_unspaced(state, silent, emphasis.tokenize)


def _strikethrough(state: StateInline, silent: bool) -> bool:
    """The same for `~~`."""
    return _beside_unspaced(state, silent, strikethrough.tokenize)


def _beside_unspaced(
    state: StateInline, silent: bool, tokenize: Callable[[StateInline, bool], bool]
) -> bool:
    start, known = state.pos, len(state.delimiters)
    if not tokenize(state, silent):
        return False
    src, end = state.src, state.pos
    before, after = src[start - 1 : start], src[end : end + 1]
    if not (before.strip() and after.strip()):
        return True
    opens, closes = _unspaced(before), _unspaced(after)
    if src[start:end] == "_":  # also part of a name: 売上_2024_東京
        opens, closes = opens and not after.isalnum(), closes and not before.isalnum()
    for delimiter in state.delimiters[known:]:
        delimiter.open = delimiter.open or opens
        delimiter.close = delimiter.close or closes
    return True


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """The one parser of what stands inside blocks.

    HTML stays text, so that no tag vanishes; link definitions stay text, so
    that nothing later changes what is printed already.
    """
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable("strikethrough").disable("reference")
    markdown.inline.ruler.at("text", _text)
    markdown.inline.ruler.before("escape", "math", _math)
    markdown.inline.ruler.before("escape", "address", _address)
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.inline.ruler.at("strikethrough", _strikethrough)
    return markdown


Kind: TypeAlias = Literal[
    "text",
    "code",
    "math",
    "address",
    "break",
    "image",
    "strong",
    "emphasis",
    "strike",
    "link",
    "close",
]


class Inline(NamedTuple):
    """A piece of a block's text.

    `strong`, `emphasis`, `strike` and `link` hold the pieces up to their `close`; the
    others are whole. All text is printable, also what entities stood for; a `break`
    is a line end. `address` is that of a link or an image, as it is sent.
    """

    kind: Kind
    text: str = ""
    address: str = ""


SPANS = frozenset({"strong", "emphasis", "strike", "link"})
"""The kinds that hold others."""

_CLOSE = Inline("close")
_BREAK = Inline("break")
# Models mean the line ends that they write: poems, addresses, short answers in
# rows. CommonMark lets the renderer choose (section 6.8).
_FIXED = {
    "strong_open": Inline("strong"),
    "em_open": Inline("emphasis"),
    "s_open": Inline("strike"),
    **dict.fromkeys(("strong_close", "em_close", "s_close", "link_close"), _CLOSE),
    **dict.fromkeys(("softbreak", "hardbreak"), _BREAK),
}
_WORDS: dict[str, Kind] = {"code_inline": "code", "math": "math", "address": "address"}


def inline(source: str) -> list[Inline]:
    """Parse the Markdown of one block's text; `<br>` ends a line as a line end does."""
    found: list[Inline] = []
    ended = False
    for token in _parser().parseInline(source)[0].children or []:
        kind = token.type
        if fixed := _FIXED.get(kind):
            # `<br>` at the end of a line ends one line, not two.
            if kind != "softbreak" or not ended:
                found.append(fixed)
        elif kind == "link_open":
            found.append(Inline("link", address=str(token.attrs.get("href", ""))))
        elif kind == "image":
            found.append(_image(token))
        elif kind == "text" and "<" in token.content:
            found += _lines(printable(token.content))
        elif token.content:  # the parser leaves empty texts where marks stood
            found.append(Inline(_WORDS.get(kind, "text"), printable(token.content)))
        ended = kind == "text" and found[-1:] == [_BREAK]
    return found


def _lines(text: str) -> Iterator[Inline]:
    for number, part in enumerate(_BR.split(text)):
        if number:
            yield _BREAK
        if part:
            yield Inline("text", printable(part))


def _image(token: Token) -> Inline:
    text = "".join(child.content or " " for child in token.children or [])
    alt = printable(text).replace("\n", " ").strip()
    return Inline("image", alt, str(token.attrs.get("src", "")))


def readable(address: str) -> str:
    """An address as people write it, with Japanese and the like not percent-encoded."""
    return printable(normalizeLinkText(address)).replace("\n", "␊").replace(" ", "%20")


def as_sent(address: str) -> str:
    """A bare address as it is sent: the other way round, and with a scheme."""
    return normalizeLink(address if "://" in address else f"http://{address}")
