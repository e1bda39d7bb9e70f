"""Objects that OpenAI's schema describes (openapi.json 2.3.0): what of them it refuses.

Only what is refused there for certain is refused here: fields that it does not name may
be another server's, and /set! sends everything.
"""

import re
from collections.abc import Callable

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later
from zatsudan.parameters.jsonkinds import json_of, response_format, words_or_object
from zatsudan.parameters.values import Kind, texts

_AUDIO = ("wav", "aac", "mp3", "flac", "opus", "pcm16")


def _is_name(value: Json) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", value) is not None


def _is_metadata(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= 16
        and all(
            len(name) <= 64 and isinstance(item, str) and len(item) <= 512
            for name, item in value.items()
        )
    )


def _are_modalities(value: Json) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(item in ("text", "audio") for item in value)
    )


def _is_format(value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    inner = value.get("json_schema")
    if value.get("type") == "json_schema":
        return (
            isinstance(inner, dict)
            and _is_name(inner.get("name"))
            and isinstance(inner.get("schema"), dict)
        )
    return value.get("type") in ("text", "json_object")


def _is_function(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and _is_name(value.get("name"))
        and isinstance(value.get("parameters", {}), dict)
        and isinstance(value.get("description", ""), str)
    )


def _is_tool(value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    custom = value.get("custom")
    if value.get("type") == "custom":
        return isinstance(custom, dict) and _is_name(custom.get("name"))
    return value.get("type") == "function" and _is_function(value.get("function"))


def _all(is_one: Callable[[Json], bool]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, list) and bool(value) and all(map(is_one, value))


def _names_tool(value: Json) -> bool:
    if not isinstance(value, dict):
        return value in ("none", "auto", "required")
    kind = value.get("type")
    inner = value.get(kind) if isinstance(kind, str) else None
    if kind == "allowed_tools":
        return isinstance(inner, dict)
    return (
        kind in ("function", "custom") and isinstance(inner, dict) and _is_name(inner.get("name"))
    )


def _names_function(value: Json) -> bool:
    if isinstance(value, dict):
        return _is_name(value.get("name"))
    return value in ("none", "auto")


def _are_stream_options(value: Json) -> bool:
    names = ("include_usage", "include_obfuscation")
    return isinstance(value, dict) and all(
        isinstance(value.get(name, True), bool) for name in names
    )


def _is_audio(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("voice"), str | dict)
        and value.get("format") in _AUDIO
    )


def _is_prediction(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and value.get("type") == "content"
        and isinstance(value.get("content"), str | list)
    )


def _are_search_options(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and value.get("search_context_size", "low") in ("low", "medium", "high")
        and isinstance(value.get("user_location"), dict | None)
    )


def _checked(kind: Kind, check: Callable[[Json], bool], *values: str) -> Kind:
    return kind._replace(check=check, values=values or kind.values)


metadata = _checked(
    json_of(later("a JSON object of texts, 16 at most, of 512 characters each"), dict), _is_metadata
)
modalities = _checked(texts(later("text, audio or both")), _are_modalities, "text", "audio")
formats = _checked(response_format, _is_format)
tools = _checked(
    json_of(
        later('a JSON list of tools, as in [{"type": "function", "function": {"name": "f"}}]'),
        list,
    ),
    _all(_is_tool),
)
functions = _checked(
    json_of(later('a JSON list of functions, as in [{"name": "f", "parameters": {}}]'), list),
    _all(_is_function),
)
tool_choice = _checked(words_or_object("none", "auto", "required"), _names_tool)
function_call = _checked(words_or_object("none", "auto"), _names_function)
stream_options = _checked(
    json_of(later('a JSON object, as in {"include_usage": true}'), dict), _are_stream_options
)
audio = _checked(
    json_of(
        later('a JSON object with voice and format, as in {"voice": "alloy", "format": "mp3"}'),
        dict,
    ),
    _is_audio,
)
prediction = _checked(
    json_of(
        later('a JSON object with type and content, as in {"type": "content", "content": "text"}'),
        dict,
    ),
    _is_prediction,
)
web_search_options = _checked(
    json_of(later('a JSON object, as in {"search_context_size": "low"}'), dict),
    _are_search_options,
)
