"""Sessions in from other programs."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.errors import CommandError, StoreError, ZatsudanError
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line
from zatsudan.commands.paths import paths
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.transfer import GROUP
from zatsudan.sessions import journal
from zatsudan.talk.chat import Chat

#: How many sessions of an import are named.
NAMED = 5


def _import_choices(_chat: Chat, args: str) -> Iterable[Choice]:
    return paths(args.rpartition(" ")[2])


@command("import", "FILE", group=GROUP, complete=_import_choices)
async def import_(chat: Chat, args: str) -> Outcome:
    """Make sessions of a file from elsewhere.

    ChatGPT's conversations.json with its branches, exports of Claude, Grok, AI Studio,
    Open WebUI, LibreChat, LM Studio, SillyTavern, Chatbox, Jan, TypingMind and Claude Code,
    ShareGPT, a plain messages array, what `llm logs -n 0 --json` prints, a session file of
    aichat, and zatsudan's own jsonl, json and markdown. The talk at hand stays; /load goes on
    with an imported one.
    """
    from zatsudan.sessions import imports

    if chat.talk.folder is None:
        raise StoreError(
            say("This talk is private: nothing is saved."),
            say("Start without --private to import."),
        )
    words = split(args)
    if len(words) != 1:
        raise CommandError(
            say("One file is wanted."),
            say('Write /import FILE; a name with blanks stands in "quotes".'),
        )
    notes: list[Printable] = []
    path = files.expanded(words[0].text)
    # Large files take seconds: the prompt stays alive meanwhile.
    paths = await asyncio.to_thread(
        imports.import_file, path, chat.talk.folder, chat.talk.new_id, chat.talk.now, notes.append
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


def name_of(path: Path) -> Printable:
    """Return what an imported session is called."""
    try:
        session = journal.load(path).session
    except ZatsudanError:
        return one_line(path.stem, 60)
    return one_line(session.title or session.first_words() or path.stem, 60)
