"""Messages in the API's own form: an array, an object that holds one, or a request's body.

Also the body of a request to Anthropic's Messages, whose system message stands beside them.
"""

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.sessions.imports.apiform import has_content, taken
from zatsudan.sessions.imports.draft import Draft, Note, role_of, text_of
from zatsudan.sessions.imports.leftout import UNKNOWN, LeftOut
from zatsudan.sessions.made import Made
from zatsudan.wire.messages import content_text


def is_message(value: Json) -> bool:
    """Tell whether a value looks like a message."""
    return isinstance(value, dict) and "role" in value


def holds_messages(value: Json) -> bool:
    """Tell whether a value is an object with messages, or an array of them."""
    if isinstance(value, list):
        return any(is_message(item) for item in value)
    return isinstance(value, dict) and isinstance(value.get("messages"), list)


def read(talks: list[Json], note: Note, left: LeftOut | None = None) -> list[Draft]:
    """Return a draft for each talk: an array, or an object with `messages`. Raises ImportRefused."""
    left = left or LeftOut()
    drafts = [
        _draft(talk, number if len(talks) > 1 else None, left)
        for number, talk in enumerate(talks, 1)
    ]
    for sentence in left.sentences():
        note(sentence)
    return [draft for draft in drafts if not draft.is_empty]


def _draft(talk: Json, which: int | None, left: LeftOut) -> Draft:
    draft = Draft()
    facts: JsonObject = talk if isinstance(talk, dict) else {}
    messages: Json = facts.get("messages", talk)
    draft.title(facts.get("title") or facts.get("name"))
    model = facts.get("model")
    draft.model(
        model.get("id") if isinstance(model, dict) else model,
        text_of(facts.get("server")) or "a file",
    )
    draft.parameters(facts)
    if isinstance(facts.get("system"), str | list):
        draft.system(content_text(facts["system"]))
    hidden = facts.get("hidden")
    hidden = hidden if isinstance(hidden, list) else []
    for number, item in enumerate(messages if isinstance(messages, list) else [messages], 1):
        where = (
            say("message {number}", number=number)
            if which is None
            else say("message {number} of talk {talk}", number=number, talk=which)
        )
        role = role_of(item, where)
        if not isinstance(item, dict) or not has_content(item):
            left.add(UNKNOWN)
            continue
        found = taken(item, role, left)
        leads = draft.is_empty and role == "system" and number == 1 and number not in hidden
        for message in found.messages:
            if leads and not message.extra and isinstance(message.content, str):
                draft.system(message.content)
                continue
            replies = message.role == "assistant"
            made = Made(reasoning=found.reasoning) if replies else None
            node_id = draft.add(message, found.at, made)
            if number in hidden:
                draft.hide(node_id)
    return draft
