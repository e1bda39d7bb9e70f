"""Messages in the API's own form: an array, an object that holds one, or a request's body."""

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.sessions.imports.draft import Draft, Note, read_message
from zatsudan.sessions.session import Made


def is_message(value: Json) -> bool:
    """Tell whether a value looks like a message."""
    return isinstance(value, dict) and "role" in value


def holds_messages(value: Json) -> bool:
    """Tell whether a value is an object with messages."""
    return isinstance(value, dict) and isinstance(value.get("messages"), list)


def read(talks: list[Json], _note: Note) -> list[Draft]:
    """Return a draft for each talk: an array, or an object with `messages`. Raises ImportRefused."""
    drafts = [
        _draft(talk, number if len(talks) > 1 else None) for number, talk in enumerate(talks, 1)
    ]
    return [draft for draft in drafts if not draft.is_empty]


def _draft(talk: Json, which: int | None) -> Draft:
    draft = Draft()
    facts: JsonObject = talk if isinstance(talk, dict) else {}
    messages: Json = facts.get("messages", talk)
    draft.title(facts.get("title"))
    draft.model(facts.get("model"), "a file")
    draft.parameters(facts)
    for number, item in enumerate(messages if isinstance(messages, list) else [messages], 1):
        message = read_message(
            item,
            say("message {number}", number=number)
            if which is None
            else say("message {number} of talk {talk}", number=number, talk=which),
        )
        leads = draft.is_empty and message.role == "system" and not message.extra
        if leads and number == 1 and isinstance(message.content, str):
            draft.system(message.content)
        else:
            made = Made() if message.role == "assistant" else None
            draft.add(message, made=made)
    return draft
