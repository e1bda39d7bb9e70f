"""The wire: a request's body, and chunks from what a server sends.

Exact in what is sent, lenient in what is read: servers that call themselves
compatible leave fields out, repeat them, send null, lists and numbers as
texts, and end their streams in four ways.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import Json, JsonObject, loads, whole_number
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.parameters.steering import makes_request
from zatsudan.wire.logprobs import read_logprobs
from zatsudan.wire.messages import Message, Usage, content_text


def build_request(
    model: str, messages: Iterable[Message], parameters: Mapping[str, Json]
) -> JsonObject:
    """Return the body of a request: only what is set, and the stream with its usage asked for.

    A parameter takes the place of nothing that makes the request.
    """
    body: JsonObject = {"model": model, "messages": [message.to_json() for message in messages]}
    body.update(
        (name, value) for name, value in parameters.items() if not makes_request(name, value)
    )
    if body.get("stream") is False:
        body.pop("stream_options", None)
    else:
        body["stream"] = True
        body.setdefault("stream_options", {"include_usage": True})
    return body


class Delta(NamedTuple):
    """What one choice of one chunk adds to its reply."""

    index: int = 0  # type: ignore[assignment]  # the wire's word, which tuples have as well
    content: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    logprobs: tuple[Json, ...] = ()
    extra: tuple[tuple[str, Json], ...] = ()


def cut(delta: Delta, size: int) -> Iterator[Delta]:
    """Yield a delta in pieces of at most `size` characters of text; itself if it is no longer.

    The reasoning comes first. What stands beside the text comes with the first piece, the
    finish_reason with the last.
    """
    if len(delta.content) + len(delta.reasoning) <= size:
        yield delta
        return
    thoughts = [delta.reasoning[at : at + size] for at in range(0, len(delta.reasoning), size)]
    texts = [delta.content[at : at + size] for at in range(0, len(delta.content), size)]
    pieces = [*(("", thought) for thought in thoughts), *((text, "") for text in texts)]
    for at, (content, reasoning) in enumerate(pieces):
        yield Delta(
            delta.index,
            content,
            reasoning,
            delta.finish_reason if at == len(pieces) - 1 else None,
            delta.logprobs if at == 0 else (),
            delta.extra if at == 0 else (),
        )


class Chunk(NamedTuple):
    """One event of the stream, or a whole response read as one chunk."""

    deltas: tuple[Delta, ...] = ()
    usage: Usage | None = None
    id: str = ""
    model: str = ""
    fingerprint: str = ""


def read_chunk(value: Json, asked: int | None = None) -> Chunk:
    """Read one chunk, or a whole response, from its JSON.

    `asked` is the number of choices that were asked for: others are left out. Raises StreamError if it is an error object or nothing like a chunk.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # Google puts its error objects into a list
    if not isinstance(value, dict):
        raise StreamError(say("The server sent something that is not a reply."), say(NOT_AN_API))
    choices = value.get("choices")
    deltas = tuple(
        _read_choice(choice, position, value)
        for position, choice in enumerate(choices[:asked] if isinstance(choices, list) else ())
        if isinstance(choice, dict)
    )
    if asked is not None:
        deltas = tuple(delta for delta in deltas if delta.index < asked)
    # OpenRouter sends its error beside a choice that ends with "error".
    failed = not deltas or any(delta.finish_reason == "error" for delta in deltas)
    if failed and (value.get("error") or value.get("object") == "error"):
        raise broken_off(error_message(value))
    return Chunk(
        deltas,
        _read_usage(value),
        _text(value.get("id")),
        _text(value.get("model")),
        _text(value.get("system_fingerprint")),
    )


def broken_off(message: str) -> StreamError:
    """Return the error for what a server says in the middle of a stream."""
    return StreamError(
        say("The server broke off: {message}", message=message or say("it gave no reason")),
        say("/retry sends the message again."),
    )


NOT_AN_API = later("Is the base URL that of an API? It usually ends in /v1.")


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _read_usage(value: JsonObject) -> Usage | None:
    """Read the usage: at the top, where Groq puts it, or in the choice (Moonshot)."""
    choices = value.get("choices")
    places = [value, value.get("x_groq"), *(choices if isinstance(choices, list) else ())]
    for place in places:
        usage = Usage.from_json(place.get("usage")) if isinstance(place, dict) else None
        if usage is not None:
            return usage
    return None


def _read_choice(choice: JsonObject, position: int, chunk: JsonObject) -> Delta:
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        delta = choice.get("message")
    if not isinstance(delta, dict):
        delta = {"content": choice.get("text")}  # /v1/completions' form
    index = whole_number(choice.get("index"))
    finish = choice.get("finish_reason")
    content, thoughts = _read_content(delta.get("content"))
    if isinstance(delta.get("refusal"), str):
        content += _text(delta["refusal"])
    extra = tuple((key, delta[key]) for key in ("tool_calls", "function_call") if delta.get(key))
    return Delta(
        position if index is None else index,
        content,
        _text(delta.get("reasoning_content")) or _text(delta.get("reasoning")) or thoughts,
        finish if isinstance(finish, str) and finish else None,
        read_logprobs(choice, chunk if position == 0 else {}),
        extra,
    )


def _read_content(content: Json) -> tuple[str, str]:
    """Return content and reasoning: Mistral's models send both as parts of one list."""
    if not isinstance(content, list):
        return content_text(content), ""
    thoughts = [
        content_text(part.get("thinking"))
        for part in content
        if isinstance(part, dict) and part.get("type") == "thinking"
    ]
    rest = [
        part for part in content if not (isinstance(part, dict) and part.get("type") == "thinking")
    ]
    return content_text(rest), "".join(thoughts)


def error_message(value: Json) -> str:
    """Return the sentence in an error body, in whichever of its forms; `` if there is none."""
    if isinstance(value, str):
        inner = _unpacked(value)
        return error_message(inner) if inner else one_line(_html_title(value), 300)
    if isinstance(value, list):  # of FastAPI: each refused field has its own
        return one_line("; ".join(filter(None, map(error_message, value[:3]))), 300)
    if isinstance(value, dict):
        keys = ("error", "message", "detail", "msg", "title", "errors", "reason")
        message = next(filter(None, (error_message(value.get(key)) for key in keys)), "")
        return _placed(message, value) if message else ""
    return ""


def _unpacked(text: str) -> Json:
    """Read JSON that was put into a string (Mistral: a whole body in `message`)."""
    if not text.startswith("{"):
        return None
    try:
        return loads(text)
    except ValueError:
        return None


def _placed(message: str, error: JsonObject) -> str:
    """Add what an error says beside its message: the refused field, or llama.cpp's counts."""
    loc = error.get("loc")
    if isinstance(loc, list):
        field = ".".join(
            str(part) for part in loc if isinstance(part, str | int) and part != "body"
        )
        return one_line(f"{field}: {message}", 300) if field else message
    counts = [
        f"{name} {count}"
        for name in ("n_ctx", "n_prompt_tokens")
        if (count := whole_number(error.get(name))) is not None
    ]
    return f"{message} ({', '.join(counts)})" if counts else message


def error_hint(value: Json, key: str) -> str:
    """Return `code`, `type` or `param` of an error body, as text."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        inner = value.get("error", value)
        if isinstance(inner, dict) and inner.get(key) is not None:
            return one_line(str(inner[key]), 80)
    return ""


def _html_title(text: str) -> str:
    if not re.match(r"\s*<(!doctype|html|head|body|\?xml)", text, re.IGNORECASE):
        return text
    import html  # its table is large, and such pages are rare

    title = _element(text, "title") or _element(text, "h1")
    # A number of more digits than Python reads is no character either.
    bare = re.sub(_LONG_NUMBER, "\N{REPLACEMENT CHARACTER}", re.sub(_TAG, " ", title))
    words = html.unescape(bare).strip() or say("a web page")
    return say("{title} (a web page, not an API's reply)", title=words)


# No tag holds a `<`: so the search for its end stops where the next one begins.
_TAG = "<[^<>]*>"
_LONG_NUMBER = "&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?"


def _element(page: str, name: str) -> str:
    """Return what stands in the first element of that name; `` if there is none."""
    begin = re.search(f"<{name}(?![a-z0-9])[^<>]*>", page, re.IGNORECASE)
    end = re.compile(f"</{name}>", re.IGNORECASE).search(page, begin.end()) if begin else None
    return page[begin.end() : end.start()] if begin and end else ""


def read_error(body: bytes) -> tuple[str, str, str]:
    """Return message, code and param of the body of a response that is an error."""
    text = body.decode("utf-8", errors="replace")
    try:
        value: Json = loads(text)
    except ValueError:
        value = text
    code = error_hint(value, "code") or error_hint(value, "type")
    return error_message(value), code, error_hint(value, "param")
