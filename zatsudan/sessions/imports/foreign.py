"""Exports of other chat programs, brought into the form of the API's messages.

One row for each program: what tells its files, and what makes of an entry an object with
`messages`, which the reader of plain messages takes. Of a tree the path is taken that was
shown last; the rest is counted.
"""

from collections.abc import Callable
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.imports.claude import claude
from zatsudan.sessions.imports.draft import text_of
from zatsudan.sessions.imports.foreigntrees import (
    deepseek,
    dict_of,
    is_deepseek,
    is_llama_cpp,
    is_open_webui,
    librechat,
    list_of,
    llama_cpp,
    llama_cpp_lines,
    open_webui,
    plain_talk,
)
from zatsudan.sessions.imports.leftout import EMPTY, TOOLS, VARIANTS, LeftOut
from zatsudan.sessions.imports.otherclients import (
    big_agi,
    copilot,
    is_copilot,
    is_textgen,
    nextchat,
    sillytavern,
    textgen,
)

#: ShareGPT's roles of tools, whose calls have no ids there.
_OF_TOOLS = ("tool", "function", "function_call", "function_response", "observation")


class Program(NamedTuple):
    """A program by its name: `fits` tells one entry of its files, `talk` makes it plain."""

    name: str
    fits: Callable[[JsonObject], bool]
    talk: Callable[[JsonObject, LeftOut], JsonObject]


def _holds(key: str, *fields: str) -> Callable[[JsonObject], bool]:
    """Return what tells an entry by a list whose objects have some fields."""
    return lambda value: any(set(fields) <= item.keys() for item in list_of(value.get(key)))


def _grok(talk: JsonObject, _left: LeftOut) -> JsonObject:
    said = [dict_of(item.get("response")) for item in list_of(talk.get("responses"))]
    messages: list[JsonObject] = [
        {"role": item.get("sender"), "content": item.get("message")} for item in said
    ]
    return plain_talk(dict_of(talk.get("conversation")).get("title"), messages, server="Grok")


def _ai_studio(talk: JsonObject, _left: LeftOut) -> JsonObject:
    messages: list[JsonObject] = []
    thought: list[Json] = []
    for chunk in list_of(dict_of(talk.get("chunkedPrompt")).get("chunks")):
        if chunk.get("isThought"):
            thought = [*thought, {"type": "thinking", "thinking": chunk.get("text")}]
            continue
        # A file stands under a name of its own, as in driveDocument.
        kind = next((key for key in chunk if key.startswith("drive")), "")
        part: Json = {"type": kind} if kind else {"type": "text", "text": chunk.get("text")}
        messages.append({"role": chunk.get("role"), "content": [*thought, part]})
        thought = []
    model = text_of(dict_of(talk.get("runSettings")).get("model")).removeprefix("models/")
    system = dict_of(talk.get("systemInstruction")).get("text")
    return plain_talk(talk.get("title"), messages, model=model, server="AI Studio", system=system)


# --- lists -------------------------------------------------------------------


def _lm_studio(talk: JsonObject, left: LeftOut) -> JsonObject:
    messages: list[JsonObject] = []
    for item in list_of(talk.get("messages")):
        versions = list_of(item.get("versions"))
        at = item.get("currentlySelected")
        chosen = at if isinstance(at, int) and 0 <= at < len(versions) else 0
        for number, version in enumerate(versions):
            if number != chosen:
                left.add(VARIANTS)
                continue
            parts: list[Json] = list(list_of(version.get("content")))
            for step in list_of(version.get("steps")):
                thinks = dict_of(step.get("style")).get("type") == "thinking"
                parts += [
                    {"type": "thinking", "text": part.get("text")} if thinks else part
                    for part in list_of(step.get("content"))
                ]
            role = version.get("role")
            messages.append({"role": role, "content": [*map(_file_named, parts)]})
    system = talk.get("systemPrompt")
    return plain_talk(talk.get("name"), messages, server="LM Studio", system=system)


def _file_named(part: Json) -> Json:
    if isinstance(part, dict) and part.get("type") == "file":
        return {"type": "file", "name": part.get("fileIdentifier") or "file"}
    return part


def _sharegpt(talk: JsonObject, left: LeftOut) -> JsonObject:
    turns = talk.get("conversations")
    messages: list[JsonObject] = []
    for item in list_of(turns):
        if item.get("from") in _OF_TOOLS:
            left.add(TOOLS)
        else:
            messages.append({"role": item.get("from"), "content": item.get("value")})
    return plain_talk(talk.get("title"), messages, system=talk.get("system"))


def _chatbox(talk: JsonObject, left: LeftOut) -> JsonObject:
    messages: list[JsonObject] = []
    for item in list_of(talk.get("messages")):
        kept = {key: item.get(key) for key in ("role", "content", "timestamp", "reasoningContent")}
        parts = list_of(item.get("contentParts"))
        messages.append({**kept, "content": list(parts)} if parts else kept)
    for thread in list_of(talk.get("threads")):
        for _ in list_of(thread.get("messages")):
            left.add(VARIANTS)
    title = talk.get("name") or talk.get("threadName")
    return plain_talk(title, messages, model=dict_of(talk.get("settings")).get("modelId"))


def _typingmind(talk: JsonObject, _left: LeftOut) -> JsonObject:
    return plain_talk(talk.get("chatTitle"), list_of(talk.get("messages")), model=talk.get("model"))


#: How Gemini CLI calls who speaks; else it is a word of its own.
_OF_GEMINI = {"user": "user", "gemini": "assistant"}


def _gemini_cli(talk: JsonObject, left: LeftOut) -> JsonObject:
    messages: list[JsonObject] = []
    model: Json = None
    for item in list_of(talk.get("messages")):
        role = _OF_GEMINI.get(text_of(item.get("type")))
        for _ in list_of(item.get("toolCalls")):
            left.add(TOOLS)
        if role is None:
            continue
        model = item.get("model") or model
        thoughts: list[Json] = [
            {"type": "thinking", "thinking": "\n".join(map(text_of, each.values()))}
            for each in ({key: each.get(key) for key in ("subject", "description")}
                         for each in list_of(item.get("thoughts")))
        ]  # fmt: skip
        content = item.get("content")
        said = content if isinstance(content, list) else [text_of(content)]
        messages.append(
            {"role": role, "content": [*thoughts, *said], "created_at": item.get("timestamp")}
        )
    return plain_talk(None, messages, model=model, server="Gemini CLI")


PROGRAMS = (
    Program("DeepSeek", is_deepseek, deepseek),
    Program("Claude", _holds("chat_messages"), claude),
    Program("Grok", _holds("responses", "response"), _grok),
    Program("AI Studio", lambda value: "chunkedPrompt" in value, _ai_studio),
    Program("Open WebUI", is_open_webui, open_webui),
    Program("LibreChat", _holds("messages", "messageId", "isCreatedByUser"), librechat),
    Program("llama.cpp", is_llama_cpp, llama_cpp),
    Program("LM Studio", _holds("messages", "versions"), _lm_studio),
    Program("ShareGPT", _holds("conversations", "from", "value"), _sharegpt),
    Program("Chatbox", _holds("messages", "contentParts"), _chatbox),
    Program(
        "Gemini CLI",
        lambda value: (
            "sessionId" in value
            and any(item.get("type") == "gemini" for item in list_of(value.get("messages")))
        ),
        _gemini_cli,
    ),
    Program("big-AGI", _holds("messages", "fragments"), big_agi),
    Program("NextChat", lambda value: "topic" in value and "messages" in value, nextchat),
    Program("TextGen", is_textgen, textgen),
    Program("GitHub Copilot", is_copilot, copilot),
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
    items = llama_cpp_lines(items) or items
    for program in PROGRAMS:
        if any(isinstance(item, dict) and program.fits(item) for item in items):
            talks: list[Json] = []
            for item in items:
                if isinstance(item, dict) and program.fits(item):
                    talks.append(program.talk(item, left))
                else:  # one in which nothing was said
                    left.add(EMPTY)
            return Plain(program.name, talks)
    return None


def _lines(items: list[Json], left: LeftOut) -> Plain | None:
    """Return what programs write line by line: one talk, a message in each."""
    lines = [item for item in items if isinstance(item, dict)]
    if any({"mes", "is_user"} <= line.keys() for line in lines):
        return Plain("SillyTavern", [sillytavern(lines, left)])
    if any("sessionId" in line and isinstance(line.get("message"), dict) for line in lines):
        talked = [line for line in lines if isinstance(line.get("message"), dict)]
        for line in talked:
            if line.get("isSidechain"):
                left.add(VARIANTS)
        return Plain("Claude Code", [plain_talk(None, [_of_claude_code(line) for line in talked
                                                   if not line.get("isSidechain")])])  # fmt: skip
    if any(line.get("type") == "response_item" for line in lines):
        return Plain("Codex", [plain_talk(None, _of_codex(lines, left))])
    if any(line.get("object") == "thread.message" for line in lines):
        kept = ("role", "content", "created_at")
        said = [{key: line.get(key) for key in kept} for line in lines if "role" in line]
        return Plain("Jan", [plain_talk(None, said)])
    return None


def _of_codex(lines: list[JsonObject], left: LeftOut) -> list[JsonObject]:
    """Return what was said: items as in the Responses API, a thought before what it led to."""
    messages: list[JsonObject] = []
    thoughts: list[Json] = []
    for line in lines:
        item = dict_of(line.get("payload")) if line.get("type") == "response_item" else {}
        if item.get("type") == "reasoning":
            told = list_of(item.get("summary")) or list_of(item.get("content"))
            thoughts += [{"type": "thinking", "thinking": part.get("text")} for part in told]
        elif item.get("type") == "message":
            content = list_of(item.get("content"))
            is_reply = item.get("role") == "assistant"
            messages.append({"role": item.get("role"), "created_at": line.get("timestamp"),
                             "content": [*(thoughts if is_reply else ()), *content]})  # fmt: skip
            thoughts = []
        elif item:
            left.add(TOOLS)
    return messages


def _of_claude_code(line: JsonObject) -> JsonObject:
    message = dict_of(line.get("message"))
    kept = {key: message.get(key) for key in ("role", "content")}
    return {**kept, "created_at": line.get("timestamp")}
