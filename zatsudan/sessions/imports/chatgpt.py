"""ChatGPT's `conversations.json`: a list of conversations, each a tree in `mapping`.

The tree holds much that nobody said: empty roots, hidden system messages,
the traffic with tools, notes of thinking. What was said is kept with its
branches; what was thought becomes the reasoning of the reply that follows.
The format is nowhere documented; this is what exports of 2023 to 2026 hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say_count
from zatsudan.base.printable import Printable
from zatsudan.markdown.codeblocks import fenced
from zatsudan.sessions.imports.draft import Draft, Note, iso, text_of
from zatsudan.sessions.session import FINISHED, INTERRUPTED, Made
from zatsudan.wire.messages import Message

#: Marks of citations between private-use characters, which mean nothing elsewhere.
_CITATION = re.compile("\ue200[^\ue200\ue201]*\ue201")
_FINISH = {"stop": "stop", "max_tokens": "length"}


def is_conversation(value: Json) -> bool:
    """Tell whether a value looks like one of ChatGPT's conversations."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


@dataclass(slots=True)
class _LeftOut:
    tools: int = 0
    pictures: int = 0
    empty: int = 0
    odd: int = 0

    def sentences(self) -> Iterator[Printable]:
        """Yield a sentence for each kind of thing."""
        if self.tools:
            yield say_count(
                "Left out: {n:,} message to or from a tool.",
                "Left out: {n:,} messages to or from tools.",
                self.tools,
            )
        if self.pictures:
            yield say_count(
                "Left out: {n:,} picture or sound, its place is marked.",
                "Left out: {n:,} pictures and sounds, their places are marked.",
                self.pictures,
            )
        if self.empty:
            yield say_count(
                "Left out: {n:,} conversation without a message.",
                "Left out: {n:,} conversations without a message.",
                self.empty,
            )
        if self.odd:
            yield say_count(
                "Left out: {n:,} entry that is no conversation.",
                "Left out: {n:,} entries that are no conversations.",
                self.odd,
            )


def read(conversations: list[Json], note: Note) -> list[Draft]:
    """Return the conversations that say anything."""
    left = _LeftOut()
    drafts: list[Draft] = []
    for conversation in conversations:
        if not is_conversation(conversation) or not isinstance(conversation, dict):
            left.odd += 1
            continue
        draft = _Reader(conversation, left).read()
        if draft.is_empty:
            left.empty += 1
        else:
            drafts.append(draft)
    for sentence in left.sentences():
        note(sentence)
    return drafts


@dataclass(slots=True)
class _Reader:
    conversation: JsonObject
    left: _LeftOut
    draft: Draft = field(default_factory=Draft)

    def read(self) -> Draft:
        """Walk through the tree from its roots, each node after its parent."""
        draft, conversation = self.draft, self.conversation
        draft.created = iso(conversation.get("create_time"))
        draft.title(conversation.get("title"))
        draft.model(conversation.get("default_model_slug"), "ChatGPT")
        mapping = conversation["mapping"]
        nodes = {
            key: node
            for key, node in (mapping.items() if isinstance(mapping, dict) else ())
            if isinstance(node, dict)
        }
        children = _children(nodes)
        # What stands for each node in the draft: itself, or what it hangs on if it is left out.
        places: dict[str, str | None] = {}
        rest: list[tuple[str, str | None, str]] = [
            (key, None, "") for key in reversed(children.get(None, []))
        ]
        while rest:
            key, parent, reasoning = rest.pop()
            if key in places:
                continue
            place, thought = self._add(nodes[key].get("message"), parent, reasoning)
            places[key] = place
            rest += [(child, place, thought) for child in reversed(children.get(key, []))]
        current = places.get(text_of(conversation.get("current_node")), draft.last)
        if current is not None:
            draft.records.append({"type": "head", "id": current})
        return draft

    def _add(self, value: Json, parent: str | None, reasoning: str) -> tuple[str | None, str]:
        """Add a message if it is one; return its place and the reasoning for what follows."""
        if not isinstance(value, dict):
            return parent, reasoning
        author, content, facts = (_object(value, key) for key in ("author", "content", "metadata"))
        role = author.get("role")
        text = _CITATION.sub("", self._text(content))
        thought = _thoughts(content)
        if thought:
            return parent, f"{reasoning}\n\n{thought}" if reasoning else thought
        if facts.get("is_visually_hidden_from_conversation") or not text.strip():
            return parent, reasoning
        if role == "system":
            self.draft.system(text)
            return parent, reasoning
        if role not in ("user", "assistant") or value.get("recipient") not in ("all", None):
            self.left.tools += 1
            return parent, reasoning
        at = iso(value.get("create_time"))
        made = _made(facts, reasoning) if role == "assistant" else None
        return self.draft.add_after(parent, Message(role, text), at, made), ""

    def _text(self, content: JsonObject) -> str:
        kind, parts = content.get("content_type"), content.get("parts")
        code = content.get("text")
        if kind == "code" and isinstance(code, str):
            language = text_of(content.get("language"))
            language = language if re.fullmatch(r"[a-z0-9+#-]{1,20}", language) else ""
            return fenced(code, language if language != "unknown" else "")
        if kind not in ("text", "multimodal_text") or not isinstance(parts, list):
            return ""
        texts: list[str] = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, dict) and isinstance(part.get("text"), str):
                texts.append(text_of(part["text"]))
            elif isinstance(part, dict):
                self.left.pictures += 1
                texts.append(f"[{text_of(part.get('content_type')) or 'part'}]")
        return "\n".join(text for text in texts if text)


def _children(nodes: dict[str, JsonObject]) -> dict[str | None, list[str]]:
    """Return the nodes below each node, and below None the roots, in the order of the screen."""
    below: dict[str | None, list[str]] = {}
    for key, node in nodes.items():
        parent = node.get("parent")
        below.setdefault(
            parent if isinstance(parent, str) and parent in nodes else None, []
        ).append(key)
    for parent_key, keys in below.items():
        listed = nodes[parent_key].get("children") if parent_key is not None else None
        if isinstance(listed, list):
            order = {key: at for at, key in enumerate(listed) if isinstance(key, str)}
            keys.sort(key=lambda key: order.get(key, len(order)))
    return below


def _object(value: JsonObject, key: str) -> JsonObject:
    item = value.get(key)
    return item if isinstance(item, dict) else {}


def _thoughts(content: JsonObject) -> str:
    thoughts = content.get("thoughts")
    if content.get("content_type") != "thoughts" or not isinstance(thoughts, list):
        return ""
    return "\n\n".join(
        text
        for item in thoughts
        if isinstance(item, dict)
        if (text := text_of(item.get("content")))
    )


def _made(facts: JsonObject, reasoning: str) -> Made:
    finish = text_of(_object(facts, "finish_details").get("type"))
    return Made(
        ended=INTERRUPTED if finish == "interrupted" else FINISHED,
        finish_reason=_FINISH.get(finish),
        model=text_of(facts.get("model_slug")),
        reasoning=reasoning,
    )
