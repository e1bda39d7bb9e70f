"""Messages and token counts, and their forms on the wire."""

import sys
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

    def with_line_ends(self) -> "Message":
        """Return the message with lines that end with \\n, whatever the server or the file ended them with.

        A carriage return is no line end for Markdown's fences and tables, and a control
        character on the screen.
        """
        content = _with_line_ends(self.content)
        return self if content is self.content else self._replace(content=content)

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
        content = value.get("content")
        if len(value) == 2 and "role" in value and "content" in value:  # nearly every message
            return cls(role_in(value), content)
        extra = {key: item for key, item in value.items() if key not in ("role", "content")}
        return cls(role_in(value), content, extra)


def role_in(value: Mapping[str, Json]) -> str:
    """Return the role of a message in the API's form; one text for all messages of a role."""
    return sys.intern(str(value.get("role") or "user"))


def _with_line_ends(content: Json) -> Json:
    if isinstance(content, str):
        return content.replace("\r\n", "\n")
    if isinstance(content, list):
        return [
            {**part, "text": _with_line_ends(part["text"])}
            if isinstance(part, dict) and "text" in part
            else part
            for part in content
        ]
    return content


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

    `cached` is the part of `prompt` that the server had in its cache, `written` the part that
    it put there, `reasoning` the part of `completion` that was not shown as content. `cost` is
    the server's own, in its money. `told` are the other counts of the server, as it sent them.
    `together`: how many choices of one request it counts as one.
    """

    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0
    estimated: bool = False
    written: int = 0
    cost: float | None = None
    told: Mapping[str, Json] = NOTHING
    together: int = 1

    @property
    def total(self) -> int:
        """Tokens of the prompt and the completion together, as the server counts them if it says so."""
        told = whole_number(self.told.get("total_tokens"))
        return self.prompt + self.completion if told is None else told

    def plus(self, other: "Usage") -> "Usage":
        """Return the tokens of both."""
        prompt, completion = self.prompt + other.prompt, self.completion + other.completion
        total = self.total + other.total
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Usage(
            prompt,
            completion,
            self.cached + other.cached,
            self.reasoning + other.reasoning,
            self.estimated or other.estimated,
            self.written + other.written,
            sum(costs) if costs else None,
            NOTHING if total == prompt + completion else {"total_tokens": total},
        )

    def to_json(self) -> JsonObject:
        """Return the counts under the wire's names, and all others; `estimated` only if it is so."""
        return _merged(self._basic(), self.told)

    def _basic(self) -> JsonObject:
        value: JsonObject = {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        }
        cache = {"cached_tokens": self.cached, "cache_write_tokens": self.written}
        details: JsonObject = {name: count for name, count in cache.items() if count}
        if details:
            value["prompt_tokens_details"] = details
        if self.reasoning:
            value["completion_tokens_details"] = {"reasoning_tokens": self.reasoning}
        if self.cost is not None:
            value["cost"] = self.cost
        if self.estimated:
            value["estimated"] = True
        if self.together > 1:
            value["counted_together"] = self.together
        return value

    @classmethod
    def from_json(cls, value: Json) -> "Usage | None":
        """Read a usage object in the wire's form; None if there is no count in it."""
        if not isinstance(value, dict):
            return None
        prompt = _count(value, (), *_PROMPT)
        completion = _count(value, (), *_COMPLETION)
        if (
            prompt is None
            and completion is None
            and whole_number(value.get("total_tokens")) is None
        ):
            return None
        cost = value.get("cost", value.get("estimated_cost"))  # DeepInfra
        if isinstance(cost, dict):  # Perplexity tells its parts
            cost = cost.get("total_cost")
        is_cost = isinstance(cost, int | float) and not isinstance(cost, bool)
        found = cls(
            prompt or 0,
            completion or 0,
            _count(value, _PROMPT_DETAILS, *_CACHED) or 0,
            _count(value, _COMPLETION_DETAILS, "reasoning_tokens") or 0,
            value.get("estimated") is True,
            _count(value, _PROMPT_DETAILS, *_WRITTEN) or 0,
            float(cost) if is_cost and isinstance(cost, int | float) else None,
            together=whole_number(value.get("counted_together")) or 1,
        )
        basic = found._basic()
        ours = (*_PROMPT[:1], *_COMPLETION[:1], "estimated", "counted_together")
        sent = {key: item for key, item in value.items() if item is not None and key not in ours}
        told = {key: item for key, item in _merged(basic, sent).items() if basic.get(key) != item}
        return found._replace(told=told) if told else found


#: Names of one count: the API's own first, then those of other vendors.
_PROMPT = ("prompt_tokens", "input_tokens")
_COMPLETION = ("completion_tokens", "output_tokens")
#: DeepSeek, Mistral, Moonshot, Anthropic's through gateways.
_CACHED = (
    *("cached_tokens", "prompt_cache_hit_tokens", "num_cached_tokens", "cache_read_input_tokens"),
    *("cache_read_tokens", "cached_prompt_tokens", "cached_input_tokens"),
)
_WRITTEN = (
    *("cache_write_tokens", "cache_creation_input_tokens", "cache_creation_tokens"),
    "cache_write_input_tokens",
)
_PROMPT_DETAILS = ("prompt_tokens_details", "prompt_token_details", "input_tokens_details")
_COMPLETION_DETAILS = ("completion_tokens_details", "output_tokens_details")


def _count(usage: JsonObject, groups: tuple[str, ...], *names: str) -> int | None:
    """Return a count under the first of its names that says anything, in a group or at the top."""
    places = [group for name in groups if isinstance(group := usage.get(name), dict)]
    counts = [whole_number(place.get(name)) for place in (*places, usage) for name in names]
    told = [count for count in counts if count is not None]
    return next(filter(None, told), told[0] if told else None)


def _merged(basic: JsonObject, sent: Mapping[str, Json]) -> JsonObject:
    """Return both, what was sent over ours; groups are put together."""
    result = dict(basic)
    for key, item in sent.items():
        ours = result.get(key)
        result[key] = (
            {**ours, **item} if isinstance(ours, dict) and isinstance(item, dict) else item
        )
    return result
