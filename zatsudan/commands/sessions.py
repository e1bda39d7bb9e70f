"""Commands on sessions as a whole."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError, StoreError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.naming import name_of
from zatsudan.commands.outcomes import Outcome, Pick, Show, tell
from zatsudan.commands.parts import Line, Table, Talk
from zatsudan.commands.picking import Row
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.resuming import jump, resume
from zatsudan.sessions import journal
from zatsudan.sessions.session import Node
from zatsudan.sessions.titles import title_from
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.sessions.shelf import Beginning
    from zatsudan.sessions.summary import Summary

GROUP = later("Sessions")

#: How an age is told, by the seconds from which on.
AGES = (
    (86_400 * 365, later("{n} y ago")),
    (86_400 * 30, later("{n} mo ago")),
    (86_400, later("{n} d ago")),
    (3600, later("{n} h ago")),
    (60, later("{n} min ago")),
)

#: How many messages of a session its preview holds.
PREVIEWED = 8
#: How much of each of them, in characters: a preview is drawn while a key is held down.
PREVIEW = 2000
#: How many sessions completion offers.
OFFERED = 200
#: How many sessions of thousands are looked at before a list of them is shown: a tall screen full.
FIRST = 100
#: How many sessions the table lists.
LISTED = 40


def directory_of(chat: Chat) -> Path:
    """Return where sessions are kept; raises StoreError in a private talk."""
    if chat.talk.folder is None:
        raise StoreError(
            say("This talk is private: nothing is saved."),
            say("Start without --private to save."),
        )
    return chat.talk.folder


def _names(chat: Chat, args: str) -> Iterable[Choice]:
    if chat.talk.folder is not None:
        from zatsudan.sessions import shelf

        # While a name is typed, the list is the one with which that began: thousands of
        # journals are not looked at again for every key.
        if not args or not chat.summaries:
            shelf.latest(chat.talk.folder, OFFERED, chat.summaries)
            chat.index_sessions()
        for _, summary in chat.summaries.values():
            if summary is None:
                continue
            turns = say_count("{n} turn", "{n} turns", summary.turns)
            yield Choice(summary.name, printable(f"{age(summary.modified)} · {turns}"))


def age(modified: float) -> Printable:
    """Return how long ago a time in seconds since 1970 was, in a few characters."""
    seconds = max(0.0, datetime.now().astimezone().timestamp() - modified)
    for size, ago in AGES:
        if seconds >= size:
            return say(ago, n=int(seconds // size))
    return say("now")


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
    if not chat.talk.session.nodes:
        raise CommandError(
            say("There is nothing to save yet."), say("A session begins with its first message.")
        )
    title = one_line(args, 120)
    if title and chat.talk.session.title not in ("", title):
        raise CommandError(
            say("This session has a name: {name}.", name=one_line(chat.talk.session.title, 60)),
            say("/rename {name} changes it.", name=one_line(args, 40)),
        )
    if title and title != chat.talk.session.title:
        chat.talk.record({"type": "title", "title": title})
    chat.talk.journal.flush()
    if chat.talk.journal.trouble:
        return tell(chat.talk.journal.trouble, "warn")
    saved = say("Saved: {name}", name=name_of(chat))
    return Show((Line(saved, "good"), Line(printable(f"{chat.talk.journal.path}"), "dim")))


def _is_path(args: str) -> bool:
    """Tell whether a person means a file: a slash, `~`, or an ending that is a format's."""
    from zatsudan.sessions.exports import FORMATS

    ending = args.rpartition(".")[2] if "." in args else ""
    slashes = bool({"/", os.sep} & set(args))
    return slashes or args.startswith("~") or ending in {row.ending for row in FORMATS.values()}


async def _save_to(chat: Chat, args: str) -> Outcome:
    """Write the talk to a file, never over one that is there."""
    from zatsudan.commands.paths import write_file
    from zatsudan.commands.transfer import export_text
    from zatsudan.sessions.exports import FORMATS

    ending = Path(args).suffix.removeprefix(".")
    name = next(
        (name for name, row in FORMATS.items() if row.ending == ending and row.talk), "jsonl"
    )
    text = await export_text(chat, name)
    instead = say("/export! {format} FILE overwrites a file.", format=name)
    write_file(Path(args), text, instead=instead)
    return tell(say("Written as {format}: {file}", format=name, file=one_line(args, 200)), "good")


@command(
    "load",
    "[NAME|NUMBER]",
    group=GROUP,
    everyday=True,
    complete=_names,
    from_disk=True,
    known_as=("resume",),
)
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
        return await jump(chat, directory / f"{name}{journal.SUFFIX}", node_id)
    from zatsudan.sessions import shelf

    found = await asyncio.to_thread(shelf.find, directory, args)
    return Show(tuple(await resume(chat, found.path)))


@command("sessions", "", group=GROUP, known_as=("history",))
async def sessions(chat: Chat, _args: str) -> Outcome:
    """Choose from the saved sessions, the latest first.

    What you type filters them: every word must stand in the title, the first words or the
    model. Enter goes on with one, Ctrl-R renames it, Ctrl-D deletes it after asking.
    """
    from zatsudan.sessions import shelf

    directory = directory_of(chat)
    begun = await asyncio.to_thread(shelf.beginning, directory, FIRST)
    chat.index_sessions()
    if begun.found:
        return _choosing(chat, directory, begun)
    pick = await _whole(chat, directory)
    return pick if pick.rows else tell(say("No session is saved yet."), "dim")


async def _whole(chat: Chat, directory: Path) -> Pick:
    """Return the list of all sessions, made where no key waits for it."""

    def looked_at() -> Pick:
        from zatsudan.sessions import shelf

        found = shelf.summaries(directory)
        return _choosing(chat, directory, shelf.Beginning(found, len(found)))

    return await asyncio.to_thread(looked_at)


def _choosing(chat: Chat, directory: Path, begun: "Beginning") -> Pick:
    """Return the list of these sessions, which looks at the others while the first ones are shown."""
    from zatsudan.sessions import shelf
    from zatsudan.sessions.summary import sought

    by_key = {entry.id: entry for entry in begun.found}

    def path_of(key: str) -> Path:
        return directory / f"{key}{journal.SUFFIX}"

    async def chosen(key: str) -> Outcome:
        return Show(tuple(await resume(chat, path_of(key))))

    def renamed(key: str, name: str) -> Row:
        title = one_line(name, 120)
        if key == chat.talk.session.id:
            chat.talk.record({"type": "title", "title": title})
        else:
            shelf.rename(path_of(key), title)
        named = by_key[key]._replace(title=title, name=one_line(title, 60))
        by_key[key] = named._replace(sought=sought(named))
        return _row(by_key[key])

    def delete(key: str) -> None:
        if key == chat.talk.session.id:
            raise StoreError(
                say("This session is the one at hand."), say("/new begins another one.")
            )
        shelf.delete(path_of(key))
        chat.index_sessions()

    return Pick(
        say("Sessions"),
        (say("title"), say("age"), say("turns"), say("model"), say("first words")),
        tuple(map(_row, begun.found)),
        chosen,
        (*table(begun.found, chat.talk.session.id), *_how_to_load(begun.total)),
        enter=later("loads"),
        preview=lambda key: (Talk(tuple(map(_shortened, shelf.ending(path_of(key), PREVIEWED)))),),
        rename=renamed,
        delete=delete,
        right=frozenset({2}),
        fluid=((4, 12), (3, 12), (0, 8)),
        total=begun.total,
        whole=None if begun.whole else partial(_whole, chat, directory),
    )


def _shortened(node: Node) -> Node:
    """Return a message with its end alone, if it is long."""
    text = node.message.text
    if len(text) <= PREVIEW:
        return node
    return node._replace(message=node.message._replace(content=f"…{text[-PREVIEW:]}"))


def _row(entry: "Summary") -> Row:
    return Row(entry.id, partial(_cells, entry), folded=entry.sought)


def _cells(entry: "Summary") -> tuple[Printable, ...]:
    # An automatic title is the first words: they need not stand there twice.
    words = one_line(entry.first_words, 100) if entry.title else EMPTY
    turns = printable(str(entry.turns))
    return entry.name, age(entry.modified), turns, one_line(entry.model, 30), words


def table(found: "Sequence[Summary]", current: str = "", listed: int = LISTED) -> tuple[Table]:
    """Return the table of sessions, as many as are `listed`; the one at hand is marked."""
    rows = tuple(
        (
            printable(str(number)),
            title_from(entry.name, 40),
            age(entry.modified),
            printable(str(entry.turns)),
            one_line(entry.model, 30),
        )
        for number, entry in enumerate(found[:listed], 1)
    )
    marks = frozenset(i for i, entry in enumerate(found[:listed]) if entry.id == current)
    head = (EMPTY, say("title"), say("age"), say("turns"), say("model"))
    return (Table(head, rows, marks=marks, right=frozenset({0, 3})),)


def _how_to_load(count: int) -> tuple[Line]:
    how = say("/load NUMBER or NAME goes on with one.")
    if count > LISTED:
        how = say_count(
            "/load NUMBER or NAME goes on with one. {n:,} older one is not shown.",
            "/load NUMBER or NAME goes on with one. {n:,} older ones are not shown.",
            count - LISTED,
        )
    return (Line(how, "dim"),)
