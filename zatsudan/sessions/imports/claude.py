"""Claude's exports: the official one, and the API's own form that browser extensions save."""

from zatsudan.base.jsonvalues import JsonObject
from zatsudan.sessions.imports.draft import text_of
from zatsudan.sessions.imports.foreigntrees import dict_of, list_of, path_to, plain_talk
from zatsudan.sessions.imports.leftout import LeftOut

#: Parts that the page shows nothing of (osteele/claude-chat-viewer 5).
_UNSEEN = ("token_budget", "flag")


def claude(talk: JsonObject, left: LeftOut) -> JsonObject:
    """Return a conversation of Claude as a plain talk."""
    messages: list[JsonObject] = []
    for item in _of_branch(talk, left):
        parts = item.get("content") or item.get("text")
        parts = parts if isinstance(parts, list) else [{"type": "text", "text": text_of(parts)}]
        # Anthropic's ids of tools are left out of exports: what went to and from them is words.
        shown = [part for part in list_of(parts) if part.get("type") not in _UNSEEN]
        said = [_worded(part) for part in shown]
        named: list[JsonObject] = [
            {"type": "text", "text": text_of(file.get("extracted_content"))}
            if file.get("extracted_content")
            else {"type": "file", "name": file.get("file_name")}
            for file in [*list_of(item.get("attachments")), *list_of(item.get("files"))]
        ]
        messages.append(
            {
                "role": item.get("sender"),
                "content": [*named, *said],
                "created_at": item.get("created_at"),
            }
        )
    return plain_talk(talk.get("name"), messages, model=talk.get("model"), server="Claude")


def _of_branch(talk: JsonObject, left: LeftOut) -> list[JsonObject]:
    """Return the messages that the page shows; the API's own form holds all branches (CherryHQ/cherry-studio 18135)."""
    said = list_of(talk.get("chat_messages"))
    nodes = {text_of(item.get("uuid")): item for item in said}
    last = text_of(talk.get("current_leaf_message_uuid"))
    return path_to(nodes, last, "parent_message_uuid", left) if last and last in nodes else said


def _worded(part: JsonObject) -> JsonObject:
    kept = {key: part.get(key) for key in ("type", "text", "thinking") if part.get(key)}
    if part.get("type") in ("tool_use", "tool_result"):
        name = text_of(part.get("name")) or "tool"
        document = text_of(dict_of(part.get("input")).get("content"))
        return {"type": "text", "text": document} if document else {"type": f"{name}"}
    return kept
