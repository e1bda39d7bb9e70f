"""What a message of ChatGPT says: its content in any of the kinds that exports hold."""

import re

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.markdown.codeblocks import fenced
from zatsudan.sessions.imports.chatgptmarks import unmarked
from zatsudan.sessions.imports.draft import text_of
from zatsudan.sessions.imports.jsontext import parse
from zatsudan.sessions.imports.leftout import MARKED, NAMED_FILES, LeftOut

#: Where the kinds of content keep their text, beside `parts`: rich text, output of code,
#: quotes, errors, web pages, what a browser showed.
_TEXTS = ("text", "result", "content", "summary")
#: A note of the page about itself: "Thought for 5 seconds".
_RECAPS = ("reasoning_recap",)
#: What a whole document is called in an update of it: everything that stood there.
_EVERYTHING = (".*", r"[\s\S]*", "(?s).*")


def said(content: JsonObject, left: LeftOut) -> str:
    """Return the text of a content; empty where it holds none."""
    kind, parts = content.get("content_type"), content.get("parts")
    if kind in _RECAPS or kind == "thoughts":
        return ""
    if kind == "code":
        return _code(content)
    if isinstance(parts, list):
        return unmarked("\n".join(text for part in parts if (text := _part(part, left))), left)
    for key in _TEXTS:
        text = text_of(content.get(key))
        if text.strip():
            return unmarked(text, left)
    return ""


def is_unread(content: JsonObject) -> bool:
    """Tell whether a content that gave no text holds something all the same."""
    if content.get("content_type") in _RECAPS:
        return False
    known = ("content_type", "language", "response_format_name")
    return any(_filled(value) for key, value in content.items() if key not in known)


def _filled(value: Json) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return any(_filled(item) for item in items)
    return False


def _code(content: JsonObject) -> str:
    code = text_of(content.get("text"))
    language = text_of(content.get("language"))
    known = re.fullmatch(r"[a-z0-9+#-]{1,20}", language) and language != "unknown"
    return fenced(code, language if known else "") if code.strip() else ""


def _part(part: Json, left: LeftOut) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    text = text_of(part.get("text"))
    if text:
        return text
    left.add(MARKED)
    return f"[{text_of(part.get('content_type')) or 'part'}]"


def pictures(content: JsonObject) -> list[JsonObject]:
    """Return the parts of a content that are no text, as a tool gives the pictures that it made."""
    parts = content.get("parts")
    return [
        part
        for part in (parts if isinstance(parts, list) else ())
        if isinstance(part, dict) and not text_of(part.get("text"))
    ]


def attachments(facts: JsonObject, content: JsonObject, left: LeftOut) -> str:
    """Return a line with the names of the files that a message came with, but not of its pictures."""
    listed = facts.get("attachments")
    shown = " ".join(text_of(part.get("asset_pointer")) for part in pictures(content))
    names = []
    for item in listed if isinstance(listed, list) else ():
        name = text_of(item.get("name")) if isinstance(item, dict) else ""
        key = text_of(item.get("id")) if isinstance(item, dict) else ""
        if name and not (key and key in shown):
            left.add(NAMED_FILES)
            names.append(f"[{name}]")
    return " ".join(names)


def document(recipient: Json, content: JsonObject) -> str:
    """Return the text of a canvas that a message makes or writes anew; empty for any other message."""
    if not text_of(recipient).startswith("canmore."):
        return ""
    parts = content.get("parts")
    first = parts[0] if isinstance(parts, list) and parts else ""
    try:
        value = parse(text_of(content.get("text")) or text_of(first))
    except ImportRefused:
        return ""
    if not isinstance(value, dict):
        return ""
    text = text_of(value.get("content")) or _rewritten(value.get("updates"))
    if not text.strip():
        return ""
    kind, name = text_of(value.get("type")), text_of(value.get("name")).strip()
    if kind.startswith("code"):
        text = fenced(text, kind.partition("/")[2])
    # The page shows the name over the document.
    return f"**{name}**\n\n{text}" if name and name not in text.partition("\n")[0] else text


def _rewritten(updates: Json) -> str:
    """Return what takes the place of a whole document."""
    for update in updates if isinstance(updates, list) else ():
        if isinstance(update, dict) and update.get("pattern") in _EVERYTHING:
            return text_of(update.get("replacement"))
    return ""


def thoughts(content: JsonObject) -> str:
    """Return what was thought: the notes of a content that holds some."""
    found = content.get("thoughts")
    if content.get("content_type") != "thoughts" or not isinstance(found, list):
        return ""
    notes = [item for item in found if isinstance(item, dict)]
    told = [text_of(note.get("content")) or text_of(note.get("summary")) for note in notes]
    return "\n\n".join(text for text in told if text)
