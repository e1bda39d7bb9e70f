"""What a server refuses, understood from its error, and how the request is mended.

Servers say it in words, so this reads words: the field must be named and the
sentence must be one of refusal. A value out of range is no refusal of the
field: that is the person's to mend.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from zatsudan.base.errors import ApiError, StatusError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable
from zatsudan.parameters.table import LIMITS, PARAMETERS
from zatsudan.wire import wording
from zatsudan.wire.messages import content_text
from zatsudan.wire.statuscodes import IN_WORDS, OF_FIELDS

#: Fields without which there is no request.
_ESSENTIAL = {"model", "messages", "stream"}

#: One parameter under two names: which a server takes is learned.
_OTHER_NAME = {
    name: other
    for row in PARAMETERS
    if row.same_as
    for name, other in ((row.name, row.same_as), (row.same_as, row.name))
}
#: What is an error without another that is on.
_NEEDS = {row.name: row.needs.other for row in PARAMETERS if row.needs is not None}

_PENALTIES = ("frequency_penalty", "presence_penalty")

#: Kinds of repair.
DROP, RENAME, SYSTEM, SHRINK, ROLE = "drop", "rename", "system", "shrink", "role"
#: Send system messages behind the first as words of the user.
MIDDLE = "middle"
#: Leave the field `name` out of every message.
BARE = "bare"
#: Send parts of earlier messages as their text.
TEXTS = "texts"
#: No repair, but learned like one: `name` is the form of prefill that is taken, or `none`.
PREFILL = "prefill"
#: The same: `name` is the form in which thinking is switched (servers/thinkforms.py), `never` or `always`.
THINK = "think"
#: The same: its thoughts have a tag at their end alone.
UNOPENED = "unopened"


#: What the person is told of a repair, with the model's name and its own.
_TOLD = {
    DROP: later("{model} does not take {name} here: sent without it. /learned shows and forgets."),
    RENAME: later(
        "{model} wants {other} for {name}: sent under that name. /learned shows and forgets."
    ),
    SYSTEM: later(
        "{model} takes no system message: it stands before the first message now. /learned shows and forgets."
    ),
    MIDDLE: later(
        "{model} takes a system message at the beginning alone: further ones are sent as yours. /learned shows and forgets."
    ),
    ROLE: later(
        "{model} does not know the role {name}: sent as {other}. /learned shows and forgets."
    ),
    TEXTS: later(
        "{model} reads text only: pictures and files of earlier messages are left out. /learned shows and forgets."
    ),
    BARE: later(
        "{model} does not take {name} in a message: sent without it. /learned shows and forgets."
    ),
}


class Repair(NamedTuple):
    """One thing to do otherwise for this server and model.

    `kind`: drop the field `name`; rename it to `value`; put system messages into those
    of the user, all of them or those behind the first; give the role `value` to messages of the role `name`; leave
    the field `name` out of messages; send earlier messages as texts alone; shrink the window to `value` tokens (0: the
    error named no number).
    """

    kind: str
    name: str = ""
    value: str | int = ""

    def sentence(self, model: str) -> Printable:
        """Return what the person is told, in one line."""
        if self.kind == SHRINK and not self.value:
            return say("{model} takes no longer talk: earlier turns are left out.", model=model)
        if self.kind == SHRINK:
            return say(
                "{model} takes no longer talk than {tokens:,} tokens: earlier turns are left out.",
                model=model,
                tokens=self.value,
            )
        return say(_TOLD[self.kind], model=model, name=self.name, other=self.value)

    def to_json(self) -> JsonObject:
        """Return it as it is kept; `from_json` reads it."""
        return {"kind": self.kind, "name": self.name, "value": self.value}

    @classmethod
    def from_json(cls, value: Json) -> "Repair | None":
        """Read what `to_json` wrote; None for anything else."""
        if not isinstance(value, dict) or value.get("kind") not in (
            *(DROP, RENAME, SYSTEM, MIDDLE, SHRINK, ROLE, BARE, TEXTS, PREFILL, THINK, UNOPENED),
        ):
            return None
        extra = value.get("value", "")
        if isinstance(extra, bool) or not isinstance(extra, str | int):
            return None
        return cls(str(value["kind"]), str(value.get("name", "")), extra)


def understand(error: StatusError, body: Mapping[str, Json]) -> Repair | None:
    """Return how to mend a refused request; None if the error does not tell."""
    if error.status not in OF_FIELDS:
        return None
    words = f"{error.code} {error.param} {error.message}"
    if re.search(wording.TOO_LONG, words):
        return Repair(SHRINK, value=_length(words))
    if "developer" in _roles(body) and re.search(wording.NO_ROLE, words):
        return Repair(ROLE, "developer", "system")
    if re.search(wording.TEXT_ONLY, words) and _parts_above(body):
        return Repair(TEXTS)
    return _of_system(words, body) or _of_fields(error, body, words)


def _of_system(words: str, body: Mapping[str, Json]) -> Repair | None:
    if re.search(wording.LEADING_SYSTEM, words) and "system" in _roles(body)[1:]:
        return Repair(MIDDLE)
    if re.search(wording.NO_SYSTEM, words) and "system" in _roles(body):
        return Repair(SYSTEM)
    return None


def _of_fields(error: StatusError, body: Mapping[str, Json], words: str) -> Repair | None:
    field = named(error, set(body) - _ESSENTIAL)
    refused = error.status in IN_WORDS and not re.search(wording.RANGE, words)
    if refused and (re.search(wording.REFUSED, words) or re.search(wording.ONE_ONLY, words)):
        further = next((name for name in _further(body) if _name(name).search(words)), "")
        return _without_field(error, field, body) or (Repair(BARE, further) if further else None)
    # Last: what is too long in other words, and no field of ours is meant. One turn cannot shrink.
    limited = any(name in words for name in LIMITS)
    long = len(_roles(body)) > 2 and re.search(wording.PERHAPS_TOO_LONG, words)
    if error.status != 403 and long and not field and not limited:
        return Repair(SHRINK, value=_length(words))
    return None


def _parts_above(body: Mapping[str, Json]) -> bool:
    """Tell whether earlier messages have parts, and the last has none: those that it has are meant."""
    *above, last = _list(body.get("messages")) or [None]
    return not _has_parts(last) and any(map(_has_parts, above))


def _has_parts(message: Json) -> bool:
    return isinstance(message, dict) and isinstance(message.get("content"), list)


def _as_text(message: Json) -> Json:
    if not isinstance(message, dict) or not _has_parts(message):
        return message
    return {**message, "content": content_text(message["content"])}


def _length(words: str) -> int:
    """Return the length of the context that an error names; 0 if it names none."""
    found = (re.search(pattern, words, re.IGNORECASE) for pattern in wording.LENGTH)
    return next((int(match[1]) for match in found if match), 0)


def _further(body: Mapping[str, Json]) -> list[str]:
    """Return the fields of the messages that not every message has, the longest name first."""
    messages = body.get("messages")
    names = {
        name
        for message in (messages if isinstance(messages, list) else ())
        if isinstance(message, dict)
        for name in message
    }
    return sorted(names - {"role", "content", "tool_call_id"}, key=len, reverse=True)


def _roles(body: Mapping[str, Json]) -> list[Json]:
    messages = body.get("messages")
    found = messages if isinstance(messages, list) else []
    return [message.get("role") for message in found if isinstance(message, dict)]


def _without_field(error: StatusError, name: str, body: Mapping[str, Json]) -> Repair | None:
    if not name:
        return None
    other = _OTHER_NAME.get(name)
    if other is not None and other not in body and (other in error.message or error.status == 422):
        return Repair(RENAME, name, other)
    return Repair(DROP, name)


def named(error: StatusError, names: Iterable[str]) -> str:
    """Return which of these fields the error names, by `param`, else in its words; `` for none."""
    optional = sorted(names, key=len, reverse=True)
    param = error.param.split(".")[0].split("[")[0]
    if param in optional:
        return param
    found = next((name for name in optional if _name(name).search(error.message)), "")
    if not found and re.search(wording.PENALTIES, error.message):
        found = next((name for name in optional if name in _PENALTIES), "")
    return found


def _name(name: str) -> re.Pattern[str]:
    """Return what finds a field in a sentence; xAI writes `presencePenalty`, Google `Logprobs`."""
    if len(name) == 1:  # only where it is marked as a name
        return re.compile(rf"['\"`]{re.escape(name)}['\"`]")
    words = re.escape(name).replace("_", "_?")
    return re.compile(rf"(?<![A-Za-z0-9_]){words}(?![A-Za-z0-9_])", re.IGNORECASE)


def prompt_size(error: ApiError) -> int | None:
    """Return how many tokens the server counted in a request that was too long for it."""
    found = re.search(wording.SIZE, error.message) if isinstance(error, StatusError) else None
    return int(found[1]) if found else None


def mended(body: Mapping[str, Json], repairs: Iterable[Repair]) -> JsonObject:
    """Return a request's body with what was learned applied to it."""
    result = dict(body)
    # What joins messages comes last: in any order of learning the body is the same.
    for repair in sorted(repairs, key=lambda one: one.kind in (SYSTEM, MIDDLE)):
        if repair.kind == DROP:
            result.pop(repair.name, None)
        elif repair.kind == RENAME and repair.name in result:
            result.setdefault(str(repair.value), result.pop(repair.name))
        elif repair.kind == ROLE:
            result["messages"] = [
                {**message, "role": repair.value}
                if isinstance(message, dict) and message.get("role") == repair.name
                else message
                for message in _list(result.get("messages"))
            ]
        elif repair.kind == TEXTS:
            *above, last = _list(result.get("messages")) or [None]
            result["messages"] = [*map(_as_text, above), last]
        elif repair.kind == BARE:
            result["messages"] = [
                {name: value for name, value in message.items() if name != repair.name}
                if isinstance(message, dict)
                else message
                for message in _list(result.get("messages"))
            ]
        elif repair.kind in (SYSTEM, MIDDLE):
            leads = repair.kind == MIDDLE and _roles(result)[:1] == ["system"]
            result["messages"] = _without_system(result.get("messages"), int(leads))
    for name, other in _NEEDS.items():
        if name in result and not result.get(other):
            del result[name]
    return result


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _without_system(messages: Json, kept: int) -> Json:
    """Make system messages the user's, joined with those beside them; the first `kept` messages stay."""
    if not isinstance(messages, list) or len(messages) < 2:
        return messages
    result: list[Json] = messages[:kept]
    joins = False  # was the message before a system message?
    for message in messages[kept:]:
        is_system = isinstance(message, dict) and message.get("role") == "system"
        one: Json = {**message, "role": "user"} if is_system else message  # type: ignore[dict-item]
        before = result[-1] if len(result) > kept else None
        if (joins or is_system) and _is_text_of_user(before) and _is_text_of_user(one):
            joined = f"{before['content']}\n\n{one['content']}"  # type: ignore[index,call-overload]
            result[-1] = {**(before if is_system else one), "content": joined}  # type: ignore[dict-item]
        else:
            result.append(one)
        joins = is_system
    return result


def _is_text_of_user(message: Json) -> bool:
    return (
        isinstance(message, dict)
        and message.get("role") == "user"
        and isinstance(message.get("content"), str)
    )
