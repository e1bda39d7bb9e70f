"""A talk that begins with a character: begun, and what is shown of its card."""

from typing import TYPE_CHECKING

from zatsudan.base.language import say, say_count
from zatsudan.base.printable import one_line, printable
from zatsudan.commands.parts import Line, Part, Talk
from zatsudan.sessions.records import character_record
from zatsudan.talk.addressee import use_model
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.sessions.characters.card import Character
    from zatsudan.sessions.characters.cardfields import Read

#: How many fields of a wrong type are named.
_NAMED = 6


def begin_anew(chat: Chat, character: "Character | None" = None) -> None:
    """Begin a new session with the same model; with a character, by its greeting."""
    model = chat.talk.session.model
    chat.talk.new()
    if model:
        use_model(chat.talk, chat.link, model)
    if character is not None:
        chat.talk.record(character_record(character))
    if chat.talk.session.character is not None:
        from zatsudan.talk.casting import greet

        greet(chat.talk)


def opened(chat: Chat) -> list[Part]:
    """Return what to show of a talk that has just begun with its character."""
    session = chat.talk.session
    played = session.character
    if played is None:
        return []
    from zatsudan.sessions.characters.framing import leading

    name = one_line(played.name, 60)
    size = chat.link.gauge(session).estimator.count(leading(session))
    told = [
        say("{name} by {creator}", name=name, creator=one_line(played.creator, 40))
        if played.creator
        else name,
        say("~{tokens:,} tokens", tokens=size),
    ]
    if played.book.entries:
        entries = played.book.entries
        told.append(say_count("{n} entry of lore", "{n} entries of lore", len(entries)))
    parts: list[Part] = [Line(printable(" · ".join(told)), "good")]
    path = session.path()
    if path:
        parts.append(Talk(tuple(path), 0, frozenset(session.withheld)))
    others = len(played.greetings) - 1
    if others > 0:
        note = say_count(
            "{n} other greeting: Alt-Right, or /pick 2.",
            "{n} other greetings: Alt-Right, or /pick N.",
            others,
        )
        parts.append(Line(note, "dim"))
    return parts


def remarks(read: "Read") -> list[Part]:
    """Return what a person should know of a card that was not as it should be."""
    lines: list[Part] = []
    if read.odd:
        names = ", ".join(one_line(name, 40) for name in read.odd[:_NAMED])
        lines.append(Line(say("Left out, as of a wrong type: {names}.", names=names), "warn"))
    if read.taken_out:
        note = say_count(
            "{n:,} control character was taken out of its texts.",
            "{n:,} control characters were taken out of its texts.",
            read.taken_out,
        )
        lines.append(Line(note, "warn"))
    return lines
