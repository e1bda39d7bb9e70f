"""A second reading of replies, as plain as it can be: what `tests/recordings.py` compares with.

It takes a body as a whole, trusts it to be what it says, and shares no line with the program.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

BESIDE = (
    *("annotations", "citations", "search_results", "references", "executed_tools", "images"),
    *("audio", "videos", "related_questions"),
)


@dataclass
class Plain:
    """What a body amounts to: of its first choice, and of the whole."""

    content: str = ""
    reasoning: str = ""
    finish: str | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    usage: dict[str, Any] | None = None
    tier: str = ""
    beside: set[str] = field(default_factory=set)
    error: str | None = None


def chunks_of(body: str) -> list[Any]:
    """Return the JSON objects of a body: one, those of its events, or a list in a line each."""
    try:
        whole = json.loads(body)
    except ValueError:
        return list(_events(body))
    return [whole]


def _events(body: str) -> Iterator[Any]:
    for line in body.splitlines():
        text = line.removeprefix("data:").strip()
        if text == "[DONE]":
            return
        try:
            value = json.loads(text)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def read(body: str) -> Plain:
    """Read a body of either form."""
    plain = Plain()
    calls: dict[Any, list[str]] = {}
    ends: list[str] = []
    for sent in chunks_of(body):
        chunk = sent[0] if isinstance(sent, list) else sent
        plain.usage = _usage(chunk) or plain.usage
        plain.tier = chunk.get("service_tier") or plain.tier
        plain.error = plain.error or _error(chunk)
        plain.beside |= {name for name in BESIDE if chunk.get(name)}
        for place, choice in enumerate(chunk.get("choices") or []):
            if choice.get("index") not in (None, 0) or (choice.get("index") is None and place):
                continue
            if choice.get("finish_reason"):
                ends.append(choice["finish_reason"])
            delta, message = choice.get("delta") or {}, choice.get("message") or {}
            said = {**message, **{key: value for key, value in delta.items() if value}}
            if delta.get("content") is not None and message and plain.content:
                said = delta  # Perplexity tells all of it again
            if not said and choice.get("text"):
                said = {"content": choice["text"]}
            _say(plain, said)
            _call(calls, said)
    none = not any(isinstance(chunk, list) or chunk.get("choices") for chunk in chunks_of(body))
    if "\nerror:" in body or (body.strip() and none):  # a field of its own, or no reply at all
        plain.error = plain.error or "error"
    plain.finish = next((end for end in reversed(ends) if end != "stop"), None) or (
        ends[-1] if ends else None
    )
    plain.calls = [(name, same(arguments)) for name, arguments in calls.values() if name]
    if plain.finish == "error":
        plain.finish, plain.error = None, plain.error or "error"
    _part(plain)
    return plain


def _usage(chunk: dict[str, Any]) -> dict[str, Any] | None:
    groq = (chunk.get("x_groq") or {}).get("usage")
    inner = next((c["usage"] for c in chunk.get("choices") or [] if c.get("usage")), None)
    return chunk.get("usage") or groq or inner or None


def _error(chunk: dict[str, Any]) -> str | None:
    error = chunk.get("error")
    if error:
        return error["message"] if isinstance(error, dict) and error.get("message") else str(error)
    return None


def _say(plain: Plain, said: dict[str, Any]) -> None:
    content = said.get("content")
    if isinstance(content, str):
        plain.content += content
    for part in content if isinstance(content, list) else []:
        kind = part.get("type")
        if kind == "text":
            plain.content += part["text"]
        elif kind == "thinking":
            plain.reasoning += "".join(piece.get("text", "") for piece in part["thinking"])
        elif kind == "reasoning":
            plain.reasoning += "".join(piece.get("text", "") for piece in part["summary"])
        elif kind == "reference":
            plain.beside.add("references")
    plain.content += said.get("refusal") or ""
    if not content:
        plain.content += (said.get("audio") or {}).get("transcript") or ""
    details = "".join(
        detail.get("text") or detail.get("summary") or ""
        for detail in said.get("reasoning_details") or []
    )
    plain.reasoning += said.get("reasoning_content") or said.get("reasoning") or details
    plain.beside |= {name for name in BESIDE if _says(said.get(name))}


def _says(value: Any) -> bool:
    return any(value.values()) if isinstance(value, dict) else bool(value)


def _call(calls: dict[Any, list[str]], said: dict[str, Any]) -> None:
    older = said.get("function_call")
    pieces = [*(said.get("tool_calls") or []), *([{"function": older}] if older else [])]
    for piece in pieces:
        inner = piece.get("function") or piece.get("custom") or {}
        # A name begins a call.
        if inner.get("name"):
            key = (piece.get("index"), piece.get("id") or len(calls))
            calls.setdefault(key, [inner["name"], ""])
        else:
            known = [key for key in calls if key[0] == piece.get("index")] or [*calls]
            key = known[-1] if known else (piece.get("index"), 0)
            calls.setdefault(key, ["", ""])
        arguments = inner.get("arguments") or inner.get("input") or ""
        calls[key][1] += arguments if isinstance(arguments, str) else json.dumps(arguments)


def error_of(body: str) -> str:
    """Return the sentence in the body of a refusal; `` if it is not where OpenAI has it."""
    try:
        value = json.loads(body)
    except ValueError:
        return ""
    value = value[0] if isinstance(value, list) and value else value
    error = value.get("error", value) if isinstance(value, dict) else {}
    if isinstance(error, str):
        return error
    metadata = error.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("raw"), str):
        return error_of(metadata["raw"]) or metadata["raw"]
    message = error.get("message")
    return message.split("\n")[0].strip() if isinstance(message, str) else ""


def same(arguments: Any) -> str:
    """Return arguments in one form, whatever blanks stand in them."""
    if not isinstance(arguments, str):
        return json.dumps(arguments, sort_keys=True)
    try:
        return json.dumps(json.loads(arguments), sort_keys=True)
    except ValueError:
        return arguments


def _part(plain: Plain) -> None:
    """Put what stands in tags at the start of the text with the reasoning."""
    text = plain.content.lstrip()
    for tag in ("think", "thinking", "thought"):
        if text.startswith(f"<{tag}>"):
            inside, _, rest = text[len(tag) + 2 :].partition(f"</{tag}>")
            plain.reasoning = plain.reasoning or inside
            plain.content = rest.lstrip("\n")
        # Its beginning was put into the prompt.
        before, end, rest = plain.content.partition(f"\n</{tag}>\n")
        if end and rest.strip() and f"<{tag}>" not in before and not plain.reasoning:
            plain.content, plain.reasoning = rest.lstrip("\n"), before + "\n"
