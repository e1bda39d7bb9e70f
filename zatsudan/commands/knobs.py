"""Commands that look at all parameters together, or change them for one message."""

import contextlib
from collections.abc import Mapping

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.language import say
from zatsudan.base.printable import one_line, printable
from zatsudan.base.words import leading_assignments
from zatsudan.commands import here as at_server
from zatsudan.commands import makers, offers, paramtable
from zatsudan.commands.chainline import chain_line
from zatsudan.commands.here import knows, notes, read_here
from zatsudan.commands.outcomes import Generate, Outcome, Show, tell
from zatsudan.commands.parts import Line
from zatsudan.commands.probes import with_effect
from zatsudan.commands.registry import command
from zatsudan.parameters.values import show_value
from zatsudan.servers.choice import BY_ITSELF
from zatsudan.servers.taking import Here
from zatsudan.servers.wirenames import wire_name
from zatsudan.sessions.records import apply
from zatsudan.sessions.session import Session, Setting
from zatsudan.talk.addressee import use_model
from zatsudan.talk.chat import Chat

GROUP = offers.GROUP


@command("params", "[all]", group=GROUP, everyday=True, known_as=("settings", "config", "options"))
async def params(chat: Chat, args: str) -> Outcome:
    """Show the parameters and what they mean.

    A table of what this server takes: value, origin, range and meaning. What is not sent has the server's
    own value, where that is known; a mark stands where a value has changed since the last reply, and
    another where it does nothing here. Below stand the samplers in the order in which they run, in
    brackets those that are off. `/params all` lists the rest too.
    """
    if args not in ("", "all"):
        raise CommandError(
            say("/params takes all or nothing, not {typed!r}.", typed=one_line(args, 30)),
            say("/help NAME explains one parameter."),
        )
    here = await _here(chat, wait=bool(args))
    idle = at_server.idle(chat)
    table, effects = with_effect(chat, paramtable.shown(chat, every=bool(args)), idle)
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
    unsent = [f"{name} {show_value(value)}" for name, value in here.kind.unsent.items()]
    if unsent:
        notes.append(say("Not sent means here: {values}.", values=", ".join(unsent)))
    told = await makers.said(chat)
    if told:
        notes.append(told)
    drawn = chain_line(here, chat.talk.session.parameters)
    return Show(
        (
            table,
            *([drawn] if drawn is not None else []),
            Line(printable("    ".join(hints)), "dim"),
            *effects,
            *(Line(printable(note), "dim") for note in notes),
        )
    )


async def _here(chat: Chat, *, wait: bool) -> Here:
    """Return what is known of the server; it is asked for its values if its kind tells them.

    With `wait` it is connected to and asked in any case.
    """
    if wait or chat.link.kind.defaults is not None:
        with contextlib.suppress(ZatsudanError):  # what is set can be shown without a server
            return await chat.link.ask_values()
    return chat.link.here


def fresh_session(chat: Chat) -> Session:
    """Return a session as each begins: what config, model, profile and command line set."""
    fresh = Session()
    for record in chat.talk.start():
        apply(fresh, record)
    for record in chat.talk.of_model(fresh, fresh.model or chat.talk.session.model):
        apply(fresh, record)
    return fresh


def settle(chat: Chat, wanted: Mapping[str, Setting]) -> list[Line]:
    """Make the parameters those that are wanted and no others, and say each change, and what does nothing."""
    lines: list[Line] = []
    nothing = tuple(at_server.idle(chat))
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
    return lines + [Line(note, "warn") for note in notes(chat, wanted, nothing)]


def steps(chat: Chat, before: Mapping[str, Setting]) -> list[Line]:
    """Say how the parameters differ from those `before`."""
    now = chat.talk.session.settings
    return [
        _step(name, before.get(name), now.get(name))
        for name in {**before, **now}
        if getattr(before.get(name), "value", None) != getattr(now.get(name), "value", None)
        or (name in before) != (name in now)
    ]


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
    if chat.talk.session.by_state is not None:
        chat.talk.record({"type": "by_state"})
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
        args, lambda name: knows(chat, name) or (name.startswith("+") and len(name) > 1)
    )
    if not words or not text:
        raise CommandError(
            say("/with needs settings and a message."),
            say("Write /with temperature=1.2 and then the text."),
        )
    overrides = await read_here(chat, words)
    changed = "  ".join(
        f"{one_line(name, 40)} {one_line(show_value(value), 40)}"
        for name, value in overrides.items()
    )
    note = say("This once: {changed}", changed=changed)
    return Generate(chat.talk.say(text), overrides, (Line(note, "dim"),))
