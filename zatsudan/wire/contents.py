"""The content of a reply in all its forms: a text, or parts of which some are reasoning, some sources."""

from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject

#: Fields of a delta that hold reasoning; the first that says anything is taken.
_REASONING = (
    *("reasoning_content", "reasoning", "reasoning_text", "thinking", "thinking_blocks"),
    *("thinking_content", "thought"),
)
#: Types of parts that are reasoning: Mistral, Databricks, Anthropic's through gateways.
_THOUGHTS = ("thinking", "reasoning", "reasoning_text", "summary_text", "redacted_thinking")
#: What stands beside the text and is kept: under the choice, and under the chunk.
OF_CHOICE = (
    *("annotations", "citations", "search_results", "references", "sources", "context"),
    *("executed_tools", "images", "audio"),
)
OF_CHUNK = (
    *("citations", "search_results", "references", "sources", "web_search", "search_info"),
    *("images", "videos", "related_questions"),
)

Beside = tuple[tuple[str, Json], ...]


class Content(NamedTuple):
    """What a content says: its text, its reasoning, and what stands beside them, by name."""

    text: str = ""
    reasoning: str = ""
    beside: Beside = ()


def read_content(content: Json) -> Content:
    """Read a content in any of its forms; a part that is no text is kept, not named in the text."""
    if isinstance(content, str):
        return Content(content)
    if not isinstance(content, list | dict):
        return Content("" if content is None else str(content))
    texts: list[str] = []
    thoughts: list[str] = []
    beside: dict[str, list[Json]] = {}
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict):
            text = _text(part)
            if part.get("type") in _THOUGHTS:
                thoughts.append(thought(part))
            elif text is not None:
                texts.append(text)
            elif part:
                beside.setdefault(_place(str(part.get("type"))), []).append(part)
    return Content("".join(texts), "".join(thoughts), tuple(beside.items()))


def _text(part: JsonObject) -> str | None:
    for key in ("text", "refusal"):
        text = part.get(key)
        if isinstance(text, dict):
            text = text.get("value")
        if isinstance(text, str):
            return text
    return None


def _place(kind: str) -> str:
    if kind.startswith("reference"):
        return "references"
    return next((f"{name}s" for name in ("image", "video") if name in kind), "parts")


def read_reasoning(delta: JsonObject) -> str:
    """Return the reasoning in a delta, under whichever name; some send it under several at once."""
    for name in _REASONING:
        if name in delta and (said := thought(delta[name])):
            return said
    return ""


def thought(value: Json) -> str:
    """Return the text of a reasoning: a text, parts, or a summary of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(thought, value))
    if isinstance(value, dict):
        names = ("thinking", "text", "summary", "content", "reasoning")
        return next(filter(None, (thought(value.get(name)) for name in names)), "")
    return ""


def read_beside(value: JsonObject, names: tuple[str, ...]) -> Beside:
    """Return what of these fields says anything; some send them all, with nothing in them."""
    if value.keys().isdisjoint(names):  # so are nearly all
        return ()
    return tuple((name, value[name]) for name in names if _says_anything(value.get(name)))


def _says_anything(value: Json) -> bool:
    return any(value.values()) if isinstance(value, dict) else bool(value)
