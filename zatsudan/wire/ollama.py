"""Ollama's own API, /api/chat: a request of ours in its form, and its lines as chunks of ours.

Its /v1 drops what OpenAI has no field for, and sets temperature and top_p where they are not
sent; here all options arrive. Source: docs/api.md and api/types.go of github.com/ollama/ollama.
"""

import json
from collections.abc import Mapping

from zatsudan.base.jsonvalues import Json, JsonObject, loads, whole_number

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
#: What it tells of its work, by llama.cpp's names for it.
_WORK = {
    "prompt_n": "prompt_eval_count",
    "prompt_ms": "prompt_eval_duration",
    "predicted_n": "eval_count",
    "predicted_ms": "eval_duration",
    "load_ms": "load_duration",
}


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
    if isinstance(options.get("stop"), str):
        options["stop"] = [options["stop"]]  # it reads a list alone, and refuses a text
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
    if message.get("role") == "tool":
        for name, theirs in (("name", "tool_name"), ("tool_call_id", "tool_call_id")):
            if isinstance(message.get(name), str):
                written[theirs] = message[name]
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
    called: JsonObject = {"function": {"name": function.get("name"), "arguments": arguments}}
    return {"id": call["id"], **called} if isinstance(call.get("id"), str) else called


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
    if effort is None and isinstance(reasoning, dict):
        enabled = reasoning.get("enabled")
        return enabled if isinstance(enabled, bool) else None
    if effort in ("none", "minimal"):
        return False
    return effort if effort in ("low", "medium", "high") else None if effort is None else True


def chunk(value: Json) -> Json:
    """Return a line of /api/chat as a chunk of /v1/chat/completions; an error as it came."""
    if not isinstance(value, dict) or not {"message", "done"} & set(value):
        return value
    said = value.get("message")
    message = said if isinstance(said, dict) else {}
    delta: JsonObject = {"role": "assistant"}
    if message.get("content"):
        delta["content"] = message["content"]
    if message.get("thinking"):
        delta["reasoning_content"] = message["thinking"]
    calls = message.get("tool_calls")
    if isinstance(calls, list) and calls:
        delta["tool_calls"] = [
            _told_call(call, f"call_{value.get('created_at', '')}_{at}")
            for at, call in enumerate(calls)
            if isinstance(call, dict)
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


def _told_call(call: Mapping[str, Json], otherwise: str) -> JsonObject:
    """Return a call, which comes whole, in one line; by its id the next is another.

    Its index is left out: some versions count it anew in each line.
    """
    function = call.get("function")
    function = function if isinstance(function, dict) else {}
    arguments = function.get("arguments")
    return {
        "id": call.get("id") or otherwise,
        "type": "function",
        "function": {
            "name": function.get("name"),
            "arguments": arguments
            if isinstance(arguments, str)
            else json.dumps(arguments or {}, ensure_ascii=False),
        },
    }


def _counts(value: Mapping[str, Json]) -> JsonObject:
    """Return the usage of a reply, and the server's work on it: durations are nanoseconds there."""
    told = {
        ours: number
        for ours, theirs in _WORK.items()
        if (number := whole_number(value.get(theirs))) is not None and number >= 0
    }
    prompt, reply = told.get("prompt_n", 0), told.get("predicted_n", 0)
    timings: JsonObject = {
        name: number / 1e6 if name.endswith("_ms") else number for name, number in told.items()
    }
    counts: JsonObject = {}
    if prompt or reply:
        counts["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": reply,
            "total_tokens": prompt + reply,
        }
    if reply and told.get("predicted_ms"):
        timings["predicted_per_second"] = reply / told["predicted_ms"] * 1e9
    if timings:
        counts["timings"] = timings
    return counts
