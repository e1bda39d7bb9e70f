"""Completion of the numbers of messages."""

import itertools
from collections.abc import Callable, Iterable, Iterator

from zatsudan.base.printable import Printable, one_line
from zatsudan.commands.registry import Choice
from zatsudan.sessions.session import Node, Session

#: So many messages are looked at and offered for what was typed, the latest of them.
_OFFERED = 500


def said(node: Node) -> Printable:
    """Return what the menu says beside a number: whose message it is, and its first words."""
    return one_line(f"{node.message.role}: {node.message.text}", 80)


def numbers(
    session: Session,
    ids: Iterable[str],
    args: str,
    meta: Callable[[Node], Printable] = said,
) -> Iterator[Choice]:
    """Yield those of the messages whose number begins as it was typed, each with what `meta` says of it."""
    typed = args.rpartition(" ")[2]
    fitting = (node_id for node_id in ids if node_id.startswith(typed))
    for node_id in itertools.islice(fitting, _OFFERED):
        yield Choice(node_id, meta(session.nodes[node_id]))
