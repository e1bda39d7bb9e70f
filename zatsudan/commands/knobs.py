"""Commands that look at all parameters together, or change them for one message."""

from collections.abc import Mapping

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import leading_assignments
from zatsudan.commands import offers
from zatsudan.commands.outcomes import Generate, Outcome, Show, tell
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.probes import with_effect
from zatsudan.commands.registry import command
from zatsudan.parameters.assignments import read_assignments
from zatsudan.parameters.table import BY_NAME, PARAMETERS
from zatsudan.parameters.values import show_value
from zatsudan.servers import native
from zatsudan.servers.choice import BY_ITSELF
from zatsudan.servers.wirenames import wire_name
from zatsudan.sessions.records import apply
from zatsudan.sessions.session import Session, Setting
from zatsudan.talk.addressee import use_model
from zatsudan.talk.chat import Chat
from zatsudan.wire.refusals import mended

GROUP = offers.GROUP

#: Where the value of a parameter came from.
_ORIGINS = {later("session"), later("preset"), later("flag"), later("profile"), later("config")}


def changed_since_reply(chat: Chat) -> set[str]:
    """Return the names, also as they are sent, whose value is not that of the last reply on the path."""
    made = next(
        (node.made for node in reversed(chat.talk.session.path()) if node.made is not None), None
    )
    if made is None:
        return set()
    repairs = chat.link.repairs(chat.talk.session.model)
    now = mended(chat.talk.session.parameters, repairs)
    wire = {name for name in {*made.parameters, *now} if made.parameters.get(name) != now.get(name)}
    return wire | {name for name in chat.talk.session.settings if wire_name(name, repairs) in wire}


@command("params", "[all]", group=GROUP, everyday=True)
async def params(chat: Chat, args: str) -> Outcome:
    """Show the parameters and what they mean.

    A table of value, origin, range and meaning; a mark stands where the value has changed since the
    last reply. `/params all` lists those that are not set as well, and what the server itself takes
    them to be, where it tells (llama.cpp does), with what it takes besides.
    """
    if args not in ("", "all"):
        raise CommandError(
            say("/params takes all or nothing, not {typed!r}.", typed=one_line(args, 30)),
            say("/help NAME explains one parameter."),
        )
    own = await _defaults(chat) if args else None
    table, effects = with_effect(chat, _table(chat, own, every=bool(args)))
    hints = [say("· not sent")]
    if table.marks:
        hints.append(say("* changed since the last reply"))
    hints.append(say("/help NAME explains") if args else say("/params all shows the rest"))
    notes = offers.warnings(chat)
    server = chat.link.server
    if server is not None and server.reason == BY_ITSELF:
        from zatsudan.servers.engine.embedded import MOST_TOKENS, REPEAT_PENALTY

        notes.append(
            say(
                "Unless they are set, the embedded model takes max_tokens {most:,} and"
                " repeat_penalty {penalty}: small models run in circles.",
                most=MOST_TOKENS,
                penalty=REPEAT_PENALTY,
            )
        )
    repairs = chat.link.repairs(chat.talk.session.model)
    others = [
        say("{name} as {sent}", name=row[0], sent=sent)
        for row in table.rows
        if (sent := wire_name(row[0], repairs)) != row[0]
    ]
    if others:
        notes.append(say("Sent here under another name: {names}.", names=", ".join(others)))
    if own:
        notes.append(say("/set +NAME VALUE sets what has no row of ours."))
        order = own.get("samplers")
        if isinstance(order, list):
            names = " ".join(map(str, order))
            notes.append(say("The server's samplers, in order: {names}.", names=names))
    return Show(
        (
            table,
            Line(printable("    ".join(hints)), "dim"),
            *effects,
            *(Line(one_line(note), "dim") for note in notes),
        )
    )


async def _defaults(chat: Chat) -> Mapping[str, Json] | None:
    try:
        return await native.defaults(await chat.link.client())
    except ZatsudanError:
        return None  # what is set can be shown without a server


def _table(chat: Chat, own: Mapping[str, Json] | None, *, every: bool) -> Table:
    settings = chat.talk.session.settings
    usual = {
        row.name
        for row in PARAMETERS
        if row.group in ("sampling", "length") and not row.same_as  # under its earlier name
    }
    told = own or {}
    repairs = chat.link.repairs(chat.talk.session.model)
    # Two rows that this server has under one name: the one that has that name.
    twins = {
        row.name for row in PARAMETERS if wire_name(row.name, repairs) in {*BY_NAME} - {row.name}
    }
    names = [
        row.name
        for row in PARAMETERS
        if row.name in settings or (row.name not in twins and (every or row.name in usual))
    ]
    names += [name for name in settings if name not in BY_NAME]
    names += [
        name
        for name, value in told.items()
        if name not in names and not isinstance(value, list | dict)
    ]
    changed = changed_since_reply(chat)
    rows: list[tuple[Printable, ...]] = []
    for name in names:
        setting, row = settings.get(name), BY_NAME.get(name)
        value = one_line(show_value(setting.value), 16) if setting is not None else "·"
        cells = [one_line(name, 40), value, _origin(setting) if setting is not None else ""]
        if told:
            cells.append(one_line(show_value(told[name]), 10) if name in told else "")
        if row is not None:
            cells += [row.kind.short, say(row.help)]
        else:
            cells += [
                "JSON",
                say("the server's own") if name in told else say("a field of your own"),
            ]
        rows.append(tuple(map(printable, cells)))
    head = [say("parameter"), say("value"), say("origin"), say("range"), say("meaning")]
    if told:
        head.insert(3, say("server"))
    marks = frozenset(at for at, name in enumerate(names) if name in changed)
    return Table(tuple(head), tuple(rows), marks=marks, brief=True)


def _origin(setting: Setting) -> Printable:
    return say(setting.origin) if setting.origin in _ORIGINS else one_line(setting.origin, 20)


def fresh_session(chat: Chat) -> Session:
    """Return a session as each begins: what config, profile and command line set."""
    fresh = Session()
    for record in chat.talk.start():
        apply(fresh, record)
    return fresh


def settle(chat: Chat, wanted: Mapping[str, Setting]) -> list[Line]:
    """Make the parameters those that are wanted and no others, and say each change."""
    lines: list[Line] = []
    for name, before in list(chat.talk.session.settings.items()):
        if name not in wanted:
            chat.talk.record({"type": "unset", "name": name})
            lines.append(_step(name, before, None))
    for name, setting in wanted.items():
        before_or_none = chat.talk.session.settings.get(name)
        if before_or_none != setting:
            chat.talk.record(
                {"type": "set", "name": name, "value": setting.value, "origin": setting.origin}
            )
        if before_or_none is None or before_or_none.value != setting.value:
            lines.append(_step(name, before_or_none, setting))
    return lines


def _step(name: str, before: Setting | None, after: Setting | None) -> Line:
    old, new = (
        one_line(show_value(setting.value), 60) if setting is not None else say("unset")
        for setting in (before, after)
    )
    return Line(printable(f"{one_line(name, 60)}  {old} → {new}"), "good")


def settle_system(chat: Chat, system: str) -> list[Line]:
    """Make the system message this one, and say so if it was another."""
    if chat.talk.session.system == system:
        return []
    chat.talk.record({"type": "system", "content": system})
    text = one_line(system, 60) if system else say("none")
    return [Line(say("system message  {text}", text=text), "good")]


def settle_model(chat: Chat, model: str) -> list[Line]:
    """Make the model this one, and say so if it was another."""
    if not model or chat.talk.session.model == model:
        return []
    before = chat.talk.session.model
    use_model(chat.talk, chat.link, model)
    was = one_line(before, 40) or say("none")
    changed = say("model  {before} → {after}", before=was, after=one_line(model, 40))
    return [Line(changed, "good")]


@command("reset", "", group=GROUP)
async def reset(chat: Chat, _args: str) -> Outcome:
    """Go back to the settings the session began with.

    Parameters, system message and model are again those of its first message, or, before the first
    message, those of every new session. The talk stays as it is.
    """
    start = chat.talk.session.start
    if start is None:
        fresh = fresh_session(chat)
        settings, system, model = fresh.settings, fresh.system, fresh.model
    else:
        settings, system, model = dict(start.settings), start.system, start.model
    lines = settle(chat, settings)
    lines += settle_system(chat, system)
    lines += settle_model(chat, model)
    return Show(tuple(lines)) if lines else tell(say("All is as it was at the beginning."), "dim")


@command("with", "NAME=VALUE … TEXT", group=GROUP, complete=offers.assignments)
async def with_(chat: Chat, args: str) -> Outcome:
    """Send one message with other settings.

    `/with temperature=1.2 seed=7 Write a haiku.` changes them for this one reply only.
    """
    words, text = leading_assignments(
        args, lambda name: name in BY_NAME or (name.startswith("+") and len(name) > 1)
    )
    if not words or not text:
        raise CommandError(
            say("/with needs settings and a message."),
            say("Write /with temperature=1.2 and then the text."),
        )
    overrides = read_assignments(words, chat.talk.session.parameters)
    changed = "  ".join(
        f"{one_line(name, 40)} {one_line(show_value(value), 40)}"
        for name, value in overrides.items()
    )
    note = say("This once: {changed}", changed=changed)
    return Generate(chat.talk.say(text), overrides, (Line(note, "dim"),))
