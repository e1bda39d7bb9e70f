"""A character taken into a talk: its card read and filled in, recorded, and its greeting said."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from zatsudan.base import files
from zatsudan.base.errors import ImportRefused
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.config.settings import Persona
from zatsudan.sessions.byhand import ByHand
from zatsudan.sessions.characters.cardfields import Read, filled, read_card
from zatsudan.sessions.characters.cardfile import FILE_BYTES, card_json
from zatsudan.sessions.characters.macros import Filling
from zatsudan.sessions.records import message_record
from zatsudan.talk.talk import Talk
from zatsudan.wire.messages import Message

#: What a character calls a person who gives no name.
USER = "User"


def read_character(path: Path, persona: Persona, now: str, seed: str) -> Read:
    """Read a card, and fill in its macros; raises ImportRefused.

    `now` is UTC in ISO 8601: the card's dates and times are local ones. `seed` makes its dice fall. Reads a file that may be
    large: call it in a thread where something else goes on.
    """
    shown = one_line(str(path), 120)
    try:
        data = files.read(path, FILE_BYTES)
    except (OSError, ValueError) as error:
        raise ImportRefused(
            say("{path} cannot be read ({why}).", path=shown, why=files.reason(error)),
            say("Name a character card: PNG, JSON or .charx."),
        ) from error
    read = read_card(card_json(data), path.stem)
    here = datetime.fromisoformat(now).replace(tzinfo=UTC).astimezone()
    user = persona.name or USER
    random = Random(seed)  # noqa: S311  dice of a game
    filling = Filling(read.character.name, user, persona.description, here, random)
    character = filled(read.character, filling)
    return read._replace(character=character._replace(source=path.name[:100]))


def greet(talk: Talk) -> None:
    """Begin the talk with the greeting of its character; the others are variants of it."""
    session, character = talk.session, talk.session.character
    if character is None or not character.greetings:
        return
    parent, ids = session.head, []
    mark = ByHand(card=character.name)
    for greeting in character.greetings:
        ids.append(session.next_id())
        message = Message("assistant", greeting)
        talk.record(message_record(ids[-1], parent, message, talk.now(), by_hand=mark))
    if len(ids) > 1:
        talk.record({"type": "head", "id": ids[0]})
