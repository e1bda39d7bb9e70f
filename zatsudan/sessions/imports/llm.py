"""The responses that `llm logs --json` prints: a list, grouped here by their conversation."""

from collections.abc import Sequence

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject, loads, whole_number
from zatsudan.base.language import say, say_count
from zatsudan.sessions.imports.draft import Draft, Note, iso, kind_of, known, text_of
from zatsudan.sessions.made import Made
from zatsudan.wire.messages import Message, Usage

#: What a response may hold that a session of texts cannot.
_FURTHER = ("attachments", "tool_calls", "tool_results")


def is_response(value: Json) -> bool:
    """Tell whether a value looks like one of llm's responses."""
    return isinstance(value, dict) and {"conversation_id", "prompt", "response"} <= value.keys()


def read(responses: Sequence[Json], note: Note) -> list[Draft]:
    """Return one draft for each conversation; raises ImportRefused."""
    groups: dict[object, list[JsonObject]] = {}
    further = 0
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
        further += any(response.get(name) for name in _FURTHER)
    if further:
        note(
            say_count(
                "Left out: {n:,} response's attachments and tool calls.",
                "Left out: {n:,} responses' attachments and tool calls.",
                further,
            )
        )
    drafts = [_draft(group) for group in groups.values()]
    return [draft for draft in drafts if not draft.is_empty]


def _draft(responses: list[JsonObject]) -> Draft:
    draft = Draft()
    if all(text_of(response.get("datetime_utc")) for response in responses):
        # Older versions print the latest first.
        responses = sorted(responses, key=lambda response: text_of(response["datetime_utc"]))
    first, last = responses[0], responses[-1]
    draft.title(first.get("conversation_name"))
    draft.model(last.get("model") or last.get("conversation_model"), "llm")
    draft.parameters(_options(last))
    for response in responses:
        at = iso(response.get("datetime_utc"))
        draft.system(text_of(response.get("system")))
        prompt, reply = text_of(response.get("prompt")), text_of(response.get("response"))
        if prompt:
            draft.add(Message("user", prompt), at)
        if reply:
            draft.add(Message("assistant", reply), at, _made(response))
    return draft


def _made(response: JsonObject) -> Made:
    milliseconds = whole_number(response.get("duration_ms")) or 0
    counts = [whole_number(response.get(name)) for name in ("input_tokens", "output_tokens")]
    usage = Usage(counts[0] or 0, counts[1] or 0) if any(counts) else None
    return Made(
        model=text_of(response.get("resolved_model")) or text_of(response.get("model")),
        parameters=known(_options(response)),
        usage=usage,
        seconds=milliseconds / 1000,
    )


def _options(response: JsonObject) -> JsonObject:
    """Return the options: an object, or its JSON text, under either name."""
    value = response.get("options_json") or response.get("options")
    if isinstance(value, str):
        try:
            value = loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
