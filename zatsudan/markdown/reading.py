"""Whole texts: their blocks in order, and the pieces of each."""

from collections.abc import Iterator

from zatsudan.base.printable import printable
from zatsudan.markdown.blocks import Blocks
from zatsudan.markdown.inline import inline
from zatsudan.markdown.leaves import Event, Leaf, Work
from zatsudan.markdown.pieces import Inline
from zatsudan.markdown.stretches import Stretches


def events(text: str) -> Iterator[Event]:
    """Yield what opens and closes in `text`; each leaf comes with all its lines."""
    blocks = Blocks()
    lines = printable(text.replace("\r\n", "\n")).split("\n")
    if not lines[-1]:  # what ends with a line end has no line behind it
        lines.pop()
    for line in lines:
        yield from blocks.line(line)
    yield from blocks.end()


def leaves(text: str) -> Iterator[Leaf]:
    """Yield the leaves of `text`, in order."""
    return (event[1] for event in events(text) if event[0] == "close")


def pieces(leaf: Leaf, work: Work | None = None) -> Iterator[list[Inline]]:
    """Yield the pieces of a closed leaf: those of each stretch of a paragraph or heading, of each cell.

    A task's box is taken off before; code and rules have none.
    """
    work = work or Work()
    if leaf.kind == "table":
        for line in leaf.lines:
            work.parsed += len(line)
            for cell in leaf.cells(line):
                yield inline(cell)
    elif leaf.kind in ("paragraph", "heading"):
        leaf.take_task()
        yield from Stretches(work).finish(leaf)


def codes(text: str) -> Iterator[str]:
    """Yield all that is code: each block with what stands behind its fence, each stretch inside a line."""
    for leaf in leaves(text):
        if leaf.kind == "code":
            yield "\n".join([leaf.info, *leaf.lines])
        for stretch in pieces(leaf):
            yield from (piece.text for piece in stretch if piece.kind == "code")


def first_line(text: str) -> str:
    """Return the first line of what `text` shows, without its marks."""
    lines = (line.strip() for leaf in leaves(text) for line in _lines(leaf))
    return next(filter(None, lines), "")


def _lines(leaf: Leaf) -> Iterator[str]:
    if leaf.kind == "code":
        yield from leaf.lines
    for stretch in pieces(leaf):
        yield from "".join(
            "\n" if piece.kind == "break" else piece.text for piece in stretch
        ).split("\n")
