"""Commands that look at all parameters together, or change them for one message."""

from collections.abc import Mapping

from zatsudan import native
from zatsudan.chat import Chat
from zatsudan.commands import sampling
from zatsudan.commands.outcomes import Generate, Line, Outcome, Show, Table, tell
from zatsudan.commands.probes import with_effect
from zatsudan.commands.registry import command
from zatsudan.core.errors import CommandError, ZatsudanError
from zatsudan.core.messages import Json
from zatsudan.core.parameters import BY_NAME, PARAMETERS, read_assignments, show_value
from zatsudan.core.printable import one_line
from zatsudan.core.records import apply
from zatsudan.core.refusals import mended
from zatsudan.core.session import Session, Setting
from zatsudan.core.wirenames import wire_name
from zatsudan.core.words import leading_assignments

GROUP = sampling.GROUP


def changed_since_reply(chat: Chat) -> set[str]:
    """Return the names, also as they are sent, whose value is not that of the last reply on the path."""
    made = next(
        (node.made for node in reversed(chat.session.path()) if node.made is not None), None
    )
    if made is None:
        return set()
    repairs = chat.repairs()
    now = mended(chat.session.parameters, repairs)
    wire = {name for name in {*made.parameters, *now} if made.parameters.get(name) != now.get(name)}
    return wire | {name for name in chat.session.settings if wire_name(name, repairs) in wire}


@command("params", "[all]", group=GROUP, everyday=True)
async def params(chat: Chat, args: str) -> Outcome:
    """Show the parameters and what they mean.

    A table of value, origin, range and meaning; a mark stands where the value has changed since the
    last reply. `/params all` lists those that are not set as well, and what the server itself takes
    them to be, where it tells (llama.cpp does), with what it takes besides.
    """
    if args not in ("", "all"):
        raise CommandError(
            f"/params takes all or nothing, not {one_line(args, 30)!r}.",
            "/help NAME explains one parameter.",
        )
    own = await _defaults(chat) if args else None
    table, effects = with_effect(chat, _table(chat, own, every=bool(args)))
    hints = ["· not sent", *(["* changed since the last reply"] if table.marks else [])]
    hints.append("/help NAME explains" if args else "/params all shows the rest")
    notes = sampling.warnings(chat.session)
    repairs = chat.repairs()
    others = [
        f"{row[0]} as {sent}"
        for row in table.rows
        if (sent := wire_name(row[0], repairs)) != row[0]
    ]
    if others:
        notes.append(f"Sent here under another name: {', '.join(others)}.")
    if own:
        notes.append("/set +NAME VALUE sets what has no row of ours.")
        order = own.get("samplers")
        if isinstance(order, list):
            notes.append(f"The server's samplers, in order: {' '.join(map(str, order))}.")
    return Show(
        (
            table,
            Line("    ".join(hints), "dim"),
            *effects,
            *(Line(one_line(note), "dim") for note in notes),
        )
    )


async def _defaults(chat: Chat) -> Mapping[str, Json] | None:
    try:
        return await native.defaults(await chat.client())
    except ZatsudanError:
        return None  # what is set can be shown without a server


def _table(chat: Chat, own: Mapping[str, Json] | None, *, every: bool) -> Table:
    settings = chat.session.settings
    usual = {row.name for row in PARAMETERS if row.group in ("sampling", "length")}
    usual.discard("max_completion_tokens")  # max_tokens under its later name
    told = own or {}
    repairs = chat.repairs()
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
    rows: list[tuple[str, ...]] = []
    for name in names:
        setting, row = settings.get(name), BY_NAME.get(name)
        value = one_line(show_value(setting.value), 16) if setting is not None else "·"
        cells = [one_line(name, 40), value, setting.origin if setting is not None else ""]
        if told:
            cells.append(one_line(show_value(told[name]), 10) if name in told else "")
        if row is not None:
            cells += [row.kind.short, row.help]
        else:
            cells += ["JSON", "the server's own" if name in told else "a field of your own"]
        rows.append(tuple(cells))
    head = ("parameter", "value", "origin", *(["server"] if told else []), "range", "meaning")
    marks = frozenset(at for at, name in enumerate(names) if name in changed)
    return Table(head, tuple(rows), marks=marks, brief=True)


def fresh_session(chat: Chat) -> Session:
    """Return a session as each begins: what config, profile and command line set."""
    fresh = Session()
    for record in chat.start():
        apply(fresh, record)
    return fresh


def settle(chat: Chat, wanted: Mapping[str, Setting]) -> list[Line]:
    """Make the parameters those that are wanted and no others, and say each change."""
    lines: list[Line] = []
    for name, before in list(chat.session.settings.items()):
        if name not in wanted:
            chat.record({"type": "unset", "name": name})
            lines.append(_step(name, before, None))
    for name, setting in wanted.items():
        before_or_none = chat.session.settings.get(name)
        if before_or_none != setting:
            chat.record(
                {"type": "set", "name": name, "value": setting.value, "origin": setting.origin}
            )
        if before_or_none is None or before_or_none.value != setting.value:
            lines.append(_step(name, before_or_none, setting))
    return lines


def _step(name: str, before: Setting | None, after: Setting | None) -> Line:
    old, new = (
        one_line(show_value(setting.value), 60) if setting is not None else "unset"
        for setting in (before, after)
    )
    return Line(f"{one_line(name, 60)}  {old} → {new}", "good")


def settle_system(chat: Chat, system: str) -> list[Line]:
    """Make the system message this one, and say so if it was another."""
    if chat.session.system == system:
        return []
    chat.record({"type": "system", "content": system})
    return [Line(f"system message  {one_line(system, 60) if system else 'none'}", "good")]


def settle_model(chat: Chat, model: str) -> list[Line]:
    """Make the model this one, and say so if it was another."""
    if not model or chat.session.model == model:
        return []
    before = chat.session.model
    chat.use_model(model, chat.server)
    return [Line(f"model  {one_line(before, 40) or 'none'} → {one_line(model, 40)}", "good")]


@command("reset", "", group=GROUP)
async def reset(chat: Chat, _args: str) -> Outcome:
    """Go back to the settings the session began with.

    Parameters, system message and model are again those of its first message, or, before the first
    message, those of every new session. The talk stays as it is.
    """
    start = chat.session.start
    if start is None:
        fresh = fresh_session(chat)
        settings, system, model = fresh.settings, fresh.system, fresh.model
    else:
        settings, system, model = dict(start.settings), start.system, start.model
    lines = settle(chat, settings)
    lines += settle_system(chat, system)
    lines += settle_model(chat, model)
    return Show(tuple(lines)) if lines else tell("All is as it was at the beginning.", "dim")


@command("with", "NAME=VALUE … TEXT", group=GROUP, complete=sampling.assignments)
async def with_(chat: Chat, args: str) -> Outcome:
    """Send one message with other settings.

    `/with temperature=1.2 seed=7 Write a haiku.` changes them for this one reply only.
    """
    words, text = leading_assignments(
        args, lambda name: name in BY_NAME or (name.startswith("+") and len(name) > 1)
    )
    if not words or not text:
        raise CommandError(
            "/with needs settings and a message.", "Write /with temperature=1.2 and then the text."
        )
    overrides = read_assignments(words, chat.session.parameters)
    changed = "  ".join(
        f"{one_line(name, 40)} {one_line(show_value(value), 40)}"
        for name, value in overrides.items()
    )
    return Generate(chat.say(text), overrides, (Line(f"This once: {changed}", "dim"),))
