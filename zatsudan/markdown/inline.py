"""Markdown inside a block to pieces: emphasis, code, links, mathematics; bare addresses have rules of their own."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis, escape, strikethrough, text
from markdown_it.token import Token

from zatsudan.base.printable import printable
from zatsudan.markdown.bareaddresses import take_address, take_host
from zatsudan.markdown.pieces import BREAK, CLOSE, Inline, Kind
from zatsudan.markdown.unmarked import is_open, is_operator, take_path
from zatsudan.markdown.usualinline import read_usual

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
CLOSERS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}


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
    elif opener in CLOSERS:
        closer = CLOSERS[opener]
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


def _escape(state: StateInline, silent: bool) -> bool:
    """Take what a backslash escapes, or the path of Windows in which it stands."""
    return take_path(state, silent) or escape(state, silent)


def _text(state: StateInline, silent: bool) -> bool:
    """Take text up to the next mark, or up to an address that begins with `www.`."""
    start = state.pos
    if state.src.startswith("www.", start) and take_host(state, silent):
        return True
    if not text(state, silent):
        return False
    at = state.src.find("www.", start + 1, state.pos) if not state.linkLevel else -1
    if at >= 0:
        if not silent:
            state.pending = state.pending[: at - state.pos]
        state.pos = at
    return True


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


_STOPS = frozenset(".,:;!?)]}\"'”’»%…`")

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
    if state.src[state.pos] == "*" and is_operator(state):
        end = state.pos + (2 if state.src.startswith("**", state.pos) else 1)
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
    if not closes and src[start:end] == "**" and before in _STOPS and after.isalnum():
        # `**Note:**text`: what ends with a stop or a bracket does not begin behind it.
        closes = is_open(state.delimiters[:known], 2)
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
    markdown.inline.ruler.before("escape", "address", take_address)
    markdown.inline.ruler.at("escape", _escape)
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.inline.ruler.at("strikethrough", _strikethrough)
    return markdown


# Models mean the line ends that they write: poems, addresses, short answers in
# rows. CommonMark lets the renderer choose (section 6.8).
_FIXED = {
    "strong_open": Inline("strong"),
    "em_open": Inline("emphasis"),
    "s_open": Inline("strike"),
    **dict.fromkeys(("strong_close", "em_close", "s_close", "link_close"), CLOSE),
    **dict.fromkeys(("softbreak", "hardbreak"), BREAK),
}
_WORDS: dict[str, Kind] = {"code_inline": "code", "math": "math", "address": "address"}


def inline(source: str) -> list[Inline]:
    """Parse the Markdown of one block's text; `<br>` ends a line as a line end does."""
    usual = read_usual(source)
    return parsed(source) if usual is None else usual


def parsed(source: str) -> list[Inline]:
    """Parse it the long way, by the parser."""
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
        ended = kind == "text" and found[-1:] == [BREAK]
    return found


def _lines(text: str) -> Iterator[Inline]:
    for number, part in enumerate(_BR.split(text)):
        if number:
            yield BREAK
        if part:
            yield Inline("text", printable(part))


def _image(token: Token) -> Inline:
    text = "".join(child.content or " " for child in token.children or [])
    alt = printable(text).replace("\n", " ").strip()
    return Inline("image", alt, str(token.attrs.get("src", "")))
