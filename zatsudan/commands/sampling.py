"""Commands on parameters. Each parameter's own command is made from its row."""

from collections.abc import Iterable

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import Word, split
from zatsudan.commands import knobs
from zatsudan.commands.here import idle, notes, offered, read_here, why_nothing
from zatsudan.commands.offers import GROUP, meta, values_of, warnings
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, Command, command
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME, GROUPS, PARAMETERS
from zatsudan.parameters.values import show_value
from zatsudan.talk.chat import Chat


def _set_choices(chat: Chat, args: str) -> Iterable[Choice]:
    words = args.split(" ")
    if len(words) % 2 == 1:
        yield from (Choice(row.name, meta(chat, row)) for row in offered(chat))
    else:
        yield from values_of(chat, words[-2])


def change(chat: Chat, values: dict[str, Json]) -> Show:
    """Set parameters and say what changed, and what does nothing here."""
    lines: list[Line] = []
    nothing = tuple(idle(chat))
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
    lines += [Line(note, "warn") for note in notes(chat, values, nothing)]
    lines += [Line(note, "dim") for note in warnings(chat, values)]
    return Show(tuple(lines))


@command("set", "NAME VALUE … | +FIELD JSON", group=GROUP, complete=_set_choices)
async def set_(chat: Chat, args: str) -> Outcome:
    """Set parameters for this session.

    `/set temperature 0.2 top_p 0.9` sets several, `/set temperature +0.1` steps,
    `/set +top_k 40` sends any further field with a JSON value. A name may be shortened (temp), and
    `@FILE` stands for a long value. What this server is known not to take is refused with the
    reason; `/set! …` sends it all the same, and a value outside its range.
    """
    if not args:
        return await knobs.params.run(chat, "")
    return change(chat, await read_here(chat, split(args)))


@command("set!", "NAME VALUE …", group=GROUP, complete=_set_choices)
async def set_anyway(chat: Chat, args: str) -> Outcome:
    """Set parameters, whatever their ranges and the server."""
    return change(chat, await read_here(chat, split(args), force=True))


def _set_names(chat: Chat, _args: str) -> Iterable[Choice]:
    for name, setting in chat.talk.session.settings.items():
        yield Choice(name, say("now {value}", value=one_line(show_value(setting.value), 60)))
    yield Choice("all", say("every parameter"))


@command("unset", "NAME … | all", group=GROUP, complete=_set_names)
async def unset(chat: Chat, args: str) -> Outcome:
    """Take parameters back: they are not sent.

    The server's own default holds then.
    """
    settings = chat.talk.session.settings
    names = [word.text.removeprefix("+") for word in split(args)]
    if names == ["all"]:
        names = list(settings)
    if not names:
        raise CommandError(say("/unset needs a name."), say("Write /unset NAME, or /unset all."))
    names = [name if name in settings else chat.link.here.find(name).name for name in names]
    # What is an error without another is taken back with it.
    names += [
        row.name
        for row in PARAMETERS
        if row.needs is not None
        and row.needs.other in names
        and row.name in settings
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


def _present(chat: Chat, row: Parameter) -> Iterable[Line]:
    """Yield what a parameter is now, and what values there are here."""
    here = chat.link.here
    setting = chat.talk.session.settings.get(row.name)
    value = say("unset (not sent)")
    if setting is not None:
        value = one_line(show_value(setting.value))
    elif row.name in here.own:
        own = one_line(show_value(here.own[row.name]), 60)
        value = say("not sent means {value} here", value=own)
    yield Line(printable(f"{row.name}  {value}"))
    reason = why_nothing(chat, row.name) if setting is not None else here.why_not(row.name)
    if reason:
        yield Line(say("{reason}.", reason=reason), "warn")
    kind = here.find(row.name).kind
    yield Line(say("{help} Takes {range}.", help=say(row.help), range=kind.range), "dim")


def _own_command(row: Parameter) -> Command:
    async def run(chat: Chat, args: str) -> Outcome:
        words = split(args)
        if not words:
            return Show(tuple(_present(chat, row)))
        if words == [Word("unset")]:
            return await unset.run(chat, row.name)
        here = chat.link.here.settable(row.name)
        return change(
            chat, {row.name: here.read(words, chat.talk.session.parameters.get(row.name))}
        )

    def complete(chat: Chat, args: str) -> Iterable[Choice]:
        return values_of(chat, row.name) if " " not in args else ()

    def page(chat: Chat | None) -> Printable:
        from zatsudan.commands.rowpages import about

        return about(row, chat)

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
    if len(words) == 1 and words[0].text.isdecimal():
        words.insert(0, Word("on"))
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
