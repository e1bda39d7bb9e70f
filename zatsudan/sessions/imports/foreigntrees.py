"""Exports that hold a tree of messages: Open WebUI's, LibreChat's, llama.cpp's. The path that was shown last is taken."""

import re
from collections.abc import Iterator
from html import unescape

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.imports.draft import text_of
from zatsudan.sessions.imports.leftout import TOOLS, VARIANTS, LeftOut

#: What Open WebUI folds away on its page.
_FOLDED = re.compile(
    r'<details type="(reasoning|tool_calls|code_interpreter)"[^>]*>(.*?)</details>', re.DOTALL
)

#: How earlier versions of LibreChat write a thought into the text.
_THINKING = re.compile(r":::thinking\n(.*?)\n:::\n*", re.DOTALL)


def list_of(value: Json) -> list[JsonObject]:
    """Return the objects of a list; none of what is no list."""
    found = value if isinstance(value, list) else []
    return [item for item in found if isinstance(item, dict)]


def dict_of(value: Json) -> JsonObject:
    """Return an object, an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def plain_talk(title: Json, messages: list[JsonObject], **facts: Json) -> JsonObject:
    """Return a talk in the form that the reader of plain messages takes."""
    return {"title": title, "messages": list(messages), **facts}


def path_to(
    nodes: dict[str, JsonObject], last: str, parent: str, left: LeftOut
) -> list[JsonObject]:
    """Return the entries of a tree from its root to the `last` one."""
    path: dict[str, JsonObject] = {}
    while last in nodes and last not in path:
        path[last] = nodes[last]
        last = text_of(nodes[last].get(parent))
    for key in nodes:
        if key not in path:
            left.add(VARIANTS)
    return [*path.values()][::-1]


def is_open_webui(value: JsonObject) -> bool:
    """Tell whether an entry is a chat of Open WebUI."""
    chat = dict_of(value.get("chat"))
    return isinstance(chat.get("messages"), list) or "messages" in dict_of(
        dict_of(chat or value).get("history")
    )


def open_webui(talk: JsonObject, left: LeftOut) -> JsonObject:
    """Return a chat of Open WebUI as a plain talk."""
    chat = dict_of(talk.get("chat")) or talk
    history = dict_of(chat.get("history"))
    nodes = {key: dict_of(node) for key, node in dict_of(history.get("messages")).items()}
    last = text_of(history.get("currentId"))
    found = (
        path_to(nodes, last, "parentId", left) if last in nodes else list_of(chat.get("messages"))
    )
    kept = ("role", "content", "timestamp", "reasoning_content")
    models = chat.get("models")
    model = models[0] if isinstance(models, list) and models else None
    messages = [
        _with_files({**{key: item.get(key) for key in kept}, **_of_output(item, left)}, item, left)
        for item in found
    ]
    title = talk.get("title") or chat.get("title")
    return plain_talk(title, messages, model=model, server="Open WebUI", system=chat.get("system"))


def _of_output(item: JsonObject, left: LeftOut) -> JsonObject:
    """Return the content of a message whose text stands in its `output` alone, as the Responses API has it."""
    output = list_of(item.get("output"))
    phases = list_of(item.get("content_list"))
    if phases and not item.get("content"):  # Qwen's page
        return {"content": [_of_phase(phase) for phase in phases]}
    if item.get("content") or not output:
        return {}
    parts: list[Json] = []
    for step in output:
        if step.get("type") == "message":
            parts += list_of(step.get("content"))
        elif step.get("type") == "reasoning":
            told = list_of(step.get("content")) or list_of(step.get("summary"))
            thought = "\n\n".join(text_of(part.get("text")) for part in told)
            parts.append({"type": "thinking", "thinking": thought})
        else:
            left.add(TOOLS)
    return {"content": parts}


def _of_phase(phase: JsonObject) -> Json:
    text = text_of(phase.get("content"))
    return {"type": "thinking", "thinking": text} if phase.get("phase") == "think" else text


def _opened(message: JsonObject, left: LeftOut) -> JsonObject:
    """Return a message without what Open WebUI folds into its text: thoughts, and calls of tools."""
    thoughts: list[str] = []

    def fold(found: re.Match[str]) -> str:
        if found[1] == "reasoning":
            text = re.sub(r"<summary>.*?</summary>", "", unescape(found[2]), flags=re.DOTALL)
            thoughts.append(re.sub(r"^> ?", "", text.strip(), flags=re.MULTILINE))
        else:
            left.add(TOOLS)
        return ""

    content = message.get("content")
    if not isinstance(content, str) or "<details type=" not in content:
        return message
    content = _FOLDED.sub(fold, content).strip()
    return {**message, "content": content, "reasoning": "\n\n".join(thoughts)}


def _with_files(message: JsonObject, item: JsonObject, left: LeftOut) -> JsonObject:
    message = _opened(message, left)
    files = list_of(item.get("files"))
    if not files:
        return message
    text: JsonObject = {"type": "text", "text": text_of(message.get("content"))}
    parts: list[JsonObject] = [
        {"type": "image", "url": file.get("url")}
        if file.get("type") == "image"
        else {"type": "file", "name": file.get("name") or dict_of(file.get("file")).get("filename")}
        for file in files
    ]
    return {**message, "content": [text, *parts]}


def librechat(talk: JsonObject, left: LeftOut) -> JsonObject:
    """Return a conversation of LibreChat as a plain talk."""
    nodes = {text_of(item.get("messageId")): item for item in _flat(talk.get("messages"))}
    last = next(reversed(nodes), "")
    messages: list[JsonObject] = [
        {
            "role": "user" if item.get("isCreatedByUser") else "assistant",
            "content": _parts_of_librechat(item),
            "created_at": item.get("createdAt"),
        }
        for item in path_to(nodes, last, "parentMessageId", left)
    ]
    options = dict_of(talk.get("options"))
    model = options.get("model") or talk.get("model")
    system = options.get("promptPrefix") or options.get("system")
    return plain_talk(talk.get("title"), messages, model=model, server="LibreChat", system=system)


def _parts_of_librechat(item: JsonObject) -> Json:
    parts = list_of(item.get("content"))
    named: list[Json] = [
        {"type": "file", "filename": file.get("filename")} for file in list_of(item.get("files"))
    ]
    if not parts:
        text = text_of(item.get("text"))
        thought = _THINKING.match(text)
        if thought is not None:
            named = [*named, {"type": "thinking", "thinking": thought[1]}]
            text = text[thought.end() :]
        return [*named, text] if named else text
    # {"type": "text", "text": {"value": …}}, {"type": "think", "think": "…"}
    return [
        *named,
        *(
            {"type": "thinking", "thinking": part.get("think")} if "think" in part else part
            for part in parts
        ),
    ]


def is_deepseek(value: JsonObject) -> bool:
    """Tell whether an entry is a conversation of DeepSeek, whose messages are made of fragments."""
    nodes = dict_of(value.get("mapping")).values()
    return any("fragments" in dict_of(dict_of(node).get("message")) for node in nodes)


def deepseek(talk: JsonObject, left: LeftOut) -> JsonObject:
    """Return a conversation of DeepSeek as a plain talk; of its branches the last one."""
    nodes = {key: dict_of(node) for key, node in dict_of(talk.get("mapping")).items()}
    last = next(reversed(nodes), "")
    said = [dict_of(node.get("message")) for node in path_to(nodes, last, "parent", left)]
    messages = [_of_fragments(message, left) for message in said if message]
    model = next((message.get("model") for message in reversed(said) if message.get("model")), None)
    return plain_talk(talk.get("title"), messages, model=model, server="DeepSeek")


def _of_fragments(message: JsonObject, left: LeftOut) -> JsonObject:
    parts: list[Json] = [
        {"type": "file", "name": file.get("file_name")} for file in list_of(message.get("files"))
    ]
    role = "assistant"
    for fragment in list_of(message.get("fragments")):
        kind, text = fragment.get("type"), text_of(fragment.get("content"))
        if kind == "REQUEST":
            role = "user"
        if kind == "THINK":
            parts.append({"type": "thinking", "thinking": text})
        elif text:
            parts.append(text)
        else:  # a search, or what it found
            left.add(TOOLS)
    return {"role": role, "content": parts, "created_at": message.get("inserted_at")}


def is_llama_cpp(value: JsonObject) -> bool:
    """Tell whether an entry is a conversation that llama.cpp's own page exported."""
    return isinstance(value.get("conv"), dict) and isinstance(value.get("messages"), list)


def llama_cpp(talk: JsonObject, left: LeftOut) -> JsonObject:
    """Return a conversation of llama.cpp's page as a plain talk."""
    conversation = dict_of(talk.get("conv"))
    nodes = {text_of(item.get("id")): item for item in list_of(talk.get("messages"))}
    roots = [key for key, item in nodes.items() if item.get("type") == "root"]
    last = text_of(conversation.get("currNode"))
    last = last if last in nodes else next(reversed(nodes), "")
    for key in roots:  # it holds nothing
        del nodes[key]
    kept = ("role", "content", "timestamp", "thinking", "reasoningContent")
    messages: list[JsonObject] = [
        {**{key: item.get(key) for key in kept}, **_of_extra(item)}
        for item in path_to(nodes, last, "parent", left)
    ]
    model = next((name for item in nodes.values() if (name := text_of(item.get("model")))), None)
    return plain_talk(conversation.get("name"), messages, model=model, server="llama.cpp")


def _of_extra(item: JsonObject) -> JsonObject:
    """Return the content of a message with what was attached: texts, pictures, names of other files."""
    extra = list_of(item.get("extra"))
    if not extra:
        return {}
    parts: list[Json] = []
    for file in extra:
        if text := text_of(file.get("content")):
            parts.append(text)
        elif address := text_of(file.get("base64Url")):
            parts.append({"type": "image", "url": address})
        else:
            parts.append({"type": "file", "name": file.get("name")})
    return {"content": [{"type": "text", "text": text_of(item.get("content"))}, *parts]}


def llama_cpp_lines(items: list[Json]) -> list[Json]:
    """Return the conversations that newer releases write line by line: a session, then its messages."""
    talks: list[Json] = []
    said: list[Json] = []
    for line in list_of(items):
        if line.get("type") == "session" and "currNode" in line:
            said = []
            talks.append({"conv": line, "messages": said})
        elif talks and isinstance(line.get("message"), dict):
            said.append(line["message"])
    return talks


def _flat(value: Json) -> Iterator[JsonObject]:
    """Yield the messages of a list and of the `children` below each."""
    rest = list_of(value)[::-1]
    while rest:
        item = rest.pop()
        yield item
        rest += list_of(item.get("children"))[::-1]
