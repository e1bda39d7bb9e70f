"""The general reading of a chunk from its JSON.

Lenient: servers that call themselves compatible leave fields out, repeat them, send null,
lists and numbers as texts, and end their streams in four ways.
"""

from collections.abc import Iterable

from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import Json, JsonObject, text_field, whole_number
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.wire.came import Came
from zatsudan.wire.contents import (
    OF_CHOICE,
    OF_CHUNK,
    read_beside,
    read_content,
    read_reasoning,
    thought,
)
from zatsudan.wire.ends import is_broken
from zatsudan.wire.errorbodies import broken_off, failure_of
from zatsudan.wire.logprobs import read_logprobs
from zatsudan.wire.messages import Usage
from zatsudan.wire.pace import read_pace, read_progress, read_stopped, read_timings
from zatsudan.wire.protocol import Chunk, Delta
from zatsudan.wire.usual import read_usual

NOT_AN_API = later("Is the base URL that of an API? It usually ends in /v1.")


def read_chunk(value: Json, asked: int | None = None, came: Came | None = None) -> Chunk:
    """Read one chunk, or a whole response, from its JSON.

    `asked` is the number of choices that were asked for: others are left out. `came` is what
    came before. Raises StreamError if it is nothing but an error, or nothing like a chunk.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # Google puts its error objects into a list
    if not isinstance(value, dict):
        raise StreamError(say("The server sent something that is not a reply."), say(NOT_AN_API))
    came = came or Came()
    value = _unwrapped(value, came)
    usual = read_usual(value, asked, came)
    if usual is not None:
        return usual
    choices = [choice for choice in _list(value.get("choices")) if isinstance(choice, dict)]
    deltas = [
        _read_choice(choice, position, value, came, asked)
        for position, choice in enumerate(choices[:asked])
    ]
    if asked is not None:
        deltas = [delta for delta in deltas if 0 <= delta.index < asked]
    ends = [delta.finish_reason for delta in deltas if delta.finish_reason]
    ended = next(filter(is_broken, ends), None) if ends else None
    if ended is not None:
        deltas = [
            delta._replace(finish_reason=None) if is_broken(delta.finish_reason) else delta
            for delta in deltas
        ]
        live = any(map(_says_anything, deltas))
        message = failure_of(value, live=live) or _of_choices(choices)
        message = message or ("" if ended.lower() == "error" else one_line(ended, 60))
    else:
        live = any(map(_says_anything, deltas))
        found = failure_of(value, live=live)
        message = found if found is not None else _of_choices(choices)
    usage = _read_usage(value)
    failure = None if message is None else broken_off(message, value)
    if failure is not None and not live and usage is None:
        raise failure
    beside = read_beside(value, OF_CHUNK)
    if beside and deltas:
        deltas[0] = deltas[0]._replace(beside=(*deltas[0].beside, *beside))
    elif beside:
        deltas.append(Delta(beside=beside))
    for delta in deltas:
        came.add(delta.index, delta.content, delta.reasoning, called=bool(delta.extra))
    return Chunk(
        tuple(deltas),
        usage,
        text_field(value, "id"),
        text_field(value, "model"),
        text_field(value, "system_fingerprint"),
        text_field(value, "service_tier"),
        failure,
        read_pace(value),
        read_progress(value),
        read_timings(value),
        read_stopped(value) if any(delta.finish_reason for delta in deltas) else "",
    )


#: Under which name some put a whole response into another object.
_ENVELOPES = ("data", "result", "response", "body")


def _unwrapped(value: JsonObject, came: Came) -> JsonObject:
    """Return the response that stands in an envelope, as in `{"success": true, "data": {"choices": …}}`.

    One of another API as a chunk of ours.
    """
    if "choices" in value and value["choices"] is not None:
        return value
    inner = (value.get(name) for name in _ENVELOPES)
    found = next((it for it in inner if isinstance(it, dict) and it.get("choices")), None)
    if found is None:
        from zatsudan.wire.otherapis import as_chunk  # few servers need it

        found = as_chunk(value, came.kept)
    return value if found is None else found


def _says_anything(delta: Delta) -> bool:
    return bool(delta.content or delta.reasoning or delta.extra or delta.finish_reason)


def _of_choices(choices: Iterable[JsonObject]) -> str | None:
    """Return the error that stands in a choice or in its message (OpenRouter); None if there is none."""
    for choice in choices:
        for place in (choice, choice.get("delta"), choice.get("message")):
            if isinstance(place, dict) and place.get("error"):
                message = failure_of({"error": place["error"]}, live=True)
                if message is not None:
                    return message
    return None


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _read_usage(value: JsonObject) -> Usage | None:
    """Read the usage: at the top, where Groq puts it, or in the choice (Moonshot)."""
    places = [value, value.get("x_groq"), *_list(value.get("choices"))]
    for place in places:
        told = place.get("usage") if isinstance(place, dict) else None
        if told and (usage := Usage.from_json(told)) is not None:
            return usage
    return None


def _read_choice(
    choice: JsonObject, position: int, chunk: JsonObject, came: Came, asked: int | None
) -> Delta:
    index = whole_number(choice.get("index"))
    index = position if index is None else index
    if came.first is None:
        came.first = index
    if asked == 1:
        index -= came.first
    finish = choice.get("finish_reason")
    delta = _as_object(choice, "delta")
    said = _read_said(delta, index)
    if said is not None and delta is not None and not said.reasoning:
        # As MiniMax documents it, each piece holds the whole text so far; so do not all.
        details = thought(delta.get("reasoning_details"))
        if details:
            said = said._replace(reasoning=came.rest(index, "reasoning", details, least=4))
    message = _as_object(choice, "message")
    if message is not None:
        whole = _read_said(message, index) or Delta(index)
        details = thought(message.get("reasoning_details"))
        said = _filled(said, whole._replace(reasoning=whole.reasoning or details), came)
    if said is None:
        said = Delta(index, read_content(choice.get("text")).text)  # /v1/completions' form
    ended = finish if isinstance(finish, str) and finish not in ("", "null") else None
    logprobs = read_logprobs(choice, chunk if position == 0 else {})
    if ended is None and not logprobs:  # so are nearly all
        return said
    return said._replace(finish_reason=ended, logprobs=logprobs)


def _as_object(choice: JsonObject, name: str) -> JsonObject | None:
    """Return the delta or the message of a choice; some servers send its text alone."""
    value = choice.get(name)
    if isinstance(value, str):
        return {"content": value}
    return value if isinstance(value, dict) else None


def _read_said(said: JsonObject | None, index: int) -> Delta | None:
    if said is None:
        return None
    text, thoughts, beside = read_content(said.get("content"))
    audio = said.get("audio")
    if not text and isinstance(audio, dict):
        text = text_field(audio, "transcript")
    calls = tuple((key, said[key]) for key in ("tool_calls", "function_call") if said.get(key))
    return Delta(
        index,
        text + text_field(said, "refusal"),
        read_reasoning(said) or thoughts,
        extra=calls,
        beside=(*beside, *read_beside(said, OF_CHOICE)),
    )


def _filled(delta: Delta | None, message: Delta, came: Came) -> Delta:
    """Return a delta with what only the `message` beside it says, and nothing twice."""
    certain = delta is not None
    delta = delta or Delta(message.index)
    content, reasoning = delta.content, delta.reasoning
    if not content:
        content = came.rest(delta.index, "content", message.content, certain=certain)
    if not reasoning:
        reasoning = came.rest(delta.index, "reasoning", message.reasoning, certain=certain)
    calls = delta.extra
    if not calls and not (certain and came.has_called(delta.index)):
        calls = message.extra
    return delta._replace(
        content=content, reasoning=reasoning, extra=calls, beside=delta.beside or message.beside
    )
