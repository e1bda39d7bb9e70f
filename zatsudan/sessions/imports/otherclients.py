"""Exports of clients that keep lists of their own: NextChat, big-AGI, TextGen, GitHub Copilot's chat, SillyTavern."""

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.imports.draft import text_of
from zatsudan.sessions.imports.foreigntrees import dict_of, list_of, plain_talk
from zatsudan.sessions.imports.leftout import TOOLS, VARIANTS, LeftOut

#: What TextGen writes in the place of what the person says before the character's greeting.
_NOBODY = ("", "<|BEGIN-VISIBLE-CHAT|>")


def nextchat(talk: JsonObject, _left: LeftOut) -> JsonObject:
    """Return a session of NextChat as a plain talk."""
    kept = ("role", "content", "date")
    messages = [{key: item.get(key) for key in kept} for item in list_of(talk.get("messages"))]
    model = dict_of(dict_of(talk.get("mask")).get("modelConfig")).get("model")
    return plain_talk(talk.get("topic"), messages, model=model)


def big_agi(talk: JsonObject, left: LeftOut) -> JsonObject:
    """Return a conversation of big-AGI as a plain talk: a message is made of fragments."""
    messages: list[JsonObject] = []
    for item in list_of(talk.get("messages")):
        parts: list[Json] = []
        for fragment in list_of(item.get("fragments")):
            part = dict_of(fragment.get("part"))
            kind = text_of(part.get("pt"))
            if kind == "text":
                parts.append({"type": "text", "text": part.get("text")})
            elif kind == "ma":  # a thought
                parts.append({"type": "thinking", "thinking": part.get("aText")})
            elif kind in ("tool_invocation", "tool_response"):
                left.add(TOOLS)
            elif kind:
                parts.append({"type": kind, "title": fragment.get("title")})
        content = parts or item.get("text")
        messages.append(
            {"role": item.get("role"), "content": content, "created": item.get("created")}
        )
    return plain_talk(talk.get("userTitle") or talk.get("autoTitle"), messages)


def is_textgen(value: JsonObject) -> bool:
    """Tell whether an entry is a chat of TextGen: what the model saw, and what was shown."""
    return isinstance(value.get("internal"), list) and isinstance(value.get("visible"), list)


def textgen(talk: JsonObject, _left: LeftOut) -> JsonObject:
    """Return a chat of TextGen (text-generation-webui) as a plain talk."""
    messages: list[JsonObject] = []
    pairs = talk.get("internal")
    for pair in pairs if isinstance(pairs, list) else ():
        asked, said = [*map(text_of, pair), "", ""][:2] if isinstance(pair, list) else ("", "")
        if asked not in _NOBODY:
            messages.append({"role": "user", "content": asked})
        if said:
            messages.append({"role": "assistant", "content": said})
    return plain_talk(None, messages)


def is_copilot(value: JsonObject) -> bool:
    """Tell whether an entry is a chat that VS Code exported."""
    return "responderUsername" in value and isinstance(value.get("requests"), list)


def copilot(talk: JsonObject, left: LeftOut) -> JsonObject:
    """Return a chat of GitHub Copilot in VS Code as a plain talk."""
    messages: list[JsonObject] = []
    for item in list_of(talk.get("requests")):
        at = item.get("timestamp")
        asked = text_of(dict_of(item.get("message")).get("text"))
        messages.append({"role": "user", "content": asked, "timestamp": at})
        said: list[str] = []
        for part in list_of(item.get("response")):
            value = part.get("value")
            text = text_of(value) or text_of(dict_of(value).get("value"))
            if text and part.get("kind") in (None, "markdownContent"):
                said.append(text)
            elif part.get("kind") == "inlineReference" and text_of(part.get("name")):
                said.append(f"`{part['name']}`")
            elif text_of(part.get("kind")).startswith(("tool", "mcp")):
                left.add(TOOLS)
        if said:
            messages.append({"role": "assistant", "content": "".join(said), "timestamp": at})
    return plain_talk(talk.get("customTitle"), messages, server="GitHub Copilot")


def sillytavern(lines: list[JsonObject], left: LeftOut) -> JsonObject:
    """Return a chat of SillyTavern, a message in each line, as a plain talk.

    `is_system` says of a message that it is hidden from the model (hydall/Glaze 398), not who speaks.
    """
    head = next((line for line in lines if "mes" not in line), {})
    messages: list[JsonObject] = []
    hidden: list[Json] = []
    for line in lines:
        if "mes" not in line:
            continue
        extra = dict_of(line.get("extra"))
        role = "system" if extra.get("type") == "narrator" else "assistant"
        role = "user" if line.get("is_user") else role
        messages.append(
            {
                "role": role,
                "content": line.get("mes"),
                "created_at": line.get("send_date"),
                "reasoning": extra.get("reasoning"),
            }
        )
        if line.get("is_system"):
            hidden.append(len(messages))
        swipes = line.get("swipes")
        for _ in swipes[1:] if isinstance(swipes, list) else ():
            left.add(VARIANTS)
    return plain_talk(head.get("character_name"), messages, hidden=hidden)
