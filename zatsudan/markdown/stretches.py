"""The text of a paragraph or a heading to inline pieces, also while it grows.

A long paragraph is taken in stretches that are clean: nothing in them can pair
with anything behind, so that they parse alone as they would in the whole.
"""

import re
from copy import copy

from zatsudan.markdown.bareaddresses import SCHEME, address_end, open_address
from zatsudan.markdown.inline import DISPLAY_MATH, INLINE_MATH, inline
from zatsudan.markdown.leaves import Leaf, Work
from zatsudan.markdown.pieces import Inline
from zatsudan.markdown.unmarked import OPERATOR, PATH, open_path

# Emphasis, code and links reach over no more than a page of this many
# characters, so that an unclosed one costs no more than a page.
PAGE = 4096
_SLOP = 200  # a page ends at the first blank in so many characters, or after them

_STEP = 240  # characters to wait for before looking for a clean end again
_TRIES = 4

_SPECIAL = re.compile(r"[*_~`\[\]<$\\&]")
_PAIRING = re.compile(
    r"`|~~|\]\("  # code, strikethrough, a link whose address is not closed
    r"|(?<!\s)\*|\*(?!\s)"  # an asterisk that could open or close
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # the same for an underscore; inside words it is text
    r"|<[^\s<]*$"  # an address in angle brackets
)
_BRACKET = re.compile(r"[\[\]]")
_BLANKS = re.compile(r"(?<![\s\\])\s")
# Between two of these a line may break and no mark can stand.
_CJK = "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff、。"
_CUT = re.compile(rf"(?<![\s\\])\s|(?<=[{_CJK}])(?=[{_CJK}])")


class Stretches:
    """Takes the text of one paragraph or heading, in order."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._page = 0  # characters of the page that are taken
        self._next_try = _STEP

    def fork(self) -> "Stretches":
        """A copy that may go its own way."""
        return copy(self)

    def advance(self, leaf: Leaf) -> list[list[Inline]]:
        """Take what is clean from an open paragraph."""
        # A last line that may yet head a table is not ours to take.
        held = leaf.lines[-1:] if leaf.may_head else []
        text = "\n".join(leaf.lines[:-1] if held else leaf.lines)
        if len(text) < self._next_try:
            return []
        found, text = self._whole_pages(text)
        end, parsed = self._clean_end(text[: max(PAGE - self._page, 0)])
        if end:
            self._page += end
            found.append(parsed)
        text = text[end:]
        self._next_try = _STEP if end else max(_STEP, 2 * len(text))
        leaf.lines = text.split("\n") + held
        return found

    def keep_end(self, leaf: Leaf, room: int) -> bool:
        """Leave out what stands before about the last `room` characters; tell whether anything did."""
        text = "\n".join(leaf.lines).rstrip(" \t\n")
        if len(text) <= room:
            return False
        cut = _CUT.search(text, len(text) - room)
        leaf.lines = text[cut.start() if cut else len(text) - room :].split("\n")
        return True

    def finish(self, leaf: Leaf, *, ended: bool = True) -> list[list[Inline]]:
        """Take the rest; not `ended`: the marks that are open are closed too, so that they show."""
        text = "\n".join(leaf.lines).rstrip(" \t\n")
        if not ended:
            text += _closing(text)
        found, text = self._whole_pages(text)
        if text:
            found.append(self._take(text))
        return found

    def _whole_pages(self, text: str) -> tuple[list[list[Inline]], str]:
        """Take the pages that are full; return them and the text after them."""
        found: list[list[Inline]] = []
        full = len(text.rstrip(" \t\n"))
        start = 0
        while full - start > (room := max(PAGE - self._page, 0)) + _SLOP:
            blank = _BLANKS.search(text, start + room, start + room + _SLOP)
            end = blank.start() if blank else start + room + _SLOP
            if end > start:
                found.append(self._take(text[start:end]))
            start, self._page = end, 0
        return found, text[start:]

    def _take(self, text: str) -> list[Inline]:
        self._page += len(text)
        self._work.parsed += len(text)
        return inline(text)

    def _clean_end(self, text: str) -> tuple[int, list[Inline]]:
        """The end of the longest clean stretch that a few tries find, and its pieces; 0 if none."""
        cuts = [match.start() for match in _CUT.finditer(text)]
        specials = [match.start() for match in _SPECIAL.finditer(text)]
        for _ in range(_TRIES):
            if not cuts or not cuts[-1]:
                break
            end = cuts[-1]
            while specials and specials[-1] >= end:
                specials.pop()
            stretch = text[:end]
            begun = -1 if text[end].isspace() else _begun(stretch)
            if begun >= 0:
                while cuts and cuts[-1] > begun:
                    cuts.pop()
                continue
            self._work.parsed += end
            parsed = inline(stretch)
            if not specials or is_clean(stretch, parsed):
                return end, parsed
            while cuts and cuts[-1] > specials[-1]:
                cuts.pop()
        return 0, []


def _begun(text: str) -> int:
    """Where the path or the address begins that what follows `text` may belong to; else -1."""
    path = open_path(text)
    return path if path >= 0 else open_address(text)


def is_clean(text: str, parsed: list[Inline]) -> bool:
    """Whether nothing in `text` could pair with anything that comes behind it."""
    depth = 0  # of square brackets that are only text so far
    for kind, content, _ in parsed:
        if kind == "math":
            if content in ("\\(", "\\[") and text.rfind(content) > len(text) - DISPLAY_MATH:
                return False
        elif kind == "text":
            if _PAIRING.search(content) or _awaits_math(text, content):
                return False
            for bracket in _BRACKET.findall(content) if "[" in content or "]" in content else ():
                depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
    return depth == 0


def _awaits_math(text: str, content: str) -> bool:
    """Whether something in `content` may still turn out to open mathematics."""
    if "\\begin{" in content and text.rfind("\\begin{") > len(text) - DISPLAY_MATH:
        return True
    reach = DISPLAY_MATH if "$$" in content else INLINE_MATH
    return "$" in content and text.rfind("$") > len(text) - reach


# Marks inside an address or a path are none, nor is an operator but where it closes.
_ANY = (
    rf"\\.|(?P<address>{SCHEME})|(`+)|(?P<operator>{OPERATOR}(?!\*))"
    r"|(\*+|~~|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w))"
)
_MARK, _MARK_OR_PATH = re.compile(_ANY, re.DOTALL), re.compile(f"{PATH}|{_ANY}", re.DOTALL)


def _closing(text: str) -> str:
    """The marks that would close what is open at the end of `text`, so that bold shows early."""
    if not _SPECIAL.search(text):
        return ""
    opened: list[str] = []
    code = ""
    at = 0
    marks = _MARK_OR_PATH if "\\" in text else _MARK
    while match := marks.search(text, at):
        mark, at = match[0], match.end()
        if match.lastgroup == "address":
            at = address_end(text, at)
            continue
        if match.lastindex is None:
            continue
        if match.lastgroup == "operator" and opened[-1:] != [mark]:
            continue
        if mark[0] == "`":
            code = "" if code == mark else code or mark
        elif not code:
            if opened and opened[-1] == mark:
                opened.pop()
            elif match.end() < len(text) and not text[match.end()].isspace():
                opened.append(mark)
    return code or "".join(reversed(opened[-3:]))
