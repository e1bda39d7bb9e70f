"""Short ways to the samplers that are turned most, and to all of them at once."""

from collections.abc import Iterable, Sequence

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import printable
from zatsudan.base.words import Word, split
from zatsudan.commands import sampling
from zatsudan.commands.chainline import chain_line, steps
from zatsudan.commands.here import ask_names
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.chain import NEUTRAL, is_neutral
from zatsudan.parameters.table import BY_NAME, GROUPS
from zatsudan.parameters.values import show_value
from zatsudan.talk.chat import Chat

#: What `on` means, by the parameter: the values that their makers advise.
ON: dict[str, Json] = {"dry_multiplier": 0.8, "xtc_probability": 0.5, "xtc_threshold": 0.1}


def _read(chat: Chat, name: str, word: Word) -> Json:
    """Read the chief value of a sampler: on, off or a number."""
    row = chat.link.here.settable(name)
    if word.text in ("on", "off") and not word.quoted:
        return ON[name] if word.text == "on" else row.neutral
    return row.read([word], chat.talk.session.parameters.get(name))


async def _shown(chat: Chat, names: Sequence[str]) -> Outcome:
    from zatsudan.commands import COMMANDS

    parts = [await COMMANDS[name].run(chat, "") for name in names]
    return Show(tuple(part for shown in parts if isinstance(shown, Show) for part in shown.parts))


def _on_off(_chat: Chat, args: str) -> Iterable[Choice]:
    if " " not in args:
        yield Choice("on", say("with the value that is advised"))
        yield Choice("off", say("set it to do nothing"))


@command("dry", "[on|off|NUMBER]", group=GROUPS["repetition"], complete=_on_off)
async def dry(chat: Chat, args: str) -> Outcome:
    """Stop loops: disfavour going on with a phrase used before.

    `/dry 0.8` sets dry_multiplier, `/dry on` to 0.8, `/dry off` to 0. How long a phrase may be, and
    what ends it, say dry_allowed_length and dry_sequence_breakers.
    """
    words = split(args)
    if not words:
        return await _shown(chat, ["dry_multiplier"])
    if len(words) > 1:
        raise CommandError(
            say("/dry takes one value."), say("/dry 0.8 sets it; /help dry explains it.")
        )
    return sampling.change(chat, {"dry_multiplier": _read(chat, "dry_multiplier", words[0])})


@command("xtc", "[on|off|PROBABILITY [THRESHOLD]]", group=GROUPS["sampling"], complete=_on_off)
async def xtc(chat: Chat, args: str) -> Outcome:
    """Leave out the likeliest choices now and then.

    `/xtc 0.5 0.1` sets xtc_probability and xtc_threshold, `/xtc on` to these values, `/xtc off` turns
    it off. Without a threshold it stays as it is, or is 0.1.
    """
    words = split(args)
    if not words:
        return await _shown(chat, ["xtc_probability", "xtc_threshold"])
    if len(words) > 2:
        raise CommandError(
            say("/xtc takes a probability and a threshold."),
            say("/xtc 0.5 0.1 sets both; /help xtc explains them."),
        )
    values: dict[str, Json] = {"xtc_probability": _read(chat, "xtc_probability", words[0])}
    if len(words) == 2:
        values["xtc_threshold"] = _read(chat, "xtc_threshold", words[1])
    elif not is_neutral(BY_NAME["xtc_probability"], values["xtc_probability"]):
        present = chat.talk.session.parameters.get("xtc_threshold")
        values["xtc_threshold"] = ON["xtc_threshold"] if present is None else present
    return sampling.change(chat, values)


@command("neutral", "", group=GROUPS["sampling"])
async def neutral(chat: Chat, args: str) -> Outcome:
    """Turn every sampler off.

    Each that this server takes is set to the value with which it does nothing, unless it does nothing
    already; then the tokens come as the model itself weighs them. `/params` draws what is on.
    """
    if args:
        raise CommandError(say("/neutral takes nothing."), say("/dry off turns off one sampler."))
    await ask_names(chat)
    here, present = chat.link.here, chat.talk.session.parameters
    holding = {**here.own, **present}
    values = {
        name: value
        for name, value in NEUTRAL.items()
        if (here.takes(BY_NAME[name]) and name not in here.twins) or name in present
        if name not in holding or not is_neutral(BY_NAME[name], holding[name])
    }
    if not values:
        return tell(say("Every sampler is off already."), "dim")
    for name, value in values.items():
        chat.talk.record({"type": "set", "name": name, "value": value})
    listed = ", ".join(f"{name} {show_value(value)}" for name, value in values.items())
    told = say("Every sampler is off: {values}. /reset takes it back.", values=listed)
    drawn = chain_line(here, chat.talk.session.parameters)
    return Show((Line(told, "good"), *([drawn] if drawn is not None else [])))


def _sampler_names(chat: Chat, args: str) -> Iterable[Choice]:
    named = args.split(" ")[:-1]
    here = chat.link.here
    for step in dict.fromkeys((*here.steps, *here.kind.order)):
        if step not in named:
            helps = [row.help for row in BY_NAME.values() if row.sampler == step]
            yield Choice(step, say(helps[0]) if helps else printable(""))
    if not named:
        yield Choice("default", say("the server's own order"))


@command("samplers", "[NAME … | default]", group=GROUPS["sampling"], complete=_sampler_names)
async def samplers(chat: Chat, args: str) -> Outcome:
    """Show or set which samplers run, and in which order.

    `/samplers top_k min_p temperature` runs these three and no others; `/samplers default` leaves it to
    the server. Without names it shows the chain: in brackets stands what is off.
    """
    await ask_names(chat)
    words = [Word(name) for word in split(args) for name in word.text.split(",") if name]
    if words == [Word("default")]:
        return await sampling.unset.run(chat, "samplers")
    if words:
        row = chat.link.here.settable("samplers")
        return sampling.change(chat, {"samplers": row.read(words)})
    here, parameters = chat.link.here, chat.talk.session.parameters
    drawn = chain_line(here, parameters)
    if drawn is None:
        raise CommandError(
            say("This server does not tell in which order its samplers run."),
            say("/set +samplers takes a list; llama.cpp and KoboldCpp have one."),
        )
    left_out = [step for step in here.steps if step not in steps(here, parameters)]
    lines = [drawn]
    if "samplers" in parameters:
        lines.append(Line(say("Set here; /samplers default takes it back."), "dim"))
    elif "samplers" in here.told:
        lines.append(Line(say("The server's own order; in brackets what is off."), "dim"))
    else:
        lines.append(
            Line(
                say(
                    "The usual order of {server}; in brackets what is off or not set.",
                    server=here.kind.label,
                ),
                "dim",
            )
        )
    if left_out:
        lines.append(Line(say("Not run: {names}.", names=", ".join(left_out)), "dim"))
    reason = here.why_not("samplers")
    if reason:
        lines.append(Line(say("{reason}.", reason=reason), "dim"))
    return Show(tuple(lines))
