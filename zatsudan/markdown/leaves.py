"""What a text is made of: containers, and leaves that hold its lines."""

import re
from dataclasses import dataclass, field
from typing import Literal

from zatsudan.markdown.colouring import language

LIMIT = 600
"""Characters above which a paragraph cannot turn out to be something else."""

ContainerKind = Literal["quote", "list", "item"]
LeafKind = Literal["paragraph", "heading", "rule", "code", "table"]

_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
_DELIMITER = re.compile(r"(?:[|:][-:| \t]+|-[-:|][-:| \t]*)$")
_ALIGN = re.compile(r"(:?)-+(:?)$")
_PIPE = re.compile(r"(?<!\\)\|")


@dataclass
class Work:
    """What reading has cost, in things that a clock does not change."""

    parsed: int = 0
    """Characters handed to a parser or lexer."""


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
    written: int = 0
    """Of an ordered list: the number that its last item was written with."""
    counted: bool = False
    """Of an ordered list: whether its items are written with one number, to be counted."""

    def number_of(self, written: int) -> int:
        """Of an ordered list: take its next item, written with this number, and return the item's own.

        `1.` before every item is how Markdown lets a list be counted; all other numbers are
        meant, also those that count down.
        """
        self.counted = self.counted or written == self.written
        own = self.number if self.counted else written
        self.number, self.written = own + 1, written
        return own


@dataclass(slots=True)
class Leaf:
    """A block of text; `lines` are those that its reader has not taken yet."""

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
    nested: int = 0
    """Of code: how long the fence is of a block that is open in it."""
    fence_indent: int = 0
    fence_closed: bool = False
    """Of code: whether its own fence ended it, not the end of the text or of a container."""
    math: str = ""
    """Of a paragraph: what closes the displayed mathematics that is open in it."""
    may_head: bool = False
    """Of a paragraph: whether its last line can still turn out to head a table."""
    leads_item: bool = False
    """Whether it is the first block of an item, where the box of a task may stand."""

    def add(self, text: str, *, may_head: bool) -> None:
        """Of a paragraph: take a line."""
        self.lines.append(text)
        self.length += len(text) + 1
        self.math = _open_math(self.math, text.rstrip())
        self.may_head = may_head and len(text) <= LIMIT and "|" in text and not self.math

    def grow(self, text: str) -> None:
        """Of a paragraph: take more of its last line, which it has the beginning of."""
        before = self.lines[-1]
        if self.math and self.math in before[1 - len(self.math) :] + text:
            self.math = ""
        self.lines[-1] = before + text
        self.length += len(text)

    def take_task(self) -> str:
        """Of a paragraph: take the box of a task off its start; return its mark, or nothing."""
        if not (self.leads_item and self.kind == "paragraph" and self.lines):
            return ""
        task = _TASK.match(self.lines[0])
        if task is None:
            return ""
        self.lines[0] = self.lines[0][task.end() :]
        self.leads_item = False
        return task[1]

    def cells(self, line: str) -> list[str]:
        """Of a table: the cells of one of its lines as Markdown, one for each column."""
        cells, count = table_cells(line), len(self.aligns)
        if len(cells) > count and len(whole := table_cells(_hidden(line))) <= count:
            # For GitHub a pipe in code parts cells as well; where that makes too many it was meant.
            cells = [cell.replace(_HIDDEN, "|") for cell in whole]
        if len(cells) > count:
            # GitHub drops what is too much; a reply should lose no words.
            cells[count - 1 :] = [" | ".join(cells[count - 1 :])]
        return cells + [""] * (count - len(cells))

    def is_plainly_held(self, line: str) -> bool:
        """Of fenced code: whether a line is part of it, without a look at what it begins with."""
        fence = self.fence
        return bool(fence) and not self.fence_indent and fence not in line and line[:1] != "\ufeff"

    def ended_by(self, text: str) -> bool:
        """Of code: take its next line; tell whether it is the fence that ends it.

        In Markdown in a block, a fence with a language begins a block in the block, which its
        own fence ends. For CommonMark that one ends the outer block, and all behind it is
        turned inside out: models write such without a longer fence around it.
        """
        fence = text.rstrip(" \t")
        if len(fence) >= (self.nested or len(self.fence)) and not fence.strip(self.fence[0]):
            ended, self.nested = not self.nested, 0
            return ended
        size = len(fence) - len(fence.lstrip(self.fence[0]))
        opens = size >= len(self.fence) and "`" not in fence[size:]
        if opens and not self.nested and self.holds_markdown:
            self.nested = size
        return False

    @property
    def holds_markdown(self) -> bool:
        """Of code: whether it is Markdown itself."""
        return language(self.info) in ("markdown", "md", "mdx")


Event = tuple[Literal["enter", "leave"], Container] | tuple[Literal["close"], Leaf]

_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]+\*?)\}")
_MATH = {"$$": "$$", "\\[": "\\]"}


def _open_math(closer: str, line: str) -> str:
    """What closes the mathematics that is open after `line`, if any is."""
    if not closer:
        if line[:1] not in ("$", "\\"):
            return ""
        if environment := _ENVIRONMENT.match(line):
            closer = rf"\end{{{environment[1]}}}"
        else:
            closer, line = _MATH.get(line[:2], ""), line[2:]
    return "" if closer in line else closer


def delimiter_aligns(line: str) -> tuple[str, ...]:
    """The alignments of a table's second line; nothing if it is none."""
    if not _DELIMITER.match(line):
        return ()
    cells = [cell.strip() for cell in line.strip().split("|")]
    if cells and not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    found = [_ALIGN.match(cell) for cell in cells]
    names = {(False, False): "", (True, False): "left", (False, True): "right"}
    if not all(found):
        return ()
    return tuple(names.get((bool(match[1]), bool(match[2])), "center") for match in found if match)


# No text that was made printable has one.
_HIDDEN = "\0"
_WHOLE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$\s](?:[^$]*[^$\s])?\$")


def table_aligns(head: str, line: str) -> tuple[str, ...]:
    """The alignments of a `line` for the columns of the `head` above it; nothing if they are no table.

    For GitHub both have as many cells. Models miscount, and write pipes in the head's code: between
    pipes, such lines are a table all the same.
    """
    aligns = delimiter_aligns(line)
    if not aligns or len(aligns) == len(table_cells(head)):
        return aligns
    if len(aligns) == 1 or not (head.lstrip().startswith("|") and line.lstrip().startswith("|")):
        return ()
    count = len(table_cells(_hidden(head)))
    return (*aligns[:count], *[""] * (count - len(aligns))) if count > 1 else ()


def _hidden(line: str) -> str:
    """A table's line with the pipes of code and mathematics hidden, so that they part no cells."""
    return _WHOLE.sub(lambda match: re.sub(r"\\?\|", _HIDDEN, match[0]), line)


def table_cells(line: str) -> list[str]:
    """The cells of a table's row as Markdown; `\\|` is a pipe inside a cell."""
    line = line.strip()
    cells = _PIPE.split(line) if "\\" in line else line.split("|")
    if cells and not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return [cell.replace("\\|", "|").strip() for cell in cells]
