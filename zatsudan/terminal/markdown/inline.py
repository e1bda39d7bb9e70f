"""Markdown inside a block to styled pieces: emphasis, code, links, mathematics."""

import re
from functools import lru_cache
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from rich.style import Style

from zatsudan.core.printable import printable
from zatsudan.terminal.markdown.cells import width
from zatsudan.terminal.markdown.look import Look, combine
from zatsudan.terminal.markdown.rows import HARD, PLAIN, Piece

# Mathematics is looked for this far ahead, so that the price in "$5" does not
# keep a whole long paragraph waiting for another "$".
INLINE_MATH = 200
DISPLAY_MATH = 2000

_INLINE_DOLLARS = re.compile(r"\$(?! |\d+(?:[.,]\d+)*\b)((?:[^$\\\n]|\\.)+?)(?<![ \\])\$(?!\d)")
# Models mean the line ends that they write: poems, addresses, short answers in
# rows. CommonMark lets the renderer choose (section 6.8).
_BREAKS = ("softbreak", "hardbreak")
_BR = re.compile(r"(?<! ) *<br */?> *", re.IGNORECASE)
_CLOSERS = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}


def _math(state: StateInline, silent: bool) -> bool:
    r"""Take `$x$`, `$$x$$`, `\(x\)`, `\[x\]` as they stand, for nothing in them is Markdown."""
    src, at = state.src, state.pos
    opener = src[at : at + 2]
    if opener[:1] not in ("$", "\\") or len(opener) < 2:
        return False
    end = -1
    if opener in _CLOSERS:
        closer = _CLOSERS[opener]
        found = src.find(closer, at + 2, min(at + DISPLAY_MATH, state.posMax))
        end = found + 2 if found > at + 2 else -1
    elif opener[0] == "$":
        match = _INLINE_DOLLARS.match(src, at, min(at + INLINE_MATH, state.posMax))
        end = match.end() if match else -1
    if end < 0:
        if opener not in ("\\(", "\\[", "\\)", "\\]"):
            return False
        end = at + 2  # unpaired: still mathematics to the eye, the backslash stays
    if not silent:
        token = state.push("math", "", 0)
        token.content = src[at:end]
    state.pos = end
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Let `**「強調」**は` be strong: a wide sign counts as the blank that CommonMark asks for.

    By its rules a mark between a bracket or stop and a letter does not pair,
    which leaves the marks standing in most Japanese replies
    (commonmark/commonmark-spec#650).
    """
    start, known = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    before, after = state.src[start - 1 : start], state.src[state.pos : state.pos + 1]
    if state.src[start] == "*" and before.strip() and after.strip():
        for delimiter in state.delimiters[known:]:
            delimiter.open = delimiter.open or width(before) == 2
            delimiter.close = delimiter.close or width(after) == 2
    return True


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The one parser of what stands inside blocks.

    HTML stays text, so that no tag vanishes; link definitions stay text, so
    that nothing later changes what is printed already.
    """
    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.enable("strikethrough").disable("reference")
    markdown.inline.ruler.before("escape", "math", _math)
    markdown.inline.ruler.at("emphasis", _emphasis)
    return markdown


def tokens(source: str) -> list[Token]:
    """Parse the Markdown of one block's text."""
    return parser().parseInline(source)[0].children or []


def pieces(parsed: list[Token], look: Look, base: Style, *, breaks: bool = False) -> list[Piece]:
    """Styled text of parsed Markdown; `HARD` stands for line ends.

    With `breaks`, `<br>` ends a line too: cells of tables have no other way.
    """
    found: list[Piece] = []
    styles = [base]
    links: list[tuple[str, int]] = []
    spans = {"strong": look.strong, "em": look.emphasis, "s": look.strike, "link": look.link}
    words = {"code_inline": look.code, "math": look.math}
    for token in parsed:
        style = styles[-1]
        name, _, side = token.type.rpartition("_")
        if side == "open" and name in spans:
            shown = combine(style, spans[name])
            if name == "link":
                links.append((str(token.attrs.get("href", "")), len(found)))
                if look.hyperlinks:
                    shown = shown + Style(link=_target(links[-1][0]))
            styles.append(shown)
        elif side == "close" and name in spans:
            styles.pop()
            if name == "link":
                href, start = links.pop()
                found += _address(href, found[start:], look, styles[-1])
        elif token.type == "image":
            found += _image(token, look, style)
        elif token.type in _BREAKS:
            found.append((HARD, style))
        else:
            text = printable(token.content)
            if breaks and token.type == "text" and "<" in text:
                text = printable(_BR.sub(HARD, text))
            found.append((text, combine(style, words.get(token.type, PLAIN))))
    return found


def _address(href: str, label: list[Piece], look: Look, style: Style) -> list[Piece]:
    """The address in brackets, where the label does not say it already."""
    address = _readable(href)
    text = "".join(text for text, _ in label)
    if not address or address.removesuffix("/").removeprefix("mailto:") in (
        text.removesuffix("/"),
        f"http://{text}",
        f"https://{text}",
    ):
        return []
    blank = " " if text else ""
    return [(f"{blank}(", style), (address, combine(style, look.address)), (")", style)]


def _image(token: Token, look: Look, style: Style) -> list[Piece]:
    text = "".join(child.content or " " for child in token.children or [])
    alt = printable(text).replace("\n", " ").strip() or "image"
    label = [(alt, combine(style, look.image))]
    return label + _address(str(token.attrs.get("src", "")), label, look, style)


def _readable(href: str) -> str:
    """An address as people write it, with Japanese and the like not percent-encoded."""
    return printable(parser().normalizeLinkText(href)).replace("\n", "␊").replace(" ", "%20")


def _target(href: str) -> str:
    """An address that ends no escape sequence before its time."""
    return quote(href, safe="%/:=&?~#+!$,;'@()*[]", errors="replace")
