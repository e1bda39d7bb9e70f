"""Commands that try many settings on one message, or on several, again and again: /sweep."""

from collections.abc import Callable, Iterable, Sequence
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
    check_profile,
    current,
    parent_of,
    plan,
    split_message,
)
from zatsudan.commands.here import finder
from zatsudan.commands.outcomes import Experiment, Outcome
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, command
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import Usage

if TYPE_CHECKING:
    from zatsudan.lab.economy import Economy
    from zatsudan.lab.grid import Budget, Sweep
    from zatsudan.lab.slots import Cell, Slot

#: The word that goes on with the last experiment.
CONTINUE = "continue"
#: By what settings are ranked if nothing else is named: how little they repeat themselves.
RANKED_BY = "distinct_pairs"


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


async def _sweep(chat: Chat, args: str, *, force: bool) -> Outcome:
    from zatsudan.lab.grid import read_sweep
    from zatsudan.lab.run import LIMIT

    words, message = split_message(args)
    if words and words[0] == Word(CONTINUE):
        return await _go_on(chat, words[1:])
    profile = next((word.value for word in words if word.name == "profile"), "")
    sweep = read_sweep(words, current(chat), force=force, find=finder(chat, profile, force=force))
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
    settings = [cell_for(chat, one, sweep.common) for one in sweep.variations]
    names = [cell.label for cell in settings]
    if not sweep.swept:
        names = [one_line(prompt, 40) for prompt in sweep.prompts]
    await check_begins(chat, settings)
    economy = await _economy(chat, sweep.budget, sweep.by, names) if sweep.budget else None
    by = _number(chat, sweep.by) if sweep.by else ""
    parents = [chat.talk.say(prompt) for prompt in sweep.prompts] or [parent_of(chat, message)]
    cells = tuple(_cells(sweep, settings, parents, names))
    parts = (Line(plan(chat, cells), "dim"),)
    return Experiment(parents[0], cells, parts, economy=economy, by=by)


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


def _number(chat: Chat, by: str) -> str:
    """Return the number that is meant as it is kept, with its `-`; raises CommandError."""
    from zatsudan.lab.numbers import named, numbers_with

    numbers = numbers_with(chat.config.metrics)
    return ("-" if by.startswith("-") else "") + named(numbers, by.removeprefix("-")).key


async def _economy(chat: Chat, budget: "Budget", by: str, names: Sequence[str]) -> "Economy":
    """Return how a budget is kept to; raises CommandError where the money is not known."""
    from zatsudan.lab.economy import Economy
    from zatsudan.lab.grid import shown
    from zatsudan.lab.measuredrows import scores_by
    from zatsudan.lab.numbers import named, numbers_with

    key = _number(chat, by or next(iter(chat.config.metrics), RANKED_BY))
    number = named(numbers_with(chat.config.metrics), key.removeprefix("-"))
    session = chat.talk.session
    count = chat.link.gauge(session).estimator.count
    return Economy(
        budget.limit,
        await _money(chat) if budget.money else _tokens,
        scores_by(number, session, count, chat.config.metrics),
        number.shown,
        lambda setting: one_line(shown(names[setting]), 60),
        least=key.startswith("-"),
    )


def _tokens(slot: "Slot") -> float:
    usage = _usage(slot)
    return float(usage.prompt + usage.completion)


def _usage(slot: "Slot") -> Usage:
    made = slot.node.made if slot.node is not None else None
    return made.usage if made is not None and made.usage is not None else Usage()


async def _money(chat: Chat) -> "Callable[[Slot], float]":
    """Return what tells the cost of a cell, by the prices of its profile; raises CommandError without any."""
    from zatsudan.talk.addressee import client_for

    prices = dict((await client_for(chat.talk, chat.link)).server.prices)
    if not prices:
        raise CommandError(
            say("What replies cost here is not known: the profile has no prices."),
            say("Add [profiles.NAME.prices], or give the budget in tokens: budget=5000."),
        )
    dearest = max(prices.values(), key=lambda price: price.output)

    def cost(slot: "Slot") -> float:
        made, usage = slot.node.made if slot.node is not None else None, _usage(slot)
        there = chat.config.profiles[slot.cell.profile].prices if slot.cell.profile else prices
        # A model without a price is counted as the dearest that has one, so as not to spend too much.
        price = there.get(made.model if made is not None else "", dearest)
        return price.of(usage.prompt, usage.completion, usage.cached)

    return cost


# --- what is left of the last experiment ---------------------------------------------


async def _go_on(chat: Chat, words: Sequence[Word]) -> Outcome:
    """Ask for the cells that have no whole reply yet, as they were planned; raises CommandError."""
    from zatsudan.lab.grid import in_common, read_budget
    from zatsudan.lab.slots import cell_of

    session = chat.talk.session
    lab = session.lab
    if lab is None or not lab.plans:
        raise CommandError(
            say("There is no sweep to go on with."), say("/sweep temperature 0 1 makes one.")
        )
    budget = None
    for word in words:
        if word.name != "budget":
            raise CommandError(
                say(
                    "/sweep continue takes budget=… alone, not {word}.",
                    word=one_line(word.text, 40),
                ),
                say("Everything else is as it was."),
            )
        budget = read_budget(word.value)
    left = [at for at, (_, id_) in enumerate(lab.cells) if not _whole(session.nodes.get(id_ or ""))]
    if not left:
        raise CommandError(say("Nothing is left of the last sweep."), say("/lab shows it."))
    cells = tuple(cell_of(lab.cells[at][0], lab.plans[at], session) for at in left)
    for cell in cells:
        if cell.profile:
            check_profile(chat, cell.profile)
    await check_begins(chat, cells)
    names = {
        of: in_common(
            [label for (label, _), at in zip(lab.cells, lab.settings, strict=True) if at == of]
        )
        for of in set(lab.settings)
    }
    listed = [names.get(at, "") for at in range(max(names) + 1)]
    economy = await _economy(chat, budget, lab.by, listed) if budget is not None else None
    done = say_count("{n} reply is there.", "{n} replies are there.", len(lab.cells) - len(left))
    return Experiment(
        session.nodes[lab.parent],
        cells,
        (Line(done, "dim"), Line(plan(chat, cells), "dim")),
        blind=lab.blind,
        before=lab,
        places=tuple(left),
        economy=economy,
        by=lab.by,
    )


def _whole(node: Node | None) -> bool:
    return node is not None and node.made is not None and node.made.ended == FINISHED


@command(
    "sweep",
    "NAME VALUES… [x NAME VALUES…] [runs=N] [-- MESSAGE] | continue",
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
    `/sweep continue` asks for what is left after Esc, a crash or a budget.
    `/sweep!` takes values outside their ranges, and more than 64 requests.
    """
    return await _sweep(chat, args, force=False)


@command("sweep!", "NAME VALUES…", group=GROUP, complete=_axes)
async def sweep_anyway(chat: Chat, args: str) -> Outcome:
    """Sweep without checking ranges and numbers."""
    return await _sweep(chat, args, force=True)
