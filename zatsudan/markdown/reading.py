"""Whole texts: their blocks in order, and the pieces of each."""

from collections.abc import Iterator

from zatsudan.core.printable import printable
from zatsudan.markdown.blocks import Blocks
from zatsudan.markdown.leaves import Event


def events(text: str) -> Iterator[Event]:
    """Yield what opens and closes in `text`; each leaf comes with all its lines."""
    blocks = Blocks()
    for line in printable(text.replace("\r\n", "\n")).split("\n"):
        yield from blocks.line(line)
    yield from blocks.end()
