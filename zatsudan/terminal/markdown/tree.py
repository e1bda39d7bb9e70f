"""What a text is made of: containers, and leaves that hold its lines."""

from dataclasses import dataclass, field
from typing import Literal

LIMIT = 600
"""Characters above which a paragraph cannot turn out to be something else."""

ContainerKind = Literal["quote", "list", "item"]
LeafKind = Literal["paragraph", "heading", "rule", "code", "table"]


@dataclass(slots=True)
class Container:
    """A quote, a list or an item that other blocks stand in."""

    kind: ContainerKind
    after_blank: bool
    """Whether a blank line stands right before it in the source."""
    marker: str = ""
    """Of a list and its items: `-`, `*`, `+`, `.` or `)`."""
    number: int = 0
    """Of an ordered list: of its next item; of an item: its own."""
    indent: int = 0
    """Of an item: columns its content is indented by."""
    empty: bool = True


@dataclass(slots=True)
class Leaf:
    """A block of text; `lines` are those its printer has not taken yet."""

    kind: LeafKind
    after_blank: bool
    lines: list[str] = field(default_factory=list)
    length: int = 0
    """Characters of a paragraph so far, taken ones included."""
    level: int = 0
    info: str = ""
    """Of code: what stands behind the fence."""
    aligns: tuple[str, ...] = ()
    """Of a table: `left`, `right`, `center` or nothing, by column."""
    fence: str = ""
    """Of code: its fence; nothing for indented code."""
    fence_indent: int = 0
    math: str = ""
    """Of a paragraph: what closes the displayed mathematics that is open in it."""
    may_head: bool = False
    """Of a paragraph: whether its last line can still turn out to head a table."""

    def add(self, text: str, *, may_head: bool) -> None:
        """Of a paragraph: take a line."""
        self.lines.append(text)
        self.length += len(text) + 1
        self.math = _open_math(self.math, text.rstrip())
        self.may_head = may_head and len(text) <= LIMIT and "|" in text and not self.math

    def closed_by(self, text: str) -> bool:
        """Of code: whether `text` is the fence that ends it."""
        fence = text.rstrip(" \t")
        return len(fence) >= len(self.fence) and not fence.strip(self.fence[0])


Event = tuple[Literal["enter", "leave"], Container] | tuple[Literal["close"], Leaf]

_MATH = {"$$": "$$", "\\[": "\\]"}


def _open_math(closer: str, line: str) -> str:
    """What closes the mathematics that is open after `line`, if any is."""
    if not closer:
        closer, line = _MATH.get(line[:2], ""), line[2:]
    return "" if closer in line else closer
