"""/judge: a model picks between the replies of the last experiment."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.outcomes import Outcome, Show, Work
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.fromfile import inserted
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for
from zatsudan.talk.chat import Chat
from zatsudan.talk.exchange import asked
from zatsudan.wire.messages import Message
from zatsudan.wire.protocol import build_request

if TYPE_CHECKING:
    from zatsudan.lab.verdicts import Verdict

GROUP = later("The lab")

#: Replies of an experiment that are judged: each two of them cost two requests.
MOST = 8


def _has_replies(chat: Chat) -> bool:
    last = chat.talk.session.lab
    return last is not None and sum(node_id is not None for _, node_id in last.cells) > 1


def _models(chat: Chat, _args: str) -> Iterable[Choice]:
    return (Choice(model.id) for model in chat.link.models)


@command("judge", "MODEL [@RUBRIC|TEXT]", group=GROUP, complete=_models, possible=_has_replies)
async def judge(chat: Chat, args: str) -> Outcome:
    """Ask a model which replies of the last experiment are better.

    Each two are shown in both orders: only a winner of both counts, else it is a tie. `@FILE`
    or words behind the model say what to judge by. Your own pick stands beside it. Nothing of it
    goes into the talk, nor into your /tally.
    """
    name, _, rest = args.strip().partition(" ")
    last = chat.talk.session.lab
    if not name:
        raise CommandError(
            say("No model is named."), say("Write /judge MODEL, or /judge MODEL @rubric.txt.")
        )
    if last is None or not _has_replies(chat):
        raise CommandError(
            say("There are no two replies to judge."), say("/compare and /sweep make them.")
        )
    if last.blind:
        raise CommandError(
            say("The comparison is still blind."),
            say("/pick or /tie first; then a judge may tell."),
        )
    words = inserted(split(rest)) if rest.startswith("@") else ()
    rubric = words[0].text if len(words) == 1 else rest
    nodes = [chat.talk.session.nodes[node_id] for _, node_id in last.cells if node_id is not None]
    if len(nodes) > MOST:
        raise CommandError(
            say("{n} replies are too many to judge: each two cost two requests.", n=len(nodes)),
            say("/compare sets up to {most} side by side.", most=MOST),
        )
    count = len(nodes) * (len(nodes) - 1)

    async def run(tell: Callable[[Printable], None]) -> Outcome:
        return Show(await _judged(_Judge(chat, name, rubric), last, nodes, tell))

    planned = say_count("{n} request", "{n} requests", count)
    return Work((Line(say("{requests} · Esc stops", requests=planned), "dim"),), run)


class _Judge(NamedTuple):
    """Who is asked, and by what it is to judge."""

    chat: Chat
    model: str
    rubric: str

    async def verdict(
        self, message: str, first: str, second: str, *, swapped: bool = False
    ) -> int | None:
        """Ask once; return what the answer says (see lab/verdicts.py); raises ZatsudanError."""
        from zatsudan.lab.verdicts import question, read

        link = self.chat.link
        system, text = question(message, first, second, self.rubric)
        messages = [Message("system", system), Message("user", text)]

        def body() -> JsonObject:
            request = build_request(self.model, messages, {"temperature": 0.0})
            return link.mended(request, self.model)

        reply, usage = await asked(link, body, self.model)
        self.chat.talk.spend_aside(self.model, usage)
        return read(reply.content, swapped=swapped)


async def _judged(
    judge: _Judge,
    last: Lab,
    nodes: Sequence[Node],
    tell: Callable[[Printable], None],
) -> tuple[Part, ...]:
    from zatsudan.lab.verdicts import Verdict

    chat = judge.chat
    await client_for(chat.talk, chat.link)
    message = chat.talk.session.nodes[last.parent].message.text
    numbers = {node_id: at for at, (_, node_id) in enumerate(last.cells, 1)}
    duels = list(combinations(nodes, 2))
    verdicts: list[Verdict] = []
    for done, (one, other) in enumerate(duels):
        tell(say("judging {done} of {count}", done=done + 1, count=len(duels)))
        texts = one.message.text, other.message.text
        there = await judge.verdict(message, *texts)
        back = await judge.verdict(message, *reversed(texts), swapped=True)
        verdicts.append(Verdict(there, back))
    rows = tuple(
        (
            printable(f"{numbers[one.id]} : {numbers[other.id]}"),
            _said(verdict.one_way, numbers[one.id], numbers[other.id]),
            _said(verdict.other_way, numbers[one.id], numbers[other.id]),
            _won(verdict, numbers[one.id], numbers[other.id]),
        )
        for (one, other), verdict in zip(duels, verdicts, strict=True)
    )
    head = (EMPTY, say("in this order"), say("the other way"), say("better"))
    return (Table(head, rows), *_beside(chat, last, nodes, duels, verdicts))


def _said(verdict: int | None, one: int, other: int) -> Printable:
    if verdict is None:
        return say("no answer")
    return say("a tie") if verdict == -1 else printable(str(other if verdict else one))


def _won(verdict: "Verdict", one: int, other: int) -> Printable:
    if verdict.winner is not None:
        return printable(str(other if verdict.winner else one))
    return say("a tie") if verdict.agreed else say("the order decided: a tie")


def _beside(
    chat: Chat,
    last: Lab,
    nodes: Sequence[Node],
    duels: "Sequence[tuple[Node, Node]]",
    verdicts: "Sequence[Verdict]",
) -> list[Part]:
    """Return how the judge's picks add up, and whether they agree with the person's own."""
    labels = {node_id: label for label, node_id in last.cells}
    wins = dict.fromkeys((node.id for node in nodes), 0)
    for (one, other), verdict in zip(duels, verdicts, strict=True):
        if verdict.winner is not None:
            wins[(other if verdict.winner else one).id] += 1
    best = max(wins.values())
    leaders = [node_id for node_id, won in wins.items() if won == best]
    lines: list[Part] = []
    if best and len(leaders) == 1:
        from zatsudan.lab.labels import shown

        label = one_line(shown(labels[leaders[0]]), 60)
        lines.append(Line(say("The judge's best: {label}.", label=label), "good"))
    else:
        lines.append(Line(say("The judge tells none from the rest.")))
    own = chat.talk.session.votes[-1] if chat.talk.session.votes else None
    if own is None or set(own[1]) != set(labels.values()):
        return lines
    chosen = next((node_id for node_id, label in labels.items() if label == own[0]), None)
    ours = [
        (one.id == chosen, other.id == chosen, verdict)
        for (one, other), verdict in zip(duels, verdicts, strict=True)
        if chosen in (one.id, other.id) or chosen is None
    ]
    alike = sum(
        verdict.winner == (0 if first else 1 if second else None) for first, second, verdict in ours
    )
    lines.append(
        Line(
            say("With your own pick it agrees in {n} of {count}.", n=alike, count=len(ours)), "dim"
        )
    )
    return lines
