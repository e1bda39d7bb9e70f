"""The body of an error, in whichever of its forms, and what of a chunk says that it is one."""

import re

from zatsudan.base.errors import StatusError, StreamError
from zatsudan.base.jsonvalues import Json, JsonObject, loads, whole_number
from zatsudan.base.language import say
from zatsudan.base.printable import one_line

#: Where a sentence stands in an error: the first that holds one is taken.
_SENTENCES = (
    *("error", "message", "error_message", "error_msg", "errorMessage", "detail", "msg"),
    *("title", "errors", "reason", "status_msg", "base_resp", "fault", "faultstring"),
    *("error_description", "exception", "error_type", "Message", "Error"),
    "external_model_error",  # Databricks, of whom it asked
)
#: What a code, a status or a whole error is where nothing went wrong.
_FINE: tuple[Json, ...] = (
    *(None, False, 0, 200, "", "0", "200", "ok", "none", "null", "success"),
    *([], {}),
)


def error_message(value: Json) -> str:
    """Return the sentence in an error body, in whichever of its forms; `` if there is none."""
    if isinstance(value, str):
        inner = _unpacked(value)
        return (error_message(inner) if inner else "") or one_line(_html_title(value), 300)
    if isinstance(value, list):  # of FastAPI: each refused field has its own
        return one_line("; ".join(filter(None, map(error_message, value[:3]))), 300)
    if isinstance(value, dict):
        found = filter(None, (error_message(value.get(key)) for key in _SENTENCES))
        message = _behind(next(found, ""), value)
        return _placed(message, value) if message else ""
    return ""


def _behind(message: str, error: JsonObject) -> str:
    """Return the reason of whom a gateway asked, where it passes it on (OpenRouter's `metadata.raw`)."""
    metadata = error.get("metadata")
    reason = error_message(metadata.get("raw")) if isinstance(metadata, dict) else ""
    if not reason or reason in message:
        return message
    if not message or message.casefold().startswith("provider returned error"):
        return reason
    return one_line(f"{message}: {reason}", 300)


#: Fields that hold a failure, whatever stands beside them.
_ERRORS = ("error", "errors", "error_message", "error_msg")


def failure_of(value: JsonObject, *, live: bool) -> str | None:
    """Return what an object says of a failure, which may be ``; None if it says nothing of one.

    `live`: it holds a part of a reply. Then only what can mean nothing else counts.
    """
    groq, minimax = value.get("x_groq"), value.get("base_resp")
    errors = [value[name] for name in _ERRORS if name in value]
    if isinstance(groq, dict):
        errors.append(groq.get("error"))
    if isinstance(minimax, dict) and not _is_fine(minimax.get("status_code")):
        errors.append(minimax)
    error = next((error for error in errors if not _is_fine(error)), None)
    if error is not None:
        whole = error_message(error) or error_message(value)
        return whole or error_hint({"error": error}, "code")
    failed = value.get("object") == "error" or value.get("type") == "error"
    if not live:
        coded = any(not _is_fine(value.get(name)) for name in ("code", "error_code"))
        status = any(
            (whole_number(value.get(name)) or 0) >= 400
            for name in ("status", "status_code", "statusCode")
        )
        kind = "error" in str(value.get("type")).lower()
        kind = kind or str(value.get("status")).lower() in ("error", "failed", "failure")
        failed = failed or value.get("success") is False or coded or status or kind
        failed = failed or any(value.get(name) for name in ("detail", "fault", "error_type"))
    return error_message(value) if failed else None


def _is_fine(value: Json) -> bool:
    """Tell whether a code, a status or a whole error says that there is none."""
    if isinstance(value, str):
        return value.strip().lower() in _FINE
    if isinstance(value, dict):
        return all(map(_is_fine, value.values()))
    return value in _FINE and value is not True


def broken_off(message: str, value: Json = None) -> StreamError:
    """Return the error for what a server says in the middle of a stream; `value` is all that it says.

    As the first event it is a refusal with the status 200: what it would be with its own is told too.
    """
    error = StreamError(
        say("The server broke off: {message}", message=message or say("it gave no reason")),
        say("/retry sends the message again."),
    )
    codes = (error_hint(value, name) for name in ("code", "status_code", "status"))
    status = next((number for code in codes if (number := _status(code))), 400)
    code = error_hint(value, "code")
    if not code or _status(code):
        code = error_hint(value, "type")
    error.refused = StatusError(status, message, code=code, param=error_hint(value, "param"))
    return error


def _status(code: str) -> int:
    number = whole_number(code) or 0
    return number if 400 <= number < 600 else 0


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
        for place in (value.get("error"), value):  # xAI: beside the sentence
            if isinstance(place, dict) and not isinstance(place.get(key), dict | type(None)):
                return one_line(str(place[key]), 80)
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
