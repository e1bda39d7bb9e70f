"""Commands on sessions as a whole."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from zatsudan import store
from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Line, Outcome, Part, Show, Table, Talk, say
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.tree import copy_of
from zatsudan.core.errors import CommandError, SessionInUse, StoreError
from zatsudan.core.printable import one_line
from zatsudan.core.window import turns_of

GROUP = "Sessions"

#: How many messages of a loaded session are shown.
SHOWN = 4


def _directory(chat: Chat) -> Path:
    if chat.sessions is None:
        raise StoreError(
            "This talk is private: nothing is saved.", "Start without --private to save."
        )
    return chat.sessions


def _names(chat: Chat, _args: str) -> Iterable[Choice]:
    if chat.sessions is not None:
        for summary in store.summaries(chat.sessions)[:200]:
            yield Choice(summary.name, f"{age(summary.modified)} · {summary.turns} turns")


def age(modified: float) -> str:
    """Return how long ago a time in seconds since 1970 was, in a few characters."""
    seconds = max(0.0, datetime.now().astimezone().timestamp() - modified)
    for size, unit in (
        (86_400 * 365, "y"),
        (86_400 * 30, "mo"),
        (86_400, "d"),
        (3600, "h"),
        (60, "min"),
    ):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return "now"


@command("save", "[NAME]", group=GROUP, everyday=True)
async def save(chat: Chat, args: str) -> Outcome:
    """Name this session.

    It is saved all the time, with or without a name.
    """
    _directory(chat)
    if not chat.session.nodes:
        raise CommandError(
            "There is nothing to save yet.", "A session begins with its first message."
        )
    if args:
        chat.record({"type": "title", "title": one_line(args, 120)})
    chat.journal.flush()
    if chat.journal.trouble:
        return say(chat.journal.trouble, "warn")
    name = one_line(chat.session.title or chat.session.first_words(), 60)
    return Show((Line(f"Saved: {name}", "good"), Line(f"{chat.journal.path}", "dim")))


@command("load", "[NAME|NUMBER]", group=GROUP, everyday=True, complete=_names)
async def load(chat: Chat, args: str) -> Outcome:
    """Go on with a saved session.

    By its name, the beginning of it, or its number in /sessions.
    """
    if not args:
        return await sessions.run(chat, "")
    return Show(tuple(resume(chat, store.find(_directory(chat), args).path)))


def resume(chat: Chat, path: Path) -> list[Part]:
    """Load a session and return what to show of it; raises StoreError."""
    before = chat.session.model
    try:
        loss = list(_loss(chat.load(path)))
    except SessionInUse:
        copy_of(chat, path)
        loss = [Line("That session is open in another terminal: this is a copy of it.", "warn")]
    session = chat.session
    if chat.server is not None and session.server not in ("", chat.server.name):
        note = f"It was held with {one_line(session.model, 40)} at {one_line(session.server, 40)}."
        chat.use_model(before or chat.server.model, chat.server)
    else:
        note = ""
    return [*loss, *opening(chat), *([Line(note, "dim")] if note else [])]


def _loss(loaded: store.Loaded) -> Iterable[Line]:
    if loaded.torn:
        yield Line("The last line of this session was cut short and is dropped.", "warn")
    if loaded.damaged:
        yield Line(f"{loaded.damaged} damaged lines of this session were skipped.", "warn")
    if loaded.session.unknown:
        yield Line(
            f"{loaded.session.unknown} records of a later version are kept, but not understood.",
            "warn",
        )


def opening(chat: Chat) -> list[Part]:
    """Return the head line and the last messages of the session at hand."""
    session = chat.session
    path = session.path()
    shown = [node for turn in turns_of(path)[-2:] for node in turn][-SHOWN:]
    name = one_line(session.title or session.first_words(), 60)
    count = sum(node.message.role == "user" for node in path)
    head = Line(f"{name} · {count} turn{'s' if count != 1 else ''}", "good")
    return [head, Talk(tuple(shown), len(path) - len(shown))]


@command("sessions", "", group=GROUP)
async def sessions(chat: Chat, _args: str) -> Outcome:
    """List the saved sessions, the latest first.

    `/load NUMBER` goes on with one.
    """
    found = store.summaries(_directory(chat))
    if not found:
        return say("No session is saved yet.", "dim")
    rows = tuple(
        (
            str(number),
            one_line(entry.name, 40),
            age(entry.modified),
            str(entry.turns),
            one_line(entry.model, 30),
        )
        for number, entry in enumerate(found[:40], 1)
    )
    marks = frozenset(i for i, entry in enumerate(found[:40]) if entry.id == chat.session.id)
    more = f" {len(found) - 40} older ones are not shown." if len(found) > 40 else ""
    table = Table(("", "name", "age", "turns", "model"), rows, marks=marks, right=frozenset({0, 3}))
    return Show((table, Line(f"/load NUMBER or NAME goes on with one.{more}", "dim")))
