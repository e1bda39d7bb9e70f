"""aichat's sessions: YAML with the model, a few settings, and the messages."""

from typing import TYPE_CHECKING

from zatsudan.base.errors import ImportRefused
from zatsudan.base.language import say, say_count
from zatsudan.config import yaml
from zatsudan.sessions.imports.apiform import Taken, taken
from zatsudan.sessions.imports.draft import Draft, Note, role_of, text_of
from zatsudan.sessions.imports.leftout import LeftOut

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json


def read(text: str, note: Note) -> list[Draft]:
    """Return the session; raises ImportRefused.

    `compressed_messages` are what aichat has summarised since: they come
    first, so that nothing of the talk is lost.
    """
    value = yaml.parse(text)
    if not isinstance(value, dict) or "messages" not in value:
        raise ImportRefused(
            say("The file is YAML, but holds no messages."),
            say("aichat keeps its sessions in the folder that `aichat --info` names."),
        )
    draft = Draft()
    # aichat writes CLIENT:MODEL.
    draft.model(text_of(value.get("model")).partition(":")[2] or value.get("model"), "aichat")
    draft.parameters(value)
    calls = 0
    left = LeftOut()
    for key in ("compressed_messages", "messages"):
        items: Json = value.get(key) or []
        if not isinstance(items, list):
            raise ImportRefused(
                say("{name} is no list.", name=key), say("Is this a session of aichat?")
            )
        for number, item in enumerate(items, 1):
            if isinstance(item, dict) and isinstance(item.get("content"), dict):
                calls += 1  # tool calls in a form of aichat's own
                continue
            role = role_of(item, say("message {number} of {place}", number=number, place=key))
            found = taken(item, role, left) if isinstance(item, dict) else Taken(())
            for message in found.messages:
                if draft.is_empty and role == "system" and isinstance(message.content, str):
                    draft.system(message.content)
                else:
                    draft.add(message, found.at)
    for sentence in left.sentences():
        note(sentence)
    if calls:
        note(say_count("Left out: {n:,} tool call.", "Left out: {n:,} tool calls.", calls))
    return [] if draft.is_empty else [draft]
