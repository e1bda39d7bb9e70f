"""Going on with a saved session."""

from collections.abc import Iterable
from pathlib import Path

from zatsudan.base.errors import SessionInUse, StoreError
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import EMPTY, one_line, printable
from zatsudan.commands.branches import copy_of
from zatsudan.commands.naming import name_of
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line, Part, Talk
from zatsudan.sessions import journal
from zatsudan.sessions.byhand import DELETED
from zatsudan.sessions.tree import end_of
from zatsudan.sessions.window import starts_of
from zatsudan.talk.addressee import is_new_to, use_model
from zatsudan.talk.chat import Chat

#: How many messages of a loaded session are shown.
SHOWN = 4


async def resume(chat: Chat, path: Path) -> list[Part]:
    """Load a session and return what to show of it; raises StoreError."""
    before = chat.talk.session.model
    try:
        loss = list(_loss(await chat.talk.load(path)))
    except SessionInUse:
        await copy_of(chat, path)
        note = say("That session is open in another terminal: this is a copy of it.")
        loss = [Line(note, "warn")]
    session = chat.talk.session
    if chat.link.server is not None and session.server not in ("", chat.link.server.name):
        note = say(
            "It was held with {model} at {server}.",
            model=one_line(session.model, 40),
            server=one_line(session.server, 40),
        )
        if not is_new_to(chat.talk, chat.link.server):
            use_model(chat.talk, chat.link, before or chat.link.server.model)
    else:
        note = EMPTY
    notes = [note] if note else []
    head, talk = opening(chat)
    if talk.nodes and talk.nodes[-1].message.role == "user":
        notes.append(say("Your last message has no reply yet: /retry asks for one."))
    return [*loss, head, *shown_anew(chat, talk), *(Line(each, "dim") for each in notes)]


async def jump(chat: Chat, path: Path, node_id: str) -> Outcome:
    """Go to a message of a session: to the end of the branch on which it stands.

    Raises StoreError if the session or the message is not there.
    """
    parts: list[Part] = []
    if path != chat.talk.journal.path:
        parts += [part for part in await resume(chat, path) if isinstance(part, Line)]
    session = chat.talk.session
    if node_id not in session.nodes:
        raise StoreError(
            say("This session has no message {id}.", id=one_line(node_id, 20)),
            say("/show all shows it."),
        )
    if session.withheld.get(node_id) == DELETED:
        raise StoreError(
            say("Message {id} was taken out of the talk.", id=node_id),
            say("/unhide {id} brings it back.", id=node_id),
        )
    end = end_of(session, node_id)
    if end != session.head:
        chat.talk.record({"type": "head", "id": end})
    head, talk = opening(chat)
    parts = [part for part in parts if part != head]
    whole = session.path()
    at = whole.ids.index(node_id)
    between = len(whole) - at - 1 - len(talk.nodes)
    parts.append(head)
    if between >= 0:
        parts.append(Talk((session.nodes[node_id],), at))
        talk = talk._replace(above=0)
    if between > 0:
        note = say_count(
            "{n} message between is not shown; /show all shows it.",
            "{n} messages between are not shown; /show all shows them.",
            between,
        )
        parts.append(Line(note, "dim"))
    return Show((*parts, *shown_anew(chat, talk)))


def _loss(loaded: journal.Loaded) -> Iterable[Line]:
    if loaded.torn:
        yield Line(say("The last line of this session was cut short and is dropped."), "warn")
    if loaded.damaged:
        note = say_count(
            "{n} damaged line of this session was skipped.",
            "{n} damaged lines of this session were skipped.",
            loaded.damaged,
        )
        yield Line(note, "warn")
    if loaded.session.refused:
        yield Line(loaded.session.not_set(), "warn")
    if loaded.session.unknown:
        note = say_count(
            "{n} record of a later version is kept, but not understood.",
            "{n} records of a later version are kept, but not understood.",
            loaded.session.unknown,
        )
        yield Line(note, "warn")


def opening(chat: Chat) -> tuple[Line, Talk]:
    """Return the head line and the last messages of the session at hand."""
    session = chat.talk.session
    path = session.path()
    begin = [0, *starts_of(path)][-2:][0]
    shown = path[max(begin, len(path) - SHOWN) :]
    count = sum(role == "user" for role in path.roles())
    turns = say_count("{n} turn", "{n} turns", count)
    head = Line(printable(f"{name_of(chat)} · {turns}"), "good")
    return head, Talk(tuple(shown), len(path) - len(shown), frozenset(session.withheld))


def shown_anew(chat: Chat, talk: Talk) -> tuple[Part, ...]:
    """Return messages as they are shown once more, with the pictures that came with them."""
    if not any(node.made is not None and node.made.beside for node in talk.nodes):
        return (talk,)  # so are nearly all
    from zatsudan.commands.brought import again

    return again(chat.talk, talk)
