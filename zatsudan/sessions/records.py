"""The records of a journal, and what each of them changes in a session.

`apply(session, record)` is the one way in which a session changes, live and on
reload, so that a reloaded session cannot differ from the live one. Nothing
that was said is ever overwritten: retry, edit and undo add siblings or move
the head. Here stand the records of the tree; those of the settings and of the lab have modules of their own.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from zatsudan.base.jsonvalues import Json, JsonObject, text_field
from zatsudan.base.language import later
from zatsudan.sessions import settingrecords
from zatsudan.sessions.byhand import DELETED, HIDDEN, ByHand
from zatsudan.sessions.session import Node, Partial, Session, Start
from zatsudan.wire.messages import Message, role_in

if TYPE_CHECKING:
    from zatsudan.sessions.characters.card import Character
    from zatsudan.sessions.made import Made

#: Of the journal's form.
VERSION = 1


def message_record(
    node_id: str,
    parent: str | None,
    message: Message,
    at: str,
    made: "Made | None" = None,
    *,
    by_hand: ByHand | None = None,
) -> JsonObject:
    """Return the record of a message."""
    record: JsonObject = {
        "type": "message", "id": node_id, "parent": parent, "at": at, "message": message.to_json(),
    }  # fmt: skip
    if by_hand is not None:
        record["by_hand"] = by_hand.to_json()
    if made is not None:
        record["made"] = made.to_json()
    return record


def character_record(character: "Character | None") -> JsonObject:
    """Return the record of whom the model is to play from now on; None for nobody."""
    return {"type": "character", "card": character.to_json() if character is not None else None}


def apply(session: Session, record: Mapping[str, Json], place: int | None = None) -> None:
    """Change `session` by one record. Unknown and unusable records are counted and skipped.

    `place` is where the record stands in the session's journal: a message is then read from
    there when it is asked for (`Session.nodes`).
    """
    change = _CHANGES.get(str(record.get("type")))
    if change is _add_message:
        done = _add_message(session, record, place)
    else:
        done = change is not None and change(session, record)
    if not done:
        session.unknown += 1


def replay(records: Iterable[Mapping[str, Json]]) -> Session:
    """Return the session that the records make."""
    session = Session()
    for record in records:
        apply(session, record)
    return session


def recovery(session: Session) -> list[JsonObject]:
    """Return the records that make whole what a crash left: partial replies become messages.

    The head goes to the first choice, as it does live; if the talk has gone on
    elsewhere since, it stays there.
    """
    partials = session.partials
    records = [_whole_record(key, partials[key]) for key in reversed(partials)]
    if any(partial.head != session.head for partial in partials.values()):
        records.append({"type": "head", "id": session.head})
    return records


def _whole_record(node_id: str, partial: Partial) -> JsonObject:
    """Return the record of a reply that was broken off by a crash, of the pieces that are there."""
    from zatsudan.sessions.made import INTERRUPTED

    made = partial.made._replace(
        ended=INTERRUPTED,
        error=later("zatsudan ended in the middle of the reply"),
        reasoning="".join(partial.reasoning),
    )
    message = Message("assistant", "".join(partial.content))
    return message_record(node_id, partial.parent, message, partial.at, made)


def read_node(node_id: str, parent: str | None, record: Mapping[str, Json]) -> Node:
    """Return the message that a record tells of, behind the parent that the tree gives it."""
    message, made = record.get("message"), record.get("made")
    return Node(
        node_id,
        parent,
        Message.from_json(message if isinstance(message, dict) else {}).with_line_ends(),
        text_field(record, "at"),
        _made(made) if isinstance(made, dict) else None,
        ByHand.from_json(record.get("by_hand")),
    )


def _add_message(session: Session, record: Mapping[str, Json], place: int | None = None) -> bool:
    """Add a message; one that stands at a `place` of the session's journal is read when it is asked for."""
    node_id, message = text_field(record, "id"), record.get("message")
    if not node_id or not isinstance(message, dict):
        return False
    parent = _parent(session, record.get("parent"))
    if node_id in session.nodes:
        return False
    if session.start is None:
        session.start = Start(dict(session.settings), session.system, session.model)
    if place is None:
        node = read_node(node_id, parent, record)
        session.nodes.add(node_id, parent, node.message.role, node)
    else:
        session.nodes.keep(node_id, parent, role_in(message), place)
    if isinstance(record.get("made"), dict):
        session.made.append(node_id)
    session.children.add(parent, node_id)
    session.forward.add(node_id)
    session.partials.pop(node_id, None)
    session.head = node_id
    _count(session, node_id)
    return True


def _parent(session: Session, parent: Json) -> str | None:
    if parent is None:
        return None
    if parent == session.head:  # the same text need not be there twice
        return session.head
    if isinstance(parent, str):
        if parent in session.partials:  # a damaged line cost the end of a reply
            _add_message(session, _whole_record(parent, session.partials[parent]))
        if parent in session.nodes:
            return parent
    # A damaged line cost the parent: what follows it hangs on what stood last.
    return session.head


def _made(value: JsonObject) -> "Made":
    return _reader_of_made()(value)


@cache
def _reader_of_made() -> "Callable[[JsonObject], Made]":
    from zatsudan.sessions.made import Made  # the prompt of a new session needs none

    return Made.from_json


def _count(session: Session, node_id: str) -> None:
    if node_id.isascii() and node_id.isdigit() and len(node_id) < 16:
        number = int(node_id)
        session.last_number = max(session.last_number, number)


def _add_delta(session: Session, record: Mapping[str, Json]) -> bool:
    node_id = text_field(record, "id")
    if not node_id or node_id in session.nodes:
        return False
    partial = session.partials.get(node_id)
    if partial is None:
        made = record.get("made")
        partial = Partial(
            _parent(session, record.get("parent")),
            session.head,
            text_field(record, "at"),
            _made(made if isinstance(made, dict) else {}),
        )
        session.partials[node_id] = partial
        _count(session, node_id)
    if before := text_field(record, "before"):
        partial.turn(before)
    partial.content.append(text_field(record, "content"))
    partial.reasoning.append(text_field(record, "reasoning"))
    return True


def _move_head(session: Session, record: Mapping[str, Json]) -> bool:
    node_id = record.get("id")
    if node_id is not None and (not isinstance(node_id, str) or node_id not in session.nodes):
        return False
    session.forward.visit(session.head)
    session.forward.visit(node_id)
    session.head = node_id
    return True


def _pin(session: Session, record: Mapping[str, Json]) -> bool:
    node_id = text_field(record, "id")
    if node_id not in session.nodes:
        return False
    if record.get("pinned") is False:
        session.pinned.discard(node_id)
    else:
        session.pinned.add(node_id)
    return True


def _withhold(session: Session, record: Mapping[str, Json]) -> bool:
    node_id, how = text_field(record, "id"), text_field(record, "how")
    if node_id not in session.nodes or how not in (HIDDEN, DELETED, ""):
        return False
    session.withheld.pop(node_id, None)
    if how:
        session.withheld[node_id] = how
    return True


def _of_lab(session: Session, record: Mapping[str, Json]) -> bool:
    from zatsudan.sessions import labrecords  # few sessions have an experiment

    return labrecords.CHANGES[text_field(record, "type")](session, record)


_CHANGES: dict[str, Callable[[Session, Mapping[str, Json]], bool]] = {
    "message": _add_message,
    "delta": _add_delta,
    "head": _move_head,
    "pin": _pin,
    "withhold": _withhold,
    "lab": _of_lab,
    "cell": _of_lab,
    "vote": _of_lab,
    **settingrecords.CHANGES,
}
