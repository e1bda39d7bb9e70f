"""Markdown as it streams: rows that are final, and the last rows of what is not.

Rows are handed out as soon as no text that may follow can change them, so what
stands in scrollback at the end equals `render` of the whole, however the text
was cut. A token costs the same at the start of a reply and at its end.

Three rules of the renderer make this exact, and are the same for the whole text
and the stream: a table's widths are those of its first rows (`tables.FREEZE`),
code is coloured line by line (`highlight`), emphasis and links reach over no
more than a page of text (`prose.PAGE`).
"""

import re

from zatsudan.core.printable import printable
from zatsudan.terminal.markdown.blocks import Blocks
from zatsudan.terminal.markdown.layout import Layout
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.pipes import table_cells
from zatsudan.terminal.markdown.prose import Work
from zatsudan.terminal.markdown.rows import Row
from zatsudan.terminal.markdown.tree import LIMIT

# Ends of a line that look like one thing and, with the next token, are another:
# a line of nothing but a marker, and marks, links and entities that are not whole.
_UNSURE = re.compile(
    r"^[ >]*(?:[-=+*_]{1,3}|#{1,6}|>|\d{1,9}[.)]?|[-*+] \[[ xX]?\]?) *$"
    r"|^[ >]*[-|:][-:| ]*$"
    r"|(?:(?<![*_~`])[*_~`]+|!?\[[^\]\n]{0,60}|!?\[[^\]\n]{0,60}\](?:\([^)\s]{0,200})?)$"
    r"|(?:!|\\|&#?\w{0,10}|<[^\s<]{0,60})$"
)
_UNSURE_CODE = re.compile(r"^[ >]*[`~]+$")


def render(text: str, width: int, look: Look) -> list[Row]:
    """All rows of `text` at `width` cells; each block is printed when it is whole."""
    blocks, layout = Blocks(), Layout(width, look, Work())
    for line in printable(text.replace("\r\n", "\n")).split("\n"):
        layout.apply(blocks.line(line))
    layout.apply(blocks.end())
    return layout.take()


class Stream:
    """One reply as it comes."""

    def __init__(self, width: int, look: Look) -> None:
        self.work = Work()
        self._blocks = Blocks()
        self._layout = Layout(width, look, self.work)
        self._partial: list[str] = []  # the line that is not complete, in pieces
        self._size = 0  # its characters
        self._inside = False  # whether that line is in the open paragraph already
        self._next_look = LIMIT
        self._return = ""  # a carriage return, held until its newline comes
        self._seen: tuple[int, bool, list[Row]] | None = None  # the last `tail`

    def feed(self, text: str) -> list[Row]:
        """Take more of the reply; return the rows that became final, in order."""
        if not text:
            return []
        self._seen = None
        text = self._return + text
        self._return = "\r" if text.endswith("\r") else ""
        text = printable(text[: len(text) - len(self._return)].replace("\r\n", "\n"))
        *complete, rest = text.split("\n")
        for line in complete:
            self._add(line)
            self._end_line()
        self._add(rest)
        if self._size >= self._next_look:
            self._enter_line()
        if complete or self._inside:
            self._layout.advance(self._blocks.leaf)
        return self._layout.take()

    def tail(self, limit: int, *, hold: bool = True) -> list[Row]:
        """The last `limit` rows of what is not final yet.

        With `hold`, an end of the line that may turn out to be something else
        with the next token is left out; after a moment without one, show it.
        """
        if self._seen and self._seen[:2] == (limit, hold):
            return self._seen[2]
        blocks = self._blocks.fork()
        layout = self._layout.fork(limit)
        room = 2 * (limit + 1) * self._layout.width + LIMIT
        line = "".join(self._partial)
        if len(line) > room:
            line = line[-room:]
        if hold:
            unsure = _UNSURE_CODE if blocks.leaf and blocks.leaf.kind == "code" else _UNSURE
            line = unsure.sub("", line)
            if self._inside and blocks.leaf:
                blocks.leaf.lines[-1] = unsure.sub("", blocks.leaf.lines[-1])
        if line:
            self.work.parsed += len(line)
        for text in _with_table(blocks, line):
            layout.apply(blocks.line(text))
        layout.apply(blocks.end())
        rows = layout.take()[-limit:] if limit > 0 else []
        self._seen = (limit, hold, rows)
        return rows

    def resize(self, width: int) -> None:
        """Give rows of another width from now on."""
        self._seen = None
        self._layout.resize(width)

    def finish(self) -> list[Row]:
        """The rest of the reply: no more comes."""
        self._seen = None
        if self._return:
            self._add(printable(self._return))
            self._return = ""
        if self._size or self._inside:
            self._end_line()
        self._layout.apply(self._blocks.end())
        return self._layout.take()

    def _add(self, text: str) -> None:
        if self._inside and self._blocks.leaf:
            self._blocks.leaf.lines[-1] += text
            self._blocks.leaf.length += len(text)
        elif text:
            self._partial.append(text)
            self._size += len(text)

    def _end_line(self) -> None:
        if not self._inside:
            self.work.parsed += self._size
            self._layout.apply(self._blocks.line("".join(self._partial)))
        self._partial, self._size, self._inside = [], 0, False
        self._next_look = LIMIT

    def _enter_line(self) -> None:
        """Put a long line into the open paragraph before it ends, if that is where it belongs.

        Its first `LIMIT` characters of text settle that: see `blocks`.
        """
        line = "".join(self._partial)
        self._partial = [line]
        self._next_look = 2 * self._size
        self.work.parsed += len(line)
        trial = self._blocks.fork()
        trial.line(line)
        leaf = trial.leaf
        if leaf and leaf.kind == "paragraph" and len(leaf.lines[-1].rstrip()) > LIMIT:
            self._layout.apply(self._blocks.line(line))
            self._partial, self._size, self._inside = [], 0, True


def _with_table(blocks: Blocks, line: str) -> list[str]:
    """The lines to show for an incomplete `line`, where it may begin a table.

    The head of a table is only a paragraph until the line under it is complete;
    to show it as what it will be, that line is made up.
    """
    if blocks.stack:
        return [line] if line else []
    leaf = blocks.leaf
    if leaf is None and line.startswith("|"):
        return [line, _under(line)]
    if leaf and leaf.may_head and leaf.lines[-1].startswith("|") and not line.strip("|:- "):
        return [_under(leaf.lines[-1])]
    return [line] if line else []


def _under(head: str) -> str:
    return "|" + "-|" * len(table_cells(head))
