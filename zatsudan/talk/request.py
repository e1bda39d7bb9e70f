"""The request of a reply: composed, recorded in few bytes, and put together again.

Nobody else puts a request of the talk together: a turn composes it here, and `/request`,
`/why`, `/replay`, `/repro` and every export ask `rebuilt` what was sent.

The path to a reply and its parameters are in the session already. The record of a reply
holds besides what they do not tell: where the window began, which system message led it,
the model that was asked, and how the body departed from the usual.
"""

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject, whole_number
from zatsudan.base.language import say
from zatsudan.parameters.values import drawn
from zatsudan.servers.prefill import FIELDS, FORMS, NONE, asked, prefilled
from zatsudan.servers.thinkforms import CONTROLLED
from zatsudan.sessions.estimate import PER_MESSAGE, raw_count
from zatsudan.sessions.session import Node, Session
from zatsudan.sessions.window import Frame, Window, framed_by, in_order
from zatsudan.talk.choices import GIVEN_THOUGHT
from zatsudan.talk.fitting import as_sent, reasoning_field, window_of
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.talk.thinkingform import can_control
from zatsudan.talk.thought import behind, was_given
from zatsudan.wire.protocol import build_request
from zatsudan.wire.refusals import BARE, MIDDLE, ROLE, SYSTEM, TEXTS, Repair, mended

if TYPE_CHECKING:
    from zatsudan.sessions.characters.card import Character


class Composed(NamedTuple):
    """A request's body, the window in it, and what a record needs to put it together again."""

    body: JsonObject
    window: Window
    told: JsonObject

    @property
    def raw_tokens(self) -> float:
        """The tokens of what is sent, estimated without what was learned."""
        return sum(raw_count(message.text) + PER_MESSAGE for message in self.window.messages)


def compose(
    talk: Talk,
    link: Link,
    model: str,
    last: str | None,
    parameters: Mapping[str, Json],
    *,
    prefix: str = "",
    form: str = "",
    thought: str = "",
    system: str | None = None,
    anyway: bool = False,
) -> Composed:
    """Return the request to a model that follows the message `last`; raises TooLong.

    It begins with another `system` message than the session's where one is given. `anyway`
    takes the last turn though it is too long by the estimate. With a `prefix` it goes on from that text, in one of the forms of servers/prefill.py,
    or is asked to in words where the server takes none. With a `thought` it goes on behind that.
    """
    if "banned_strings" in parameters:
        from zatsudan.talk.banning import as_taken

        parameters = as_taken(link, parameters)
    reserve = link.gauge(talk.session).estimator.count(prefix + thought)
    leading = talk.session.system if system is None else system
    window = window_of(
        talk,
        link,
        last,
        reserve=reserve,
        model=model,
        parameters=parameters,
        system=leading,
        anyway=anyway,
    )
    besides = link.kind.asked_besides(parameters)
    asked_for = build_request(model, window.messages, {**drawn(parameters), **besides})
    body = link.mended(asked_for, model)
    if body.get("stream") is True and can_control(link, model):
        body[CONTROLLED] = True
    reasoning = reasoning_field(link.server)
    told = facts(window, leading, body, form=form, reasoning=reasoning)
    if talk.session.character is not None:
        told["character"] = talk.session.character.mark
        if window.lore:
            told["lore"] = [*window.lore]
    besides = {name: body[name] for name in besides if name in body}
    if besides:
        told["besides"] = besides
    if link.server is not None and link.server.dialect:
        told["dialect"] = link.server.dialect
    if body.get(CONTROLLED) is True:
        told["control"] = True
    if leading and leading != talk.session.system:
        told["led"] = leading  # no record of the session has it
    return Composed(_given(body, prefix, form, thought), window, told)


def _given(body: JsonObject, prefix: str, form: str, thought: str = "") -> JsonObject:
    """Return a request that goes on from `prefix`, or behind a `thought`, in the form that the server takes."""
    if thought:
        return behind(body, thought, form)
    if form == NONE:
        return asked(body, prefix)
    return prefilled(body, prefix, form) if form in FORMS else body


def mark_of(system: str) -> str:
    """Return the short mark under which a system message is known; `` for none."""
    return hashlib.sha256(system.encode("utf-8", "replace")).hexdigest()[:12] if system else ""


def facts(
    window: Window, system: str, body: Mapping[str, Json], *, form: str = "", reasoning: str = ""
) -> JsonObject:
    """Return what the record of a reply needs besides path and parameters.

    `form` is that of a prefill, `reasoning` the field in which earlier
    reasoning was sent back.
    """
    found: JsonObject = {"model": body.get("model")}
    if window.start is not None:
        found["start"] = window.start
        started = False
        pins: list[Json] = []
        for node in window.nodes:
            started = started or node.id == window.start
            if not started:
                pins.append(node.id)
        if pins:
            found["pins"] = pins
    if window.withheld:
        found["withheld"] = [*window.withheld]
    if system:
        found["system"] = mark_of(system)
    found.update(_changed(window, body))
    if body.get("stream") is True and "stream_options" not in body:
        found["no_options"] = True
    if form:
        found["form"] = form
    if reasoning:
        found["reasoning"] = reasoning
    return found


def _changed(window: Window, body: Mapping[str, Json]) -> JsonObject:
    """Return how the messages departed from those of the window: a role, and fields left out."""
    found: JsonObject = {}
    sent = _sent(body)
    roles = {message.role for message in window.messages}
    if "developer" in roles and all(message.get("role") != "developer" for message in sent):
        found["developer"] = "system"
    if any(isinstance(message.content, list) for message in window.messages[:-1]) and not any(
        isinstance(message.get("content"), list) for message in sent[:-1]
    ):
        found["texts"] = True
    bare = {name for message in window.messages for name in message.extra}
    bare -= {name for message in sent for name in message}
    if bare:
        found["bare"] = [*sorted(bare)]
    leading = [message.role for message in window.messages]
    systems = {"system", "developer"} if "developer" in found else {"system"}
    here = [message.get("role") for message in sent]
    if systems & set(leading) and "system" not in here:
        found["merged"] = True
    elif systems & set(leading[1:]) and "system" not in here[1:]:
        found["merged"] = MIDDLE
    return found


def _sent(body: Mapping[str, Json]) -> list[JsonObject]:
    messages = body.get("messages")
    return [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []


def parameters_of(
    body: JsonObject, told: Mapping[str, Json], wanted: Mapping[str, Json]
) -> dict[str, Json]:
    """Return the parameters as a body has them, after what was learned of the server.

    `told` is what the record of the request holds; a parameter that the person `wanted` is one,
    though the program sets it as well.
    """
    besides = told.get("besides")
    ours = {"model", "messages", "stream", "stream_options", CONTROLLED, *FIELDS}
    ours -= set(wanted)
    ours |= set(besides) if isinstance(besides, dict) else set()
    return {name: value for name, value in body.items() if name not in ours}


class Rebuilt(NamedTuple):
    """A recorded request: its body, and the messages of the path that the window left out.

    `dialect` is the API beside /v1 in whose form the body was sent (`servers.dialects`).
    """

    body: JsonObject
    left_out: tuple[Node, ...]
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
    path = session.chain(reply.parent) if reply.parent is not None else []
    pinned, withheld = _ids(told, "pins"), _ids(told, "withheld")
    first = next((at for at, node in enumerate(path) if node.id == told.get("start")), 0)
    sent = [
        node
        for at, node in enumerate(path)
        if node.id not in withheld and (at >= first or node.id in pinned)
    ]
    there = {node.id for node in sent}
    left_out = tuple(node for node in path if node.id not in there)
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
        body = _given(body, text, form, thought)
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
