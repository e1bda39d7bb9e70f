"""The records of a journal, and what each of them changes in a session.

`apply(session, record)` is the one way in which a session changes, live and on
reload, so that a reloaded session cannot differ from the live one. Nothing
that was said is ever overwritten: retry, edit and undo add siblings or move
the head.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from zatsudan.base.jsonvalues import Json, JsonObject, text_field
from zatsudan.base.language import later
from zatsudan.parameters.steering import makes_request
from zatsudan.sessions.byhand import DELETED, HIDDEN, Begin, ByHand
from zatsudan.sessions.planned import read_lab
from zatsudan.sessions.session import ByState, Node, Partial, Session, Setting, Start
from zatsudan.wire.messages import Message

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


def apply(session: Session, record: Mapping[str, Json]) -> None:
    """Change `session` by one record. Unknown and unusable records are counted and skipped."""
    change = _CHANGES.get(str(record.get("type")))
    if change is None or not change(session, record):
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
    from zatsudan.sessions.made import INTERRUPTED

    made = partial.made._replace(
        ended=INTERRUPTED,
        error=later("zatsudan ended in the middle of the reply"),
        reasoning="".join(partial.reasoning),
    )
    message = Message("assistant", "".join(partial.content))
    return message_record(node_id, partial.parent, message, partial.at, made)


def _begin(session: Session, record: Mapping[str, Json]) -> bool:
    session.id = text_field(record, "id")
    session.created = text_field(record, "created")
    return True


def _parent(session: Session, record: Mapping[str, Json]) -> str | None:
    parent = record.get("parent")
    if parent is None:
        return None
    if isinstance(parent, str):
        if parent in session.partials:  # a damaged line cost the end of a reply
            apply(session, _whole_record(parent, session.partials[parent]))
        if parent in session.nodes:
            return parent
    # A damaged line cost the parent: what follows it hangs on what stood last.
    return session.head


def _made(value: JsonObject) -> "Made":
    from zatsudan.sessions.made import Made  # the prompt of a new session needs none

    return Made.from_json(value)


def _count(session: Session, node_id: str) -> None:
    if node_id.isascii() and node_id.isdigit() and len(node_id) < 16:
        session.last_number = max(session.last_number, int(node_id))


def _add_message(session: Session, record: Mapping[str, Json]) -> bool:
    node_id, message = text_field(record, "id"), record.get("message")
    if not node_id or not isinstance(message, dict):
        return False
    parent = _parent(session, record)
    if node_id in session.nodes:
        return False
    made = record.get("made")
    if session.start is None:
        session.start = Start(dict(session.settings), session.system, session.model)
    session.nodes[node_id] = Node(
        node_id,
        parent,
        Message.from_json(message).with_line_ends(),
        text_field(record, "at"),
        _made(made) if isinstance(made, dict) else None,
        ByHand.from_json(record.get("by_hand")),
    )
    session.children.setdefault(parent, []).append(node_id)
    session.forward.add(node_id)
    session.partials.pop(node_id, None)
    session.head = node_id
    _count(session, node_id)
    return True


def _add_delta(session: Session, record: Mapping[str, Json]) -> bool:
    node_id = text_field(record, "id")
    if not node_id or node_id in session.nodes:
        return False
    partial = session.partials.get(node_id)
    if partial is None:
        made = record.get("made")
        partial = Partial(
            _parent(session, record),
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


def _set(session: Session, record: Mapping[str, Json]) -> bool:
    name, value = text_field(record, "name"), record.get("value")
    if name and makes_request(name, value):
        session.refused.add(name)
    elif name:
        session.settings[name] = Setting(value, text_field(record, "origin") or "session")
    return bool(name)


def _unset(session: Session, record: Mapping[str, Json]) -> bool:
    session.settings.pop(text_field(record, "name"), None)
    return True


def _set_by_state(session: Session, record: Mapping[str, Json]) -> bool:
    plain, thinking = record.get("plain"), record.get("thinking")
    found = ByState(
        plain if isinstance(plain, dict) else {}, thinking if isinstance(thinking, dict) else {}
    )
    session.by_state = found if found.thinking else None
    return True


def _set_system(session: Session, record: Mapping[str, Json]) -> bool:
    session.system = text_field(record, "content").replace("\r\n", "\n")
    if session.system:
        session.systems.setdefault(session.system)
    return True


def _set_model(session: Session, record: Mapping[str, Json]) -> bool:
    session.model = text_field(record, "model")
    session.server = text_field(record, "server")
    if session.start is not None and not session.start.model:
        # Nobody had named one: it was chosen when the first message was sent.
        session.start = session.start._replace(model=session.model)
    return True


def _set_title(session: Session, record: Mapping[str, Json]) -> bool:
    session.title = text_field(record, "title")
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


def _set_begin(session: Session, record: Mapping[str, Json]) -> bool:
    session.begin = Begin.from_json(record)
    return True


def _set_character(session: Session, record: Mapping[str, Json]) -> bool:
    from zatsudan.sessions.characters.card import Character  # few sessions have one

    session.character = Character.from_json(record.get("card"))
    if session.character is not None:
        session.characters.setdefault(session.character.mark, session.character)
    return session.character is not None or record.get("card") is None


def _set_lab(session: Session, record: Mapping[str, Json]) -> bool:
    lab = read_lab(record, session.nodes)
    if lab is None:
        return False
    session.lab = lab
    return True


def _fill_cell(session: Session, record: Mapping[str, Json]) -> bool:
    at, node_id = record.get("at"), text_field(record, "id")
    if session.lab is None or not isinstance(at, int) or node_id not in session.nodes:
        return False
    if not 0 <= at < len(session.lab.cells):
        return False
    session.lab = session.lab.with_reply(at, node_id)
    return True


#: The label that was picked (`` for a tie), and all that stood for choice, as they were shown.
Vote: TypeAlias = tuple[str, tuple[str, ...]]


def read_vote(record: Mapping[str, Json]) -> Vote | None:
    """Return the blind pick that a record tells of; None where it tells of none."""
    labels, picked = record.get("labels"), text_field(record, "picked")
    if not isinstance(labels, list):
        return None
    names = tuple(str(label) for label in labels)
    tie = record.get("tie") is True and not picked
    return (picked, names) if tie or picked in names else None


def _vote(session: Session, record: Mapping[str, Json]) -> bool:
    vote = read_vote(record)
    if vote is None:
        return False
    session.votes.append(vote)
    if session.lab is not None:
        session.lab = session.lab._replace(blind=False)
    return True


_CHANGES = {
    "session": _begin,
    "message": _add_message,
    "delta": _add_delta,
    "set": _set,
    "unset": _unset,
    "by_state": _set_by_state,
    "system": _set_system,
    "model": _set_model,
    "title": _set_title,
    "head": _move_head,
    "pin": _pin,
    "withhold": _withhold,
    "begin": _set_begin,
    "character": _set_character,
    "lab": _set_lab,
    "cell": _fill_cell,
    "vote": _vote,
}
