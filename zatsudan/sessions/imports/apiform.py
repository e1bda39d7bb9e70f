"""Messages as other programs keep them, as messages that the API takes.

A message keeps the fields that /v1/chat/completions knows; what is no such field goes where a
session has a place for it (the time, the reasoning), or is named as left out. Parts of
Anthropic's Messages, of OpenAI's Responses and of the Vercel AI SDK become the API's own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from zatsudan.base.addresses import is_web
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.imports.draft import iso, text_of
from zatsudan.sessions.imports.leftout import MARKED, NAMED_FILES, PARTS, LeftOut
from zatsudan.wire.messages import Message, content_text

#: Where a message's content stands, beside `content`.
_CONTENTS = ("content", "parts", "contentParts", "text", "value")
_TIMES = ("timestamp", "created_at", "createdAt", "create_time", "created", "date", "time")
_REASONING = ("reasoning_content", "reasoning", "thinking", "reasoningContent")
#: Parts that the API takes, and the key that each keeps its value under.
_OWN = {"image_url": "image_url", "input_audio": "input_audio", "file": "file",
        "refusal": "refusal", "video_url": "video_url", "audio_url": "audio_url"}  # fmt: skip
_TEXTS = ("text", "input_text", "output_text")


class Taken(NamedTuple):
    """What one message became: itself and the results of tools that it held, each a message."""

    messages: tuple[Message, ...]
    at: str = ""
    reasoning: str = ""


def has_content(value: Mapping[str, Json]) -> bool:
    """Tell whether a message has a content under a name that is known, or calls something."""
    return any(key in value for key in (*_CONTENTS, "tool_calls", "function_call"))


def with_api_fields(value: Mapping[str, Json], role: str, left: LeftOut) -> JsonObject:
    """Return a message of our own with the fields that the API takes, its content as it is."""
    message: JsonObject = {"role": role, "content": value.get("content")}
    for key, item in value.items():
        if key in _FIELDS:
            message[key] = item
        elif key not in message:
            left.field(key)
    return message


def taken(value: Mapping[str, Json], role: str, left: LeftOut) -> Taken:
    """Return what a message says, as messages that the API takes."""
    place = next((key for key in _CONTENTS if value.get(key)), "content")
    content, pieces = value.get(place), _Pieces()
    if isinstance(content, list):
        content = pieces.read(content, left)
    fields = _Fields(reasoning=list(pieces.reasoning))
    for key, item in value.items():
        if key not in ("role", "from", "sender", place) and item not in (None, "", [], {}):
            fields.take(key, item, left)
    extra = fields.extra
    if pieces.calls:
        extra.setdefault("tool_calls", pieces.calls)
    if not content and pieces.translated:
        content = None if "tool_calls" in extra else ""
    message = Message(role, content, extra)
    said = message.content or extra or fields.reasoning or not pieces.results
    messages = (*pieces.results, *((message,) if said else ()))
    return Taken(messages, fields.at, "\n\n".join(fields.reasoning))


@dataclass(slots=True)
class _Fields:
    """What the fields of a message beside its role and content become."""

    reasoning: list[str]
    extra: JsonObject = field(default_factory=dict)
    at: str = ""

    def take(self, key: str, item: Json, left: LeftOut) -> None:
        """Take one that says something."""
        if key in _TIMES:
            self.at = self.at or iso(item)
        elif key in _REASONING and isinstance(item, str):
            self.reasoning += [] if item in self.reasoning else [item]
        elif key in _FIELDS and (fit := _FIELDS[key](item)):
            self.extra[key] = fit
        elif key not in _CONTENTS:
            left.field(key)


class _Pieces:
    """What a list of parts held."""

    def __init__(self) -> None:
        self.calls: list[Json] = []
        self.results: list[Message] = []
        self.reasoning: list[str] = []
        self.translated = False

    def read(self, parts: list[Json], left: LeftOut) -> Json:
        """Return the content of the parts that are one: a list of the API's parts, or a text."""
        kept = [found for part in parts if (found := self._part(part, left)) is not None]
        if self.translated and all(part["type"] == "text" for part in kept):
            return "\n\n".join(text_of(part["text"]) for part in kept)
        return list(kept)

    def _part(self, part: Json, left: LeftOut) -> JsonObject | None:
        if isinstance(part, str):
            self.translated = True
            return {"type": "text", "text": part}
        if not isinstance(part, dict):
            return None
        kind = text_of(part.get("type")) or ("text" if "text" in part else "")
        if part.get("thought") is True:  # Google's
            kind = "thinking"
        if kind in _TEXTS:
            # In the Assistants API the text is an object with its annotations.
            text = part.get("text")
            text = text.get("value") if isinstance(text, dict) else text
            self.translated |= kind != "text" or not isinstance(part.get("text"), str)
            return {"type": "text", "text": text_of(text)}
        return self._other(kind, part, left)

    def _other(self, kind: str, part: JsonObject, left: LeftOut) -> JsonObject | None:
        own = part.get(_OWN.get(kind, ""))
        if kind == "image_url" and isinstance(own, str):
            own = {"url": own}
        if own and isinstance(own, str if kind == "refusal" else dict):
            return {"type": kind, _OWN[kind]: own}
        self.translated = True
        if kind in ("image", "input_image"):
            address = _image(part)
            if address:
                return {"type": "image_url", "image_url": {"url": address}}
        if kind in ("thinking", "reasoning"):
            thought = next((text for key in ("thinking", "reasoning", "text", "content")
                            if (text := text_of(part.get(key)))), "")  # fmt: skip
            self.reasoning += [thought] if thought else []
            return None
        if kind in ("tool_use", "tool-call"):
            name = text_of(part.get("name")) or text_of(part.get("toolName"))
            given = next((part[key] for key in ("input", "args") if key in part), None)
            call = _call({"id": part.get("id") or part.get("toolCallId"),
                          "function": {"name": name, "arguments": given or {}}})  # fmt: skip
            if call:
                self.calls.append(call)
                return None
        if kind in ("tool_result", "tool-result"):
            key = text_of(part.get("tool_use_id")) or text_of(part.get("toolCallId"))
            if key:
                given = next(
                    (part[key] for key in ("content", "result", "output") if key in part), ""
                )
                self.results.append(Message("tool", _result(given), {"tool_call_id": key}))
                return None
        return _marked(kind, part, left)


def _marked(kind: str, part: JsonObject, left: LeftOut) -> JsonObject:
    """Return what stands for a part that is left out: its words where it has some."""
    text = text_of(part.get("text")) or text_of(part.get("content"))
    source = part.get("source")
    if not text and isinstance(source, dict) and source.get("type") == "text":
        text = text_of(source.get("data"))
    if text:
        return {"type": "text", "text": text}
    name = next((found for key in ("filename", "file_name", "title", "name")
                 if (found := text_of(part.get(key)))), "")  # fmt: skip
    pictured = any(word in kind for word in ("image", "audio", "video"))
    left.add(NAMED_FILES if name else MARKED if pictured else PARTS)
    return {"type": "text", "text": f"[{name or kind or 'part'}]"}


def _image(part: JsonObject) -> str:
    """Return the address of a picture, which may hold it; empty where there is none."""
    source = part.get("source")
    source = source if isinstance(source, dict) else {}
    data, kind = text_of(source.get("data")), text_of(source.get("media_type"))
    if data and kind:
        return f"data:{kind};base64,{data}"
    for place in (source.get("url"), part.get("image_url"), part.get("image"), part.get("url")):
        found = place.get("url") if isinstance(place, dict) else place
        if isinstance(found, str) and (is_web(found) or found.startswith("data:")):
            return found
    return ""


def _result(value: Json) -> str:
    """Return what a tool gave, as text."""
    if isinstance(value, dict) and "value" in value:
        value = value["value"]
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str | dict) for item in value):
        return content_text(value)
    return json.dumps(value, ensure_ascii=False)


def _call(value: Json) -> JsonObject:
    """Return a call as the API takes it, its arguments a text; empty for what is none."""
    if not isinstance(value, dict):
        return {}
    function, custom = value.get("function"), value.get("custom")
    head: JsonObject = {"id": text_of(value.get("id"))}
    if isinstance(function, dict) and text_of(function.get("name")):
        return {**head, "type": "function", "function": _function(function)}
    if isinstance(custom, dict) and text_of(custom.get("name")):
        return {**head, "type": "custom", "custom": custom}
    return {}


def _calls(value: Json) -> Json:
    calls = [_call(item) for item in (value if isinstance(value, list) else ())]
    return list(calls) if all(calls) else None


def _function(value: Json) -> JsonObject:
    if not isinstance(value, dict) or not text_of(value.get("name")):
        return {}
    arguments = value.get("arguments")
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    return {"name": value["name"], "arguments": text}


def _text(value: Json) -> Json:
    return value if isinstance(value, str) else None


def _object(value: Json) -> Json:
    return value if isinstance(value, dict) else None


#: The API's fields of a message, and what each of them takes; None is nothing that it takes.
_FIELDS = {
    "name": _text,
    "tool_call_id": _text,
    "refusal": _text,
    "tool_calls": _calls,
    "function_call": _function,
    "audio": _object,
}
