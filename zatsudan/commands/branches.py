"""Commands on the tree: earlier messages and other branches; of variants see variants.py."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from zatsudan.base.errors import CommandError, StoreError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.messagenumbers import numbers
from zatsudan.commands.outcomes import Generate, Outcome, Prefill, Show, tell
from zatsudan.commands.parts import Line, Rows, Talk
from zatsudan.commands.registry import Choice, command
from zatsudan.sessions import journal
from zatsudan.sessions.byhand import DELETED, HIDDEN
from zatsudan.sessions.calls import ANSWERS, summary
from zatsudan.sessions.session import Node, Session
from zatsudan.sessions.snapshot import records
from zatsudan.sessions.tree import Leaf, next_turn, picture
from zatsudan.talk.chat import Chat
from zatsudan.talk.entered import KEYS, SAID, Entered

GROUP = later("Branches")


def has_messages(chat: Chat) -> bool:
    """Tell whether anything has been said: a command on messages makes sense then."""
    return bool(chat.talk.session.nodes)


def ids(chat: Chat, args: str) -> Iterable[Choice]:
    """Complete the number of a message."""
    session = chat.talk.session
    return numbers(session, reversed(session.nodes), args)


def node_named(chat: Chat, name: str) -> Node:
    """Return the message with that number; raises CommandError."""
    node = chat.talk.session.nodes.get(name.removeprefix("#"))
    if node is None:
        raise CommandError(
            say("There is no message {name!r}.", name=one_line(name, 20)),
            say("/tree shows the numbers of all."),
        )
    return node


def _edit(chat: Chat, args: str, *, editor: bool) -> Outcome:
    name, text = [*args.split(maxsplit=1), "", ""][:2]
    node = node_named(chat, name) if name else chat.talk.last_user()
    if node is None:
        raise CommandError(
            say("That is none of your messages."),
            say("/tree shows all messages with their numbers."),
        )
    if node.message.role != "user":
        return _rewrite(chat, node, text, editor=editor)
    chat.talk.record({"type": "head", "id": node.parent})
    if text:
        return Generate(chat.talk.say(text))
    note = say(
        "Editing #{id}; what followed stays as a branch, and /redo goes back to it.", id=node.id
    )
    return Prefill(chat.talk.given_back(node), (Line(note, "good"),), editor)


def _rewrite(chat: Chat, node: Node, text: str, *, editor: bool) -> Outcome:
    """Bring a message of another role into the input line, or make a variant of it with a text."""
    if not isinstance(node.message.content, str | None):
        raise CommandError(
            say("#{id} holds more than text.", id=node.id),
            say("/add {role} TEXT writes another.", role=one_line(node.message.role, 20)),
        )
    if not text:
        head = Entered.of(f"/edit {node.id}" + ("\n" if editor else " "), KEYS)
        words = Entered.of(node.message.text, SAID)
        note = say("Enter makes a variant of #{id} by hand; the old one stays.", id=node.id)
        how = say("/edit {id} TEXT makes a variant of it.", id=node.id)
        return Prefill(
            Entered.joined((head, words), ""), (Line(note, "dim"),), editor, (Line(how, "dim"),)
        )
    if text == node.message.text:
        return tell(say("#{id} says so already.", id=node.id), "dim")
    made = chat.talk.add(node.message._replace(content=text), node.parent, node.id)
    note = say(
        "#{id} was made by hand, from #{source}. An empty line lets the model go on from its end.",
        id=made.id,
        source=node.id,
    )
    return Show((Talk((made,)), Line(note, "good")))


@command("edit", "[N [TEXT]]", group=GROUP, complete=ids, possible=has_messages)
async def edit(chat: Chat, args: str) -> Outcome:
    """Change an earlier message, yours or the model's.

    It comes into the input line. One of yours is sent anew and makes a new branch; of a reply a variant is made, marked
    as made by hand, and an empty line (or /continue) lets the model go on from its end. The old one stays. `/edit! N`
    opens it in the editor.
    """
    return _edit(chat, args, editor=False)


@command("edit!", "[N]", group=GROUP, complete=ids, possible=has_messages)
async def edit_in_editor(chat: Chat, args: str) -> Outcome:
    """Change an earlier message in the editor."""
    return _edit(chat, args, editor=True)


@command("redo", "", group=GROUP, possible=has_messages)
async def redo(chat: Chat, _args: str) -> Outcome:
    """Step forward again one turn, after /undo or /edit."""
    node_id = next_turn(chat.talk.session)
    if node_id is None:
        raise CommandError(
            say("There is nothing further on this branch."), say("/tree shows the others.")
        )
    chat.talk.record({"type": "head", "id": node_id})
    path = chat.talk.session.path()
    users = (at for at, role in enumerate(path.roles()) if role == "user")
    start = max(users, default=0)
    return Show((Talk(tuple(path[start:]), start),))


@command("fork", "[NAME]", group=GROUP, possible=has_messages, known_as=("branch",))
async def fork(chat: Chat, args: str) -> Outcome:
    """Go on in a new session from here.

    It holds the messages up to this one; the session before keeps all of them.
    """
    path = set(chat.talk.session.chain().ids)
    name = one_line(chat.talk.session.title or chat.talk.session.first_words(), 40)
    copies = [
        record
        for record in records(chat.talk.session)
        if record["type"] not in ("session", "delta", "title")
        and (record["type"] not in ("message", "pin", "withhold") or record["id"] in path)
    ]
    chat.talk.begin()
    for record in copies:
        chat.talk.record(record)
    if args:
        chat.talk.record({"type": "title", "title": one_line(args, 120)})
    note = say_count(
        "A new session from here, {n} message; the one before is “{name}”.",
        "A new session from here, {n} messages; the one before is “{name}”.",
        len(path),
        name=name,
    )
    return tell(note, "good")


def marks_of(session: Session, node: Node) -> list[Printable]:
    """Return what is particular about a message, a word or two each."""
    withheld = session.withheld.get(node.id)
    found = [
        say("pinned") if node.id in session.pinned else EMPTY,
        node.by_hand.said() if node.by_hand is not None else EMPTY,
        say("hidden") if withheld == HIDDEN else EMPTY,
        say("deleted") if withheld == DELETED else EMPTY,
    ]
    return [mark for mark in found if mark]


#: A tree of more messages is drawn around one of them, with so many above it and below.
_WHOLE, _ABOVE, _BELOW = 1000, 100, 10


@command("tree", "[N|all]", group=GROUP, complete=ids, possible=has_messages)
async def tree(chat: Chat, args: str) -> Outcome:
    """Draw the talk: every message and branch.

    `*` marks the path that is sent, `>` where it stands; /goto N moves there. `»` is a message of
    yours, `=` the answer to a call. Of a talk of more than a thousand messages what stands around the
    end is drawn, or around message N, or all.
    """
    session = chat.talk.session
    if not session.nodes:
        return tell(say("Nothing has been said yet."), "dim")
    around = node_named(chat, args).id if args not in ("", "all") else session.head
    leaves, begin, end = list(picture(session)), 0, len(session.nodes)
    if args != "all" and (args or end > _WHOLE):
        at = next((at for at, leaf in enumerate(leaves) if leaf.id == around), 0)
        begin, end = max(at - _ABOVE, 0), min(at + 1 + _BELOW, end)
    lines = [_tree_line(session, leaf) for leaf in leaves[begin:end]]
    if begin:
        above = say(
            "{count:,} messages stand above; /tree N draws those around N, /tree all all.",
            count=begin,
        )
        lines.insert(0, Line(above, "dim"))
    if end < len(leaves):
        below = say("{count:,} messages stand below.", count=len(leaves) - end)
        lines.append(Line(below, "dim"))
    return Show((Rows(tuple(lines)),))


def _tree_line(session: Session, leaf: Leaf) -> Line:
    node = session.nodes[leaf.id]
    mark = ">" if leaf.is_head else "*" if leaf.on_path else " "
    number = f"#{node.id}".rjust(len(str(session.last_number)) + 1)
    who = "» " if node.message.role == "user" else ""
    who = "= " if node.message.role in ANSWERS else who
    pin = "".join(f"({mark}) " for mark in marks_of(session, node))
    text = one_line(summary(node.message), 200) or say("(no text)")
    row = printable(f"{mark} {number} {leaf.lead}{who}{pin}{text}")
    return Line(row, "plain" if leaf.on_path else "dim")


@command("goto", "N", group=GROUP, complete=ids, possible=has_messages)
async def goto(chat: Chat, args: str) -> Outcome:
    """Go to a message: the talk goes on from there."""
    node = node_named(chat, args)
    chat.talk.record({"type": "head", "id": node.id})
    note = say("At #{id}.", id=node.id)
    if node.message.role == "user":
        note = say("At #{id}. /retry asks for a reply to it.", id=node.id)
    return Show((Line(note, "good"), Talk((node,))))


def _pin(chat: Chat, args: str, *, pinned: bool) -> Outcome:
    path = chat.talk.session.path()
    node = node_named(chat, args) if args else path[-1] if path else None
    if node is None:
        raise CommandError(
            say("Nothing has been said yet."), say("Pin a message once there is one.")
        )
    chat.talk.record({"type": "pin", "id": node.id, "pinned": pinned})
    note = (
        later("#{id} is always sent, also when older turns are left out: {text}")
        if pinned
        else later("#{id} is no longer pinned: {text}")
    )
    return tell(say(note, id=node.id, text=one_line(node.message.text, 40)), "good")


@command("pin", "[N]", group=GROUP, complete=ids, possible=has_messages)
async def pin(chat: Chat, args: str) -> Outcome:
    """Keep a message in what is sent, however long the talk gets."""
    return _pin(chat, args, pinned=True)


@command("unpin", "[N]", group=GROUP, complete=ids, possible=has_messages)
async def unpin(chat: Chat, args: str) -> Outcome:
    """Let a pinned message go with the others."""
    return _pin(chat, args, pinned=False)


async def copy_of(chat: Chat, path: Path) -> None:
    """Go on with a copy of a session that another program has open; raises StoreError."""
    loaded = await asyncio.to_thread(journal.load, path)
    chat.talk.begin()
    chat.talk.fresh = False
    for record in records(loaded.session):
        if record["type"] != "session":
            chat.talk.record(record)
    if chat.talk.journal.trouble:
        raise StoreError(chat.talk.journal.trouble)
