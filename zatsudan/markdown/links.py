"""The links of a text, in the order in which the screen shows their addresses."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from zatsudan.markdown.bareaddresses import as_sent, bare_addresses
from zatsudan.markdown.leaves import Leaf, Work
from zatsudan.markdown.pieces import SPANS, Inline
from zatsudan.markdown.reading import leaves, pieces


class Link(NamedTuple):
    """A link, an image or a bare address: the text it is shown as, and where it leads."""

    text: str
    address: str
    """As it is sent: `inline.readable` gives it as people write it."""
    kind: Literal["link", "image", "address"] = "link"


def links(text: str, work: Work | None = None) -> list[Link]:
    """Return the links of `text`, whatever their scheme, each as often as it leads anywhere.

    A bare address counts wherever it can be read, in code and in the text of a link too.
    """
    work = work or Work()
    return [link for leaf in leaves(text) for link in _links_of(leaf, work) if link.address]


def _links_of(leaf: Leaf, work: Work) -> Iterator[Link]:
    source = "\n".join(leaf.lines)
    work.parsed += len(source)
    # All that makes a link holds one of these.
    if not ("://" in source or "](" in source or "<" in source or "www." in source):
        return
    if leaf.kind == "code":
        yield from _bare(source)
        return
    for stretch in pieces(leaf, work):
        yield from _linked(stretch)


def _linked(stretch: Iterable[Inline]) -> Iterator[Link]:
    opened: list[Inline] = []
    label: list[str] = []  # of the link that is open
    for piece in stretch:
        kind, text, address = piece
        if kind in SPANS:
            opened.append(piece)
            if kind == "link":
                label.clear()
        elif kind == "close":
            closed = opened.pop()
            if closed.kind == "link":
                yield Link("".join(label), closed.address)
        elif kind == "image":
            yield Link(text, address, "image")
        elif kind == "address":
            yield Link(text, as_sent(text), "address")
        elif kind == "code":
            yield from _bare(text)
        label.append(" " if kind == "break" else text)


def _bare(text: str) -> Iterator[Link]:
    for address in bare_addresses(text):
        yield Link(address, as_sent(address), "address")
