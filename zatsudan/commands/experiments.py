"""Commands that make many replies to one message: compare and sweep."""

import contextlib
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from zatsudan.chat import Chat
from zatsudan.commands import sampling
from zatsudan.commands.outcomes import Experiment, Line, Outcome
from zatsudan.commands.registry import Choice, command
from zatsudan.core.errors import CommandError, ZatsudanError
from zatsudan.core.messages import Json
from zatsudan.core.printable import one_line
from zatsudan.core.session import Node
from zatsudan.core.words import Word, split

if TYPE_CHECKING:
    from zatsudan.core.grid import Variation
    from zatsudan.lab import Cell

GROUP = "The lab"

#: The most columns of a comparison.
COLUMNS = 4

_MESSAGE = re.compile(r"(?:^|\s)--(?:\s+|$)")


def _split_message(args: str) -> tuple[list[Word], str]:
    """Return the words before `--` and the message after it."""
    found = _MESSAGE.search(args)
    if found is None:
        return split(args), ""
    message = args[found.end() :].strip()
    if not message:
        raise CommandError("Nothing stands after --.", "Write the new message there.")
    return split(args[: found.start()]), message


def _parent(chat: Chat, message: str) -> Node:
    """Return the user message to be answered: a new one, or the last."""
    if message:
        return chat.say(message)
    parent = chat.last_user()
    if parent is None:
        raise CommandError(
            "There is no message to try this on.", "Write one, or add it after -- MESSAGE."
        )
    return parent


def _current(chat: Chat) -> dict[str, Json]:
    """Return the parameters that every cell begins with: each makes one reply."""
    return {name: value for name, value in chat.session.parameters.items() if name != "n"}


def _cells(chat: Chat, variations: "Iterable[Variation]", runs: int = 1) -> "list[Cell]":
    from zatsudan.lab import Cell, repeated

    current = _current(chat)
    return [
        cell
        for variation in variations
        for cell in repeated(
            Cell(one_line(variation.label, 60), variation.over(current), variation.model), runs
        )
    ]


def plan(chat: Chat, count: int) -> str:
    """Say how many requests are to be made."""
    from zatsudan.lab import at_once

    together = min(count, at_once(chat.server))
    return f"{count} request{'s' if count > 1 else ''}, {together} at a time · Esc stops"


# --- compare ----------------------------------------------------------------------


def _sides(chat: Chat, args: str) -> Iterable[Choice]:
    yield from sampling.assignments(chat, args)
    yield from (Choice(model.id, "a model") for model in chat.models)
    yield from (Choice(name, "a preset") for name in chat.presets.names())
    yield Choice("now", "the settings as they are")
    yield Choice("blind", "hide which is which until picked")


@command("compare", "A B [C D] [blind] [-- MESSAGE]", group=GROUP, complete=_sides)
async def compare(chat: Chat, args: str) -> Outcome:
    """Compare replies of models or settings side by side.

    Each of two to four is a model, a preset, or `temperature=1.2,top_p=0.9`, or `now` for the settings as they are; one
    alone is compared with `now`. On the last message, or on a new one: `/compare now temperature=0 -- MESSAGE`.
    `blind` hides which is which until /pick, and /tally counts.
    """
    import random

    from zatsudan.core.grid import Variation

    words, message = _split_message(args)
    if not chat.models and any(word.name is None for word in words):
        with contextlib.suppress(ZatsudanError):  # a server without a list takes any name
            await chat.fetch_models()
    blind = any(word == Word("blind") for word in words)
    sides = [_side(chat, word) for word in words if word != Word("blind")]
    if len(sides) == 1:
        sides.insert(0, Variation())
    if not 2 <= len(sides) <= COLUMNS:
        raise CommandError(
            f"/compare takes two to {COLUMNS} models or settings.",
            "For example: /compare temperature=0 temperature=1.2",
        )
    cells = _cells(chat, sides)
    if blind:
        random.shuffle(cells)
    parent = _parent(chat, message)
    note = Line(plan(chat, len(cells)), "dim")
    return Experiment(parent, tuple(cells), (note,), blind=blind)


def _side(chat: Chat, word: Word) -> "Variation":
    from zatsudan.core.grid import Variation, read_setting

    text = word.text
    if word.name is not None:
        return read_setting(word, _current(chat))
    if text == "now":
        return Variation()
    if text in chat.presets.names():
        preset = chat.presets.read(text)
        return Variation(dict(preset.parameters), model=preset.model or "", name=text)
    known = [model.id for model in chat.models]
    fits = [name for name in known if text in name]
    if text in known or text == chat.session.model:
        return Variation(model=text)
    if len(fits) == 1:
        return Variation(model=fits[0])
    if text in chat.config.profiles:
        raise CommandError(
            f"{text} is another server; a comparison asks one.",
            "Compare its models, or settings, after choosing it with --profile.",
        )
    if known:
        near = ", ".join(one_line(name, 40) for name in (fits or known)[:4])
        raise CommandError(
            f"{one_line(text, 40)} is no model of this server and no setting.",
            f"Settings are written name=value. Models: {near}.",
        )
    return Variation(model=text)


# --- sweep ------------------------------------------------------------------------


def _axes(chat: Chat, args: str) -> Iterable[Choice]:
    words = args.split(" ")
    if len(words) == 1 or words[-2] in ("x", "×"):
        yield from sampling.set_.complete(chat, "")
        return
    at = max((at for at, word in enumerate(words) if word in ("x", "×")), default=-1) + 1
    yield from sampling.values_of(chat, words[at])
    yield Choice("runs=3", "run each cell three times")
    yield Choice("x", "cross it with another parameter")


async def _sweep(chat: Chat, args: str, *, force: bool) -> Outcome:
    from zatsudan.core.grid import read_sweep
    from zatsudan.lab import LIMIT, Cell, repeated

    words, message = _split_message(args)
    sweep = read_sweep(words, _current(chat), force=force)
    cells = [
        Cell(cell.label, sweep.common.over(cell.parameters), sweep.common.model)
        for cell in _cells(chat, sweep.variations)
    ]
    cells = [again for cell in cells for again in repeated(cell, sweep.runs)]
    if len(cells) > LIMIT and not force:
        raise CommandError(
            f"That makes {len(cells)} requests, more than {LIMIT}.",
            "/sweep! makes them all the same.",
        )
    parent = _parent(chat, message)
    return Experiment(parent, tuple(cells), (Line(plan(chat, len(cells)), "dim"),))


@command(
    "sweep", "NAME VALUES… [x NAME VALUES…] [runs=N] [-- MESSAGE]", group=GROUP, complete=_axes
)
async def sweep(chat: Chat, args: str) -> Outcome:
    """Try several values of a parameter on one message.

    `/sweep temperature 0 0.4 0.8 1.2`, or a range: `0..1.5:0.25`; two crossed: `temperature 0 1 x top_p 0.5 1`.
    `runs=3` runs each cell three times (a seed is counted up), `seed=7` holds for all, `unset` as a value leaves
    the parameter out. `/sweep!` takes values outside their ranges, and more than 64 requests.
    """
    return await _sweep(chat, args, force=False)


@command("sweep!", "NAME VALUES…", group=GROUP, complete=_axes)
async def sweep_anyway(chat: Chat, args: str) -> Outcome:
    """Sweep without checking ranges and numbers."""
    return await _sweep(chat, args, force=True)
