"""Sessions in from other programs, and the table of what their files hold."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.errors import CommandError, StoreError, ZatsudanError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.paths import paths
from zatsudan.commands.registry import Choice, command
from zatsudan.sessions import journal
from zatsudan.sessions.imports.draft import Draft
from zatsudan.sessions.imports.selection import offer
from zatsudan.talk.chat import Chat

GROUP = later("Sessions")

#: How many sessions of an import are named.
NAMED = 5


def _import_choices(_chat: Chat, args: str) -> Iterable[Choice]:
    return paths(args.rpartition(" ")[2])


@command("import", "FILE [list|WHICH…]", group=GROUP, complete=_import_choices)
async def import_(chat: Chat, args: str) -> Outcome:
    """Make sessions of a file from elsewhere.

    ChatGPT's conversations.json with its branches, exports of Claude, DeepSeek, Grok, AI Studio,
    Open WebUI, LibreChat, LM Studio, llama.cpp, SillyTavern, TextGen, Chatbox, Jan, NextChat,
    big-AGI, TypingMind, GitHub Copilot, Claude Code, Codex and Gemini CLI, as a zip or folder too,
    ShareGPT, a plain messages array, llm's logs.db or what `llm logs -n 0 --json` prints, a session file of aichat, and zatsudan's own jsonl, json and markdown. `list`
    behind the file says what it holds; numbers of that list (1,3-5) or a part of a title
    choose. The talk at hand stays; /load goes on with an imported one.
    """
    from zatsudan.sessions import imports

    if chat.talk.folder is None:
        raise StoreError(
            say("This talk is private: nothing is saved."),
            say("Start without --private to import."),
        )
    words = split(args)
    if not words:
        raise CommandError(
            say("A file is wanted."),
            say('Write /import FILE; a name with blanks stands in "quotes".'),
        )
    notes: list[Printable] = []
    # Large files take seconds: the prompt stays alive meanwhile.
    drafts = await asyncio.to_thread(imports.drafts_of, files.expanded(words[0].text), notes.append)
    wanted = [word.text for word in words[1:]]
    if wanted == ["list"]:
        return Show((*_listed(words[0].text, drafts), *(Line(note, "warn") for note in notes)))
    if wanted:
        from zatsudan.sessions.imports.selection import chosen

        drafts = [drafts[place] for place in chosen(wanted, drafts)]
    paths = await asyncio.to_thread(
        imports.write, drafts, chat.talk.folder, chat.talk.new_id, chat.talk.now
    )
    count = say_count("{n:,} session imported.", "{n:,} sessions imported.", len(paths))
    lines = [Line(count, "good")]
    lines += [Line(printable(f"  {name_of(path)}")) for path in paths[:NAMED]]
    if len(paths) > NAMED:
        more = say("and {n:,} more", n=len(paths) - NAMED)
        lines.append(Line(printable(f"  {more}"), "dim"))
    lines += [Line(note, "warn") for note in notes]
    how = say("/sessions lists them, /load NAME goes on with one.")
    if len(paths) == 1:
        how = say("/load {id} goes on with it.", id=paths[0].stem)
    return Show((*lines, Line(how, "dim")))


def _listed(name: str, drafts: "list[Draft]") -> tuple[Table | Line, ...]:
    how = say("Numbers behind the file (1,3-5), or a part of a title, import only these.")
    return (*offered_rows({name: drafts}, range(len(drafts))), Line(how, "dim"))


def name_of(path: Path) -> Printable:
    """Return what an imported session is called."""
    try:
        session = journal.load(path).session
    except ZatsudanError:
        return one_line(path.stem, 60)
    return one_line(session.title or session.first_words() or path.stem, 60)


def offered_rows(found: Mapping[str, Sequence[Draft]], places: Iterable[int]) -> tuple[Table, ...]:
    """Return the table of the sessions in some places, numbered over all files, each file's name above its own."""
    wanted = {*places}
    rows: list[tuple[Printable, ...]] = []
    titles: dict[int, Printable] = {}
    number = 0
    for name, drafts in found.items():
        above = len(rows)
        for draft in drafts:
            number += 1
            if number - 1 in wanted:
                told = offer(draft)
                rows.append(
                    (
                        printable(str(number)),
                        one_line(told.program, 20),
                        printable(f"{told.messages:,}"),
                        one_line(told.at, 10),
                        one_line(told.title, 200),
                    )
                )
        if len(rows) > above and len(found) > 1:
            titles[above] = one_line(name, 120)
    head = (EMPTY, say("format"), say("messages"), say("date"), say("title"))
    return (Table(head, tuple(rows), right=frozenset({0, 2}), titles=titles, brief=True),)
