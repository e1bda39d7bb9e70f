"""Exports of other chat programs, brought into the form of the API's messages.

One row for each program: what tells its files, and what makes of an entry an object with
`messages`, which the reader of plain messages takes. Of a tree the path is taken that was
shown last; the rest is counted.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.imports.draft import text_of
from zatsudan.sessions.imports.leftout import TOOLS, VARIANTS, LeftOut

#: ShareGPT's roles of tools, whose calls have no ids there.
_OF_TOOLS = ("tool", "function", "function_call", "function_response", "observation")


class Program(NamedTuple):
    """A program by its name: `fits` tells one entry of its files, `talk` makes it plain."""

    name: str
    fits: Callable[[JsonObject], bool]
    talk: Callable[[JsonObject, LeftOut], JsonObject]


def _list(value: Json) -> list[JsonObject]:
    found = value if isinstance(value, list) else []
    return [item for item in found if isinstance(item, dict)]


def _dict(value: Json) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _holds(key: str, *fields: str) -> Callable[[JsonObject], bool]:
    """Return what tells an entry by a list whose objects have some fields."""
    return lambda value: any(set(fields) <= item.keys() for item in _list(value.get(key)))


def _plain(title: Json, messages: list[JsonObject], **facts: Json) -> JsonObject:
    return {"title": title, "messages": list(messages), **facts}


# --- Claude ------------------------------------------------------------------


def _claude(talk: JsonObject, _left: LeftOut) -> JsonObject:
    messages: list[JsonObject] = []
    for item in _list(talk.get("chat_messages")):
        parts = item.get("content") or item.get("text")
        parts = parts if isinstance(parts, list) else [{"type": "text", "text": text_of(parts)}]
        # Anthropic's ids of tools are left out of exports: what went to and from them is words.
        said = [_worded(part) for part in parts if isinstance(part, dict)]
        named: list[JsonObject] = [
            {"type": "text", "text": text_of(file.get("extracted_content"))}
            if file.get("extracted_content")
            else {"type": "file", "name": file.get("file_name")}
            for file in [*_list(item.get("attachments")), *_list(item.get("files"))]
        ]
        messages.append(
            {
                "role": item.get("sender"),
                "content": [*named, *said],
                "created_at": item.get("created_at"),
            }
        )
    return _plain(talk.get("name"), messages, model=talk.get("model"), server="Claude")


def _worded(part: JsonObject) -> JsonObject:
    kept = {key: part.get(key) for key in ("type", "text", "thinking") if part.get(key)}
    if part.get("type") in ("tool_use", "tool_result"):
        name = text_of(part.get("name")) or "tool"
        document = text_of(_dict(part.get("input")).get("content"))
        return {"type": "text", "text": document} if document else {"type": f"{name}"}
    return kept


# --- trees -------------------------------------------------------------------


def _path(nodes: dict[str, JsonObject], last: str, parent: str, left: LeftOut) -> list[JsonObject]:
    """Return the entries of a tree from its root to the `last` one."""
    path: dict[str, JsonObject] = {}
    while last in nodes and last not in path:
        path[last] = nodes[last]
        last = text_of(nodes[last].get(parent))
    for key in nodes:
        if key not in path:
            left.add(VARIANTS)
    return [*path.values()][::-1]


def _is_open_webui(value: JsonObject) -> bool:
    chat = _dict(value.get("chat"))
    return isinstance(chat.get("messages"), list) or "messages" in _dict(
        _dict(chat or value).get("history")
    )


def _open_webui(talk: JsonObject, left: LeftOut) -> JsonObject:
    chat = _dict(talk.get("chat")) or talk
    history = _dict(chat.get("history"))
    nodes = {key: _dict(node) for key, node in _dict(history.get("messages")).items()}
    last = text_of(history.get("currentId"))
    found = _path(nodes, last, "parentId", left) if last in nodes else _list(chat.get("messages"))
    kept = ("role", "content", "timestamp", "reasoning_content")
    models = chat.get("models")
    model = models[0] if isinstance(models, list) and models else None
    messages = [_with_files({key: item.get(key) for key in kept}, item) for item in found]
    title = talk.get("title") or chat.get("title")
    return _plain(title, messages, model=model, server="Open WebUI", system=chat.get("system"))


def _with_files(message: JsonObject, item: JsonObject) -> JsonObject:
    files = _list(item.get("files"))
    if not files:
        return message
    text: JsonObject = {"type": "text", "text": text_of(message.get("content"))}
    parts: list[JsonObject] = [
        {"type": "image", "url": file.get("url")}
        if file.get("type") == "image"
        else {"type": "file", "name": file.get("name") or _dict(file.get("file")).get("filename")}
        for file in files
    ]
    return {**message, "content": [text, *parts]}


def _librechat(talk: JsonObject, left: LeftOut) -> JsonObject:
    nodes = {text_of(item.get("messageId")): item for item in _flat(talk.get("messages"))}
    last = next(reversed(nodes), "")
    messages: list[JsonObject] = [
        {
            "role": "user" if item.get("isCreatedByUser") else "assistant",
            "content": _parts_of_librechat(item),
            "created_at": item.get("createdAt"),
        }
        for item in _path(nodes, last, "parentMessageId", left)
    ]
    options = _dict(talk.get("options"))
    model = options.get("model") or talk.get("model")
    system = options.get("promptPrefix") or options.get("system")
    return _plain(talk.get("title"), messages, model=model, server="LibreChat", system=system)


def _parts_of_librechat(item: JsonObject) -> Json:
    parts = _list(item.get("content"))
    named: list[Json] = [
        {"type": "file", "filename": file.get("filename")} for file in _list(item.get("files"))
    ]
    if not parts:
        return [*named, text_of(item.get("text"))] if named else text_of(item.get("text"))
    # {"type": "text", "text": {"value": …}}, {"type": "think", "think": "…"}
    return [
        *named,
        *(
            {"type": "thinking", "thinking": part.get("think")} if "think" in part else part
            for part in parts
        ),
    ]


def _flat(value: Json) -> Iterator[JsonObject]:
    """Yield the messages of a list and of the `children` below each."""
    rest = _list(value)[::-1]
    while rest:
        item = rest.pop()
        yield item
        rest += _list(item.get("children"))[::-1]


# --- lists -------------------------------------------------------------------


def _lm_studio(talk: JsonObject, left: LeftOut) -> JsonObject:
    messages: list[JsonObject] = []
    for item in _list(talk.get("messages")):
        versions = _list(item.get("versions"))
        at = item.get("currentlySelected")
        chosen = at if isinstance(at, int) and 0 <= at < len(versions) else 0
        for number, version in enumerate(versions):
            if number != chosen:
                left.add(VARIANTS)
                continue
            parts: list[Json] = list(_list(version.get("content")))
            for step in _list(version.get("steps")):
                thinks = _dict(step.get("style")).get("type") == "thinking"
                parts += [
                    {"type": "thinking", "text": part.get("text")} if thinks else part
                    for part in _list(step.get("content"))
                ]
            role = version.get("role")
            messages.append({"role": role, "content": [*map(_file_named, parts)]})
    system = talk.get("systemPrompt")
    return _plain(talk.get("name"), messages, server="LM Studio", system=system)


def _file_named(part: Json) -> Json:
    if isinstance(part, dict) and part.get("type") == "file":
        return {"type": "file", "name": part.get("fileIdentifier") or "file"}
    return part


def _sharegpt(talk: JsonObject, left: LeftOut) -> JsonObject:
    turns = talk.get("conversations")
    messages: list[JsonObject] = []
    for item in _list(turns):
        if item.get("from") in _OF_TOOLS:
            left.add(TOOLS)
        else:
            messages.append({"role": item.get("from"), "content": item.get("value")})
    return _plain(talk.get("title"), messages, system=talk.get("system"))


def _chatbox(talk: JsonObject, left: LeftOut) -> JsonObject:
    messages: list[JsonObject] = []
    for item in _list(talk.get("messages")):
        kept = {key: item.get(key) for key in ("role", "content", "timestamp", "reasoningContent")}
        parts = _list(item.get("contentParts"))
        messages.append({**kept, "content": list(parts)} if parts else kept)
    for thread in _list(talk.get("threads")):
        for _ in _list(thread.get("messages")):
            left.add(VARIANTS)
    title = talk.get("name") or talk.get("threadName")
    return _plain(title, messages, model=_dict(talk.get("settings")).get("modelId"))


def _typingmind(talk: JsonObject, _left: LeftOut) -> JsonObject:
    return _plain(talk.get("chatTitle"), _list(talk.get("messages")), model=talk.get("model"))


PROGRAMS = (
    Program("Claude", _holds("chat_messages", "sender"), _claude),
    Program("Open WebUI", _is_open_webui, _open_webui),
    Program("LibreChat", _holds("messages", "messageId", "isCreatedByUser"), _librechat),
    Program("LM Studio", _holds("messages", "versions"), _lm_studio),
    Program("ShareGPT", _holds("conversations", "from", "value"), _sharegpt),
    Program("Chatbox", _holds("messages", "contentParts"), _chatbox),
    Program("TypingMind", lambda value: "chatTitle" in value and "messages" in value, _typingmind),
)


class Plain(NamedTuple):
    """Entries in the form of plain messages, and the name of the program that wrote them."""

    program: str
    talks: list[Json]


def plain_of(items: list[Json], left: LeftOut) -> Plain | None:
    """Return the entries as objects with messages; None where no program is known by them."""
    lines = _lines(items, left)
    if lines is not None:
        return lines
    for program in PROGRAMS:
        if any(isinstance(item, dict) and program.fits(item) for item in items):
            talks: list[Json] = [
                program.talk(item, left) if isinstance(item, dict) and program.fits(item) else item
                for item in items
            ]
            return Plain(program.name, talks)
    return None


def _lines(items: list[Json], left: LeftOut) -> Plain | None:
    """Return what programs write line by line: one talk, a message in each."""
    lines = [item for item in items if isinstance(item, dict)]
    if any({"mes", "is_user"} <= line.keys() for line in lines):
        head = next((line for line in lines if "mes" not in line), {})
        messages: list[JsonObject] = []
        for line in lines:
            if "mes" in line:
                role = "system" if line.get("is_system") else "assistant"
                role = "user" if line.get("is_user") else role
                messages.append({"role": role, "content": line.get("mes"),
                                 "created_at": line.get("send_date")})  # fmt: skip
                swipes = line.get("swipes")
                for _ in swipes[1:] if isinstance(swipes, list) else ():
                    left.add(VARIANTS)
        return Plain("SillyTavern", [_plain(head.get("character_name"), messages)])
    if any(line.get("object") == "thread.message" for line in lines):
        kept = ("role", "content", "created_at")
        said = [{key: line.get(key) for key in kept} for line in lines if "role" in line]
        return Plain("Jan", [_plain(None, said)])
    return None
