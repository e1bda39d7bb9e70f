"""The code blocks of a text, as the screen draws them; and how one is written."""

import re
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.printable import printable
from zatsudan.markdown.colouring import language

if TYPE_CHECKING:
    from zatsudan.markdown.leaves import Leaf


class CodeBlock(NamedTuple):
    """A block of code: what stands behind its fence, its text, and its place in the whole."""

    info: str
    text: str
    """As it was written, but for the indent of what it stands in; each line with its end."""
    start: int
    """Where its first line begins."""
    end: int
    """Where its last line ends, without the line end."""
    closed: bool = False
    """Whether a fence of its own ends it; not so where a reply was cut off."""

    @property
    def language(self) -> str:
        """The language that the fence names."""
        return language(self.info)


def fenced(text: str, info: str) -> str:
    """Write `text` as a block whose fence is longer than any run of its character in the text."""
    character = "~" if "`" in info else "`"
    longest = max((len(run) for run in re.findall(f"{character}+", text)), default=0)
    fence = character * max(3, longest + 1)
    body = text if text.endswith("\n") or not text else f"{text}\n"
    return f"{fence}{info}\n{body}{fence}"


def code_blocks(text: str) -> list[CodeBlock]:
    """Return the blocks of code of `text`, fenced and indented, also those in lists and quotes."""
    found: list[CodeBlock] = []
    if not _may_hold_code(text):
        return found
    from zatsudan.markdown.blocks import Blocks  # most messages can be sent without it

    blocks = Blocks()
    open_block: _Open | None = None
    at = 0
    for source, shown in zip(text.split("\n"), printable(text).split("\n"), strict=True):
        end = at + len(source)
        if end == len(text):
            if not source:  # what ends with a line end has no line behind it
                break
            bare, line_end = end, ""
        else:
            bare, line_end = (end - 1, "\r\n") if source.endswith("\r") else (end, "\n")
        line = shown[: bare - at]
        for event in blocks.line(line):
            if open_block is not None and event[1] is open_block.leaf:
                found.append(open_block.closed(bare))
                open_block = None
        leaf = blocks.leaf
        if leaf is not None and leaf.kind == "code":
            if open_block is None:
                open_block = _Open(leaf, at)
            open_block.take(source[: bare - at], bare, line_end)
        at = end + 1
    if open_block is not None:
        found.append(open_block.closed(open_block.end))
    return found


def ats_in_code(text: str) -> set[int]:
    """Return where an at sign stands in code in `text`: in a block, behind its fence or inside a line."""
    if "@" not in text or not _may_hold_code(text):
        return set()
    from zatsudan.markdown.reading import codes  # takes a while

    # Each place gets a character of its own, of those for private use, so that it
    # can be told where the reading put it.
    taken = set(text)
    free = (chr(code) for code in range(0xF0000, 0x10FFFE) if chr(code) not in taken)
    marked = list(text)
    found = (at for at, char in enumerate(text) if char == "@")
    places = dict(zip(free, found, strict=False))
    for mark, at in places.items():
        marked[at] = mark
    return {places[char] for code in codes("".join(marked)) for char in code if char in places}


def _may_hold_code(text: str) -> bool:
    return any(mark in text for mark in ("`", "~~~", "    ", "\t"))


class _Open:
    """A block of code that is not at its end."""

    def __init__(self, leaf: "Leaf", start: int) -> None:
        self.leaf = leaf
        self.start = self.end = start
        self._lines: list[str] = []
        self._kept = 0  # lines up to the last that is not blank

    def take(self, source: str, end: int, line_end: str) -> None:
        """Take what the leaf was given of a line; `source` is that line as it was written."""
        for line in self.leaf.lines:
            # Only blanks before it can have been made, of a tab that was used in part.
            size = len(line.lstrip(" "))
            self._lines.append(line[: len(line) - size] + source[len(source) - size :] + line_end)
        if self.end == self.start or any(line.strip(" \t") for line in self.leaf.lines):
            self._kept, self.end = len(self._lines), end
        self.leaf.lines.clear()

    def closed(self, end: int) -> CodeBlock:
        """The block, when `end` is where the line ends that closed it."""
        leaf = self.leaf
        if leaf.fence_closed:
            return CodeBlock(leaf.info, "".join(self._lines), self.start, end, closed=True)
        # Blank lines before whatever else ended it stand between the blocks, not in this one.
        return CodeBlock(leaf.info, "".join(self._lines[: self._kept]), self.start, self.end)
