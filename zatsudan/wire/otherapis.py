"""Replies in the forms of other APIs, which gateways pass on at /v1/chat/completions: as chunks of ours.

One row for each form: what of it is known by, and what reads it. An object that holds `choices`
is none of these.
"""

from collections.abc import Callable
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire import ollama
from zatsudan.wire.chunkforms import Kept, chunk, inner, text_of, tokens
from zatsudan.wire.contents import thought
from zatsudan.wire.errorbodies import failure_of
from zatsudan.wire.googleparts import read_candidates
from zatsudan.wire.messageevents import read_converse, read_message, read_message_event
from zatsudan.wire.responseevents import read_response, read_response_event

#: What reads an object of a form: a chunk, {} for one that says nothing, None for one of another form.
Read = Callable[[JsonObject, Kept], JsonObject | None]


class Form(NamedTuple):
    """One form: a field by which it may be known, and what reads an object that has it."""

    field: str
    read: Read


def _of_ollama(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """/api/chat and /api/generate."""
    if isinstance(value.get("response"), str):
        value = {
            **value,
            "message": {"content": value["response"], "thinking": value.get("thinking")},
        }
    found = ollama.chunk(value) if isinstance(value.get("message"), dict) else None
    return found if isinstance(found, dict) else None


def _of_cohere(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """Its second version, where events and whole replies are made alike; the events of its first."""
    kind = value.get("type", value.get("event_type"))
    said = inner(value, "delta", "message", "content")
    if kind in ("content-start", "content-delta") and isinstance(said, dict):
        return chunk(text_of(said, "text"), text_of(said, "thinking"))
    if kind == "message-end":
        end = inner(value, "delta")
        end = end if isinstance(end, dict) else {}
        return chunk(finish=end.get("finish_reason"), usage=_cohere_tokens(end))
    if kind == "text-generation":
        return chunk(text_of(value, "text"))
    if kind == "stream-end":
        return chunk(
            text_of(value.get("response"), "text"), finish=value.get("finish_reason"), whole=True
        )
    known = isinstance(kind, str) and kind.startswith(("message-", "content-", "stream-", "tool-"))
    return {} if known else None


def _cohere_tokens(value: JsonObject) -> JsonObject | None:
    return tokens(inner(value, "usage", "tokens"), "input_tokens", "output_tokens")


def _of_whole_message(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """A message of its own with its end beside it (Cohere), or a text (gateways)."""
    message, finish = value.get("message"), value.get("finish_reason")
    if isinstance(message, dict) and finish:
        return chunk(message=message, finish=finish, usage=_cohere_tokens(value))
    return None


def _of_cloudflare(value: JsonObject, _kept: Kept) -> JsonObject | None:
    told = value.get("result") if isinstance(value.get("result"), dict) else value
    text, usage = inner(told, "response"), inner(told, "usage")
    if not isinstance(text, str):
        return None
    return chunk(text, usage=usage if isinstance(usage, dict) else None)


def _of_tgi(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """Hugging Face's text-generation-inference, and its endpoints; KoboldCpp's stream."""
    token, whole = value.get("token"), value.get("generated_text")
    if isinstance(token, str):
        return chunk(token, finish=value.get("finish_reason"))
    if not isinstance(token, dict) and not isinstance(whole, str):
        return None
    special = isinstance(token, dict) and token.get("special") is True
    text = "" if special else text_of(token, "text")
    if not isinstance(whole, str):
        return chunk(text)
    finish = inner(value.get("details"), "finish_reason") or "stop"
    return chunk(text if isinstance(token, dict) else whole, finish=finish)


def _of_llamacpp(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """Its own /completion; a message that stands alone."""
    content = value.get("content")
    if not isinstance(content, str) or not ("stop" in value or value.get("role") == "assistant"):
        return None
    if value.get("stop") is not True:
        return chunk(content)
    limit = value.get("stop_type") == "limit" or value.get("stopped_limit") is True
    usage = tokens(value, "tokens_evaluated", "tokens_predicted")
    return chunk(content, finish="length" if limit else "stop", usage=usage)


def _of_kobold(value: JsonObject, _kept: Kept) -> JsonObject | None:
    results = value.get("results")
    first = results[0] if isinstance(results, list) and results else None
    text = text_of(first, "text")
    return chunk(text, finish=inner(first, "finish_reason")) if text else None


def _of_alibaba(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """DashScope: a text, or choices whose messages may hold all that came so far."""
    output = value.get("output")
    if not isinstance(output, dict):
        return None
    usage = tokens(value.get("usage"), "input_tokens", "output_tokens")
    if isinstance(output.get("choices"), list):
        return {**output, "usage": usage, "id": value.get("request_id")}
    if isinstance(output.get("text"), str):
        return chunk(
            text_of(output, "text"), finish=output.get("finish_reason"), usage=usage, whole=True
        )
    return None


def _of_baidu(value: JsonObject, _kept: Kept) -> JsonObject | None:
    result, usage = value.get("result"), value.get("usage")
    if not isinstance(result, str):
        return None
    finish = value.get("finish_reason") or ("stop" if value.get("is_end") is True else None)
    return chunk(result, finish=finish, usage=usage if isinstance(usage, dict) else None)


def _of_dify(value: JsonObject, _kept: Kept) -> JsonObject | None:
    kind = value.get("event")
    if kind in ("message", "agent_message") and isinstance(value.get("answer"), str):
        return chunk(text_of(value, "answer"))
    if kind == "message_end":
        usage = inner(value, "metadata", "usage")
        return chunk(finish="stop", usage=usage if isinstance(usage, dict) else None)
    return None


def _of_vercel(value: JsonObject, _kept: Kept) -> JsonObject | None:
    """The stream of its AI SDK for pages."""
    kind = value.get("type")
    text = text_of(value, "delta") or text_of(value, "textDelta") or text_of(value, "text")
    if kind in ("text-delta", "reasoning-delta", "reasoning"):
        return chunk(text) if kind == "text-delta" else chunk("", text)
    if kind == "finish":
        return chunk(finish=value.get("finishReason") or "stop")
    return None


#: Where gateways of one's own put all that they say.
_ALONE = ("text", "answer", "completion", "output_text", "reply", "output", "response_text")
#: Fields of objects that say of themselves what they are: none of those.
_NAMED = ("type", "event", "object", "status", "code")


def _of_gateways(value: JsonObject, _kept: Kept) -> JsonObject | None:
    text = next((text for name in _ALONE if (text := text_of(value, name))), "")
    if not text or not value.keys().isdisjoint(_NAMED):
        return None
    finish = value.get("finish_reason") or value.get("stop_reason")
    return chunk(text, thought(value.get("reasoning")), finish=finish)


FORMS = (
    Form("type", read_response_event),
    Form("type", read_message_event),
    Form("type", _of_vercel),
    Form("type", _of_cohere),
    Form("event_type", _of_cohere),
    Form("event", _of_dify),
    Form("candidates", read_candidates),
    Form("promptFeedback", read_candidates),
    Form("content", read_message),
    Form("content", _of_llamacpp),
    Form("done", _of_ollama),
    Form("message", _of_whole_message),
    Form("token", _of_tgi),
    Form("generated_text", _of_tgi),
    Form("output", read_response),
    Form("output", read_converse),
    Form("contentBlockDelta", read_converse),
    Form("messageStop", read_converse),
    Form("metadata", read_converse),
    Form("output", _of_alibaba),
    Form("results", _of_kobold),
    Form("response", _of_cloudflare),
    Form("result", _of_cloudflare),
    Form("result", _of_baidu),
    *(Form(name, _of_gateways) for name in _ALONE),
)


def as_chunk(value: JsonObject, kept: Kept) -> JsonObject | None:
    """Return an object of another API as a chunk of ours, {} where it says nothing; None for anything else.

    `kept` is what the forms keep from one event of a stream to the next.
    """
    rows = [form for form in FORMS if value.get(form.field) is not None]
    if not rows or "choices" in value or failure_of(value, live=True) is not None:
        return None
    return next((found for form in rows if (found := form.read(value, kept)) is not None), None)


def is_reply(value: Json) -> bool:
    """Tell whether an object is a part of a reply of another API."""
    return isinstance(value, dict) and as_chunk(value, {}) is not None
