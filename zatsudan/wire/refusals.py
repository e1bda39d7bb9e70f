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

#: Statuses by which a server refuses what it was asked, whoever asked; others say nothing about it.
REFUSALS = frozenset({400, 404, 405, 413, 415, 422})

#: Fields without which there is no request.
_ESSENTIAL = {"model", "messages", "stream"}

# Texts, which `re` compiles when they are first used (and keeps): most talks need none of them.
_REFUSED = (
    r"(?i)unsupported|not supported|(?:does|do) ?(?:n[o']t|not) (?:support|accept|allow)|unrecogni[sz]ed|unknown"
    r"|unexpected|extra (?:inputs?|fields?)|not permitted|not allowed|only the default|no longer supported"
    r"|not available|not enabled|cannot be used|deprecated|only 1 is allowed"
)
_RANGE = r"(?i)(?:above|below)_(?:max|min)|greater than|less than|out of range"
#: `n` is refused as a value where only one reply can be had (Groq).
_ONE_ONLY = r"['\"`]n['\"`].{0,30}\b(?:at most|must be|only) 1(?![\d.])"

_LENGTH = (
    r"maximum (?:context|prompt) length (?:is|of) (\d{1,9})",  # OpenAI, vLLM, OpenRouter, xAI
    r"(?<!\d)(\d{1,9}) maximum context length",  # Mistral
    r"context (?:size|length|window)(?:(?!\bby\b)[^0-9]){0,40}\(?(\d{1,9})",  # llama.cpp, LM Studio
    r"max_seq_len\D{1,5}(\d{1,9})",  # TabbyAPI
    r"maximum (?:model|input) length (?:is|of) (\d{1,9})",  # vLLM
    r"max size:? (\d{1,9}) tokens",  # GitHub Models
    r"input length should be \[\d+, ?(\d{1,9})\]",  # Alibaba
    r"token limit: ?(\d{1,9})",  # Moonshot
    r"cannot exceed (\d{1,9}) tokens",  # Cohere
    r"exceed context limit:[^>]{1,40}> (\d{1,9})",  # Anthropic's through gateways
    r"\bn_ctx\D{1,5}(\d{1,9})",
    r"(?<!\d)(\d{1,9})[ -]token(?:s)? (?:context|limit)",
    r"maximum number of tokens allowed \((\d{1,9})\)",  # Google
    r"> (\d{1,9}) maximum",  # Anthropic
    r"tokens` must be <= (\d{1,9})",  # text-generation-inference
)
_TOO_LONG = (
    r"(?i)context_length_exceeded|exceed_context_size|maximum (?:context|prompt) length"
    r"|exceeds? the (?:available )?context|context (?:size|window|length) (?:of|exceeded)"
    r"|greater than the context length|prompt is too long|too many tokens"
    r"|input token count .{0,30}exceeds|max_new_tokens` must be <="
    r"|exceed(?:s|ed|ing)? (?:the |this |its |your )?(?:\w{1,20} ){0,2}(?:context|token limit)"
    r"|context (?:limit|window|length|size) (?:is |was )?(?:exceed|too|reached|overflow)"
    r"|too_many_(?:prompt_)?tokens|tokens_limit_reached|prompt_too_long|context_too_long"
    r"|(?:prompt|input|messages?|conversation) (?:is |are |was )?(?:too long|too large)"
    r"|length of (?:all |the )?messages (?:is |are )?too long|longer than the (?:model|maximum)"
    r"|exceeds? (?:the )?max(?:imum)? (?:input |prompt )?(?:length|tokens)|input length should be"
    r"|greater than max_seq_len|max size:? \d{1,9} tokens|request body too large"
    r"|total number of tokens in the prompt"
)
_SIZE = (
    r"(?i)(?:resulted in|requested|request \(|request has|request contains|prompt contains"
    r"|too long:|token count \(|n_prompt_tokens) ?(?:about )?(\d{2,9})"
)
_NO_SYSTEM = (
    r"(?i)system (?:role|message|prompt)s? (?:is |are )?not supported|does not support 'system'"
    r"|roles must alternate|only user,? (?:and )?assistant|developer instruction is not enabled"
)

#: What servers say who do not know the `developer` role (DeepSeek, Mistral, Alibaba, templates).
_NO_ROLE = (
    r"(?i)unknown variant|not one of|does not match any|unexpected (?:message )?role"
    r"|in(?:valid|correct) role|role:? input should be"
    r"|(?:role|developer).{0,60}(?:invalid|not supported|unsupported|not allowed|must be|should be|unknown)"
    r"|(?:invalid|unsupported|unknown).{0,40}(?:role|developer)"
)
#: A length that is too much, in words that no pattern above knows; it is looked for last.
_PERHAPS_TOO_LONG = (
    r"(?i)\b(?:context|tokens?|prompt|input|messages?|conversation|history)\b.{0,80}"
    r"\b(?:exceed\w*|too (?:long|large|many|big)|longer|over(?:flow\w*)?|reduce|shorten|limit)\b"
    r"|\b(?:exceed\w*|too (?:long|large|many|big)|longer|reduce|shorten)\b.{0,80}"
    r"\b(?:context|tokens?|prompt|input|messages?|conversation|history)\b"
)

#: One parameter under two names: which a server takes is learned.
_OTHER_NAME = {
    name: other
    for row in PARAMETERS
    if row.same_as
    for name, other in ((row.name, row.same_as), (row.same_as, row.name))
}
#: What is an error without another that is on.
_NEEDS = {row.name: row.needs.other for row in PARAMETERS if row.needs is not None}

#: Kinds of repair.
DROP, RENAME, SYSTEM, SHRINK, ROLE = "drop", "rename", "system", "shrink", "role"
#: Leave the field `name` out of every message.
BARE = "bare"
#: No repair, but learned like one: `name` is the form of prefill that is taken, or `none`.
PREFILL = "prefill"


#: What the person is told of a repair, with the model's name and its own.
_TOLD = {
    DROP: later("{model} does not take {name} here: sent without it. /learned shows and forgets."),
    RENAME: later(
        "{model} wants {other} for {name}: sent under that name. /learned shows and forgets."
    ),
    SYSTEM: later(
        "{model} takes no system message: it stands before the first message now. /learned shows and forgets."
    ),
    ROLE: later(
        "{model} does not know the role {name}: sent as {other}. /learned shows and forgets."
    ),
    BARE: later(
        "{model} does not take {name} in a message: sent without it. /learned shows and forgets."
    ),
}


class Repair(NamedTuple):
    """One thing to do otherwise for this server and model.

    `kind`: drop the field `name`; rename it to `value`; put the system message
    into the first user message; give the role `value` to messages of the role `name`; leave
    the field `name` out of messages; shrink the window to `value` tokens (0: the
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
            *(DROP, RENAME, SYSTEM, SHRINK, ROLE, BARE, PREFILL),
        ):
            return None
        extra = value.get("value", "")
        if isinstance(extra, bool) or not isinstance(extra, str | int):
            return None
        return cls(str(value["kind"]), str(value.get("name", "")), extra)


def understand(error: StatusError, body: Mapping[str, Json]) -> Repair | None:
    """Return how to mend a refused request; None if the error does not tell."""
    # Some say it with a 403, some with a 500.
    if error.status not in REFUSALS | {403, 500}:
        return None
    words = f"{error.code} {error.param} {error.message}"
    if re.search(_TOO_LONG, words):
        return Repair(SHRINK, value=_length(words))
    if "developer" in _roles(body) and re.search(_NO_ROLE, words):
        return Repair(ROLE, "developer", "system")
    if re.search(_NO_SYSTEM, words) and _has_system(body):
        return Repair(SYSTEM)
    return _of_fields(error, body, words)


def _of_fields(error: StatusError, body: Mapping[str, Json], words: str) -> Repair | None:
    named = _named(error, body)
    refused = error.status in (400, 403, 422) and not re.search(_RANGE, words)
    if refused and (re.search(_REFUSED, words) or re.search(_ONE_ONLY, words)):
        further = next((name for name in _further(body) if _name(name).search(words)), "")
        return _without_field(error, named, body) or (Repair(BARE, further) if further else None)
    # Last: what is too long in other words, and no field of ours is meant. One turn cannot shrink.
    limited = any(name in words for name in LIMITS)
    long = len(_roles(body)) > 2 and re.search(_PERHAPS_TOO_LONG, words)
    if error.status != 403 and long and not named and not limited:
        return Repair(SHRINK, value=_length(words))
    return None


def _length(words: str) -> int:
    """Return the length of the context that an error names; 0 if it names none."""
    found = (re.search(pattern, words, re.IGNORECASE) for pattern in _LENGTH)
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


def _has_system(body: Mapping[str, Json]) -> bool:
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    return isinstance(first, dict) and first.get("role") == "system"


def _named(error: StatusError, body: Mapping[str, Json]) -> str:
    """Return the field of the request that the error names: by `param`, else in its words."""
    optional = sorted(set(body) - _ESSENTIAL, key=len, reverse=True)
    param = error.param.split(".")[0].split("[")[0]
    if param in optional:
        return param
    return next((name for name in optional if _name(name).search(error.message)), "")


def _name(name: str) -> re.Pattern[str]:
    """Return what finds a field in a sentence; xAI writes `presencePenalty`, Google `Logprobs`."""
    if len(name) == 1:  # only where it is marked as a name
        return re.compile(rf"['\"`]{re.escape(name)}['\"`]")
    words = re.escape(name).replace("_", "_?")
    return re.compile(rf"(?<![A-Za-z0-9_]){words}(?![A-Za-z0-9_])", re.IGNORECASE)


def prompt_size(error: ApiError) -> int | None:
    """Return how many tokens the server counted in a request that was too long for it."""
    found = re.search(_SIZE, error.message) if isinstance(error, StatusError) else None
    return int(found[1]) if found else None


def mended(body: Mapping[str, Json], repairs: Iterable[Repair]) -> JsonObject:
    """Return a request's body with what was learned applied to it."""
    result = dict(body)
    for repair in repairs:
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
        elif repair.kind == BARE:
            result["messages"] = [
                {name: value for name, value in message.items() if name != repair.name}
                if isinstance(message, dict)
                else message
                for message in _list(result.get("messages"))
            ]
        elif repair.kind == SYSTEM:
            result["messages"] = _without_system(result.get("messages"))
    for name, other in _NEEDS.items():
        if name in result and not result.get(other):
            del result[name]
    return result


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _without_system(messages: Json) -> Json:
    """Put the system message's text before that of the first user message."""
    if not isinstance(messages, list) or len(messages) < 2:
        return messages
    first, second, *rest = messages
    if not (isinstance(first, dict) and isinstance(second, dict) and first.get("role") == "system"):
        return messages
    if second.get("role") != "user" or not isinstance(second.get("content"), str):
        return [{**first, "role": "user"}, second, *rest]
    return [{**second, "content": f"{first.get('content')}\n\n{second['content']}"}, *rest]
