"""What was really sent for a reply: recorded in few bytes, and put together again.

The path to a reply and its parameters are in the session already. `facts`
returns what they do not tell: where the window began, which system message
led it, the model that was asked, and how the body departed from the usual.
"""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from zatsudan.core.errors import CommandError
from zatsudan.core.language import say
from zatsudan.core.messages import Json, JsonObject, Message
from zatsudan.core.prefill import FORMS, NONE, asked, prefilled
from zatsudan.core.protocol import build_request
from zatsudan.core.refusals import SYSTEM, Repair, mended
from zatsudan.core.session import Node, Session
from zatsudan.core.window import Window, in_order


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
    if system:
        found["system"] = mark_of(system)
        messages = body.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        if not isinstance(first, dict) or first.get("role") != "system":
            found["merged"] = True
    if body.get("stream") is True and "stream_options" not in body:
        found["no_options"] = True
    if form:
        found["form"] = form
    if reasoning:
        found["reasoning"] = reasoning
    return found


class Traced(NamedTuple):
    """A recorded request: its body, and the messages of the path that the window left out."""

    body: JsonObject
    left_out: tuple[Node, ...]


def traced(session: Session, reply: Node) -> Traced:
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
    path = session.path(reply.parent) if reply.parent is not None else []
    start, pins = told.get("start"), told.get("pins")
    pinned = set(map(str, pins)) if isinstance(pins, list) else set()
    first = next((at for at, node in enumerate(path) if node.id == start), 0)
    sent = [node for at, node in enumerate(path) if at >= first or node.id in pinned]
    there = {node.id for node in sent}
    left_out = tuple(node for node in path if node.id not in there)
    system = _system(session, told)
    messages = [Message("system", system)] if system else []
    field = told.get("reasoning")
    messages += in_order(_as_sent(node, field if isinstance(field, str) else "") for node in sent)
    body = build_request(model, messages, made.parameters)
    if told.get("merged"):
        body = mended(body, [Repair(SYSTEM)])
    if told.get("no_options"):
        body.pop("stream_options", None)
    form = told.get("form")
    if made.given and isinstance(form, str) and form in FORMS:
        body = prefilled(body, reply.message.text[: made.given], form)
    elif made.given and form == NONE:
        body = asked(body, reply.message.text[: made.given])
    return Traced(body, left_out)


def _system(session: Session, told: Mapping[str, Json]) -> str:
    mark = told.get("system")
    if not mark:
        return ""
    for system in session.systems:
        if mark_of(system) == mark:
            return system
    raise CommandError(
        say("The system message of this reply is not in the session any more."),
        say("/why tells what else is known of it."),
    )


def _as_sent(node: Node, field: str) -> Message:
    """Return a message with its reasoning in the field where the server wanted it."""
    if not field or node.made is None or not node.made.reasoning:
        return node.message
    return node.message.with_field(field, node.made.reasoning)


def first_difference(one: str, two: str) -> int | None:
    """Return the position of the first sign in which two texts differ; None if they are the same."""
    if one == two:
        return None
    for at, (left, right) in enumerate(zip(one, two, strict=False)):
        if left != right:
            return at
    return min(len(one), len(two))
