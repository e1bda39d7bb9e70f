"""Presets of other programs: what `/preset import` and `/preset export` do."""

import asyncio
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import Word
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.paths import write_file
from zatsudan.config import foreign
from zatsudan.config.foreign.presetfields import DROPPED, Fate
from zatsudan.config.presetfiles import Presets
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import show_value
from zatsudan.servers.taking import Here
from zatsudan.talk.chat import Chat

#: What is said of a field that this server does not take.
ELSEWHERE = later("unknown here")
#: A server of which nothing is known: what it takes is not known either.
NOWHERE = Here()
#: How many names of left-out fields are said for one reason.
NAMED = 30


async def carry_out(chat: Chat, words: list[Word]) -> Outcome:
    """Import or export; raises ZatsudanError."""
    match [word.text for word in words]:
        case ["import", file]:
            return await _import(chat, file)
        case ["import", file, name]:
            return await _import(chat, file, name)
        case ["export", name, format_]:
            return _export(chat, name, format_)
        case ["export", name, format_, file]:
            return _export(chat, name, format_, file)
        case ["import", *_]:
            raise CommandError(
                say("One file is wanted, and perhaps a name."),
                say('Write /preset import FILE; a name with blanks stands in "quotes".'),
            )
    raise CommandError(
        say("A preset and a format are wanted."),
        say(
            "Write /preset export NAME FORMAT [FILE]. Formats: {known}.",
            known=", ".join(foreign.WRITERS),
        ),
    )


async def _import(chat: Chat, file: str, name: str = "") -> Outcome:
    # A save may be large: the prompt stays alive meanwhile.
    return Show(await asyncio.to_thread(imported, chat.presets, Path(file), name, chat.link.here))


def imported(
    presets: Presets, path: Path, name: str = "", here: Here = NOWHERE
) -> tuple[Part, ...]:
    """Make a preset of another program's file, and return what is said of its fields.

    A preset that is there stays: the file may be anybody's. Raises ZatsudanError.
    """
    name = name or foreign.own_name(path)
    there = presets.path(name).exists()
    found = foreign.read_file(files.expanded(path))
    if there:
        raise CommandError(
            say("There is a preset {name!r} already.", name=name),
            say("Name another one behind the file."),
        )
    file = presets.write(name, found.preset)
    fates, reading = found.reading.fates, found.reading
    rows = [_row(fate, here) for fate in fates if fate.word != DROPPED]
    head = (say("field"), say("sets"), say("value"), say("what"))
    lines: list[Part] = [
        Line(
            say("Read as {kind}: {file}", kind=say(found.format.help), file=one_line(path.name, 60))
        ),
        Table(head, tuple(rows)),
        *_elsewhere(fates, here),
        *_dropped(fates),
    ]
    if reading.neutral:
        note = say_count(
            "{n} neutral value left out: it does nothing.",
            "{n} neutral values left out: they do nothing.",
            reading.neutral,
        )
        lines.append(Line(note, "dim"))
    lines += [Line(note, "warn") for note in reading.notes]
    take = (
        say("/preset {name} takes it, at the beginning of a talk with its messages.", name=name)
        if found.preset.messages
        else say("/preset {name} takes it; --preset {name} begins with it.", name=name)
    )
    saved = say("Saved: {name}, {what}.", name=name, what=_what(found))
    return (*lines, Line(saved, "good"), Line(printable(f"{file}"), "dim"), Line(take, "dim"))


def _what(found: foreign.Imported) -> Printable:
    what = say_count("{n} parameter", "{n} parameters", len(found.preset.parameters))
    if found.preset.system is not None:
        what = say("{what} and {more}", what=what, more="system")
    if found.preset.messages:
        more = say_count("{n} message", "{n} messages", len(found.preset.messages))
        what = say("{what} and {more}", what=what, more=more)
    return what


def _row(fate: Fate, here: Here) -> tuple[Printable, ...]:
    word = ELSEWHERE if _is_unknown(fate.name, here) else fate.word
    return (
        one_line(fate.field, 40),
        one_line(fate.name, 40),
        one_line(show_value(fate.value), 28),
        say(word),
    )


def _is_unknown(name: str, here: Here) -> bool:
    """Tell whether a server does not take a parameter, as far as that is known."""
    return name in BY_NAME and here.takes(BY_NAME[name]) is False


def _elsewhere(fates: list[Fate], here: Here) -> list[Line]:
    if not any(_is_unknown(fate.name, here) for fate in fates):
        return []
    note = say("Unknown here: this server does not take it; the preset keeps it for others.")
    return [Line(note, "warn")]


def _dropped(fates: list[Fate]) -> list[Line]:
    """Return a line for each reason why fields were left out, the fields named."""
    reasons: dict[Printable, list[Printable]] = {}
    for fate in fates:
        if fate.word == DROPPED:
            reasons.setdefault(fate.why, []).append(one_line(fate.field, 60))
    lines: list[Line] = []
    for why, names in reasons.items():
        named = ", ".join(names[:NAMED])
        rest = len(names) - NAMED
        more = say_count(" and {n} more", " and {n} more", rest) if rest > 0 else EMPTY
        lines.append(
            Line(say("dropped: {names}{more}: {why}", names=named, more=more, why=why), "dim")
        )
    return lines


def _export(chat: Chat, name: str, format_: str, file: str = "") -> Outcome:
    row = foreign.find(format_)
    preset = chat.presets.read(name)
    if preset.model is None and chat.talk.session.model:
        preset = preset._replace(model=chat.talk.session.model)
    text = foreign.write(preset, row)
    lacking = row.lacking(preset)
    notes = (
        [
            Line(
                say(
                    "{format} has no field for {names}.", format=row.name, names=", ".join(lacking)
                ),
                "warn",
            )
        ]
        if lacking
        else []
    )
    if not file:
        hint = say("/preset export {name} {format} FILE writes it.", name=name, format=row.name)
        return Show((Line(printable(text.rstrip("\n"))), *notes, Line(hint, "dim")))
    write_file(Path(file), text)
    done = tell(say("Written: {file}", file=one_line(file, 200)), "good")
    return Show((*done.parts, *notes))
