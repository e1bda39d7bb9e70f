"""The talk for reading: the current path as Markdown, as plain text, and as the API's messages."""

import re
from typing import TYPE_CHECKING

from zatsudan.base.printable import one_line, printable
from zatsudan.markdown.codeblocks import fenced
from zatsudan.sessions.byhand import HIDDEN
from zatsudan.sessions.characters.framing import leading
from zatsudan.sessions.exports.literals import compact, literal
from zatsudan.sessions.records import VERSION
from zatsudan.sessions.session import Node, Session
from zatsudan.sessions.window import in_order
from zatsudan.wire.messages import ROLES, Message

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json

#: Heads a message of a role that is none of the API's.
OTHER = "Other"
HEADINGS = {role: role.capitalize() for role in ROLES}
#: What stands in brackets behind a heading: written by a person in the model's place, not sent.
BY_HAND = "by hand"
#: A line that would be read as the head of a message, with the backslashes that say that it is none.
_MARKED = rf"(?: \((?:{BY_HAND}|{HIDDEN}|{BY_HAND}, {HIDDEN})\))?"
HEADING = re.compile(
    rf"^(\\*)(## (?:{'|'.join([*HEADINGS.values(), OTHER])}){_MARKED})$", re.MULTILINE
)


def messages_of(session: Session) -> list[Message]:
    """Return what is sent of the path, led by the session's system message."""
    led = leading(session)
    system = [Message("system", led)] if led else []
    sent = (node.message for node in session.path() if node.id not in session.withheld)
    return [*system, *sent]


def marks_of(session: Session, node: Node) -> str:
    """Return what is particular about a message, in brackets behind its heading; `` for nothing."""
    by_hand = BY_HAND if node.by_hand is not None else ""
    hidden = HIDDEN if node.id in session.withheld else ""
    marks = ", ".join(mark for mark in (by_hand, hidden) if mark)
    return f" ({marks})" if marks else ""


def name_of(session: Session) -> str:
    """Return what the session is called, on one line."""
    return one_line(session.title or session.first_words(), 120)


def to_json(session: Session) -> str:
    """Return the messages as the API takes them."""
    messages: list[Json] = [message.to_json() for message in in_order(messages_of(session))]
    return literal(messages) + "\n"


def calls_of(message: Message) -> str:
    """Return the calls of a message as JSON text, or nothing."""
    calls = {
        key: message.extra[key] for key in ("tool_calls", "function_call") if message.extra.get(key)
    }
    return literal(dict(calls)) if calls else ""


def to_text(session: Session) -> str:
    """Return the talk as plain text."""
    name = name_of(session)
    lines = [name, "=" * min(72, len(name)), ""] if name else []
    if led := leading(session):
        lines += ["System:", printable(led), ""]
    for node in session.path():
        lines += [f"{_speaker(node)}{marks_of(session, node)}:", printable(node.message.text)]
        calls = calls_of(node.message)
        lines += [calls, ""] if calls else [""]
    return "\n".join(lines)


def _speaker(node: Node) -> str:
    role = one_line(node.message.role, 40).capitalize()
    model = one_line(node.made.model, 80) if node.made is not None else ""
    return f"{role} ({model})" if model else role


def to_markdown(session: Session) -> str:
    """Return the talk as Markdown: front matter, and a heading over each message.

    A line of a message that looks like such a heading gets a backslash, and a
    fence or comment that a message leaves open is closed, so that one message
    cannot swallow or feign the next.
    """
    from zatsudan.markdown.ending import closed  # takes a while

    facts: dict[str, Json] = {
        "title": name_of(session),
        "created": session.created,
        "model": session.model,
        "server": session.server,
        "parameters": dict(session.parameters),
    }
    lines = ["---", f"zatsudan: {VERSION}"]
    lines += [f"{key}: {compact(value)}" for key, value in facts.items() if value]
    lines += ["---", ""]
    led = leading(session)
    system = [(Message("system", led), "")] if led else []
    said = [(node.message, marks_of(session, node)) for node in session.path()]
    for message, marks in (*system, *said):
        text = HEADING.sub(r"\\\1\2", printable(message.text))
        calls = calls_of(message)
        if calls:
            text = f"{text}\n\n{fenced(calls, 'json')}".lstrip("\n")
        heading = HEADINGS.get(message.role, OTHER)
        lines += [f"## {heading}{marks}", "", closed(text), ""]
    return "\n".join(lines)
