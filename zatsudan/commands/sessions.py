"""Commands on sessions as a whole."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan import store
from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Line, Outcome, Part, Pick, Show, Table, Talk, tell
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.titles import name_of
from zatsudan.commands.tree import copy_of
from zatsudan.core.errors import CommandError, SessionInUse, StoreError
from zatsudan.core.printable import one_line
from zatsudan.core.session import Node
from zatsudan.core.titles import title_from
from zatsudan.core.tree import end_of
from zatsudan.core.window import turns_of

if TYPE_CHECKING:
    from zatsudan.core.picking import Row
    from zatsudan.shelf import Summary

GROUP = "Sessions"

#: How many messages of a loaded session are shown.
SHOWN = 4
#: How many messages of a session its preview holds.
PREVIEWED = 8
#: How much of each of them, in characters: a preview is drawn while a key is held down.
PREVIEW = 2000
#: How many sessions the table lists.
LISTED = 40


def directory_of(chat: Chat) -> Path:
    """Return where sessions are kept; raises StoreError in a private talk."""
    if chat.sessions is None:
        raise StoreError(
            "This talk is private: nothing is saved.", "Start without --private to save."
        )
    return chat.sessions


def _names(chat: Chat, _args: str) -> Iterable[Choice]:
    if chat.sessions is not None:
        from zatsudan import shelf

        for summary in shelf.summaries(chat.sessions)[:200]:
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
    """Say where this session is saved, or name it.

    It is saved all the time, with or without a name; without one, its first words stand for it.
    `/save NAME` gives it its name, `/rename` another one. `/save PATH` (with a slash or an
    ending in it, as in talk.md) writes it there, in the format of the ending.
    """
    if _is_path(args):
        return await _save_to(chat, args)
    directory_of(chat)
    if not chat.session.nodes:
        raise CommandError(
            "There is nothing to save yet.", "A session begins with its first message."
        )
    title = one_line(args, 120)
    if title and chat.session.title not in ("", title):
        raise CommandError(
            f"This session has a name: {one_line(chat.session.title, 60)}.",
            f"/rename {one_line(args, 40)} changes it.",
        )
    if title and title != chat.session.title:
        chat.record({"type": "title", "title": title})
    chat.journal.flush()
    if chat.journal.trouble:
        return tell(chat.journal.trouble, "warn")
    return Show((Line(f"Saved: {name_of(chat)}", "good"), Line(f"{chat.journal.path}", "dim")))


def _is_path(args: str) -> bool:
    """Tell whether a person means a file: a slash, `~`, or an ending that is a format's."""
    from zatsudan.exports import FORMATS

    ending = args.rpartition(".")[2] if "." in args else ""
    return "/" in args or args.startswith("~") or ending in {row.ending for row in FORMATS.values()}


async def _save_to(chat: Chat, args: str) -> Outcome:
    """Write the talk to a file, never over one that is there."""
    from zatsudan.commands.transfer import export_text, write
    from zatsudan.exports import FORMATS

    ending = Path(args).suffix.removeprefix(".")
    name = next(
        (name for name, row in FORMATS.items() if row.ending == ending and row.talk), "jsonl"
    )
    text = await export_text(chat, name)
    write(Path(args), text, instead=f"/export! {name} FILE overwrites a file.")
    return tell(f"Written as {name}: {one_line(args, 200)}", "good")


@command("load", "[NAME|NUMBER]", group=GROUP, everyday=True, complete=_names)
async def load(chat: Chat, args: str) -> Outcome:
    """Go on with a saved session.

    By its name, the beginning of it, its id, or its number in /sessions. `ID#MESSAGE` goes to
    that message of it, as /search shows them.
    """
    if not args:
        return await sessions.run(chat, "")
    directory = directory_of(chat)
    name, mark, node_id = args.rpartition("#")
    if mark and name and node_id.isdigit():
        return jump(chat, directory / f"{name}{store.SUFFIX}", node_id)
    from zatsudan import shelf

    return Show(tuple(resume(chat, shelf.find(directory, args).path)))


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


def jump(chat: Chat, path: Path, node_id: str) -> Outcome:
    """Go to a message of a session: to the end of the branch on which it stands.

    Raises StoreError if the session or the message is not there.
    """
    parts: list[Part] = []
    if path != chat.journal.path:
        parts += [part for part in resume(chat, path) if isinstance(part, Line)]
    session = chat.session
    if node_id not in session.nodes:
        raise StoreError(
            f"This session has no message {one_line(node_id, 20)}.", "/show all shows it."
        )
    end = end_of(session, node_id)
    if end != session.head:
        chat.record({"type": "head", "id": end})
    head, talk = opening(chat)
    parts = [part for part in parts if part != head]
    at = [node.id for node in session.path()].index(node_id)
    between = len(session.path()) - at - 1 - len(talk.nodes)
    parts.append(head)
    if between >= 0:
        parts.append(Talk((session.nodes[node_id],), at))
        talk = talk._replace(above=0)
    if between > 0:
        parts.append(
            Line(f"{between} messages between are not shown; /show all shows them.", "dim")
        )
    return Show((*parts, talk))


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


def opening(chat: Chat) -> tuple[Line, Talk]:
    """Return the head line and the last messages of the session at hand."""
    session = chat.session
    path = session.path()
    shown = [node for turn in turns_of(path)[-2:] for node in turn][-SHOWN:]
    count = sum(node.message.role == "user" for node in path)
    head = Line(f"{name_of(chat)} · {count} turn{'s' if count != 1 else ''}", "good")
    return head, Talk(tuple(shown), len(path) - len(shown))


@command("sessions", "", group=GROUP)
async def sessions(chat: Chat, _args: str) -> Outcome:
    """Choose from the saved sessions, the latest first.

    What you type filters them: every word must stand in the title, the first words or the
    model. Enter goes on with one, Ctrl-R renames it, Ctrl-D deletes it after asking.
    """
    from zatsudan import shelf

    directory = directory_of(chat)
    found = await asyncio.to_thread(shelf.summaries, directory)
    if not found:
        return tell("No session is saved yet.", "dim")
    by_key = {entry.id: entry for entry in found}

    async def chosen(key: str) -> Outcome:
        return Show(tuple(resume(chat, by_key[key].path)))

    def renamed(key: str, name: str) -> "Row":
        title = one_line(name, 120)
        if key == chat.session.id:
            chat.record({"type": "title", "title": title})
        else:
            shelf.rename(by_key[key].path, title)
        by_key[key] = replace(by_key[key], title=title)
        return _row(by_key[key])

    def delete(key: str) -> None:
        if key == chat.session.id:
            raise StoreError("This session is the one at hand.", "/new begins another one.")
        shelf.delete(by_key[key].path)

    return Pick(
        "Sessions",
        ("title", "age", "turns", "model", "first words"),
        tuple(map(_row, found)),
        chosen,
        (*table(found, chat.session.id), *_how_to_load(len(found))),
        enter="loads",
        preview=lambda key: (
            Talk(tuple(map(_shortened, shelf.ending(by_key[key].path, PREVIEWED)))),
        ),
        rename=renamed,
        delete=delete,
        right=frozenset({2}),
        fluid=((4, 12), (3, 12), (0, 8)),
    )


def _shortened(node: Node) -> Node:
    """Return a message with its end alone, if it is long."""
    text = node.message.text
    if len(text) <= PREVIEW:
        return node
    return node._replace(message=node.message._replace(content=f"…{text[-PREVIEW:]}"))


def _row(entry: "Summary") -> "Row":
    from zatsudan.core.picking import Row

    words = one_line(entry.first_words, 100)
    model = one_line(entry.model, 30)
    # An automatic title is the first words: they need not stand there twice.
    cells = (
        entry.name,
        age(entry.modified),
        str(entry.turns),
        model,
        words if entry.title else "",
    )
    return Row(entry.id, cells, f"{entry.name} {words} {model} {entry.id}")


def table(found: "Sequence[Summary]", current: str = "", listed: int = LISTED) -> tuple[Table]:
    """Return the table of sessions, as many as are `listed`; the one at hand is marked."""
    rows = tuple(
        (
            str(number),
            title_from(entry.name, 40),
            age(entry.modified),
            str(entry.turns),
            one_line(entry.model, 30),
        )
        for number, entry in enumerate(found[:listed], 1)
    )
    marks = frozenset(i for i, entry in enumerate(found[:listed]) if entry.id == current)
    head = ("", "title", "age", "turns", "model")
    return (Table(head, rows, marks=marks, right=frozenset({0, 3})),)


def _how_to_load(count: int) -> tuple[Line]:
    more = f" {count - LISTED:,} older ones are not shown." if count > LISTED else ""
    return (Line(f"/load NUMBER or NAME goes on with one.{more}", "dim"),)
