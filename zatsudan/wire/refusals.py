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
from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.parameters.table import PARAMETERS

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
    r"context (?:size|length|window)[^0-9]{0,40}\(?(\d{1,9})",  # llama.cpp, LM Studio
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
)
_SIZE = (
    r"(?i)(?:resulted in|requested|request \(|request has|request contains|prompt contains"
    r"|too long:|token count \(|n_prompt_tokens) ?(?:about )?(\d{2,9})"
)
_NO_SYSTEM = (
    r"(?i)system (?:role|message|prompt)s? (?:is |are )?not supported|does not support 'system'"
    r"|roles must alternate|only user,? (?:and )?assistant|developer instruction is not enabled"
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
DROP, RENAME, SYSTEM, SHRINK = "drop", "rename", "system", "shrink"
#: No repair, but learned like one: `name` is the form of prefill that is taken, or `none`.
PREFILL = "prefill"


class Repair(NamedTuple):
    """One thing to do otherwise for this server and model.

    `kind`: drop the field `name`; rename it to `value`; put the system message
    into the first user message; shrink the window to `value` tokens (0: the
    error named no number).
    """

    kind: str
    name: str = ""
    value: str | int = ""

    def sentence(self, model: str) -> Printable:
        """Return what the person is told, in one line."""
        match self.kind:
            case "drop":
                return say(
                    "{model} does not take {name} here: sent without it. /learned shows and forgets.",
                    model=model,
                    name=self.name,
                )
            case "rename":
                return say(
                    "{model} wants {other} for {name}: sent under that name. /learned shows and forgets.",
                    model=model,
                    name=self.name,
                    other=self.value,
                )
            case "system":
                return say(
                    "{model} takes no system message: it stands before the first message now. /learned shows and forgets.",
                    model=model,
                )
            case _ if self.value:
                return say(
                    "{model} takes no longer talk than {tokens:,} tokens: earlier turns are left out.",
                    model=model,
                    tokens=self.value,
                )
            case _:
                return say("{model} takes no longer talk: earlier turns are left out.", model=model)

    def to_json(self) -> JsonObject:
        return {"kind": self.kind, "name": self.name, "value": self.value}

    @classmethod
    def from_json(cls, value: Json) -> "Repair | None":
        """Read what `to_json` wrote; None for anything else."""
        if not isinstance(value, dict) or value.get("kind") not in (
            *(DROP, RENAME, SYSTEM, SHRINK, PREFILL),
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
        found = next(
            (match for pattern in _LENGTH if (match := re.search(pattern, words, re.IGNORECASE))),
            None,
        )
        return Repair(SHRINK, value=int(found[1]) if found else 0)
    if re.search(_NO_SYSTEM, words) and _has_system(body):
        return Repair(SYSTEM)
    refused = error.status in (400, 403, 422) and not re.search(_RANGE, words)
    if refused and (re.search(_REFUSED, words) or re.search(_ONE_ONLY, words)):
        return _without_field(error, _named(error, body), body)
    return None


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
        elif repair.kind == SYSTEM:
            result["messages"] = _without_system(result.get("messages"))
    for name, other in _NEEDS.items():
        if name in result and not result.get(other):
            del result[name]
    return result


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
