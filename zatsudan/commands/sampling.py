"""Commands on parameters. Each parameter's own command is made from its row."""

from collections.abc import Iterable

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import Word, split
from zatsudan.commands import knobs
from zatsudan.commands.offers import GROUP, meta, values_of, warnings
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, Command, command
from zatsudan.parameters.assignments import read_assignments
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME, GROUPS, PARAMETERS, find
from zatsudan.parameters.values import show_value
from zatsudan.talk.chat import Chat


def _set_choices(chat: Chat, args: str) -> Iterable[Choice]:
    words = args.split(" ")
    if len(words) % 2 == 1:
        yield from (Choice(row.name, meta(chat, row)) for row in PARAMETERS)
    else:
        yield from values_of(chat, words[-2])


def change(chat: Chat, values: dict[str, Json]) -> Outcome:
    """Set parameters and say what changed."""
    lines: list[Line] = []
    for name, value in values.items():
        before = chat.talk.session.settings.get(name)
        chat.talk.record({"type": "set", "name": name, "value": value})
        was = show_value(before.value) if before is not None else say("unset")
        lines.append(
            Line(
                printable(
                    f"{one_line(name, 60)}  {one_line(was, 60)} → {one_line(show_value(value))}"
                ),
                "good",
            )
        )
    lines += [Line(note, "dim") for note in warnings(chat, values)]
    return Show(tuple(lines))


@command("set", "NAME VALUE … | +FIELD JSON", group=GROUP, complete=_set_choices)
async def set_(chat: Chat, args: str) -> Outcome:
    """Set parameters for this session.

    `/set temperature 0.2 top_p 0.9` sets several, `/set temperature +0.1` steps,
    `/set +top_k 40` sends any further field with a JSON value.
    `/set! …` sends a value outside its range all the same.
    """
    if not args:
        return await knobs.params.run(chat, "")
    return change(chat, read_assignments(split(args), chat.talk.session.parameters))


@command("set!", "NAME VALUE …", group=GROUP, complete=_set_choices)
async def set_anyway(chat: Chat, args: str) -> Outcome:
    """Set parameters without checking their ranges."""
    return change(chat, read_assignments(split(args), chat.talk.session.parameters, force=True))


def _set_names(chat: Chat, _args: str) -> Iterable[Choice]:
    for name, setting in chat.talk.session.settings.items():
        yield Choice(name, say("now {value}", value=one_line(show_value(setting.value), 60)))
    yield Choice("all", say("every parameter"))


@command("unset", "NAME … | all", group=GROUP, complete=_set_names)
async def unset(chat: Chat, args: str) -> Outcome:
    """Take parameters back: they are not sent.

    The server's own default holds then.
    """
    names = [word.text.removeprefix("+") for word in split(args)]
    if names == ["all"]:
        names = list(chat.talk.session.settings)
    if not names:
        raise CommandError(say("/unset needs a name."), say("Write /unset NAME, or /unset all."))
    for name in names:
        if name not in chat.talk.session.settings:
            find(name)
    # What is an error without another is taken back with it.
    names += [
        row.name
        for row in PARAMETERS
        if row.needs is not None
        and row.needs.other in names
        and row.name in chat.talk.session.settings
        and row.name not in names
    ]
    lines: list[Line] = []
    for name in names:
        before = chat.talk.session.settings.get(name)
        chat.talk.record({"type": "unset", "name": name})
        was = show_value(before.value) if before is not None else say("unset")
        change = f"{one_line(was, 60)} → " + say("unset")
        lines.append(Line(printable(f"{one_line(name, 60)}  {change}"), "good"))
    return Show(tuple(lines))


def _own_command(row: Parameter) -> Command:
    async def run(chat: Chat, args: str) -> Outcome:
        words = split(args)
        if not words:
            setting = chat.talk.session.settings.get(row.name)
            value = show_value(setting.value) if setting is not None else say("unset (not sent)")
            meaning = say("{help} Takes {range}.", help=say(row.help), range=row.kind.range)
            return Show((Line(printable(f"{row.name}  {one_line(value)}")), Line(meaning, "dim")))
        if words == [Word("unset")]:
            return await unset.run(chat, row.name)
        return change(chat, {row.name: row.read(words, chat.talk.session.parameters.get(row.name))})

    def complete(chat: Chat, args: str) -> Iterable[Choice]:
        return values_of(chat, row.name) if " " not in args else ()

    def page() -> Printable:
        takes = say("Takes {range}.", range=row.kind.range)
        if row.advice:
            takes = say("{before} {after}", before=takes, after=say(row.advice))
        how = say(
            "`/{name}` shows it, `/{name} VALUE` sets it, `/unset {name}` takes it back.",
            name=row.name,
        )
        return printable(f"{takes}\n{how}")

    return Command(
        row.name,
        "[VALUE…]" if row.kind.many else "[VALUE]",
        run,
        row.help,
        "",
        GROUPS[row.group],
        complete,
        row.everyday,
        more=page,
    )


OWN_COMMANDS = tuple(_own_command(row) for row in PARAMETERS if row.own_command)


def _logprobs_choices(_chat: Chat, args: str) -> Iterable[Choice]:
    if " " not in args:
        yield Choice("on", say("ask for log probabilities"))
        yield Choice("on 5", say("with the five likeliest tokens at each place"))
        yield Choice("off", say("do not ask"))


@command("logprobs", "[on [K]|off]", group=GROUPS["format"], complete=_logprobs_choices)
async def logprobs(chat: Chat, args: str) -> Outcome:
    """Ask for log probabilities, with K alternatives.

    `/logprobs on 5` asks for the five likeliest tokens at each place too; /tokens and /inspect
    show them. About half a kilobyte a token then. `/unset logprobs` takes it back.
    """
    words = split(args)
    if len(words) < 2:
        if words and words[0].text == "off" and "top_logprobs" in chat.talk.session.settings:
            chat.talk.record({"type": "unset", "name": "top_logprobs"})
        return await _own_command(BY_NAME["logprobs"]).run(chat, args)
    on = BY_NAME["logprobs"].read(words[:1])
    if on is not True:
        raise CommandError(
            say("/logprobs off takes no number."), say("/logprobs on 5 asks for five.")
        )
    top = BY_NAME["top_logprobs"].read(words[1:])
    return change(chat, {"logprobs": True, "top_logprobs": top})
