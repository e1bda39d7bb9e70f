"""Paragraphs and headings to rows, also while they grow.

A long paragraph is taken in stretches that are clean: nothing in them can pair
with anything behind, so that they parse alone as they would in the whole.
"""

import re
from copy import copy
from dataclasses import dataclass

from markdown_it.token import Token
from rich.style import Style

from zatsudan.terminal.markdown.inline import DISPLAY_MATH, INLINE_MATH, pieces, tokens
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.rows import Row
from zatsudan.terminal.markdown.tree import Leaf
from zatsudan.terminal.markdown.wrapping import Wrapper

# Emphasis, code and links reach over no more than a page of this many
# characters, so that an unclosed one costs no more than a page.
PAGE = 8192
_SLOP = 200  # a page ends at the first blank in so many characters, or after them

_STEP = 240  # characters to wait for before looking for a clean end again
_TRIES = 4

_SPECIAL = re.compile(r"[*_~`\[\]<$\\&]")
_PAIRING = re.compile(
    r"`|~~|\]\("  # code, strikethrough, a link whose address is not closed
    r"|(?<!\s)\*|\*(?!\s)"  # an asterisk that could open or close
    r"|(?<![^\W_])_|_(?![^\W_])"  # the same for an underscore; inside words it is text
    r"|<[^\s<]*$"  # an address in angle brackets
)
_BLANKS = re.compile(r"(?<![\s\\])\s")
# Between two of these a line may break and no mark can stand.
_CJK = "\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff、。"
_CUT = re.compile(rf"(?<![\s\\])\s|(?<=[{_CJK}])(?=[{_CJK}])")


@dataclass
class Work:
    """What rendering has cost, in things that a clock does not change."""

    parsed: int = 0
    """Characters handed to a parser or lexer."""
    rows: int = 0
    """Rows made."""


class Prose:
    """Prints a paragraph or a heading."""

    def __init__(self, width: int, look: Look, base: Style, work: Work) -> None:
        self._look = look
        self._base = base
        self._work = work
        self._wrapper = Wrapper(width)
        self._page = 0  # characters of the page that are taken
        self._next_try = _STEP

    def fork(self) -> "Prose":
        """A copy that may go its own way."""
        other = copy(self)
        other._wrapper = self._wrapper.fork()
        return other

    def resize(self, width: int) -> None:
        """Print the rows to come at another width."""
        self._wrapper.resize(width)

    def advance(self, leaf: Leaf) -> list[Row]:
        """Take what is clean from an open paragraph; return the rows that are full."""
        # A last line that may yet head a table is not ours to take.
        held = leaf.lines[-1:] if leaf.may_head else []
        text = "\n".join(leaf.lines[:-1] if held else leaf.lines)
        if len(text) < self._next_try:
            return []
        rows, text = self._whole_pages(text)
        end = self._clean_end(text[: max(PAGE - self._page, 0)])
        rows += self._take(text[:end])
        text = text[end:]
        self._next_try = _STEP if end else max(_STEP, 2 * len(text))
        leaf.lines = text.split("\n") + held
        return rows

    def finish(self, leaf: Leaf, last: int | None = None) -> list[Row]:
        """The rest; with `last`, at least that many rows of its end, open marks closed."""
        text = "\n".join(leaf.lines).rstrip(" \t\n")
        if last is not None:
            text = self._end_of(text, last)
            text += _closing(text)
        rows, text = self._whole_pages(text)
        return rows + self._take(text) + self._wrapper.end()

    def _end_of(self, text: str, last: int) -> str:
        room = (last + 1) * self._wrapper.width * 5 // 4  # marks and addresses take some
        if len(text) <= room:
            return text
        cut = _CUT.search(text, len(text) - room)
        self._wrapper = Wrapper(self._wrapper.width)
        return text[cut.start() if cut else len(text) - room :]

    def _whole_pages(self, text: str) -> tuple[list[Row], str]:
        """Take the pages that are full; return their rows and the text after them."""
        rows: list[Row] = []
        full = len(text.rstrip(" \t\n"))
        start = 0
        while full - start > (room := max(PAGE - self._page, 0)) + _SLOP:
            blank = _BLANKS.search(text, start + room, start + room + _SLOP)
            end = blank.start() if blank else start + room + _SLOP
            rows += self._take(text[start:end])
            start, self._page = end, 0
        return rows, text[start:]

    def _take(self, text: str) -> list[Row]:
        if not text:
            return []
        self._page += len(text)
        self._work.parsed += len(text)
        return self._wrapper.add(pieces(tokens(text), self._look, self._base))

    def _clean_end(self, text: str) -> int:
        """The end of the longest clean stretch that a few tries find; 0 if none."""
        cuts = [match.start() for match in _CUT.finditer(text)]
        specials = [match.start() for match in _SPECIAL.finditer(text)]
        for _ in range(_TRIES):
            if not cuts or not cuts[-1]:
                return 0
            end = cuts[-1]
            while specials and specials[-1] >= end:
                specials.pop()
            if not specials:
                return end
            self._work.parsed += end
            if is_clean(text[:end], tokens(text[:end])):
                return end
            while cuts and cuts[-1] > specials[-1]:
                cuts.pop()
        return 0


def is_clean(text: str, parsed: list[Token]) -> bool:
    """Whether nothing in `text` could pair with anything that comes behind it."""
    depth = 0  # of square brackets that are only text so far
    for token in parsed:
        if token.type == "math":
            opener = token.content
            if opener in ("\\(", "\\[") and text.rfind(opener) > len(text) - DISPLAY_MATH:
                return False
        elif token.type == "text":
            if _PAIRING.search(token.content) or _awaits_dollar(text, token.content):
                return False
            for bracket in re.findall(r"[\[\]]", token.content):
                depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
    return depth == 0


def _awaits_dollar(text: str, content: str) -> bool:
    """Whether a dollar in `content` may still turn out to open mathematics."""
    reach = DISPLAY_MATH if "$$" in content else INLINE_MATH
    return "$" in content and text.rfind("$") > len(text) - reach


_MARK = re.compile(r"\\.|(`+)|(\*+|~~|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w))", re.DOTALL)


def _closing(text: str) -> str:
    """The marks that would close what is open at the end of `text`, so that bold shows early."""
    if not _SPECIAL.search(text):
        return ""
    opened: list[str] = []
    code = ""
    for match in _MARK.finditer(text):
        mark = match[0]
        if mark[0] == "\\":
            continue
        if mark[0] == "`":
            code = "" if code == mark else code or mark
        elif not code:
            if opened and opened[-1] == mark:
                opened.pop()
            elif match.end() < len(text) and not text[match.end()].isspace():
                opened.append(mark)
    return code or "".join(reversed(opened[-3:]))
