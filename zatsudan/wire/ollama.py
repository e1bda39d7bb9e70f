"""Ollama's own API, /api/chat: a request of ours in its form, and its lines as chunks of ours.

Its /v1 drops what OpenAI has no field for, and sets temperature and top_p where they are not
sent; here all options arrive. Source: docs/api.md and api/types.go of github.com/ollama/ollama.
"""

import json
from collections.abc import Mapping

from zatsudan.base.jsonvalues import Json, JsonObject, loads

#: Fields that stand at the top; every other parameter is an option of the model's runner.
_TOP = frozenset(("model", "messages", "tools", "keep_alive", "think", "logprobs", "top_logprobs"))
#: What has another name there.
_RENAMED = {"max_tokens": "num_predict", "max_completion_tokens": "num_predict"}
#: What has no meaning there, or is written in another form below.
_FORMED = frozenset(
    (
        *("stream", "stream_options", "response_format", "json_schema"),
        *("reasoning_effort", "reasoning", "n"),
    )
)


def request(body: Mapping[str, Json]) -> JsonObject:
    """Return the body of /api/chat for a body of /v1/chat/completions."""
    written: JsonObject = {"model": body.get("model"), "messages": _messages(body.get("messages"))}
    options: JsonObject = {}
    for name, value in body.items():
        if name in ("model", "messages") or name in _FORMED:
            continue
        if name in _TOP:
            written[name] = value
        else:
            options[_RENAMED.get(name, name)] = value
    written["stream"] = body.get("stream") is True
    wanted = _format(body)
    if wanted is not None:
        written["format"] = wanted
    thinking = _thinking(body)
    if thinking is not None:
        written["think"] = thinking
    if options:
        written["options"] = options
    return written


def _messages(messages: Json) -> list[Json]:
    return [
        _message(message)
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict)
    ]


def _message(message: Mapping[str, Json]) -> JsonObject:
    """Texts are one text there, pictures stand beside them, and arguments are objects."""
    text, images = _content(message.get("content"))
    written: JsonObject = {"role": message.get("role"), "content": text}
    if images:
        written["images"] = images
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        written["tool_calls"] = [_call(call) for call in calls if isinstance(call, dict)]
    for name in ("reasoning_content", "reasoning"):
        if isinstance(message.get(name), str):
            written["thinking"] = message[name]
    if message.get("role") == "tool" and isinstance(message.get("name"), str):
        written["tool_name"] = message["name"]
    return written


def _content(content: Json) -> tuple[str, list[Json]]:
    """Return the text of a message, and its pictures in base64."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else "", []
    parts = [part for part in content if isinstance(part, dict)]
    urls = [
        picture.get("url") for part in parts if isinstance(picture := part.get("image_url"), dict)
    ]
    return (
        "\n".join(text for part in parts if isinstance(text := part.get("text"), str)),
        [
            url.partition(";base64,")[2]
            for url in urls
            if isinstance(url, str) and ";base64," in url[:100]
        ],
    )


def _call(call: Mapping[str, Json]) -> JsonObject:
    function = call.get("function")
    if not isinstance(function, dict):
        return dict(call)
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        try:
            arguments = loads(arguments)
        except ValueError:
            arguments = {}
    return {"function": {"name": function.get("name"), "arguments": arguments}}


def _format(body: Mapping[str, Json]) -> Json:
    wanted = body.get("response_format")
    if "json_schema" in body:
        return body["json_schema"]
    if not isinstance(wanted, dict):
        return None
    if wanted.get("type") == "json_object":
        return "json"
    inner = wanted.get("json_schema")
    return inner.get("schema") if isinstance(inner, dict) else None


def _thinking(body: Mapping[str, Json]) -> Json:
    """Return what `think` says: a switch, or how much for the models that take a word."""
    reasoning = body.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else None
    effort = body.get("reasoning_effort", effort)
    if effort in ("none", "minimal"):
        return False
    return effort if effort in ("low", "medium", "high") else None if effort is None else True


def chunk(value: Json) -> Json:
    """Return a line of /api/chat as a chunk of /v1/chat/completions; an error as it came."""
    if not isinstance(value, dict) or "message" not in value:
        return value
    message = value["message"] if isinstance(value["message"], dict) else {}
    delta: JsonObject = {"role": "assistant"}
    if message.get("content"):
        delta["content"] = message["content"]
    if message.get("thinking"):
        delta["reasoning_content"] = message["thinking"]
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls:
        delta["tool_calls"] = [
            _told_call(call, at) for at, call in enumerate(calls) if isinstance(call, dict)
        ]
    choice: JsonObject = {"index": 0, "delta": delta, "finish_reason": None}
    if isinstance(value.get("logprobs"), list):
        choice["logprobs"] = {"content": value["logprobs"]}
    written: JsonObject = {"model": value.get("model"), "choices": [choice]}
    if value.get("done") is True:
        reason = value.get("done_reason")
        choice["finish_reason"] = "length" if reason == "length" else "stop"
        written.update(_counts(value))
    return written


def _told_call(call: Mapping[str, Json], at: int) -> JsonObject:
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    arguments = function.get("arguments")
    index = function.get("index")
    at = index if isinstance(index, int) and not isinstance(index, bool) else at
    return {
        "index": at,
        "id": call.get("id") or f"call_{at}",
        "type": "function",
        "function": {
            "name": function.get("name"),
            "arguments": arguments
            if isinstance(arguments, str)
            else json.dumps(arguments or {}, ensure_ascii=False),
        },
    }


def _counts(value: Mapping[str, Json]) -> JsonObject:
    """Return the usage of a reply, and its pace: durations are nanoseconds there."""
    prompt, reply, time = (
        value.get(name) for name in ("prompt_eval_count", "eval_count", "eval_duration")
    )
    prompt, reply, time = (
        number if isinstance(number, int) and not isinstance(number, bool) else 0
        for number in (prompt, reply, time)
    )
    counts: JsonObject = {}
    if prompt or reply:
        counts["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": reply,
            "total_tokens": prompt + reply,
        }
    if reply and time > 0:
        counts["timings"] = {"predicted_per_second": reply / time * 1e9}
    return counts
