"""The request of a reply: composed, and recorded in few bytes.

Nobody else puts a request of the talk together: a turn composes it here, and `/request`,
`/why`, `/replay`, `/repro` and every export ask rebuilding.py what was sent.

The path to a reply and its parameters are in the session already. The record of a reply
holds besides what they do not tell: where the window began, which system message led it,
the model that was asked, and how the body departed from the usual.
"""

import hashlib
from collections.abc import Mapping
from itertools import takewhile
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.parameters.values import drawn
from zatsudan.servers.prefill import FIELDS, FORMS, NONE, asked, prefilled
from zatsudan.servers.thinkforms import CONTROLLED
from zatsudan.sessions.estimate import PER_MESSAGE, raw_count
from zatsudan.sessions.window import Window
from zatsudan.talk.fitting import reasoning_field, window_of
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.talk.thinkingform import can_control
from zatsudan.talk.thought import behind
from zatsudan.wire.protocol import build_request
from zatsudan.wire.refusals import MIDDLE


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
    return Composed(given_to(body, prefix, form, thought), window, told)


def given_to(body: JsonObject, prefix: str, form: str, thought: str = "") -> JsonObject:
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
        before = takewhile(lambda node: node.id != window.start, window.nodes)
        if pins := [node.id for node in before]:
            found["pins"] = list(pins)
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
