"""Walking the tree of a session: variants, the way forward, and its picture."""

from collections.abc import Iterator
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.sessions.session import Node, Session


def end_of(session: Session, node_id: str) -> str:
    """Return the end of the branch that goes on from a message, as it was last walked."""
    while (following := session.forward.get(node_id)) is not None:
        node_id = following
    return node_id


def next_turn(session: Session) -> str | None:
    """Return the message one turn forward from the head; None at the end of the branch."""
    at = session.forward.get(session.head)
    while at is not None and session.nodes.role(at) == "user":
        following = session.forward.get(at)
        if following is None:
            break
        at = following
    return at


def last_reply(session: Session) -> Node | None:
    """Return the last assistant message of the path."""
    return next(
        (node for node in reversed(session.path()) if node.message.role == "assistant"), None
    )


def differences(nodes: list[Node]) -> list[dict[str, Json]]:
    """Return for each reply the settings that are not the same in all of them; model and server included."""
    settings = [_settings(node) for node in nodes]
    names = {name for setting in settings for name in setting}
    varying = {
        name
        for name in names
        if any(setting.get(name) != settings[0].get(name) for setting in settings)
    }
    return [{name: setting.get(name) for name in sorted(varying)} for setting in settings]


def _settings(node: Node) -> dict[str, Json]:
    made = node.made
    if made is None:
        return {}
    begun: dict[str, Json] = {"begin": node.begun} if node.begun else {}
    return {"model": made.model, "server": made.server, **made.parameters, **begun}


class Leaf(NamedTuple):
    """One line of the picture: a message by its id; `lead` is drawn before it."""

    id: str
    lead: str
    on_path: bool
    is_head: bool


def picture(session: Session) -> Iterator[Leaf]:
    """Draw the tree: the branch that was last walked is a straight column, the others hang beside it."""
    path = set(session.path().ids)
    # Without recursion: a talk may be 10,000 messages deep.
    stack: list[tuple[str, str, str]] = []

    def push(parent: str | None, lead: str) -> None:
        children = session.children.get(parent, [])
        main = session.forward.get(parent)
        if children and main not in children:
            main = children[-1]
        if main is not None:
            stack.append((main, lead, lead))
        stack.extend(
            (child, lead + "├─", lead + "│ ") for child in reversed(children) if child != main
        )

    push(None, "")
    while stack:
        node_id, lead, below = stack.pop()
        yield Leaf(node_id, lead, node_id in path, node_id == session.head)
        push(node_id, below)
