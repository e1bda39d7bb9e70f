"""The request of a recorded reply, put together again from the session and the reply's record."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject, whole_number
from zatsudan.base.language import say
from zatsudan.servers.thinkforms import CONTROLLED
from zatsudan.sessions.nodes import Chain
from zatsudan.sessions.session import Node, Session
from zatsudan.sessions.window import Frame, framed_by, in_order
from zatsudan.talk.choices import GIVEN_THOUGHT
from zatsudan.talk.fitting import as_sent
from zatsudan.talk.request import given_to, mark_of
from zatsudan.talk.thought import was_given
from zatsudan.wire.protocol import build_request
from zatsudan.wire.refusals import BARE, MIDDLE, ROLE, SYSTEM, TEXTS, Repair, mended

if TYPE_CHECKING:
    from zatsudan.sessions.characters.card import Character


class Rebuilt(NamedTuple):
    """A recorded request: its body, and the messages of the path that the window left out.

    `dialect` is the API beside /v1 in whose form the body was sent (`servers.dialects`).
    """

    body: JsonObject
    left_out: Sequence[Node]
    dialect: str = ""


def rebuilt(session: Session, reply: Node) -> Rebuilt:
    """Return the request that made a reply; raises CommandError where the record does not tell."""
    made = reply.made
    if made is None:
        raise CommandError(say("This message was not made by a request."), say("Name a reply."))
    told = made.request
    model = told.get("model")
    if not isinstance(model, str):
        raise CommandError(
            say("How this reply was asked for is not in its record."),
            say("It came from elsewhere, or from an earlier version; /why tells what is known."),
        )
    path = session.chain(reply.parent) if reply.parent is not None else Chain(session.nodes, [])
    pinned, withheld = _ids(told, "pins"), _ids(told, "withheld")
    first = next((at for at, key in enumerate(path.ids) if key == told.get("start")), 0)
    before = {key for key in path.ids[:first] if key not in pinned}
    sent = path.without(before | withheld)
    left_out = path.without(set(sent.ids))
    system = _system(session, told)
    field = told.get("reasoning")
    said = in_order(as_sent(node, field if isinstance(field, str) else "") for node in sent)
    character, frame = character_of(session, told), Frame(system)
    if character is not None:
        from zatsudan.sessions.characters.framing import framed

        frame = framed(character, system, lore_in(told))
    messages = framed_by(said, frame)
    besides = told.get("besides")
    besides = besides if isinstance(besides, dict) else {}
    body = build_request(model, messages, {**made.parameters, **besides})
    bare = told.get("bare")
    repairs = [Repair(BARE, str(name)) for name in (bare if isinstance(bare, list) else ())]
    if told.get("developer"):
        repairs.append(Repair(ROLE, "developer", str(told["developer"])))
    if told.get("texts"):
        repairs.append(Repair(TEXTS))
    if merged := told.get("merged"):
        repairs.append(Repair(MIDDLE if merged == MIDDLE else SYSTEM))
    body = mended(body, repairs) if repairs else body
    if told.get("no_options"):
        body.pop("stream_options", None)
    if told.get("control"):
        body[CONTROLLED] = True
    form, thought = told.get("form"), was_given(told, made.reasoning)
    size = whole_number(told.get(GIVEN_THOUGHT)) or 0
    text = made.reasoning[:size] if size else reply.message.text[: made.given]
    if (text or thought) and isinstance(form, str):
        body = given_to(body, text, form, thought)
    dialect = told.get("dialect")
    return Rebuilt(body, left_out, dialect if isinstance(dialect, str) else "")


def _ids(told: Mapping[str, Json], name: str) -> set[str]:
    ids = told.get(name)
    return set(map(str, ids)) if isinstance(ids, list) else set()


def lore_in(told: Mapping[str, Json]) -> tuple[int, ...]:
    """Return the entries of the lorebook that a recorded request was made with, by number."""
    numbers = told.get("lore")
    listed = numbers if isinstance(numbers, list) else []
    return tuple(each for each in listed if isinstance(each, int))


def character_of(session: Session, told: Mapping[str, Json]) -> "Character | None":
    """Return the character of a recorded request; raises CommandError where it is not known any more."""
    mark = told.get("character")
    if not mark:
        return None
    if mark not in session.characters:
        raise CommandError(
            say("The character of this reply is not in the session any more."),
            say("/why tells what else is known of it."),
        )
    return session.characters[str(mark)]


def _system(session: Session, told: Mapping[str, Json]) -> str:
    mark = told.get("system")
    if not mark:
        return ""
    if isinstance(led := told.get("led"), str):
        return led
    for system in session.systems:
        if mark_of(system) == mark:
            return system
    raise CommandError(
        say("The system message of this reply is not in the session any more."),
        say("/why tells what else is known of it."),
    )
