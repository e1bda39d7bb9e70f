"""What `llm` keeps of each request, a response: printed by `llm logs --json`, or a row of its database.

A response holds the prompt and the reply; those of a conversation are grouped here. What tools
gave stands in the response that it was sent with.
"""

import base64
from collections.abc import Sequence

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject, loads, whole_number
from zatsudan.base.language import say
from zatsudan.sessions.imports.apiform import taken
from zatsudan.sessions.imports.draft import Draft, Note, iso, kind_of, known, text_of
from zatsudan.sessions.imports.foreigntrees import list_of
from zatsudan.sessions.imports.leftout import LeftOut
from zatsudan.sessions.made import Made
from zatsudan.wire.messages import Message, Usage

#: Attachments of these types have a part of their own in the API.
_SOUNDS = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/wave": "wav",
           "audio/mpeg": "mp3", "audio/mp3": "mp3"}  # fmt: skip


def is_response(value: Json) -> bool:
    """Tell whether a value looks like one of llm's responses."""
    return isinstance(value, dict) and {"conversation_id", "prompt", "response"} <= value.keys()


def read(responses: Sequence[Json], note: Note) -> list[Draft]:
    """Return one draft for each conversation; raises ImportRefused."""
    left = LeftOut()
    groups: dict[object, list[JsonObject]] = {}
    for number, response in enumerate(responses, 1):
        if not isinstance(response, dict):
            raise ImportRefused(
                say(
                    "Response {number} is no object but {kind}.",
                    number=number,
                    kind=kind_of(response),
                ),
                say("Export it again with: llm logs -n 0 --json"),
            )
        conversation = text_of(response.get("conversation_id"))
        # A response without a conversation stands for itself.
        groups.setdefault(conversation or number, []).append(response)
    drafts = [_draft(group, left) for group in groups.values()]
    for sentence in left.sentences():
        note(sentence)
    return [draft for draft in drafts if not draft.is_empty]


def _draft(responses: list[JsonObject], left: LeftOut) -> Draft:
    draft = Draft()
    if all(text_of(response.get("datetime_utc")) for response in responses):
        # Older versions print the latest first.
        responses = sorted(responses, key=lambda response: text_of(response["datetime_utc"]))
    first, last = responses[0], responses[-1]
    draft.title(first.get("conversation_name"))
    draft.model(last.get("model") or last.get("conversation_model"), "llm")
    draft.parameters(options(last))
    waiting: list[JsonObject] = []
    for response in responses:
        at = iso(response.get("datetime_utc"))
        draft.system(_joined(response, "system", "\n\n"))
        for message in _asked(response, waiting, left):
            draft.add(message, at)
        waiting = _calls(response)
        for message in _replied(response, waiting, left):
            draft.add(message, at, made(response))
    return draft


def _asked(response: JsonObject, waiting: list[JsonObject], left: LeftOut) -> tuple[Message, ...]:
    """Return what was sent: the results of the calls that waited, and the person's message."""
    parts: list[Json] = []
    open_calls = list(waiting)
    for result in list_of(response.get("tool_results")):
        key = text_of(result.get("tool_call_id"))
        # Some models' calls have no id: a result belongs to the first call of its name.
        name = result.get("name")
        call = next((call for call in open_calls if key in ("", call["toolCallId"])
                     and call["toolName"] == name), None)  # fmt: skip
        if call is not None:
            open_calls.remove(call)
            key = text_of(call["toolCallId"])
        given = text_of(result.get("output")) or text_of(result.get("exception"))
        parts.append({"type": "tool-result", "toolCallId": key, "result": given})
        parts += [attachment_part(item) for item in list_of(result.get("attachments"))]
    prompt = _joined(response, "prompt", "\n")
    parts += [{"type": "text", "text": prompt}] if prompt else []
    parts += [attachment_part(item) for item in list_of(response.get("attachments"))]
    return messages("user", parts, left)


def _replied(response: JsonObject, calls: list[JsonObject], left: LeftOut) -> tuple[Message, ...]:
    text = text_of(response.get("response"))
    said: list[Json] = [{"type": "text", "text": text}] if text else []
    return messages("assistant", [*said, *calls], left)


def messages(role: str, parts: list[Json], left: LeftOut) -> tuple[Message, ...]:
    """Return the messages that a list of parts becomes; none for an empty list."""
    only = parts[0] if len(parts) == 1 else None
    is_text = isinstance(only, dict) and only.get("type") == "text"
    content: Json = only["text"] if is_text and isinstance(only, dict) else parts
    return taken({"content": content}, role, left).messages if content else ()


def attachment_part(item: JsonObject) -> JsonObject:
    """Return an attachment as a part of a message. `content` is its base64.

    One that is only named by its path is not read: it may be any file of this machine.
    """
    kind, address, data = (text_of(item.get(key)) for key in ("type", "url", "content"))
    name = text_of(item.get("path")).replace("\\", "/").rpartition("/")[2]
    if kind in _SOUNDS and data:
        return {"type": "input_audio", "input_audio": {"data": data, "format": _SOUNDS[kind]}}
    if kind.startswith("image/") and (data or address):
        url = f"data:{kind};base64,{data}" if data else address
        return {"type": "image_url", "image_url": {"url": url}}
    if kind == "application/pdf" and data:
        held: JsonObject = {
            "filename": name or "file.pdf",
            "file_data": f"data:{kind};base64,{data}",
        }
        return {"type": "file", "file": held}
    return {"type": kind or "attachment", "name": name or address}


def base64_of(data: object) -> str:
    """Return the base64 of bytes; empty for what is none."""
    return base64.b64encode(data).decode() if isinstance(data, bytes) else ""


def _calls(response: JsonObject) -> list[JsonObject]:
    """Return the calls of a reply as parts, each with an id."""
    found: list[JsonObject] = []
    for number, call in enumerate(list_of(response.get("tool_calls")), 1):
        key = text_of(call.get("tool_call_id")) or f"call_{call.get('id') or number}"
        found.append({"type": "tool-call", "toolCallId": key, "toolName": call.get("name"),
                      "args": call.get("arguments")})  # fmt: skip
    return found


def _joined(response: JsonObject, name: str, between: str) -> str:
    """Return a prompt as it was sent: its fragments before what was typed."""
    fragments = [
        text_of(item.get("content")) for item in list_of(response.get(f"{name}_fragments"))
    ]
    return between.join(text for text in [*fragments, text_of(response.get(name))] if text)


def made(response: JsonObject) -> Made:
    """Return how a reply was made."""
    milliseconds = whole_number(response.get("duration_ms")) or 0
    counts = [whole_number(response.get(name)) for name in ("input_tokens", "output_tokens")]
    usage = Usage(counts[0] or 0, counts[1] or 0) if any(counts) else None
    return Made(
        model=text_of(response.get("resolved_model")) or text_of(response.get("model")),
        parameters=known(options(response)),
        usage=usage,
        seconds=milliseconds / 1000,
        reasoning=text_of(response.get("reasoning")),
    )


def options(response: JsonObject) -> JsonObject:
    """Return the options: an object, or its JSON text, under either name."""
    value = response.get("options_json") or response.get("options")
    if isinstance(value, str):
        try:
            value = loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
