"""The command that looks through all sessions."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.outcomes import Outcome, Pick
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.registry import command
from zatsudan.commands.resuming import jump
from zatsudan.commands.sessions import age, directory_of
from zatsudan.sessions.journal import SUFFIX
from zatsudan.sessions.titles import cells
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from zatsudan.commands.picking import Row
    from zatsudan.sessions.search import Found, Hit, Result

#: How much stands before and behind a hit, in cells.
BEFORE, AROUND = 24, 64
#: How many sessions, and hits of each, are listed where there is no picker.
SESSIONS, HITS = 10, 3
#: How much of a message its preview holds before the hit and in all, in characters.
PREVIEW_BEFORE, PREVIEW = 200, 4000


@command("search", "WORDS", group=later("Sessions"))
async def search_(chat: Chat, args: str) -> Outcome:
    """Look for words in all sessions.

    Finds the messages that hold every word, in Japanese as in English, whatever the case;
    "words in quotes" as they stand. Enter on a hit goes on with that session at that message;
    so does `/load ID#MESSAGE`.
    """
    from zatsudan.sessions.search import Result, at_once

    words = [word.text for word in split(args) if word.text]
    if not words:
        raise CommandError(say("No words are given."), say("Write /search WORDS."))
    directory = directory_of(chat)
    found = await asyncio.to_thread(at_once, directory, words)
    chat.index_sessions()
    if found is None:
        return await _whole(chat, directory, words)
    whole = partial(_whole, chat, directory, words, nowhere=not found)
    return _choosing(chat, directory, words, Result(found), whole)


async def _whole(
    chat: Chat, directory: "Path", words: "Sequence[str]", *, nowhere: bool = False
) -> Pick:
    """Return what a look at all sessions finds; that the words stand `nowhere` costs least to make sure of."""
    from zatsudan.sessions.search import Result, at_once, search

    def looked_for() -> "Result":
        if nowhere and at_once(directory, words, surely=True) == ():
            return Result(())
        return search(directory, words)

    return _choosing(chat, directory, words, await asyncio.to_thread(looked_for))


def _choosing(
    chat: Chat,
    directory: "Path",
    words: "Sequence[str]",
    result: "Result",
    whole: "Callable[[], Awaitable[Pick]] | None" = None,
) -> Pick:
    hits = {
        f"{found.session.id}#{hit.node_id}": (found, hit)
        for found in result.found
        for hit in found.hits
    }

    async def chosen(key: str) -> Outcome:
        session_id, _, node_id = key.rpartition("#")
        return await jump(chat, directory / f"{session_id}{SUFFIX}", node_id)

    return Pick(
        say("Search"),
        (say("session"), say("age"), printable("#"), say("who"), say("hit")),
        tuple(_row(key, found, hit) for key, (found, hit) in hits.items()),
        chosen,
        _listing(result) if hits else (_nothing(words),),
        enter=later("goes there"),
        preview=lambda key: (_around(hits[key][1]),),
        ending=False,
        right=frozenset({2}),
        fluid=((0, 20), (4, 12), (0, 8)),
        whole=whole,
    )


def _row(key: str, found: "Found", hit: "Hit") -> "Row":
    from zatsudan.commands.picking import Row

    line = _context(hit).text
    session = found.session
    shown = (session.name, age(session.modified), hit.node_id, hit.role, line)
    return Row(key, tuple(map(one_line, shown)), f"{session.name} {line}")


def _context(hit: "Hit") -> Line:
    """Return the hit on one line, with what stands around it."""
    text, (begin, end) = hit.text, hit.spans[0]
    start, used = begin, 0
    while start > 0 and used < BEFORE:
        start -= 1
        used += cells(text[start])
    stop = end
    while stop < len(text) and used < AROUND:
        used += cells(text[stop])
        stop += 1
    lead = "…" if start else ""
    shown = lead + _flat(text[start:stop]) + ("…" if stop < len(text) else "")
    spans = tuple(
        (first - start + len(lead), min(last, stop) - start + len(lead))
        for first, last in hit.spans
        if start <= first < stop
    )
    return Line(printable(shown), spans=spans)


def _flat(text: str) -> str:
    """Return text without line ends, character for character, so that places in it stay."""
    return "".join(" " if character.isspace() else character for character in text)


def _around(hit: "Hit") -> Line:
    start = max(0, hit.spans[0][0] - PREVIEW_BEFORE)
    text = hit.text[start : start + PREVIEW]
    spans = tuple((first - start, last - start) for first, last in hit.spans)
    return Line(printable(text), spans=spans)


def _nothing(words: "Sequence[str]") -> Line:
    looked_for = one_line(" ".join(words), 60)
    return Line(say("{words} stands in no session.", words=looked_for), "dim")


def _listing(result: "Result") -> tuple[Part, ...]:
    parts: list[Part] = []
    for found in result.found[:SESSIONS]:
        session = found.session
        parts.append(
            Line(one_line(f"{session.name} · {age(session.modified)} · {session.id}"), "good")
        )
        for hit in found.hits[:HITS]:
            line, lead = _context(hit), "  " + one_line(f"#{hit.node_id} {hit.role}", 40) + ": "
            spans = tuple((first + len(lead), last + len(lead)) for first, last in line.spans)
            parts.append(Line(printable(lead + line.text), spans=spans))
        if len(found.hits) > HITS:
            more = say("and {n:,} more in this session", n=len(found.hits) - HITS)
            parts.append(Line(printable(f"  {more}"), "dim"))
    rest = result.found[SESSIONS:]
    if rest:
        count = sum(len(found.hits) for found in rest)
        more = say_count(
            "and {count:,} more in {n:,} older session",
            "and {count:,} more in {n:,} older sessions",
            len(rest),
            count=count,
        )
        parts.append(Line(more, "dim"))
    if result.older:
        more = say_count(
            "{n:,} session still older may hold more: add a word.",
            "{n:,} sessions still older may hold more: add a word.",
            result.older,
        )
        parts.append(Line(more, "dim"))
    parts.append(Line(say("/load ID#MESSAGE goes to a message."), "dim"))
    return tuple(parts)
