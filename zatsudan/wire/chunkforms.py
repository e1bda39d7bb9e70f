"""How what another API says is written as a chunk of ours."""

from collections.abc import Mapping
from typing import TypeAlias

from zatsudan.base.jsonvalues import Json, JsonObject, whole_number

#: What a form keeps from one event of a stream to the next.
Kept: TypeAlias = dict[str, Json]


def chunk(
    content: str = "",
    reasoning: str = "",
    *,
    finish: Json = None,
    usage: JsonObject | None = None,
    calls: list[Json] | None = None,
    message: Mapping[str, Json] | None = None,
    whole: bool = False,
    model: Json = None,
    id_: Json = None,
) -> JsonObject:
    """Return a chunk with one choice. `whole`: what it says is all, of which a part may have come already."""
    said: JsonObject = {"content": content, "reasoning": reasoning}
    if calls:
        said["tool_calls"] = calls
    if message is not None:
        said = dict(message)
    choice: JsonObject = {"index": 0, "finish_reason": finish if finish != "null" else None}
    if whole or message is not None:
        choice.update(delta={}, message=said)
    else:
        choice["delta"] = said
    told = {"id": id_, "model": model, "usage": usage}
    return {"choices": [choice], **{name: item for name, item in told.items() if item}}


def inner(value: Json, *names: str) -> Json:
    """Return what stands under these names, one in the other; None where nothing does."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text_of(value: Json, name: str) -> str:
    """Return the text of a field; `` where there is none."""
    text = inner(value, name)
    return text if isinstance(text, str) else ""


def tokens(value: Json, prompt: str, completion: str) -> JsonObject | None:
    """Return the counts under these names as a usage; None where there are none."""
    if not isinstance(value, dict):
        return None
    found = (whole_number(value.get(prompt)), whole_number(value.get(completion)))
    if found == (None, None):
        return None
    return {"prompt_tokens": found[0] or 0, "completion_tokens": found[1] or 0}


def call(name: Json, arguments: Json, *, id_: Json = None, index: Json = None) -> JsonObject:
    """Return a call of a function, or a piece of one, as in `tool_calls`."""
    function: JsonObject = {"name": name} if name else {}
    written: JsonObject = {"type": "function", "function": {**function, "arguments": arguments}}
    more = {"id": id_, "index": index}
    return {**{key: item for key, item in more.items() if item is not None}, **written}
