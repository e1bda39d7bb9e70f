"""Commands on parameters. Each parameter's own command is made from its row."""

from collections.abc import Iterable

from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Line, Outcome, Show, Table
from zatsudan.commands.probes import with_effect
from zatsudan.commands.registry import Choice, Command, command
from zatsudan.core.errors import CommandError
from zatsudan.core.messages import Json
from zatsudan.core.parameters import (
    BY_NAME,
    GROUPS,
    PARAMETERS,
    Parameter,
    find,
    read_assignments,
    show_value,
)
from zatsudan.core.printable import one_line
from zatsudan.core.session import Session, Setting
from zatsudan.core.words import Word, split

GROUP = "Parameters"


def assignments(chat: Chat, args: str) -> Iterable[Choice]:
    """Complete `name=value` words."""
    last = args.rpartition(" ")[2]
    name, equals, _ = last.partition("=")
    if equals:
        yield from (
            Choice(f"{name}={choice.text}", choice.meta) for choice in values_of(chat, name)
        )
    else:
        yield from (Choice(f"{row.name}=", _meta(chat, row)) for row in PARAMETERS)


def _meta(chat: Chat, row: Parameter) -> str:
    setting = chat.session.settings.get(row.name)
    value = f"now {show_value(setting.value)} · " if setting is not None else ""
    return f"{value}{row.help}"


def values_of(chat: Chat, name: str) -> Iterable[Choice]:
    """Complete a parameter's value: the present one, those used before, what its kind offers."""
    row = BY_NAME.get(name)
    if row is None:
        return
    choices: dict[str, str] = {}
    setting = chat.session.settings.get(name)
    if setting is not None:
        choices[show_value(setting.value)] = "the present value"
    for node in reversed(list(chat.session.replies())):
        if node.made is not None and name in node.made.parameters:
            value = show_value(node.made.parameters[name])
            choices.setdefault(value, f"used for reply #{node.id}")
    for value in row.kind.values:
        choices.setdefault(value, row.kind.range)
    for text, meta in choices.items():
        if "\n" not in text:
            yield Choice(text, meta)


def _set_choices(chat: Chat, args: str) -> Iterable[Choice]:
    words = args.split(" ")
    if len(words) % 2 == 1:
        yield from (Choice(row.name, _meta(chat, row)) for row in PARAMETERS)
    else:
        yield from values_of(chat, words[-2])


def _change(chat: Chat, values: dict[str, Json]) -> Outcome:
    lines: list[Line] = []
    for name, value in values.items():
        before = chat.session.settings.get(name)
        chat.record({"type": "set", "name": name, "value": value})
        was = show_value(before.value) if before is not None else "unset"
        lines.append(
            Line(
                f"{one_line(name, 60)}  {one_line(was, 60)} → {one_line(show_value(value))}", "good"
            )
        )
    lines += [Line(note, "dim") for note in warnings(chat.session)]
    return Show(tuple(lines))


def warnings(session: Session) -> list[str]:
    """Return what to know of the parameters that are set together."""
    values = session.parameters
    notes: list[str] = []
    if "temperature" in values and "top_p" in values:
        notes.append("temperature and top_p are both set: better change one of them only.")
    if "max_tokens" in values and "max_completion_tokens" in values:
        notes.append(
            "max_tokens and max_completion_tokens are both set: most servers take one of them."
        )
    if "top_logprobs" in values and not values.get("logprobs"):
        notes.append("top_logprobs needs logprobs: /logprobs on.")
    return notes


@command("set", "NAME VALUE … | +FIELD JSON", group=GROUP, complete=_set_choices)
async def set_(chat: Chat, args: str) -> Outcome:
    """Set parameters for this session.

    `/set temperature 0.2 top_p 0.9` sets several, `/set temperature +0.1` steps,
    `/set +top_k 40` sends any further field with a JSON value.
    `/set! …` sends a value outside its range all the same.
    """
    if not args:
        return await params.run(chat, "")
    return _change(chat, read_assignments(split(args), chat.session.parameters))


@command("set!", "NAME VALUE …", group=GROUP, complete=_set_choices)
async def set_anyway(chat: Chat, args: str) -> Outcome:
    """Set parameters without checking their ranges."""
    return _change(chat, read_assignments(split(args), chat.session.parameters, force=True))


def _set_names(chat: Chat, _args: str) -> Iterable[Choice]:
    for name, setting in chat.session.settings.items():
        yield Choice(name, f"now {one_line(show_value(setting.value), 60)}")
    yield Choice("all", "every parameter")


@command("unset", "NAME … | all", group=GROUP, complete=_set_names)
async def unset(chat: Chat, args: str) -> Outcome:
    """Take parameters back: they are not sent.

    The server's own default holds then.
    """
    names = [word.text.removeprefix("+") for word in split(args)]
    if names == ["all"]:
        names = list(chat.session.settings)
    if not names:
        raise CommandError("/unset needs a name.", "Write /unset NAME, or /unset all.")
    for name in names:
        if name not in chat.session.settings:
            find(name)
    lines: list[Line] = []
    for name in names:
        before = chat.session.settings.get(name)
        chat.record({"type": "unset", "name": name})
        was = show_value(before.value) if before is not None else "unset"
        lines.append(Line(f"{one_line(name, 60)}  {one_line(was, 60)} → unset", "good"))
    return Show(tuple(lines))


def changed_since_reply(session: Session) -> set[str]:
    """Return the names whose value is not that of the last reply on the path."""
    last = next((node.made for node in reversed(session.path()) if node.made is not None), None)
    if last is None:
        return set()
    before, now = last.parameters, session.parameters
    return {name for name in {*before, *now} if before.get(name) != now.get(name)}


@command("params", "[all]", group=GROUP, everyday=True)
async def params(chat: Chat, args: str) -> Outcome:
    """Show the parameters and what they mean.

    A table of value, origin, range and meaning; a mark stands where the value has changed since the last reply. `/params all`
    lists those that are not set as well.
    """
    session = chat.session
    usual = {row.name for row in PARAMETERS if row.group in ("sampling", "length")}
    shown = [
        row
        for row in PARAMETERS
        if args == "all" or row.name in usual or row.name in session.settings
    ]
    changed = changed_since_reply(session)
    rows: list[tuple[str, ...]] = []
    marks: set[int] = set()
    for row in shown:
        if row.name in changed:
            marks.add(len(rows))
        rows.append(_row(row.name, session.settings.get(row.name), row.kind.short, row.help))
    for name, setting in session.settings.items():
        if name not in BY_NAME:
            if name in changed:
                marks.add(len(rows))
            rows.append(_row(name, setting, "any JSON", "a field of your own"))
    table = Table(
        ("parameter", "value", "origin", "range", "meaning"), tuple(rows), marks=frozenset(marks)
    )
    table, effects = with_effect(chat, table)
    hints = ["· not sent"]
    if marks:
        hints.append("* changed since the last reply")
    hints.append("/help NAME explains" if args == "all" else "/params all shows the rest")
    return Show(
        (
            table,
            Line("    ".join(hints), "dim"),
            *effects,
            *(Line(note, "dim") for note in warnings(session)),
        )
    )


def _row(name: str, setting: Setting | None, span: str, meaning: str) -> tuple[str, ...]:
    if setting is None:
        return (name, "·", "", span, meaning)
    return (
        one_line(name, 40),
        one_line(show_value(setting.value), 40),
        setting.origin,
        span,
        meaning,
    )


def _own_command(row: Parameter) -> Command:
    async def run(chat: Chat, args: str) -> Outcome:
        words = split(args)
        if not words:
            setting = chat.session.settings.get(row.name)
            value = show_value(setting.value) if setting is not None else "unset (not sent)"
            return Show(
                (
                    Line(f"{row.name}  {one_line(value)}"),
                    Line(f"{row.help} Takes {row.kind.range}.", "dim"),
                )
            )
        if words == [Word("unset")]:
            return await unset.run(chat, row.name)
        return _change(chat, {row.name: row.read(words, chat.session.parameters.get(row.name))})

    def complete(chat: Chat, args: str) -> Iterable[Choice]:
        return values_of(chat, row.name) if " " not in args else ()

    page = f"Takes {row.kind.range}. {row.advice}".strip()
    page += (
        f"\n`/{row.name}` shows it, `/{row.name} VALUE` sets it, `/unset {row.name}` takes it back."
    )
    everyday = row.name in ("temperature", "stop")
    return Command(
        row.name,
        "[VALUE…]" if row.kind.many else "[VALUE]",
        run,
        row.help,
        page,
        GROUPS[row.group],
        complete,
        everyday,
    )


OWN_COMMANDS = tuple(_own_command(row) for row in PARAMETERS)
