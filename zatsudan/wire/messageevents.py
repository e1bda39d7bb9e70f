"""The API of Anthropic, and Bedrock's Converse: a message that comes in blocks.

Sources: docs.anthropic.com/en/api/messages-streaming, docs.aws.amazon.com/bedrock (ConverseStream).
"""

import json

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.chunkforms import Kept, call, chunk, inner, text_of, tokens


def read_message_event(value: JsonObject, kept: Kept) -> JsonObject | None:
    """Read an event of a stream."""
    kind, message = value.get("type"), value.get("message")
    if kind == "message_start" and isinstance(message, dict):
        kept["usage"] = message.get("usage")
        return chunk(id_=message.get("id"), model=message.get("model"))
    if kind == "content_block_start":
        block = value.get("content_block")
        if inner(block, "type") in ("tool_use", "server_tool_use"):
            made = call(inner(block, "name"), "", id_=inner(block, "id"), index=value.get("index"))
            return chunk(calls=[made])
        return chunk(text_of(block, "text"), text_of(block, "thinking"))
    if kind == "content_block_delta":
        return _block_delta(value)
    if kind == "message_delta":
        usage = {
            **_object(kept.get("usage")),
            **{
                name: item for name, item in _object(value.get("usage")).items() if item is not None
            },
        }
        return chunk(finish=inner(value, "delta", "stop_reason"), usage=usage or None)
    return {} if kind in ("content_block_stop", "message_stop") else None


def _block_delta(value: JsonObject) -> JsonObject:
    said = value.get("delta")
    if inner(said, "type") == "input_json_delta":
        piece = call(None, text_of(said, "partial_json"), index=value.get("index"))
        return chunk(calls=[piece])
    return chunk(text_of(said, "text"), text_of(said, "thinking"))


def read_message(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """Read a whole message."""
    content = value.get("content")
    if value.get("role") != "assistant" or not isinstance(content, list):
        return None
    usage = value.get("usage")
    return chunk(
        message=_message(content),
        finish=value.get("stop_reason"),
        usage=usage if isinstance(usage, dict) else None,
        id_=value.get("id"),
        model=value.get("model"),
    )


def _message(content: list[Json]) -> JsonObject:
    parts = [part for part in content if isinstance(part, dict)]
    calls: list[Json] = [
        call(
            part.get("name"), json.dumps(part.get("input"), ensure_ascii=False), id_=part.get("id")
        )
        for part in parts
        if part.get("type") == "tool_use"
    ]
    said: list[Json] = [part for part in parts if part.get("type") != "tool_use"]
    return {"content": said, **({"tool_calls": calls} if calls else {})}


def read_converse(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """Read an answer of Bedrock, or an event of its stream."""
    usage = tokens(value.get("usage"), "inputTokens", "outputTokens")
    content = inner(value, "output", "message", "content")
    if isinstance(content, list):
        return _of_converse(content, value.get("stopReason"), usage)
    said = inner(value, "contentBlockDelta", "delta")
    if isinstance(said, dict):
        return chunk(text_of(said, "text"), text_of(said.get("reasoningContent"), "text"))
    if isinstance(value.get("messageStop"), dict):
        return chunk(finish=inner(value, "messageStop", "stopReason"))
    usage = tokens(inner(value, "metadata", "usage"), "inputTokens", "outputTokens")
    return chunk(usage=usage) if usage else None


def _of_converse(content: list[Json], finish: Json, usage: JsonObject | None) -> JsonObject:
    """Read the parts of an answer: texts, some of them beside what they are from, thoughts, calls."""
    texts: list[str] = []
    calls: list[Json] = []
    for part in content:
        cited = inner(part, "citationsContent", "content")
        texts += [text_of(each, "text") for each in (cited if isinstance(cited, list) else [part])]
        used = inner(part, "toolUse")
        if used is not None:
            given = json.dumps(inner(used, "input"), ensure_ascii=False)
            calls.append(call(inner(used, "name"), given, id_=inner(used, "toolUseId")))
    thoughts = "".join(
        text_of(inner(part, "reasoningContent", "reasoningText"), "text") for part in content
    )
    return chunk("".join(texts), thoughts, finish=finish, usage=usage, calls=calls)


def _object(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}
