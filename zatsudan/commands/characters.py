"""Commands on the character that the model plays."""

import asyncio
from collections.abc import Iterable

from zatsudan.base import files
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.cast import begin_anew, opened, remarks
from zatsudan.commands.conversation import GROUP
from zatsudan.commands.counts import lore_names
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.paths import paths
from zatsudan.commands.registry import Choice, command
from zatsudan.sessions.characters.card import Character
from zatsudan.sessions.characters.framing import leading
from zatsudan.sessions.records import character_record
from zatsudan.talk.casting import greet, read_character
from zatsudan.talk.chat import Chat
from zatsudan.talk.fitting import lore_of

#: How many fields of a wrong type are named.
_NAMED = 6


def _choices(chat: Chat, args: str) -> Iterable[Choice]:
    if "off".startswith(args) and chat.talk.session.character is not None:
        yield Choice("off", say("nobody is played any more"))
    yield from paths(args)


@command("character", "[FILE|off]", group=GROUP, complete=_choices, known_as=("persona",))
async def character(chat: Chat, args: str) -> Outcome:
    """Talk with a character of a card, or show it.

    FILE is a card of V1, V2 or V3, as PNG, JSON or .charx. Its texts become the system message, round your own; its
    greeting begins a new session, with the other greetings as variants (Alt-Right, or /pick). Entries of its lorebook are
    added where their keys are named, /context and /why tell which. Who you are to it stands in the config file ([persona]).
    `/character off` plays nobody any more; what was said stays.
    """
    session = chat.talk.session
    if not args:
        if session.character is None:
            return tell(say("No character is played. /character FILE takes one."), "dim")
        return Show(_shown(chat, session.character))
    if args == "off":
        if session.character is None:
            return tell(say("No character is played."), "dim")
        name = one_line(session.character.name, 40)
        chat.talk.record(character_record(None))
        return tell(say("{name} is played no more; what was said stays.", name=name), "good")
    path = files.expanded(_named(args))
    persona, now, seed = chat.config.persona, chat.talk.now(), chat.talk.new_id()
    read = await asyncio.to_thread(read_character, path, persona, now, seed)
    saved = any(node.by_hand is None or not node.by_hand.card for node in session.nodes.values())
    if session.nodes:
        begin_anew(chat, read.character)
    else:
        chat.talk.record(character_record(read.character))
        greet(chat.talk)
    note = say("A new session; the one before is saved.") if saved else EMPTY
    return Show((*([Line(note, "dim")] if note else []), *opened(chat), *remarks(read)))


def _named(args: str) -> str:
    """Return the file that the arguments name: in quotes, or all of them."""
    if args[:1] not in ('"', "'"):
        return args.replace("\\ ", " ")
    words = split(args)
    if len(words) != 1:
        raise CommandError(
            say("One file is wanted."),
            say("Write /character FILE; /character off plays nobody."),
        )
    return words[0].text


def _shown(chat: Chat, played: Character) -> tuple[Part, ...]:
    session, gauge = chat.talk.session, chat.link.gauge(chat.talk.session)
    count = gauge.estimator.count
    rows = [(say("character"), one_line(played.name, 60))]
    for label, text in (
        (say("by"), played.creator),
        (say("version"), played.version),
        (say("tags"), ", ".join(played.tags)),
        (say("file"), played.source),
        (say("its maker says"), played.notes),
        (say("you are"), f"{played.user}: {played.persona}" if played.persona else played.user),
    ):
        if text.strip():
            rows.append((label, one_line(text, 100)))
    for label, text in (
        (say("description"), played.description),
        (say("personality"), played.personality),
        (say("scenario"), played.scenario),
        (say("prompt"), played.system_prompt),
        (say("examples"), played.examples),
        (say("behind the talk"), played.post_history),
        (say("system message in all"), leading(session)),
    ):
        if text.strip():
            rows.append((label, say("~{tokens:,} tokens", tokens=count(text))))
    if played.greetings:
        rows.append((say("greetings"), printable(str(len(played.greetings)))))
    lines: list[Line] = []
    if played.book.entries:
        lore = lore_of(session, session.head, gauge)
        told = say("{n} of {all} entries hold now", n=len(lore), all=len(played.book.entries))
        if lore:
            told = say("{told}: {names}", told=told, names=lore_names(played, lore))
        rows.append((say("lore"), told))
    if gauge.late:
        names = ", ".join(one_line(key, 30) for key in sorted(gauge.late)[:_NAMED])
        note = say("Patterns that take too long, and are not tried: {names}", names=names)
        lines.append(Line(note, "warn"))
    hint = say("/context shows what is sent; /character off plays nobody.")
    return (Table((EMPTY, EMPTY), tuple(rows)), *lines, Line(hint, "dim"))
