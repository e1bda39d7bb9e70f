"""What came with replies beside their text, as it is shown: pictures where the terminal can, else a line."""

import contextlib
from collections.abc import Iterator

from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.base.quantities import in_bytes
from zatsudan.commands.parts import Line, Part, Picture, Talk
from zatsudan.sessions.session import Node
from zatsudan.talk.received import PLACES, kept, media
from zatsudan.talk.talk import Talk as Session

#: So many replies show their pictures anew, the latest: each picture may be megabytes for the terminal.
AGAIN = 4


def brings(node: Node) -> bool:
    """Tell whether something came with a message that can be a file."""
    return node.made is not None and not node.made.beside.keys().isdisjoint(PLACES)


def brought(talk: Session, node: Node) -> Iterator[Part]:
    """Yield each picture and sound that came with a reply, with where it lies; it reads files."""
    paths = kept(talk, node)
    if not paths and node.made is not None:
        for kind, data in media(node.made.beside, node.made.parameters):
            note = say("[{kind}, {size}, not kept]", kind=kind, size=in_bytes(len(data)))
            yield Picture(data, Line(note, "dim"))
    for path in paths:
        note = say(
            "[{kind}, {size} · /open] {path}",
            kind=path.suffix[1:],
            size=in_bytes(path.stat().st_size),
            path=one_line(str(path), 300),
        )
        line, data = Line(note, "dim"), b""
        if path.suffix == ".png":
            with contextlib.suppress(OSError):  # the line names it all the same
                data = path.read_bytes()
        yield Picture(data, line) if data else line


def again(talk: Session, shown: Talk) -> tuple[Part, ...]:
    """Return messages as they are shown anew, the latest replies with what came with them."""
    with_more = [at for at, node in enumerate(shown.nodes) if brings(node)][-AGAIN:]
    parts: list[Part] = []
    begin, above = 0, shown.above
    for at in with_more:
        parts += [shown._replace(nodes=shown.nodes[begin : at + 1], above=above)]
        parts += brought(talk, shown.nodes[at])
        begin, above = at + 1, 0
    if begin < len(shown.nodes) or not parts:
        parts.append(shown._replace(nodes=shown.nodes[begin:], above=above))
    return tuple(parts)
