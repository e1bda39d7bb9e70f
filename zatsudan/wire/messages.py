"""Messages and token counts, and their forms on the wire."""

from collections.abc import Mapping
from typing import NamedTuple

from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject, whole_number

ROLES = ("system", "developer", "user", "assistant", "function", "tool")


class Message(NamedTuple):
    """Role and content, as they are sent.

    `content` is a text, a list of parts, or None (an assistant that only calls
    a function). `extra` holds the message's further fields (name,
    function_call, tool_calls, tool_call_id, …) as they came, so that a
    message made elsewhere is sent back unchanged.
    """

    role: str
    content: Json = ""
    extra: Mapping[str, Json] = NOTHING

    @property
    def text(self) -> str:
        """The content as text; parts that are not text appear as `[image_url]`."""
        return content_text(self.content)

    def with_field(self, name: str, value: Json) -> "Message":
        """Return the message with one more field; its role and content stay."""
        if name in ("role", "content"):
            return self
        return Message(self.role, self.content, {**self.extra, name: value})

    def to_json(self) -> JsonObject:
        """Return the message as the API takes it."""
        return {"role": self.role, "content": self.content, **self.extra}

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> "Message":
        """Read a message in the API's form; unknown fields are kept."""
        extra = {key: item for key, item in value.items() if key not in ("role", "content")}
        return cls(str(value.get("role") or "user"), value.get("content"), extra)


def content_text(content: Json) -> str:
    """Return the text of a message's content in any of its forms."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_part_text(part) for part in content)
    if isinstance(content, dict):
        return _part_text(content)
    return "" if content is None else str(content)


def _part_text(part: Json) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    for key in ("text", "refusal"):
        text = part.get(key)
        if isinstance(text, str):
            return text
    return f"[{part.get('type') or 'part'}]"


class Usage(NamedTuple):
    """Tokens of one reply, or of many added up.

    `cached` is the part of `prompt` that the server had in its cache,
    `reasoning` the part of `completion` that was not shown as content.
    """

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """Tokens of the prompt and the completion together."""
        return self.prompt + self.completion

    def plus(self, other: "Usage") -> "Usage":
        """Return the tokens of both."""
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.cached + other.cached,
            self.reasoning + other.reasoning,
            self.estimated or other.estimated,
        )

    def to_json(self) -> JsonObject:
        """Return the counts under the wire's names; `estimated` only if it is so."""
        value: JsonObject = {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.total,
        }
        if self.cached:
            value["prompt_tokens_details"] = {"cached_tokens": self.cached}
        if self.reasoning:
            value["completion_tokens_details"] = {"reasoning_tokens": self.reasoning}
        if self.estimated:
            value["estimated"] = True
        return value

    @classmethod
    def from_json(cls, value: Json) -> "Usage | None":
        """Read a usage object in the wire's form; None if there is no count in it."""
        if not isinstance(value, dict):
            return None
        prompt = whole_number(value.get("prompt_tokens"))
        completion = whole_number(value.get("completion_tokens"))
        if prompt is None and completion is None:
            return None
        return cls(
            prompt or 0,
            completion or 0,
            # DeepSeek names its cache count otherwise.
            _detail(value, "prompt_tokens_details", "cached_tokens")
            or whole_number(value.get("prompt_cache_hit_tokens"))
            or 0,
            _detail(value, "completion_tokens_details", "reasoning_tokens") or 0,
            value.get("estimated") is True,
        )


def _detail(usage: JsonObject, group: str, name: str) -> int | None:
    details = usage.get(group)
    return whole_number(details.get(name)) if isinstance(details, dict) else None
