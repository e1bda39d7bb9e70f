"""Presets: named sets of parameters."""

import contextlib
from collections.abc import Iterable

from zatsudan.base.errors import CommandError, ConfigError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands import makers
from zatsudan.commands.knobs import fresh_session, settle, settle_model, settle_system
from zatsudan.commands.offers import GROUP
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.paths import paths
from zatsudan.commands.registry import Choice, command
from zatsudan.config.presetfiles import Preset
from zatsudan.parameters.values import show_value
from zatsudan.sessions.records import message_record
from zatsudan.sessions.session import Setting
from zatsudan.talk.bystate import combined, of_preset, record_of, thinks
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import Message

#: First words that do something; no preset can be called so.
WORDS = ("save", "delete", "import", "export")
#: The preset that a model brings itself, where none was saved under this name.
OF_MODEL = "model"

#: What config, model, profile and command line set stays beneath a preset.
BENEATH = frozenset(("config", "model", "profile", "flag"))


def _choices(chat: Chat, args: str) -> Iterable[Choice]:
    first, blank, rest = args.partition(" ")
    if not blank:
        yield from (Choice(name, say("take it")) for name in chat.presets.names())
        yield Choice(OF_MODEL, say("what the makers of the model advise"))
        yield Choice("save ", say("the present settings under a name"))
        yield Choice("delete ", say("a preset"))
        yield Choice("import ", say("a preset of another program"))
        yield Choice("export ", say("a preset for another program"))
    elif first in ("save", "delete") or (first == "export" and " " not in rest):
        yield from (Choice(name) for name in chat.presets.names())
    elif first == "import":
        yield from paths(rest)
    elif first == "export":
        from zatsudan.config.foreign import WRITERS  # all formats: no part of the start

        _, _, after = rest.partition(" ")
        if " " in after:
            yield from paths(after.rpartition(" ")[2])
        else:
            yield from (Choice(row.name, say(row.help)) for row in WRITERS.values())


def _formats(_chat: Chat | None) -> Printable:
    from zatsudan.config.foreign import ROWS

    width = max(len(row.name) for row in ROWS)
    return printable("\n".join(f"{row.name:{width}}  {say(row.help)}" for row in ROWS))


@command(
    "preset",
    "[NAME | save NAME [model] [system] | delete NAME | import FILE [NAME] | export NAME FORMAT [FILE]]",
    group=GROUP,
    complete=_choices,
    more=_formats,
)
async def preset(chat: Chat, args: str) -> Outcome:
    """List presets; take, save, delete, import or export one.

    `/preset save warm` saves the parameters that are set; `model` or `system` after the name saves
    those too. `/preset warm` sets them: what you set before gives way, what config, model,
    profile and command line set stays beneath. Each is a small file; `--preset NAME` begins with one.
    A table `[parameters.thinking]` in it holds while the model thinks (/think). `/preset model` is what
    the makers of the model advise, where its file or its server tells.

    `/preset import FILE` makes one of another program's file and says of each field what became of
    it; nothing is set until you take it. `/preset export warm textgen FILE` writes one for another
    program, or shows it without FILE.
    """
    if args.split()[:1] in (["import"], ["export"]):
        from zatsudan.commands import otherpresets

        return await otherpresets.carry_out(chat, split(args))
    match args.split():
        case []:
            return _list(chat)
        case ["save", name, *more] if set(more) <= {"model", "system"}:
            return _save(chat, name, more)
        case ["delete", name]:
            chat.presets.delete(name)
            return tell(say("Deleted: {name}.", name=one_line(name)), "good")
        case [name] if name == OF_MODEL and name not in chat.presets.names():
            return await _advised(chat)
        case [name] if name not in WORDS:
            return _take(chat, name)
    raise _not_taken(chat, args)


def _not_taken(chat: Chat, args: str) -> CommandError:
    """Return what is said of words that are none of the command's."""
    usage = say("/preset NAME, /preset save NAME, /preset delete NAME, /preset import FILE.")
    first, *others = args.split()
    if first in WORDS:
        return CommandError(say("/preset {word} takes one name without blanks.", word=first), usage)
    named = [word for word in (first, *others) if word in chat.presets.names()]
    if named:
        usage = say("/preset {name} takes it. {usage}", name=one_line(named[0], 40), usage=usage)
    return CommandError(say("/preset does not take {text!r}.", text=one_line(args, 40)), usage)


def _save(chat: Chat, name: str, more: list[str]) -> Outcome:
    if name in (*WORDS, OF_MODEL):
        raise CommandError(
            say("A preset cannot be called {name}.", name=name), say("Choose another name.")
        )
    session = chat.talk.session
    plain, thinking = _by_state(chat)
    value = Preset(
        plain,
        session.model if "model" in more else None,
        session.system if "system" in more else None,
        thinking=thinking,
    )
    there = name in chat.presets.names()
    path = chat.presets.write(name, value)
    what = say_count("{n} parameter", "{n} parameters", len(value.parameters))
    for word in more:
        what = say("{what} and {more}", what=what, more=word)
    done = later("Replaced: {name}, {what}.") if there else later("Saved: {name}, {what}.")
    note = say(done, name=one_line(name), what=what)
    return Show((Line(note, "good"), Line(printable(f"{path}"), "dim")))


def _by_state(chat: Chat) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the present parameters as they are without those for thinking, and these."""
    session = chat.talk.session
    plain, by_state = session.parameters, session.by_state
    if by_state is None:
        return plain, {}
    thinking = dict(by_state.thinking)
    for name in by_state.thinking if thinks(session.settings) else ():
        if name in plain:
            thinking[name] = plain.pop(name)  # also one that was set while it thought
        if name in by_state.plain:
            plain[name] = by_state.plain[name]
    return plain, thinking


def _take(chat: Chat, name: str) -> Outcome:
    found = chat.presets.read(name)
    by_state = of_preset(found)
    if by_state != chat.talk.session.by_state:
        chat.talk.record(record_of(by_state))
    lines = settle(chat, with_preset(chat, found))
    if by_state is not None:
        names = ", ".join(one_line(each, 40) for each in by_state.thinking)
        lines.append(Line(say("Otherwise while it thinks (/think): {names}.", names=names), "dim"))
    if found.system is not None:
        lines += settle_system(chat, found.system)
    if found.model is not None:
        lines += settle_model(chat, found.model)
    if found.messages:
        lines.append(_begin(chat, found))
    return Show((*lines, Line(say("Preset: {name}.", name=one_line(name)), "good")))


async def _advised(chat: Chat) -> Outcome:
    """Take what the makers of the model advise."""
    values, source = await makers.advised(chat)
    if not values:
        raise CommandError(
            say(
                "Nothing tells what the makers of {model} advise.",
                model=one_line(chat.talk.session.model, 40),
            ),
            say("/preset import takes a generation_config.json, which often lies beside a model."),
        )
    if chat.talk.session.by_state is not None:
        chat.talk.record(record_of(None))
    lines = settle(chat, with_preset(chat, Preset(values)))
    done = say("As the makers of the model advise ({source}).", source=one_line(source, 60))
    return Show((*lines, Line(done, "good")))


def _begin(chat: Chat, found: Preset) -> Line:
    """Begin the talk with a preset's messages, and say so; a talk that has begun stays as it is."""
    n = len(found.messages)
    session = chat.talk.session
    if session.nodes:
        note = say_count(
            "Its message stands at the beginning of a talk only: /new, then take it again.",
            "Its {n} messages stand at the beginning of a talk only: /new, then take it again.",
            n,
        )
        return Line(note, "warn")
    for role, content in found.messages:
        message = Message(role, content)
        chat.talk.record(message_record(session.next_id(), session.head, message, chat.talk.now()))
    return Line(
        say_count("The talk begins with its message.", "The talk begins with its {n} messages.", n),
        "good",
    )


def bound(chat: Chat, model: str) -> list[Line]:
    """Say which presets were saved for a model, and how they are taken."""
    found: list[str] = []
    for name in chat.presets.names():
        with contextlib.suppress(ConfigError):  # /preset tells of one that is broken
            if chat.presets.read(name).model == model:
                found.append(name)
    if not found:
        return []
    names = ", ".join(one_line(name, 40) for name in found[:4])
    note = say(
        "Saved for this model: {names}. /preset {name} takes it.",
        names=names,
        name=one_line(found[0], 40),
    )
    return [Line(note, "dim")]


def with_preset(chat: Chat, found: Preset) -> dict[str, Setting]:
    """Return the parameters as they are with a preset: its own, over what stays beneath."""
    layers = (fresh_session(chat).settings, chat.talk.session.settings)
    settings = {
        **{
            name: setting
            for layer in layers
            for name, setting in layer.items()
            if setting.origin in BENEATH
        },
        **{name: Setting(value, "preset") for name, value in found.parameters.items()},
    }
    return combined(settings, of_preset(found))


def _list(chat: Chat) -> Outcome:
    names = chat.presets.names()
    if not names:
        note = say("There is no preset yet. /preset save NAME keeps the present settings.")
        return tell(note, "dim")
    rows: list[tuple[Printable, ...]] = []
    marks: set[int] = set()
    for name in names:
        try:
            differs = _differences(chat, chat.presets.read(name))
        except ConfigError as error:
            differs = one_line(error.sentence)
        if not differs:
            marks.add(len(rows))
        rows.append((one_line(name, 40), differs or say("as now")))
    head = (say("preset"), say("would change"))
    table = Table(head, tuple(rows), marks=frozenset(marks))
    return Show((table, Line(say("/preset NAME takes one"), "dim")))


def _differences(chat: Chat, found: Preset) -> Printable:
    session = chat.talk.session
    parts: list[str] = []
    wanted = with_preset(chat, found)
    for name in [*wanted, *(name for name in session.settings if name not in wanted)]:
        was, will = session.settings.get(name), wanted.get(name)
        if (was and was.value) != (will and will.value) or (was is None) != (will is None):
            parts.append(f"{one_line(name, 30)} {_value(was)} → {_value(will)}")
    if found.model is not None and found.model != session.model:
        parts.append(f"model → {one_line(found.model, 30)}")
    if found.system is not None and found.system != session.system:
        parts.append("system → " + (one_line(found.system, 30) or say("none")))
    return printable(" · ".join(parts))


def _value(setting: Setting | None) -> Printable:
    return one_line(show_value(setting.value), 20) if setting is not None else say("unset")
