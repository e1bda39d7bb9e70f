"""OpenAI's other API, /v1/responses: a response of items, and the events of its stream.

Source: platform.openai.com/docs/api-reference/responses-streaming.
"""

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.chunkforms import Kept, call, chunk, inner, text_of
from zatsudan.wire.contents import thought

#: What a delta of an event is, by the event's type.
_TEXTS = ("response.output_text", "response.refusal")
_THOUGHTS = ("response.reasoning_text", "response.reasoning_summary_text")


def read_response_event(value: JsonObject, kept: Kept) -> JsonObject | None:
    """Read an event of a stream; some send a text only at its end."""
    kind = value.get("type")
    if not isinstance(kind, str) or not kind.startswith("response."):
        return None
    response = value.get("response")
    if isinstance(response, dict):
        return read_response({"object": "response", **response}, kept) or {}
    if kind == "response.reasoning_summary_part.added" and value.get("summary_index"):
        return chunk("", "\n\n")  # each part is a paragraph
    name, _, step = kind.rpartition(".")
    if name in (*_TEXTS, *_THOUGHTS):
        place = f"{name} {value.get('output_index')} {value.get('content_index')} {value.get('summary_index')}"
        text = text_of(value, "delta")
        if step == "done" and place not in kept:
            text = text_of(value, "text") or text_of(value, "refusal")
        kept[place] = True
        return chunk(text) if name in _TEXTS else chunk("", text)
    return _called(kind, value)


def _called(kind: str, value: JsonObject) -> JsonObject:
    """Read an event of a call of a function; {} for any other."""
    if kind == "response.function_call_arguments.delta":
        piece = call(None, text_of(value, "delta"), index=value.get("output_index"))
        return chunk(calls=[piece])
    item = value.get("item")
    if kind == "response.output_item.added" and inner(item, "type") == "function_call":
        made = call(
            inner(item, "name"), "", id_=inner(item, "call_id"), index=value.get("output_index")
        )
        return chunk(calls=[made])
    return {}


def read_response(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """Read a response as a whole: of what came by events only the rest is taken."""
    output, error = value.get("output"), value.get("error")
    if value.get("object") != "response" and not _holds_items(output):
        return None
    if error:
        return {"error": error}
    items = [
        item for item in (output if isinstance(output, list) else []) if isinstance(item, dict)
    ]
    parts: list[Json] = []
    for item in items:
        content = item.get("content")
        parts += content if item.get("type") == "message" and isinstance(content, list) else []
    calls: list[Json] = [
        call(item.get("name"), item.get("arguments"), id_=item.get("call_id"))
        for item in items
        if item.get("type") == "function_call"
    ]
    thoughts = "".join(thought(item) for item in items if item.get("type") == "reasoning")
    usage = value.get("usage")
    message: JsonObject = {"content": parts, "reasoning": thoughts}
    return chunk(
        message={**message, "tool_calls": calls} if calls else message,
        finish=_finish(value, called=bool(calls)),
        usage=usage if isinstance(usage, dict) else None,
        id_=value.get("id"),
        model=value.get("model"),
    )


def _holds_items(output: Json) -> bool:
    return isinstance(output, list) and any(inner(item, "type") == "message" for item in output)


def _finish(value: JsonObject, *, called: bool) -> Json:
    status = value.get("status", "completed")
    if status == "incomplete":
        return inner(value, "incomplete_details", "reason") or "length"
    if status == "completed":
        return "tool_calls" if called else "stop"
    return status if status == "failed" else None
