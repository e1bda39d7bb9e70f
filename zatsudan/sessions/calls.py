"""The calls that a reply makes of tools and functions, and the answers that follow it.

A message of the role `tool` answers one call of `tool_calls` by its id; one of the role
`function` answers the older `function_call` by its name. Servers refuse a call without its
answer, and an answer without its call.
"""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.session import Node, Session
from zatsudan.wire.ends import LENGTH, meaning_of
from zatsudan.wire.messages import Message

#: The roles of messages that answer a call.
ANSWERS = ("tool", "function")
_CALLS = ("tool_calls", "function_call")


class Call(NamedTuple):
    """One call. `arguments` as they came, JSON or not; `id` is `` where the server gave none.

    `older`: made by `function_call`.
    """

    name: str
    arguments: str
    id: str = ""
    older: bool = False

    def answered_by(self, text: str) -> Message:
        """Return the message that answers it."""
        if self.older:
            return Message("function", text, {"name": self.name})
        return Message("tool", text, {"tool_call_id": self.id} if self.id else {})


class Waiting(NamedTuple):
    """The calls of a reply, of which those at the places `open` have no answer yet."""

    node: Node
    calls: tuple[Call, ...]
    open: tuple[int, ...]

    @property
    def call(self) -> Call:
        """The call that is to be answered next."""
        return self.calls[self.open[0]]


def calls_of(message: Message) -> list[Call]:
    """Return the calls of a message, those of `tool_calls` in their order."""
    if message.role != "assistant" or not message.extra:
        return []
    many, one = (message.extra.get(name) for name in _CALLS)
    calls = [_call(call) for call in many] if isinstance(many, list) else []
    return [*calls, _call(one)._replace(older=True)] if one else calls


def _call(value: Json) -> Call:
    if not isinstance(value, dict):
        return Call(str(value), "")
    inner = value.get("function") or value.get("custom")
    told = inner if isinstance(inner, dict) else value
    given = told.get("arguments") or told.get("input") or ""
    arguments = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    name = str(told.get("name") or value.get("type"))
    return Call(name, arguments, str(value.get("id") or ""))


def summary(message: Message) -> str:
    """Return what a message says: its text, then its calls as `name(arguments)`."""
    calls = [f"{call.name}({call.arguments})" for call in calls_of(message)]
    return " ".join(filter(None, (message.text.strip(), *calls)))


def waiting(session: Session, last: str | None = None) -> Waiting | None:
    """Return the calls at the head, or at `last`, that a person is to answer; None where none is left.

    Not those of a reply that was broken off: its arguments are not whole.
    """
    answers: list[Message] = []
    at = session.head if last is None else last
    while at is not None and (node := session.nodes[at]).message.role in ANSWERS:
        answers.append(node.message)
        at = node.parent
    if at is None or not (calls := calls_of(node.message)):
        return None
    made = node.made
    if made is not None and (made.ended != FINISHED or meaning_of(made.finish_reason) == LENGTH):
        return None
    there = set(_places(calls, answers[::-1]))
    still = tuple(place for place in range(len(calls)) if place not in there)
    return Waiting(node, tuple(calls), still) if still else None


def to_answer(session: Session) -> Node | None:
    """Return the message that the model is to reply to: the last of the path that is none of its own.

    Not an answer while others of the same reply are missing: then what that reply was made to.
    """
    waits = waiting(session)
    path = session.path(waits.node.id if waits is not None else None)
    return next((node for node in reversed(path) if node.message.role != "assistant"), None)


def _places(calls: Sequence[Call], answers: Sequence[Message]) -> list[int | None]:
    """Return for each answer the place of the call that it answers; None for none.

    One without an id answers the first call that is open, as where a server gave none.
    """
    taken: list[int | None] = []
    for answer in answers:
        name = str(answer.extra.get("tool_call_id") or "")
        fits = (
            place
            for place, call in enumerate(calls)
            if place not in taken
            and call.older == (answer.role == "function")
            and (call.older or not name or call.id == name)
        )
        taken.append(next(fits, None))
    return taken


def paired(messages: Sequence[Message]) -> Iterator[Message]:
    """Yield the messages without calls that nothing answers, and without answers to no call.

    An answer that names no call is somebody's own, and stays.
    """
    at = 0
    while at < len(messages):
        message = messages[at]
        at += 1
        calls = calls_of(message)
        if not calls:
            if message.role != "tool" or not message.extra.get("tool_call_id"):
                yield message
            continue
        end = at
        while end < len(messages) and messages[end].role in ANSWERS:
            end += 1
        answers = messages[at:end]
        places = _places(calls, answers)
        yield _with_calls(message, {place for place in places if place is not None})
        yield from (
            answer for answer, place in zip(answers, places, strict=True) if place is not None
        )
        at = end


def _with_calls(message: Message, kept: set[int]) -> Message:
    """Return a message with the calls at these places alone."""
    many, extra = message.extra.get("tool_calls"), dict(message.extra)
    count = len(many) if isinstance(many, list) else 0
    if isinstance(many, list) and not kept >= set(range(count)):
        left = [call for place, call in enumerate(many) if place in kept]
        extra["tool_calls"] = left
        if not left:
            del extra["tool_calls"]
    if extra.get("function_call") and count not in kept:
        del extra["function_call"]
    return message if extra == message.extra else message._replace(extra=extra)
