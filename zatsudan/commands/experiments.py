"""Replies of models, servers and settings beside one another: /compare, and how cells are made."""

import contextlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from zatsudan.base.addresses import normal_url
from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import Printable, one_line
from zatsudan.base.words import Word, split
from zatsudan.commands import offers
from zatsudan.commands.here import finder
from zatsudan.commands.outcomes import Experiment, Outcome
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, command
from zatsudan.servers.choice import Server, check_profile
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat
from zatsudan.talk.elsewhere import parameters_at

if TYPE_CHECKING:
    from zatsudan.lab.slots import Cell
    from zatsudan.lab.variation import Variation

GROUP = later("The lab")

#: The most columns of a comparison.
COLUMNS = 4

_MESSAGE = re.compile(r"(?:^|\s)--(?:\s+|$)")


def split_message(args: str) -> tuple[list[Word], str]:
    """Return the words before `--` and the message after it."""
    found = _MESSAGE.search(args)
    if found is None:
        return split(args), ""
    message = args[found.end() :].strip()
    if not message:
        raise CommandError(say("Nothing stands after --."), say("Write the new message there."))
    return split(args[: found.start()]), message


def parent_of(chat: Chat, message: str) -> Node:
    """Return the user message to be answered: a new one, or the last."""
    if message:
        return chat.talk.say(message)
    parent = chat.talk.last_user()
    if parent is None:
        raise CommandError(
            say("There is no message to try this on."),
            say("Write one, or add it after -- MESSAGE."),
        )
    return parent


def current(chat: Chat, profile: str = "", model: str = "") -> dict[str, Json]:
    """Return the parameters that a cell begins with at a server and model: each makes one reply."""
    present = parameters_at(chat.talk.session, chat.config, profile, model)
    return {name: value for name, value in present.items() if name != "n"}


def cell_for(chat: Chat, one: "Variation", common: "Variation | None" = None) -> "Cell":
    """Return the cell of a variation; `common` holds besides and stands in no label."""
    from zatsudan.lab.slots import Cell

    whole = one + common if common is not None else one
    profile = whole.profile
    if profile:
        check_profile(profile, chat.config)
    parameters = whole.over(current(chat, profile, whole.model))
    begin = whole.begin
    if begin is None:
        begin = chat.talk.session.begin.text if chat.talk.session.begin is not None else ""
    label = one_line(one.label, 60)
    return Cell(label, parameters, whole.model, profile, whole.system, begin)


async def check_begins(chat: Chat, cells: "Sequence[Cell]") -> None:
    """Raise before anything is asked where replies are to be begun and the server begins anew."""
    models = {cell.model for cell in cells if cell.begin and "" in cell.profiles}
    if models:
        from zatsudan.talk.addressee import model_of
        from zatsudan.talk.continuing import must_go_on

        for model in models:
            await must_go_on(chat.link, model or await model_of(chat.talk, chat.link))


def plan(chat: Chat, cells: "Sequence[Cell]", concurrency: int = 0) -> Printable:
    """Say how many requests are to be made, to how many servers; `concurrency` is what is wanted of each."""
    from zatsudan.lab.lanes import at_once

    count, profiles = len(cells), {profile for cell in cells for profile in cell.profiles}
    planned = say_count("{n} request", "{n} requests", count)
    if profiles != {""}:
        planned = say_count(
            "{requests} to {n} server", "{requests} to {n} servers", len(profiles), requests=planned
        )
    servers = [_server(chat, profile) for profile in sorted(profiles)]
    if len(profiles) == 1 or cells[0].pool:
        many = min(count, sum(at_once(server, concurrency) for server in servers))
        planned = say("{requests}, {many} at a time", requests=planned, many=many)
    return say("{requests} · Esc stops", requests=planned)


def _server(chat: Chat, profile: str) -> Server | None:
    """Return where a profile's server is and how much it gets, without its key; the talk's own for ``."""
    if not profile:
        return chat.link.server
    known = chat.config.profiles[profile]
    return Server(profile, normal_url(known.base_url), concurrency=known.concurrency)


# --- compare ----------------------------------------------------------------------


def sides(chat: Chat, args: str) -> Iterable[Choice]:
    """Yield what may be compared."""
    yield from offers.assignments(chat, args)
    yield from (Choice(model.id, say("a model")) for model in chat.link.models)
    yield from (Choice(name, say("a profile")) for name in chat.config.profiles)
    yield from (Choice(name, say("a preset")) for name in chat.presets.names())
    yield Choice("now", say("the settings as they are"))
    yield Choice("blind", say("hide which is which until picked"))


@command("compare", "A B [C D] [blind] [-- MESSAGE]", group=GROUP, complete=sides)
async def compare(chat: Chat, args: str) -> Outcome:
    """Compare replies of models, servers or settings side by side.

    Each of two to four is a model, a preset, a profile (another server of the config file), settings as in
    `temperature=1.2,top_p=0.9`, or `now`; one alone is compared with `now`. Of one name, a preset goes before a profile
    and a profile before a model; `profile=NAME,model=NAME` says which. On the last message, or on a new one: `/compare
    now temperature=0 -- MESSAGE`. `blind` hides which is which until /pick, and /tally counts.
    """
    import random

    words, _ = split_message(args)
    blind = any(word == Word("blind") for word in words)
    cells, message = await compared(chat, args)
    if blind:
        random.shuffle(cells)
    parent = parent_of(chat, message)
    return Experiment(parent, tuple(cells), (Line(plan(chat, cells), "dim"),), blind=blind)


async def compared(chat: Chat, args: str) -> "tuple[list[Cell], str]":
    """Return the cells of what is to be compared, and the message behind `--`; raises ZatsudanError."""
    from zatsudan.lab.variation import Variation

    words, message = split_message(args)
    named = {"now", "blind", *chat.presets.names(), *chat.config.profiles}
    if not chat.link.models and any(word.name is None and word.text not in named for word in words):
        with contextlib.suppress(ZatsudanError):  # a server without a list takes any name
            await chat.link.fetch_models()
    found = [_side(chat, word) for word in words if word != Word("blind")]
    if len(found) == 1:
        found.insert(0, Variation())
    if not 2 <= len(found) <= COLUMNS:
        raise CommandError(
            say("/compare takes two to {most} models, servers or settings.", most=COLUMNS),
            say("For example: /compare temperature=0 temperature=1.2"),
        )
    cells = [replace(cell_for(chat, side), setting=at) for at, side in enumerate(found)]
    await check_begins(chat, cells)
    return cells, message


def _profile_in(word: Word) -> str:
    """Return the profile that one cell's settings name; `` for none."""
    pieces = (piece.partition("=") for piece in word.text.split(","))
    return next((value for name, _, value in pieces if name == "profile"), "")


def _side(chat: Chat, word: Word) -> "Variation":
    from zatsudan.lab.grid import read_setting
    from zatsudan.lab.variation import Variation

    text = word.text
    if word.name is not None:
        return read_setting(word, current(chat), find=finder(chat, _profile_in(word)))
    if text == "now":
        return Variation()
    if text in chat.presets.names():
        return _preset(chat, text)
    if text in chat.config.profiles:
        return Variation(profile=text)
    return Variation(model=_model(chat, text))


def _preset(chat: Chat, name: str) -> "Variation":
    """Return what `/preset NAME` would make of the settings: those of the session give way to it."""
    from zatsudan.commands.presets import with_preset
    from zatsudan.lab.variation import Variation

    preset = chat.presets.read(name)
    wanted = with_preset(chat, preset)
    return Variation(
        {key: setting.value for key, setting in wanted.items() if key != "n"},
        frozenset(current(chat)) - frozenset(wanted),
        preset.model or "",
        name=name,
        system=preset.system,
    )


def _model(chat: Chat, text: str) -> str:
    """Return the model that is meant, by its id or a piece of it; raises CommandError."""
    known = [model.id for model in chat.link.models]
    if text in known or text == chat.talk.session.model or not known:
        return text  # a server without a list takes any name
    fits = [name for name in known if text in name]
    if len(fits) == 1:
        return fits[0]
    groups = {
        later("Models: {names}."): fits or known,
        later("Profiles: {names}."): list(chat.config.profiles),
        later("Presets: {names}."): chat.presets.names(),
    }
    advice = say("Settings are written name=value.")
    for there_are, names in groups.items():
        if names:
            some = ", ".join(one_line(name, 40) for name in names[:4])
            advice = say("{before} {after}", before=advice, after=say(there_are, names=some))
    raise CommandError(
        say(
            "{name} is no model of this server, no profile, no preset and no setting.",
            name=one_line(text, 40),
        ),
        advice,
    )
