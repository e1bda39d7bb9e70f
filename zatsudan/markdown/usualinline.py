"""The short way of reading a block's text: nearly all of it is words, code, and marks that pair at once.

What it returns is what the parser would (inline.py), in a twentieth of the steps.
"""

import re

from zatsudan.base.printable import printable
from zatsudan.markdown.pieces import BREAK, CLOSE, Inline

# Text in which nothing can be meant but what stands there.
_WORDS = r"(?:[^\n\r\0!\[\]<&*_`~$\\]|!(?!\[))+"
_PART = re.compile(
    rf"(?P<text>{_WORDS})"
    r"|`(?P<code>[^\s\0`](?:[^\n\r\0`]*[^\s\0`])?)`(?!`)"
    r"|(?P<mark>\*\*?)(?!\*)"
    r"|(?P<end>\n)[ \t]*"
    rf"|\[(?P<label>{_WORDS})\]\((?P<address>https?://[a-z0-9.-]*[a-z0-9](?:/[\w./-]*)?)\)",
    re.ASCII,
)
_OPENING = {"*": Inline("emphasis"), "**": Inline("strong")}
#: What may stand behind a closing mark whatever stands before it.
_BEHIND = " \n.,;:!?)"


def read_usual(source: str) -> list[Inline] | None:
    """Read a text of words, code, links, and emphasis that holds no other; None for any other text."""
    found: list[Inline] = []
    opened, at = "", 0
    while at < len(source):
        part = _PART.match(source, at)
        if part is None:
            return None
        end = part.end()
        if part.lastgroup == "mark":
            if opened:
                if opened != part[0] or not _closes(source, at, end):
                    return None
                opened = ""
                found.append(CLOSE)
            else:
                if not _opens(source, at, end):
                    return None
                opened = part[0]
                found.append(_OPENING[opened])
        else:
            found += _words(part, last=source.startswith("\n", end))
        at = end
    return None if opened or not all(map(_says_no_address, found)) else found


def _words(part: re.Match[str], *, last: bool) -> tuple[Inline, ...]:
    """Return the pieces of a part that is no mark; `last`: it ends its line."""
    if part.lastgroup == "text":
        text = part[0].rstrip(" ") if last else part[0]
        return (Inline("text", printable(text)),) if text else ()
    if part.lastgroup == "code":
        return (Inline("code", printable(part["code"])),)
    if part.lastgroup == "end":
        return (BREAK,)
    return (
        Inline("link", address=part["address"]),
        Inline("text", printable(part["label"])),
        CLOSE,
    )


def _says_no_address(piece: Inline) -> bool:
    """Whether a piece is not, or holds no, text that may be an address (bareaddresses.py)."""
    return piece.kind != "text" or ("://" not in piece.text and "www." not in piece.text)


def _opens(source: str, at: int, end: int) -> bool:
    """Whether a mark is left-flanking, and so opens (CommonMark 6.2)."""
    after = source[end : end + 1]
    if at and source[at - 1].isalnum() and source[at - 1].isascii():
        return False  # it may be an operator (unmarked.py)
    return after.isalnum() or (not after.isspace() and (not at or source[at - 1] in " \n"))


def _closes(source: str, at: int, end: int) -> bool:
    """Whether a mark is right-flanking, and so closes."""
    before = source[at - 1]
    if before.isdecimal() and source[end : end + 1].isdecimal():
        return False  # it may be an operator (unmarked.py)
    return before.isalnum() or (
        not before.isspace() and (end == len(source) or source[end] in _BEHIND)
    )
