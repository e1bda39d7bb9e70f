"""Google's own API (generateContent): candidates of parts.

Source: ai.google.dev/api/generate-content.
"""

import json

from zatsudan.base.jsonvalues import Json, JsonObject, whole_number
from zatsudan.wire.chunkforms import Kept, call, chunk, inner, text_of


def read_candidates(value: JsonObject, kept: Kept) -> JsonObject | None:
    """Read an event, or a whole answer, which are alike."""
    candidates = value.get("candidates")
    blocked = inner(value, "promptFeedback", "blockReason")
    if not isinstance(candidates, list):
        return {"error": {"message": f"blocked: {blocked}"}} if blocked else None
    choices: list[Json] = []
    for position, candidate in enumerate(candidates):
        if isinstance(candidate, dict):
            choices += _choice(candidate, position, kept)
    return {
        "choices": choices,
        "usage": _usage(value.get("usageMetadata")),
        "model": value.get("modelVersion"),
        "id": value.get("responseId"),
    }


def _choice(candidate: JsonObject, position: int, kept: Kept) -> list[Json]:
    parts = inner(candidate, "content", "parts")
    found = [part for part in (parts if isinstance(parts, list) else []) if isinstance(part, dict)]
    texts = [part for part in found if part.get("thought") is not True]
    thoughts = [part for part in found if part.get("thought") is True]
    calls: list[Json] = []
    for part in found:
        asked = part.get("functionCall")
        if isinstance(asked, dict):
            number = whole_number(kept.get("calls")) or 0
            kept["calls"] = number + 1
            arguments = json.dumps(asked.get("args") or {}, ensure_ascii=False)
            name = asked.get("id") or f"call_{number}"
            calls.append(call(asked.get("name"), arguments, id_=name, index=number))
    made = chunk(
        "".join(text_of(part, "text") for part in texts),
        "".join(text_of(part, "text") for part in thoughts),
        finish=candidate.get("finishReason"),
        calls=calls,
    )
    index = candidate.get("index", position)
    choices = made["choices"]
    return [
        {**choice, "index": index}
        for choice in (choices if isinstance(choices, list) else [])
        if isinstance(choice, dict)
    ]


_NAMES = {
    "promptTokenCount": "prompt_tokens",
    "candidatesTokenCount": "completion_tokens",
    "cachedContentTokenCount": "cached_tokens",
    "thoughtsTokenCount": "reasoning_tokens",
    "totalTokenCount": "total_tokens",
}


def _usage(told: Json) -> JsonObject | None:
    if not isinstance(told, dict):
        return None
    usage: JsonObject = {ours: told[name] for name, ours in _NAMES.items() if name in told}
    thoughts = whole_number(usage.get("reasoning_tokens"))
    if thoughts:  # they are counted beside the rest
        usage["completion_tokens"] = (whole_number(usage.get("completion_tokens")) or 0) + thoughts
    return usage or None
