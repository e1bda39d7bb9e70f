"""Commands that try many settings on one message, or on several, again and again: /sweep."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import one_line
from zatsudan.base.words import Word
from zatsudan.commands import offers, sampling
from zatsudan.commands.experiments import (
    GROUP,
    cell_for,
    check_begins,
    current,
    parent_of,
    plan,
    split_message,
)
from zatsudan.commands.here import finder
from zatsudan.commands.outcomes import Experiment, Outcome
from zatsudan.commands.parts import Line
from zatsudan.commands.pooling import pool_of, pooled, whose_settings
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.results import left
from zatsudan.commands.spending import economy_of, number_of
from zatsudan.parameters.table import UnknownParameter
from zatsudan.servers.choice import check_profile
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.lab.grid import Sweep
    from zatsudan.lab.slots import Cell

#: The word that goes on with the last experiment.
CONTINUE = "continue"


def _axes(chat: Chat, args: str) -> Iterable[Choice]:
    words = args.split(" ")
    if len(words) == 1 or words[-2] in ("x", "×"):
        if len(words) == 1 and chat.talk.session.lab is not None:
            yield Choice(CONTINUE, say("ask for what is left of the last one"))
        yield Choice("begin", say("with what the reply begins"))
        yield Choice("system", say("other system messages: @FILE or texts in quotes"))
        yield from sampling.set_.complete(chat, "")
        return
    at = max((at for at, word in enumerate(words) if word in ("x", "×")), default=-1) + 1
    yield from offers.values_of(chat, words[at])
    yield Choice("now", say("the settings as they are"))
    yield Choice("runs=8", say("run each setting eight times"))
    yield Choice("x", say("cross it with another parameter"))
    yield Choice("prompts=@", say("ask each message of a file, a line each"))
    yield Choice("budget=", say("end early: so many tokens, or so much money (with a point)"))
    yield Choice("by=", say("the number that it is about"))
    if len(chat.config.profiles) > 1:
        every = ",".join(chat.config.profiles)
        yield Choice(f"pool={every}", say("let these servers share the work"))
    yield Choice("concurrency=", say("so many requests at a time to each server"))


async def _sweep(chat: Chat, args: str, *, force: bool) -> Outcome:
    from zatsudan.lab.grid import read_sweep
    from zatsudan.lab.run import LIMIT

    words, message = split_message(args)
    if words and words[0] == Word(CONTINUE):
        return await _go_on(chat, words[1:])
    named = {word.name: word.value for word in words if word.name in ("profile", "pool")}
    if len(named) > 1:
        raise CommandError(
            say("A sweep has one server (profile=) or several (pool=), not both."),
            say("Leave one of them out."),
        )
    pool = pool_of(chat, named["pool"]) if "pool" in named else ()
    profile = pool[0] if pool else named.get("profile", "")
    find = finder(chat, profile, force=force)
    try:
        sweep = read_sweep(words, current(chat), force=force, find=find)
    except UnknownParameter as error:
        if error.name not in ("model", "preset", "profile", *chat.presets.names()):
            raise
        advice = say("/compare A B compares models, presets and the servers of profiles.")
        raise CommandError(error.sentence, advice) from error
    if sweep.prompts and message:
        raise CommandError(
            say("A sweep has its messages from prompts=@FILE or behind --, not from both."),
            say("Leave one of them out."),
        )
    count = len(sweep.variations) * sweep.runs * max(1, len(sweep.prompts))
    if count > LIMIT and not force:
        raise CommandError(
            say("That makes {count} requests, more than {limit}.", count=count, limit=LIMIT),
            say("/sweep! makes them all the same."),
        )
    common = replace(sweep.common, profile=profile) if pool else sweep.common
    settings = pooled([cell_for(chat, one, common) for one in sweep.variations], pool)
    names = [cell.label for cell in settings]
    if not sweep.swept:
        names = [one_line(prompt, 40) for prompt in sweep.prompts]
    await check_begins(chat, settings)
    economy = None
    if sweep.budget:
        profiles = settings[0].profiles
        economy = await economy_of(chat, sweep.budget, sweep.by, names, profiles)
    by = number_of(chat, sweep.by) if sweep.by else ""
    parents = [chat.talk.say(prompt) for prompt in sweep.prompts] or [parent_of(chat, message)]
    cells = tuple(_cells(sweep, settings, parents, names))
    said = (whose_settings(chat, pool), plan(chat, cells, sweep.concurrency))
    parts = tuple(Line(line, "dim") for line in said if line)
    return Experiment(
        parents[0], cells, parts, economy=economy, by=by, concurrency=sweep.concurrency
    )


def _cells(
    sweep: "Sweep", settings: "Sequence[Cell]", parents: Sequence[Node], names: Sequence[str]
) -> "Iterable[Cell]":
    """Yield the cells, each setting once before any comes again: what is cut short tells of all of them."""
    from zatsudan.lab.slots import repeated

    by_prompt = not sweep.swept
    runs = [repeated(cell, sweep.runs) for cell in settings]
    for run in range(sweep.runs):
        for at, parent in enumerate(parents):
            for setting, of in enumerate(runs):
                cell = replace(
                    of[run],
                    setting=at if by_prompt else setting,
                    axes=sweep.axes[setting] if sweep.axes else (),
                    parent=parent if sweep.prompts else None,
                )
                if by_prompt:
                    rest = cell.label.partition(" · ")[2]
                    label = names[at].replace(" · ", " ")
                    cell = replace(cell, label=f"{label} · {rest}" if rest else label)
                elif len(parents) > 1:
                    cell = replace(cell, label=f"{cell.label} · prompt {at + 1}")
                yield cell


# --- what is left of the last experiment ---------------------------------------------


async def _go_on(chat: Chat, words: Sequence[Word]) -> Outcome:
    """Ask for the cells that have no whole reply yet, as they were planned; raises CommandError."""
    from zatsudan.lab.grid import read_budget, read_concurrency
    from zatsudan.lab.labels import in_common
    from zatsudan.lab.slots import cell_of

    session = chat.talk.session
    lab = session.lab
    if lab is None or not lab.plans:
        raise CommandError(
            say("There is no sweep to go on with."), say("/sweep temperature 0 1 makes one.")
        )
    given = {word.name: word.value for word in words}
    other = [word for word in words if word.name not in ("budget", "pool", "concurrency")]
    if other:
        raise CommandError(
            say(
                "/sweep continue takes budget, pool and concurrency alone, not {word}.",
                word=one_line(other[0].text, 40),
            ),
            say("Everything else is as it was."),
        )
    budget = read_budget(given["budget"]) if "budget" in given else None
    concurrency = read_concurrency(given["concurrency"]) if "concurrency" in given else 0
    places = left(session)
    if not places:
        raise CommandError(say("Nothing is left of the last sweep."), say("/lab shows it."))
    cells = tuple(cell_of(lab.cells[at][0], lab.plans[at], session) for at in places)
    if "pool" in given:
        cells = pooled(cells, pool_of(chat, given["pool"]))
    profiles = {profile for cell in cells for profile in cell.profiles}
    for profile in sorted(profiles - {""}):
        check_profile(profile, chat.config)
    await check_begins(chat, cells)
    names = {
        of: in_common(
            [label for (label, _), at in zip(lab.cells, lab.settings, strict=True) if at == of]
        )
        for of in set(lab.settings)
    }
    listed = [names.get(at, "") for at in range(max(names) + 1)]
    economy = (
        await economy_of(chat, budget, lab.by, listed, profiles) if budget is not None else None
    )
    done = say_count("{n} reply is there.", "{n} replies are there.", len(lab.cells) - len(places))
    return Experiment(
        session.nodes[lab.parent],
        cells,
        (Line(done, "dim"), Line(plan(chat, cells, concurrency), "dim")),
        blind=lab.blind,
        before=lab,
        places=tuple(places),
        economy=economy,
        by=lab.by,
        concurrency=concurrency,
    )


@command(
    "sweep",
    "NAME VALUES… [x NAME VALUES…] [runs=N] [pool=A,B] [-- MESSAGE] | continue",
    group=GROUP,
    complete=_axes,
)
async def sweep(chat: Chat, args: str) -> Outcome:
    """Try several values of a parameter on one message.

    `/sweep temperature 0 0.4 0.8 1.2`, or a range: `0..1.5:0.25`; two crossed: `temperature 0 1 x top_p 0.5 1`, which
    shows a map. `now` is the value as it is, `unset` leaves the parameter out. `begin "Yes" "No"` compares replies that begin so,
    `system @a.txt "Be brief."` system messages.
    `runs=8` runs each setting eight times (a seed is counted up): then each has a row of means with intervals,
    and it is said which write differently. `prompts=@FILE` asks each message of a file, a line each.
    `seed=7` holds for all. `by=dist-2` chooses the number of the chart. `budget=5000` (tokens) or `budget=0.50` (money) ends early: the half
    that is worst by that number first (`by=-like`: the lowest is best).
    `pool=a,b,c` lets the servers of these profiles share the work, each taking the next when it is free (`pool=gpu*`: all
    called so; `now`: the talk's own); `concurrency=8` gives each server eight requests at a time.
    `/sweep continue` asks for what is left after Esc, a crash, a budget or servers that fell out.
    `/sweep!` takes values outside their ranges, and more than 64 requests.
    """
    return await _sweep(chat, args, force=False)


@command("sweep!", "NAME VALUES…", group=GROUP, complete=_axes)
async def sweep_anyway(chat: Chat, args: str) -> Outcome:
    """Sweep without checking ranges and numbers."""
    return await _sweep(chat, args, force=True)
