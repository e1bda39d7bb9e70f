"""zatsudan's own exports: the journal as JSON Lines, and Markdown."""

import re
from collections.abc import Iterable

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import Printable, one_line
from zatsudan.sessions.byhand import HIDDEN, ByHand
from zatsudan.sessions.exports.transcript import BY_HAND, HEADING, HEADINGS
from zatsudan.sessions.imports.apiform import with_api_fields
from zatsudan.sessions.imports.draft import Draft, Note, iso, role_of, text_of
from zatsudan.sessions.imports.jsontext import parse
from zatsudan.sessions.imports.leftout import LeftOut
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import replay
from zatsudan.wire.messages import Message

_ROLES = {heading: role for role, heading in HEADINGS.items()}
_FRONT = re.compile(r"---\nzatsudan: [0-9]+\n(.*?\n)?---\n", re.DOTALL)


def is_record(value: Json) -> bool:
    """Tell whether a value looks like a record that makes a session."""
    if not isinstance(value, dict):
        return False
    if value.get("type") == "message":
        message = value.get("message")
        return isinstance(message, dict) and "convId" not in message  # llama.cpp's page
    return value.get("type") in ("session", "delta") and "currNode" not in value


def read_records(records: Iterable[Json], note: Note) -> list[Draft]:
    """Return the sessions of a journal, or of several one after another.

    All records are kept, also those that this version does not know.
    """
    drafts: list[Draft] = []
    damaged = 0
    left = LeftOut()
    for record in records:
        if not isinstance(record, dict) or not isinstance(record.get("type"), str):
            damaged += 1
            continue
        if record["type"] == "session" or not drafts:
            drafts.append(Draft(iso(record.get("created"))))
        if record["type"] != "session":
            drafts[-1].records.append(_ordered(record, left))
    for sentence in left.sentences():
        note(sentence)
    if damaged:
        note(say_count("Left out: {n:,} damaged line.", "Left out: {n:,} damaged lines.", damaged))
    whole = []
    for draft in drafts:
        session = replay(draft.records)
        if session.nodes or session.partials:
            if session.refused:
                note(session.not_set())
            draft.last_at = max((iso(node.at) for node in session.nodes.values()), default="")
            whole.append(draft)
    return whole


def _ordered(record: JsonObject, left: LeftOut) -> JsonObject:
    """Return a record with its keys in the journal's order, by which sessions are listed.

    Raises ImportRefused for a message that is none.
    """
    record = {"type": record["type"], **record}
    message = record.get("message")
    if record["type"] == "message" and isinstance(message, dict):
        role = role_of(message, _named(record))
        record = {
            **{key: record.get(key) for key in ("type", "id", "parent", "at")},
            "message": with_api_fields(message, role, left),
            **{key: value for key, value in record.items() if key in ("by_hand", "made")},
        }
    return record


def _named(record: JsonObject) -> Printable:
    return say("message {number}", number=one_line(str(record.get("id")), 20))


def is_markdown(text: str) -> bool:
    """Tell whether a text is a Markdown export."""
    return _FRONT.match(text) is not None


def read_markdown(text: str, note: Note) -> list[Draft]:
    """Return the talk of a Markdown export: one path, texts only. Raises ImportRefused."""
    front = _FRONT.match(text)
    if front is None:
        raise ImportRefused(
            say("The front matter is broken."), say("Export the session as jsonl instead.")
        )
    facts: dict[str, Json] = {}
    for line in (front[1] or "").splitlines():
        name, colon, value = line.partition(": ")
        if colon:
            facts[name] = parse(value)
    draft = Draft(iso(facts.get("created")))
    draft.title(facts.get("title"))
    draft.model(facts.get("model"), text_of(facts.get("server")))
    parameters = facts.get("parameters")
    draft.parameters(parameters if isinstance(parameters, dict) else {})
    tools = 0
    for heading, said in _sections(text[front.end() :]):
        name, _, marks = heading.partition(" (")
        role, by_hand = _ROLES.get(name, ""), BY_HAND in marks
        if role == "system" and draft.is_empty and not by_hand:
            draft.system(said)
        elif role in ("", "tool", "function"):
            tools += 1  # their ids are not in Markdown, and no server takes them without
        else:
            made = Made() if role == "assistant" and not by_hand else None
            node_id = draft.add(Message(role, said), made=made)
            if by_hand:
                draft.records[-1]["by_hand"] = ByHand().to_json()
            if HIDDEN in marks:
                draft.records.append({"type": "withhold", "id": node_id, "how": HIDDEN})
    if tools:
        note(
            say_count(
                "Left out: {n:,} message of a tool.", "Left out: {n:,} messages of tools.", tools
            )
        )
    return [] if draft.is_empty else [draft]


def _sections(text: str) -> Iterable[tuple[str, str]]:
    """Yield each heading of a message and the text below it."""
    heads = [match for match in HEADING.finditer(text) if not match[1]]
    for number, match in enumerate(heads, 1):
        is_last = number == len(heads)
        said = text[match.end() : None if is_last else heads[number].start()]
        said = said.removeprefix("\n\n").removesuffix("\n" if is_last else "\n\n")
        yield match[2].removeprefix("## "), HEADING.sub(lambda line: line[0][1:], said)
