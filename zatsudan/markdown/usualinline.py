"""The short way of reading a block's text: nearly all of it is words, code, and marks that pair at once.

What it returns is what the parser would (inline.py), in a twentieth of the steps.
"""

import re

from zatsudan.base.printable import printable
from zatsudan.markdown.pieces import BREAK, CLOSE, Inline

# Text in which nothing can be meant but what stands there; `re` takes it in few steps so.
_PLAIN = r"[^\n\r\0!\[\]<&*_`~$\\]"
# What may be a mark, and is none here: it begins no image, stands inside a name, begins no entity.
_NO_MARK = r"(?:!(?!\[)|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9])|&(?= ))"
_WORDS = rf"(?:{_PLAIN}|{_NO_MARK}){_PLAIN}*(?:{_NO_MARK}{_PLAIN}*)*"
_PART = re.compile(
    rf"(?P<text>{_WORDS})"
    r"|`(?P<code>[^\s\0`](?:[^\n\r\0`]*[^\s\0`])?)`(?!`)"
    r"|(?P<mark>\*\*?)(?!\*)"
    r"|(?P<end>\n)[ \t]*"
    rf"|\[(?P<label>(?![^\]]*(?:://|www\.)){_WORDS})\]\((?P<address>https?://[a-z0-9.-]*[a-z0-9](?:/[\w./-]*)?)\)",
    re.ASCII,
)
_OPENING = {"*": Inline("emphasis"), "**": Inline("strong")}
#: What may stand behind a closing mark whatever stands before it.
_BEHIND = " \n.,;:!?)"


def read_usual(source: str) -> list[Inline] | None:
    """Read a text of words, code, links, and emphasis that holds no other; None for any other text."""
    shown = printable(source)
    addresses = _may_say_address(source)
    found: list[Inline] = []
    opened, at = "", 0
    for part in _PART.finditer(source):
        start, end = part.span()
        if start != at:  # what stands before it is none of the parts
            return None
        at = end
        kind = part.lastgroup
        if kind == "text":
            text = (
                shown[start:end].rstrip(" ") if source.startswith("\n", end) else shown[start:end]
            )
            if addresses and _may_say_address(text):
                return None
            if text:
                found.append(Inline("text", text))
        elif kind == "code":
            found.append(Inline("code", shown[start + 1 : end - 1]))
        elif kind == "mark":
            if not _pairs(source, start, end, opened):
                return None
            found.append(CLOSE if opened else _OPENING[part[0]])
            opened = "" if opened else part[0]
        elif kind == "end":
            found.append(BREAK)
        else:
            label = shown[slice(*part.span("label"))]
            found += (Inline("link", address=part["address"]), Inline("text", label), CLOSE)
    return found if at == len(source) and not opened else None


def _may_say_address(text: str) -> bool:
    """Whether a text may hold an address (bareaddresses.py)."""
    return "://" in text or "www." in text


def _pairs(source: str, at: int, end: int, opened: str) -> bool:
    """Whether a mark closes the one that is open, or opens where none is."""
    if opened:
        return source[at:end] == opened and _closes(source, at, end)
    return _opens(source, at, end)


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
