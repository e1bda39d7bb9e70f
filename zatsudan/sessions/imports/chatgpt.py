"""ChatGPT's `conversations.json`: a list of conversations, each a tree in `mapping`.

The tree holds much that nobody said: empty roots, hidden system messages,
the traffic with tools, notes of thinking. What was said is kept with its
branches; what was thought becomes the reasoning of the reply that follows, and what is
shown of tools (a document, a picture) a part of it. The rest is counted.
The format is nowhere documented; this is what exports of 2023 to 2026 hold.
"""

from dataclasses import dataclass, field

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.imports.chatgptcontent import (
    attachments,
    document,
    is_unread,
    pictures,
    said,
    thoughts,
)
from zatsudan.sessions.imports.draft import Draft, Note, iso, text_of
from zatsudan.sessions.imports.foreigntrees import is_deepseek
from zatsudan.sessions.imports.leftout import EMPTY, HIDDEN, ODD, TOOLS, UNKNOWN, LeftOut
from zatsudan.sessions.made import FINISHED, INTERRUPTED, Made
from zatsudan.wire.messages import Message

_FINISH = {"stop": "stop", "max_tokens": "length"}


def is_conversation(value: Json) -> bool:
    """Tell whether a value looks like one of ChatGPT's conversations."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("mapping"), dict)
        and not is_deepseek(value)
    )


def read(conversations: list[Json], note: Note) -> list[Draft]:
    """Return the conversations that say anything."""
    left = LeftOut()
    drafts: list[Draft] = []
    for conversation in conversations:
        if not is_conversation(conversation) or not isinstance(conversation, dict):
            left.add(ODD)
            continue
        draft = _Reader(conversation, left).read()
        if draft.is_empty:
            left.add(EMPTY)
        else:
            drafts.append(draft)
    for sentence in left.sentences():
        note(sentence)
    return drafts


@dataclass(slots=True)
class _Carried:
    """What belongs to the reply that follows: thoughts, and what tools gave that is shown with it."""

    thought: str = ""
    shown: str = ""
    at: str = ""
    model: str = ""

    def __bool__(self) -> bool:
        return bool(self.thought or self.shown)


@dataclass(slots=True)
class _Reader:
    conversation: JsonObject
    left: LeftOut
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
        rest: list[tuple[str, str | None, _Carried]] = [
            (key, None, _Carried()) for key in reversed(children.get(None, []))
        ]
        while rest:
            key, parent, carried = rest.pop()
            if key in places:
                continue
            place, carried = self._add(nodes[key].get("message"), parent, carried)
            below = children.get(key, [])
            if carried and len(below) != 1:  # no one reply follows that could take it
                place, carried = self._alone(place, carried), _Carried()
            places[key] = place
            rest += [(child, place, carried) for child in reversed(below)]
        current = places.get(text_of(conversation.get("current_node")), draft.last)
        if current is not None:
            draft.records.append({"type": "head", "id": current})
        return draft

    def _add(
        self, value: Json, parent: str | None, carried: _Carried
    ) -> tuple[str | None, _Carried]:
        """Add a message if it is one; return its place and what belongs to the reply that follows."""
        if not isinstance(value, dict):
            return parent, carried
        author, content, facts = (_object(value, key) for key in ("author", "content", "metadata"))
        role, at = author.get("role"), iso(value.get("create_time"))
        if facts.get("is_visually_hidden_from_conversation"):
            if role != "system" and is_unread(content):
                self.left.add(HIDDEN)
            return parent, carried
        spoken = role in ("user", "assistant") and value.get("recipient") in ("all", None)
        if role != "system" and not spoken:
            return parent, self._of_tools(value, content, carried)
        thought = thoughts(content)
        if thought:
            model = text_of(facts.get("model_slug"))
            before = f"{carried.thought}\n\n" if carried.thought else ""
            return parent, _Carried(before + thought, carried.shown, at, model)
        return self._say(value, content, parent, carried)

    def _say(
        self, value: JsonObject, content: JsonObject, parent: str | None, carried: _Carried
    ) -> tuple[str | None, _Carried]:
        """Add what a person, the model or the system says."""
        role, facts = _object(value, "author").get("role"), _object(value, "metadata")
        at = iso(value.get("create_time"))
        text = said(content, self.left)
        names = attachments(facts, content, self.left)
        text = "\n".join(part for part in (names, text) if part.strip())
        if not text.strip():
            if is_unread(content):
                self.left.add(UNKNOWN)
            return parent, carried
        if role == "system":
            self.draft.system(text)
            return parent, carried
        if role == "user":
            parent = self._alone(parent, carried)
            return self.draft.add_after(parent, Message("user", text), at), _Carried()
        text = f"{carried.shown}\n\n{text}" if carried.shown else text
        made = _made(facts, carried.thought)
        return self.draft.add_after(parent, Message("assistant", text), at, made), _Carried()

    def _of_tools(self, value: JsonObject, content: JsonObject, carried: _Carried) -> _Carried:
        """Take what is shown of a message to or from a tool: a document, a picture. The rest is counted."""
        role = _object(value, "author").get("role")
        shown = document(value.get("recipient"), content) if role == "assistant" else ""
        if role == "tool" and pictures(content):
            shown = said({"parts": list(pictures(content))}, self.left)
        if not shown:
            if is_unread(content):
                self.left.add(TOOLS)
            return carried
        before = f"{carried.shown}\n\n" if carried.shown else ""
        model = text_of(_object(value, "metadata").get("model_slug")) or carried.model
        at = iso(value.get("create_time")) or carried.at
        return _Carried(carried.thought, before + shown, at, model)

    def _alone(self, parent: str | None, carried: _Carried) -> str | None:
        """Add what no reply follows as a reply of its own; return its place."""
        if not carried:
            return parent
        ended = FINISHED if carried.shown else INTERRUPTED
        made = Made(ended=ended, model=carried.model, reasoning=carried.thought)
        return self.draft.add_after(parent, Message("assistant", carried.shown), carried.at, made)


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


def _made(facts: JsonObject, reasoning: str) -> Made:
    finish = text_of(_object(facts, "finish_details").get("type"))
    return Made(
        ended=INTERRUPTED if finish == "interrupted" else FINISHED,
        finish_reason=_FINISH.get(finish),
        model=text_of(facts.get("model_slug")),
        reasoning=reasoning,
    )
