"""Commands on blind picks: what they say so far, a tie, and an arena that goes from prompt to prompt."""

import asyncio
import random
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.asking import Question
from zatsudan.commands.comparing import told
from zatsudan.commands.experiments import compared, sides
from zatsudan.commands.outcomes import Ask, Experiment, Outcome, Show, tell
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.picking import Row
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.shares import share
from zatsudan.sessions.session import Session
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.lab.ballots import Ballot, Pair
    from zatsudan.lab.slots import Cell

GROUP = later("The lab")

TIE, SKIP = "=", "-"


def _is_blind(chat: Chat) -> bool:
    last = chat.talk.session.lab
    return last is not None and last.blind


@command("tie", "", group=GROUP, possible=_is_blind)
async def tie(chat: Chat, _args: str) -> Outcome:
    """Say of a blind comparison that none is better.

    It counts in /tally as half a win for each, and is told which was which. The talk goes on
    with the first; /pick N goes on with another.
    """
    if not _is_blind(chat):
        raise CommandError(
            say("There is no blind comparison to be picked."),
            say("/compare A B blind makes one."),
        )
    return Show(told(chat, None))


def _where(_chat: Chat, _args: str) -> tuple[Choice, ...]:
    return (Choice("here", say("the picks of this session alone")),)


@command("tally", "[here]", group=GROUP, complete=_where)
async def tally(chat: Chat, args: str) -> Outcome:
    """Show what the blind picks of all sessions say.

    For each two that were compared: wins, losses and ties, the share of wins with an interval of
    90 % (Wilson's; a tie is half a win), and about how many more picks would tell them apart. Where
    more than two met, a ranking too (Bradley-Terry). `/tally here` counts this session alone.
    """
    if args not in ("", "here"):
        raise CommandError(
            say("{text!r} is not understood.", text=one_line(args, 30)),
            say("Write /tally or /tally here."),
        )
    ballots = _ballots(chat.talk.session.votes)
    folder = chat.talk.folder
    if not args and folder is not None:
        from zatsudan.sessions.votes import elsewhere

        own = chat.talk.journal.path
        ballots = [*_ballots(await asyncio.to_thread(elsewhere, folder, own)), *ballots]
    if not ballots:
        return tell(
            say("No blind comparison has been picked yet. /compare A B blind makes one."), "dim"
        )
    return Show(summary(ballots))


def _ballots(votes: Sequence[tuple[str, tuple[str, ...]]]) -> "list[Ballot]":
    from zatsudan.lab.ballots import Ballot

    return [
        Ballot(labels, labels.index(picked) if picked in labels else None)
        for picked, labels in votes
    ]


def summary(ballots: "Sequence[Ballot]") -> tuple[Part, ...]:
    """Return what picks say: the pairs, the ranking of more than two, and a leaning to one side."""
    from zatsudan.lab.ballots import leaning, pairs, ranking
    from zatsudan.lab.labels import shown
    from zatsudan.wire.tokenview import percent

    found = pairs(ballots)
    rows = tuple(
        (
            one_line(shown(pair.first), 40),
            one_line(shown(pair.second), 40),
            printable(str(pair.wins)),
            printable(str(pair.losses)),
            printable(str(pair.ties)),
            percent(pair.share),
            share(pair.low, pair.high),
            _verdict(pair),
        )
        for pair in found
    )
    head = (
        EMPTY,
        say("against"),
        say("won"),
        say("lost"),
        say("ties"),
        say("share"),
        say("90 % interval"),
        EMPTY,
    )
    parts: list[Part] = [Table(head, rows, right=frozenset(range(2, 7)))]
    strengths = ranking(ballots) if len(found) > 1 else {}
    if strengths:
        placed = tuple(
            (printable(str(place)), one_line(shown(name), 40), percent(strength))
            for place, (name, strength) in enumerate(strengths.items(), 1)
        )
        ranks = (EMPTY, say("ranking"), say("wins against the middle"))
        parts.append(Table(ranks, placed, right=frozenset({0, 2})))
    leans = leaning(ballots)
    if leans is not None:
        note = say(
            "You picked the first of a comparison {first} times of {count}; by chance it would be about {expected:.0f}.",
            first=leans.first,
            count=leans.picks,
            expected=leans.expected,
        )
        parts.append(Line(note, "warn"))
    return tuple(parts)


def _verdict(pair: "Pair") -> Printable:
    if pair.apart:
        return say("better")
    if pair.more is None:
        return say("not to be told apart")
    return say_count(
        "not yet to be told apart: about {n} more pick",
        "not yet to be told apart: about {n} more picks",
        pair.more,
    )


# --- the arena --------------------------------------------------------------------


@command("arena", "A B [C D] [-- MESSAGE]", group=GROUP, complete=sides)
async def arena(chat: Chat, args: str) -> Outcome:
    """Compare blind from message to message.

    The sides are named as in /compare. Write a message, read the replies, and press the number of the
    better one, `=` for a tie or `-` to leave it out; the next message follows. What is picked counts
    in /tally, and the talk goes on with it. Esc ends it and shows what the picks say.
    """
    cells, message = await compared(chat, args)
    before = len(chat.talk.session.votes)
    if message:
        return _round(chat, cells, before, message)
    return _ask(chat, cells, before, ())


def _ask(chat: Chat, cells: "Sequence[Cell]", before: int, parts: tuple[Part, ...]) -> Outcome:
    votes = _own(chat.talk.session, before)
    left = summary(votes) if votes else ()
    picks = frozenset((TIE, SKIP, *map(str, range(1, len(cells) + 1))))
    picked = say("{n} picked", n=len(votes))
    question = Question(say("Next message"), free=True, help=picked, behind=picks)

    async def answered(message: str) -> Outcome:
        return _round(chat, cells, before, message)

    return Ask(question, answered, parts, left)


def _own(session: Session, before: int) -> "list[Ballot]":
    return _ballots(session.votes[before:])


def _round(chat: Chat, cells: "Sequence[Cell]", before: int, message: str) -> Outcome:
    shuffled = random.sample(cells, len(cells))
    parent = chat.talk.say(message)
    return Experiment(
        parent, tuple(shuffled), blind=True, then=partial(_which, chat, cells, before)
    )


async def _which(chat: Chat, cells: "Sequence[Cell]", before: int) -> Outcome:
    """Ask which reply is better; where fewer than two came, only for the next message."""
    last = chat.talk.session.lab
    came = [(at, node) for at, (_, node) in enumerate(last.cells, 1) if node] if last else []
    if last is None or not last.blind or len(came) < 2:
        return _ask(
            chat, cells, before, (Line(say("Nothing to pick: a reply is missing."), "warn"),)
        )
    rows = (
        *(Row(str(at), (printable(str(at)), say("better"))) for at, _ in came),
        Row(TIE, (printable(TIE), say("a tie"))),
        Row(SKIP, (printable(SKIP), say("leave it out"))),
    )

    async def picked(key: str) -> Outcome:
        parts: tuple[Part, ...] = ()
        if key == TIE:
            parts = told(chat, None)
        elif key != SKIP:
            node = chat.talk.session.nodes[dict(came)[int(key)]]
            parts = told(chat, node)
            chat.talk.record({"type": "head", "id": node.id})
        return _ask(chat, cells, before, parts[: len(cells)])

    votes = _own(chat.talk.session, before)
    question = Question(say("Which is better?"), rows, keys=True)
    return Ask(question, picked, (), summary(votes) if votes else ())
