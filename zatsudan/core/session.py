"""A session: a tree of messages with its settings, as the fold of its records.

`apply(session, record)` is the one way in which a session changes, live and on
reload, so that a reloaded session cannot differ from the live one. Nothing
that was said is ever overwritten: retry, edit and undo add siblings or move
the head.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from zatsudan.core.language import later
from zatsudan.core.messages import Json, JsonObject, Message, Usage

VERSION = 1

FINISHED, INTERRUPTED, FAILED = later("finished"), later("interrupted"), later("failed")


@dataclass(frozen=True, slots=True)
class Made:
    """How a reply was made and how it ended.

    `ended` is our own word (finished, interrupted, failed), `finish_reason`
    the server's. `first` and `seconds` are seconds from the request to the
    first token and to the end. `parameters` are those that were sent. `given`
    is the number of characters at the start of the reply that it was made to go on from;
    `request` what else its request was made of (see core/trace.py).
    """

    ended: str = FINISHED
    finish_reason: str | None = None
    error: str = ""
    model: str = ""
    server: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    usage: Usage | None = None
    first: float | None = None
    seconds: float = 0.0
    fingerprint: str = ""
    reasoning: str = ""
    left_out: int = 0
    logprobs: tuple[Json, ...] = ()
    given: int = 0
    request: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the fields that say something, for the journal."""
        value: JsonObject = {"ended": self.ended}
        for name in ("finish_reason", "error", "model", "server", "fingerprint", "reasoning"):
            if getattr(self, name):
                value[name] = getattr(self, name)
        for name, group in (("parameters", self.parameters), ("request", self.request)):
            if group:
                value[name] = dict(group)
        if self.usage is not None:
            value["usage"] = self.usage.to_json()
        if self.first is not None:
            value["first"] = round(self.first, 4)
        value["seconds"] = round(self.seconds, 4)
        for name, count in (("left_out", self.left_out), ("given", self.given)):
            if count:
                value[name] = count
        if self.logprobs:
            value["logprobs"] = list(self.logprobs)
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> "Made":
        """Read what `to_json` wrote; what is missing or odd gets its empty value."""

        def text(name: str) -> str:
            item = value.get(name)
            return item if isinstance(item, str) else ""

        def seconds(name: str) -> float | None:
            item = value.get(name)
            return float(item) if isinstance(item, int | float) else None

        def count(name: str) -> int:
            item = value.get(name)
            return item if isinstance(item, int) else 0

        def group(name: str) -> Mapping[str, Json]:
            item = value.get(name)
            return item if isinstance(item, dict) else {}

        logprobs = value.get("logprobs")
        return cls(
            ended=text("ended") or FINISHED,
            finish_reason=text("finish_reason") or None,
            error=text("error"),
            model=text("model"),
            server=text("server"),
            parameters=group("parameters"),
            request=group("request"),
            usage=Usage.from_json(value.get("usage")),
            first=seconds("first"),
            seconds=seconds("seconds") or 0.0,
            fingerprint=text("fingerprint"),
            reasoning=text("reasoning"),
            left_out=count("left_out"),
            given=count("given"),
            logprobs=tuple(logprobs) if isinstance(logprobs, list) else (),
        )


@dataclass(frozen=True, slots=True)
class Node:
    """A message in its place in the tree; `made` for replies; `at` is UTC in ISO 8601."""

    id: str
    parent: str | None
    message: Message
    at: str = ""
    made: Made | None = None


class Setting(NamedTuple):
    """A parameter's value and where it came from (config, preset, flag, session)."""

    value: Json
    origin: str = "session"


class Lab(NamedTuple):
    """The last experiment: its cells in their order, by label, each with its reply (None: none came).

    `blind` as long as the person is not to know which cell is which.
    """

    parent: str
    cells: tuple[tuple[str, str | None], ...]
    blind: bool = False

    def to_json(self) -> JsonObject:
        """Return its record."""
        cells: list[Json] = [{"label": label, "id": node_id} for label, node_id in self.cells]
        return {"type": "lab", "parent": self.parent, "cells": cells, "blind": self.blind}


class Start(NamedTuple):
    """The settings with which a session's first message was sent."""

    settings: Mapping[str, Setting]
    system: str
    model: str


@dataclass(slots=True)
class Partial:
    """A reply of which only pieces are in the journal yet. `head` is where the head stood then."""

    parent: str | None
    head: str | None
    at: str
    made: Made
    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Session:
    """The state of a session. Only `apply` changes it.

    `head` is the message that the next one follows; None before the first.
    `votes` are the blind picks: the label that was picked, and all that stood for choice.
    `unknown` counts records that a later version wrote and this one skips.
    `start` are the settings before the first message, `systems` every system
    message that has been in force.
    """

    id: str = ""
    created: str = ""
    title: str = ""
    system: str = ""
    model: str = ""
    server: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)
    children: dict[str | None, list[str]] = field(default_factory=dict)
    head: str | None = None
    settings: dict[str, Setting] = field(default_factory=dict)
    pinned: set[str] = field(default_factory=set)
    partials: dict[str, Partial] = field(default_factory=dict)
    lab: Lab | None = None
    votes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    unknown: int = 0
    last_number: int = 0
    #: The child on which the head last stood, or below which: the way forward.
    forward: dict[str | None, str] = field(default_factory=dict, compare=False)
    # What was in force once: no part of what two sessions have in common.
    start: Start | None = field(default=None, compare=False)
    systems: list[str] = field(default_factory=list, compare=False)

    @property
    def parameters(self) -> dict[str, Json]:
        """The parameters that are set, by wire name."""
        return {name: setting.value for name, setting in self.settings.items()}

    def next_id(self) -> str:
        """Return an id that no message of this session has."""
        number = self.last_number + 1
        while str(number) in self.nodes or str(number) in self.partials:
            number += 1
        return str(number)

    def path(self, last: str | None = None) -> list[Node]:
        """Return the messages from the root to `last`, or to the head."""
        nodes: list[Node] = []
        at = last if last is not None else self.head
        while at is not None:
            node = self.nodes[at]
            nodes.append(node)
            at = node.parent
        nodes.reverse()
        return nodes

    def numbered(self, parent: str | None, role: str = "assistant") -> list[Node | None]:
        """Return the messages under `parent` as a person counts them, from 1.

        The cells of the last experiment come first if it was made there, in their
        order (None: no reply came), then the others as they were made.
        """
        lab = self.lab
        cells = [key for _, key in lab.cells] if lab is not None and lab.parent == parent else []
        first = [self.nodes[key] if key is not None else None for key in cells]
        others = [self.nodes[key] for key in self.children.get(parent, ()) if key not in cells]
        return [
            *(first if role == "assistant" else ()),
            *(node for node in others if node.message.role == role),
        ]

    def variants(self, node: Node) -> list[Node]:
        """Return the siblings of `node` with the same role, itself among them."""
        found = self.numbered(node.parent, node.message.role)
        return [variant for variant in found if variant is not None]

    def replies(self) -> Iterator[Node]:
        """Yield every reply of the tree, in the order in which they were made."""
        return (node for node in self.nodes.values() if node.made is not None)

    def first_words(self) -> str:
        """Return the first user message of the path, or of the tree: the title if none is given."""
        for node in (*self.path(), *self.nodes.values()):
            if node.message.role == "user" and node.message.text.strip():
                return node.message.text.strip()
        return ""


def message_record(
    node_id: str, parent: str | None, message: Message, at: str, made: Made | None = None
) -> JsonObject:
    """Return the record of a message."""
    record: JsonObject = {
        "type": "message", "id": node_id, "parent": parent, "at": at, "message": message.to_json(),
    }  # fmt: skip
    if made is not None:
        record["made"] = made.to_json()
    return record


def apply(session: Session, record: Mapping[str, Json]) -> None:
    """Change `session` by one record. Unknown and unusable records are counted and skipped."""
    change = _CHANGES.get(str(record.get("type")))
    if change is None or not change(session, record):
        session.unknown += 1


def replay(records: Iterable[Mapping[str, Json]]) -> Session:
    """Return the session that the records make."""
    session = Session()
    for record in records:
        apply(session, record)
    return session


def recovery(session: Session) -> list[JsonObject]:
    """Return the records that make whole what a crash left: partial replies become messages.

    The head goes to the first choice, as it does live; if the talk has gone on
    elsewhere since, it stays there.
    """
    partials = session.partials
    records = [_whole_record(key, partials[key]) for key in reversed(partials)]
    if any(partial.head != session.head for partial in partials.values()):
        records.append({"type": "head", "id": session.head})
    return records


def _whole_record(node_id: str, partial: Partial) -> JsonObject:
    made = replace(
        partial.made,
        ended=INTERRUPTED,
        error="zatsudan ended in the middle of the reply",
        reasoning="".join(partial.reasoning),
    )
    message = Message("assistant", "".join(partial.content))
    return message_record(node_id, partial.parent, message, partial.at, made)


def _text(record: Mapping[str, Json], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _begin(session: Session, record: Mapping[str, Json]) -> bool:
    session.id = _text(record, "id")
    session.created = _text(record, "created")
    return True


def _parent(session: Session, record: Mapping[str, Json]) -> str | None:
    parent = record.get("parent")
    if parent is None:
        return None
    if isinstance(parent, str):
        if parent in session.partials:  # a damaged line cost the end of a reply
            apply(session, _whole_record(parent, session.partials[parent]))
        if parent in session.nodes:
            return parent
    # A damaged line cost the parent: what follows it hangs on what stood last.
    return session.head


def _count(session: Session, node_id: str) -> None:
    if node_id.isascii() and node_id.isdigit() and len(node_id) < 16:
        session.last_number = max(session.last_number, int(node_id))


def _add_message(session: Session, record: Mapping[str, Json]) -> bool:
    node_id, message = _text(record, "id"), record.get("message")
    if not node_id or not isinstance(message, dict):
        return False
    parent = _parent(session, record)
    if node_id in session.nodes:
        return False
    made = record.get("made")
    if session.start is None:
        session.start = Start(dict(session.settings), session.system, session.model)
    session.nodes[node_id] = Node(
        node_id,
        parent,
        Message.from_json(message),
        _text(record, "at"),
        Made.from_json(made) if isinstance(made, dict) else None,
    )
    session.children.setdefault(parent, []).append(node_id)
    session.forward[parent] = node_id
    session.partials.pop(node_id, None)
    session.head = node_id
    _count(session, node_id)
    return True


def _add_delta(session: Session, record: Mapping[str, Json]) -> bool:
    node_id = _text(record, "id")
    if not node_id or node_id in session.nodes:
        return False
    partial = session.partials.get(node_id)
    if partial is None:
        made = record.get("made")
        partial = Partial(
            _parent(session, record),
            session.head,
            _text(record, "at"),
            Made.from_json(made) if isinstance(made, dict) else Made(),
        )
        session.partials[node_id] = partial
        _count(session, node_id)
    partial.content.append(_text(record, "content"))
    partial.reasoning.append(_text(record, "reasoning"))
    return True


def _set(session: Session, record: Mapping[str, Json]) -> bool:
    name = _text(record, "name")
    if name:
        session.settings[name] = Setting(record.get("value"), _text(record, "origin") or "session")
    return bool(name)


def _unset(session: Session, record: Mapping[str, Json]) -> bool:
    session.settings.pop(_text(record, "name"), None)
    return True


def _set_system(session: Session, record: Mapping[str, Json]) -> bool:
    session.system = _text(record, "content")
    if session.system and session.system not in session.systems:
        session.systems.append(session.system)
    return True


def _set_model(session: Session, record: Mapping[str, Json]) -> bool:
    session.model = _text(record, "model")
    session.server = _text(record, "server")
    if session.start is not None and not session.start.model:
        # Nobody had named one: it was chosen when the first message was sent.
        session.start = session.start._replace(model=session.model)
    return True


def _set_title(session: Session, record: Mapping[str, Json]) -> bool:
    session.title = _text(record, "title")
    return True


def _move_head(session: Session, record: Mapping[str, Json]) -> bool:
    node_id = record.get("id")
    if node_id is not None and (not isinstance(node_id, str) or node_id not in session.nodes):
        return False
    _visit(session, session.head)
    _visit(session, node_id)
    session.head = node_id
    return True


def _visit(session: Session, node_id: str | None) -> None:
    """Remember the way to a message, so that one can go forward again."""
    while node_id is not None:
        parent = session.nodes[node_id].parent
        session.forward[parent] = node_id
        node_id = parent


def _pin(session: Session, record: Mapping[str, Json]) -> bool:
    node_id = _text(record, "id")
    if node_id not in session.nodes:
        return False
    if record.get("pinned") is False:
        session.pinned.discard(node_id)
    else:
        session.pinned.add(node_id)
    return True


def _set_lab(session: Session, record: Mapping[str, Json]) -> bool:
    cells, parent = record.get("cells"), _text(record, "parent")
    if not isinstance(cells, list) or parent not in session.nodes:
        return False
    session.lab = Lab(
        parent,
        tuple(
            (
                _text(cell, "label"),
                node_id if (node_id := _text(cell, "id")) in session.nodes else None,
            )
            for cell in cells
            if isinstance(cell, dict)
        ),
        record.get("blind") is True,
    )
    return True


def _vote(session: Session, record: Mapping[str, Json]) -> bool:
    labels, picked = record.get("labels"), _text(record, "picked")
    if not isinstance(labels, list) or picked not in labels:
        return False
    session.votes.append((picked, tuple(str(label) for label in labels)))
    if session.lab is not None:
        session.lab = session.lab._replace(blind=False)
    return True


_CHANGES = {
    "session": _begin,
    "message": _add_message,
    "delta": _add_delta,
    "set": _set,
    "unset": _unset,
    "system": _set_system,
    "model": _set_model,
    "title": _set_title,
    "head": _move_head,
    "pin": _pin,
    "lab": _set_lab,
    "vote": _vote,
}
