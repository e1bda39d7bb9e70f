"""Lines to blocks, one line at a time: the block half of CommonMark.

This is the parsing strategy of the CommonMark specification (appendix A), with
the tables of GitHub's extension. It keeps only what is open, so that a line
costs the same after ten lines or ten thousand, and it says of each block when
it can change no more. HTML is text and link definitions are text, so nothing
that comes later reaches back. The inline half is markdown-it's (`inline`).

In displayed mathematics, a line of `+ c` is no list: between `$$` or `\\[` at the
start of a line and its closer, or a blank line, lines are text.

The items of an ordered list have the numbers that they are written with, unless two that
follow each other have the same: then they are counted, as CommonMark does always.

A list or a fence inside the item of an ordered list may be indented by two columns, however
long the item's number is: so models write it, and so it is meant.

It departs from CommonMark in three more places, all far from ordinary text, so
that long paragraphs need not be held: a paragraph of more than `LIMIT` characters (leaves.py)
becomes no heading by a line of `===` or `---` under it; a line of more than
`LIMIT` characters is no head of a table; and no more than `MAX_DEPTH` quotes,
lists and items are opened inside each other, further markers are text.
"""

from copy import copy
from dataclasses import replace

from zatsudan.markdown.beginnings import (
    ATX,
    BULLET,
    FENCE,
    NUMBER,
    RULE,
    aligns_under,
    begins_nothing,
    level_under,
    steps_in,
    without_closing_hashes,
)
from zatsudan.markdown.cursor import Cursor
from zatsudan.markdown.leaves import Container, Event, Leaf

MAX_DEPTH = 100


class Blocks:
    """The open blocks of a text, and what each new line does to them."""

    def __init__(self) -> None:
        self.stack: list[Container] = []
        self.leaf: Leaf | None = None
        self._after_blank = False
        self._events: list[Event] = []

    @property
    def at_rest(self) -> bool:
        """Whether nothing is open, so that what follows hangs on nothing before."""
        return self.leaf is None and not self.stack

    def fork(self) -> "Blocks":
        """A copy that may go its own way."""
        other = copy(self)
        other.stack = [replace(container) for container in self.stack]
        other.leaf = self.leaf and replace(self.leaf, lines=self.leaf.lines[:])
        other._events = []
        return other

    def end(self) -> list[Event]:
        """No more lines: close everything."""
        self._close_to(0)
        return self._take()

    def line(self, text: str) -> list[Event]:
        """Take one line, without its newline; return what opened and closed, in order."""
        leaf = self.leaf
        if not self.stack and leaf and leaf.is_plainly_held(text):  # so are most lines of code
            leaf.lines.append(text)
            self._after_blank = not text.strip(" \t")
            return []
        if not self.stack and begins_nothing(text, leaf):
            self._add_text(text, 0, may_head=True)
            self._after_blank = False
            return self._take()
        # A byte order mark is none of the line's: files that were put together have some.
        cursor = Cursor(text.removeprefix("\ufeff"))
        depth = self._matching(cursor)
        matched = depth == len(self.stack)
        opened = False
        if matched and self.leaf and self.leaf.kind == "code":
            if self._code_line(self.leaf, cursor):
                self._after_blank = cursor.blank
                return self._take()
            cursor.look()
        in_math = matched and self.leaf is not None and bool(self.leaf.math)
        while not cursor.blank and not in_math:
            if cursor.indent >= 4:
                if self._open_paragraph is None:
                    self._leave_for_leaf(depth)
                    cursor.advance(4)
                    leaf = self._open(Leaf("code", self._after_blank))
                    leaf.lines.append(cursor.rest())
                    self._after_blank = False
                    return self._take()
                break
            entered = depth < MAX_DEPTH and self._start_container(cursor, depth, matched=matched)
            if not entered:
                if self._start_leaf(cursor, depth, matched=matched):
                    self._after_blank = False
                    return self._take()
                break
            depth, matched, opened = entered, True, True
        self._text_line(cursor, depth, matched=matched)
        self._after_blank = cursor.blank and not opened
        return self._take()

    # Containers

    def _matching(self, cursor: Cursor) -> int:
        """How many of the open containers this line continues."""
        for depth, container in enumerate(self.stack):
            if container.kind == "quote":
                if cursor.indent >= 4 or cursor.blank or cursor.text[cursor.next] != ">":
                    return depth
                cursor.pass_quote_mark()
            elif container.kind == "item":
                if cursor.blank:
                    # An item may begin with one blank line, not with two.
                    if container.empty:
                        return depth
                elif cursor.indent >= container.indent or steps_in(container, cursor):
                    cursor.advance(container.indent)
                else:
                    return depth
        return len(self.stack)

    def _start_container(self, cursor: Cursor, depth: int, *, matched: bool) -> int:
        """Open the quote or item that begins here; return the new depth, or 0."""
        text, at = cursor.text, cursor.next
        if text[at] == ">":
            self._leave_for_leaf(depth)
            cursor.pass_quote_mark()
            self._enter(Container("quote", self._after_blank))
            return len(self.stack)
        if text[at] not in "-*+0123456789":
            return 0
        # Under a paragraph these are a heading, a rule or a table's second line.
        if RULE.match(text, at) or (matched and self._under_paragraph(cursor)):
            return 0
        mark = BULLET.match(text, at) or NUMBER.match(text, at)
        if not mark:
            return 0
        bare = not text[mark.end() :].strip(" \t")
        number = int(mark["number"]) if mark.re is NUMBER else None
        # In the middle of a paragraph a year at the start of a line is no list.
        if matched and self._open_paragraph and (bare or number not in (None, 1)):
            return 0
        self._enter_item(cursor, depth, mark[0][-1], number or 0, mark.end() - at, bare=bare)
        return len(self.stack)

    def _enter_item(
        self, cursor: Cursor, depth: int, marker: str, number: int, size: int, *, bare: bool
    ) -> None:
        indent = cursor.indent
        cursor.skip()
        cursor.advance(size)
        blanks = cursor.indent
        if bare or blanks >= 5:  # five and more: the content is indented code
            blanks = 1
        cursor.advance(blanks)
        parent = self.stack[depth - 1] if depth else None
        if parent and parent.kind == "list" and parent.marker == marker:
            self._close_to(depth)
        else:
            self._leave_for_leaf(depth)
            parent = Container("list", self._after_blank, marker, number, written=number - 1)
            self._enter(parent)
        own = parent.number_of(number)
        self._enter(Container("item", self._after_blank, marker, own, indent + size + blanks))

    def _enter(self, container: Container) -> None:
        if self.stack:
            self.stack[-1].empty = False
        self.stack.append(container)
        self._events.append(("enter", container))

    # Leaves

    @property
    def _open_paragraph(self) -> Leaf | None:
        return self.leaf if self.leaf and self.leaf.kind == "paragraph" else None

    def _under_paragraph(self, cursor: Cursor) -> bool:
        """Whether this line makes the open paragraph a heading or a table."""
        paragraph, text, at = self._open_paragraph, cursor.text, cursor.next
        return paragraph is not None and bool(
            level_under(paragraph, text, at) or aligns_under(paragraph, text, at)
        )

    def _start_leaf(self, cursor: Cursor, depth: int, *, matched: bool) -> bool:
        """Make the leaf that begins at this line and is more than a paragraph, if one does."""
        text, at = cursor.text, cursor.next
        char = text[at]
        if char == "#" and (atx := ATX.match(text, at)):
            self._leave_for_leaf(depth)
            leaf = self._open(Leaf("heading", self._after_blank, level=len(atx[1])))
            leaf.lines.append(without_closing_hashes(text[atx.end() :]))
            self._close_leaf()
            return True
        if char in "`~" and (fence := FENCE.match(text, at)):
            self._leave_for_leaf(depth)
            leaf = self._open(Leaf("code", self._after_blank, info=fence[2].strip()))
            leaf.fence, leaf.fence_indent = fence[1], cursor.indent
            return True
        paragraph = self._open_paragraph
        if matched and paragraph:
            if char in "|-:" and (aligns := aligns_under(paragraph, text, at)):
                self._make_table(paragraph, aligns)
                return True
            if char in "=-" and (level := level_under(paragraph, text, at)):
                paragraph.kind, paragraph.level = "heading", level
                self._close_leaf()
                return True
        if char in "*_-" and RULE.match(text, at):
            self._leave_for_leaf(depth)
            self._open(Leaf("rule", self._after_blank))
            self._close_leaf()
            return True
        return False

    def _code_line(self, leaf: Leaf, cursor: Cursor) -> bool:
        """Take a line of the open code; false if it is no part of it."""
        if leaf.fence:
            if cursor.indent < 4 and leaf.ended_by(cursor.text[cursor.next :]):
                leaf.fence_closed = True
                self._close_leaf()
                return True
            cursor.advance(min(leaf.fence_indent, cursor.indent))
        elif cursor.indent >= 4:
            cursor.advance(4)
        elif cursor.blank:
            cursor.skip()
        else:
            self._close_leaf()
            return False
        leaf.lines.append(cursor.rest())
        return True

    def _text_line(self, cursor: Cursor, depth: int, *, matched: bool) -> None:
        """A line that starts nothing: goes on with the leaf, ends it, or begins a paragraph."""
        if not cursor.blank:
            self._add_text(
                cursor.text[cursor.next :], depth, may_head=matched and cursor.indent < 4
            )
        elif matched:
            self._close_leaf()
        else:
            self._close_to(depth)

    def _add_text(self, text: str, depth: int, *, may_head: bool) -> None:
        leaf = self.leaf
        if leaf and leaf.kind == "paragraph":
            # Also where a quote or item is left: a paragraph goes on lazily.
            leaf.add(text, may_head=may_head)
        elif leaf and leaf.kind == "table" and may_head:
            leaf.lines.append(text.strip(" \t"))
        else:
            self._leave_for_leaf(depth)
            self._open(Leaf("paragraph", self._after_blank)).add(text, may_head=True)

    def _make_table(self, paragraph: Leaf, aligns: tuple[str, ...]) -> None:
        head = paragraph.lines.pop()
        after_blank = paragraph.after_blank
        if paragraph.length > len(head) + 1:
            self._close_leaf()
            after_blank = False
        self.leaf = Leaf("table", after_blank, [head], aligns=aligns)

    # Closing

    def _open(self, leaf: Leaf) -> Leaf:
        if self.stack:
            leaf.leads_item = self.stack[-1].kind == "item" and self.stack[-1].empty
            self.stack[-1].empty = False
        self.leaf = leaf
        return leaf

    def _close_leaf(self) -> None:
        if self.leaf:
            self._events.append(("close", self.leaf))
            self.leaf = None

    def _close_to(self, depth: int) -> None:
        self._close_leaf()
        while len(self.stack) > depth:
            self._events.append(("leave", self.stack.pop()))

    def _leave_for_leaf(self, depth: int) -> None:
        """Make room for a block at `depth`; nothing but items can stand in a list."""
        if depth and self.stack[depth - 1].kind == "list":
            depth -= 1
        self._close_to(depth)

    def _take(self) -> list[Event]:
        events, self._events = self._events, []
        return events
