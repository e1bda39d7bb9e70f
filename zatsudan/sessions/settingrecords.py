"""The records of what holds for a whole session: its settings, its model, its character, its name."""

from collections.abc import Mapping

from zatsudan.base.jsonvalues import Json, text_field
from zatsudan.parameters.steering import makes_request
from zatsudan.sessions.byhand import Begin
from zatsudan.sessions.session import ByState, Session, Setting


def _begin(session: Session, record: Mapping[str, Json]) -> bool:
    session.id = text_field(record, "id")
    session.created = text_field(record, "created")
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


def _set_begin(session: Session, record: Mapping[str, Json]) -> bool:
    session.begin = Begin.from_json(record)
    return True


def _set_character(session: Session, record: Mapping[str, Json]) -> bool:
    from zatsudan.sessions.characters.card import Character  # few sessions have one

    session.character = Character.from_json(record.get("card"))
    if session.character is not None:
        session.characters.setdefault(session.character.mark, session.character)
    return session.character is not None or record.get("card") is None


CHANGES = {
    "session": _begin,
    "set": _set,
    "unset": _unset,
    "by_state": _set_by_state,
    "system": _set_system,
    "model": _set_model,
    "title": _set_title,
    "begin": _set_begin,
    "character": _set_character,
}
