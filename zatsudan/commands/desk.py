"""/desk: knobs over a reply, and what each turn of one would have done to it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.here import ask_names, offered
from zatsudan.commands.outcomes import Desk, Generate, Outcome, Show
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.registry import command
from zatsudan.commands.reshape import chain_of, read_reply, sums
from zatsudan.commands.sampling import change
from zatsudan.commands.tokens import tokens_of
from zatsudan.commands.tracing import GROUP, has_reply, reply_at, reply_choices
from zatsudan.config.presetfiles import Preset
from zatsudan.lab.board import ASK, KEEP, Board, Result
from zatsudan.lab.knob import Knob, knob, written
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME
from zatsudan.servers.wirenames import own_names
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node
from zatsudan.sessions.tree import last_reply
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.lab.diff import Change
    from zatsudan.lab.reshaping import Totals
    from zatsudan.lab.weighing import Weighing
    from zatsudan.wire.tokenview import Token

#: The knobs that are turned most, first.
_FIRST = ("temperature", "top_p", "min_p", "top_k", "repeat_penalty", "presence_penalty")
#: Alternatives that are asked for where the desk asks again.
_ALTERNATIVES = 20


@command("desk", "[N]", group=GROUP, complete=reply_choices, possible=has_reply)
async def desk(chat: Chat, args: str) -> Outcome:
    """Turn the server's knobs and see what they do to a reply.

    Sliders beside the reply, whose tokens are coloured by the share that these settings would give each; below, the
    place under the cursor before and after. Left and right turn, digits type a value, `0` is neutral, `u` takes back, Tab
    goes to the tokens. Enter asks again with these settings and comes back, `c` compares the two replies, `s` saves a preset,
    Esc leaves. It needs log probabilities (`/logprobs on 20`); without them Enter asks with them.
    """
    await ask_names(chat)
    return await _desk(chat, reply_at(chat, args), {}, None)


async def _desk(
    chat: Chat, reply: Node, turned: Mapping[str, Json], before: Node | None
) -> Outcome:
    """Return the desk over a reply; `turned` are knobs that stand elsewhere than the settings, `before` the reply before."""
    base = dict(chat.talk.session.parameters)
    board = Board(_knobs(chat, base))
    for at, one in enumerate(board.knobs):
        value = turned.get(one.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            board.knobs[at] = one.at(float(value))
    tokens, weigh, without = await _weighed(chat, reply, {**base, **board.changed()})
    board.tokens = len(tokens)
    changes: tuple[Change, ...] = ()
    if before is not None:
        from zatsudan.lab.diff import diff

        changes = diff(before.message.text, reply.message.text)
    made = reply.made or Made()
    return Desk(
        board,
        say("Desk: reply {id}  {model}", id=reply.id, model=one_line(made.model, 40)),
        printable(reply.message.text),
        tokens,
        weigh,
        without,
        lambda values: chain_of(chat, {**base, **values}),
        _words,
        partial(_save, chat),
        partial(_chosen, chat, reply),
        _lines(board, weigh, without),
        changes,
        say("c compares it with the reply before") if changes else EMPTY,
    )


def _knobs(chat: Chat, base: Mapping[str, Json]) -> list[Knob]:
    """Return a knob for each number that shapes the reply and that this server takes."""
    own = chat.link.here.own
    found = [
        knob(
            row.name,
            _number(base.get(row.name)),
            _number(own.get(row.name)),
            _number(row.neutral),
            bounds,
            whole=_is_whole(row),
        )
        for row in offered(chat)
        if row.sampler and (bounds := _bounds(row)) is not None
    ]
    order = {name: at for at, name in enumerate(_FIRST)}
    return sorted(found, key=lambda one: order.get(one.name, len(order)))


def _bounds(row: Parameter) -> tuple[float, float] | None:
    """Return the bounds of a row that takes numbers; None for another kind."""
    low, high = (row.kind.words.values.get(name) for name in ("low", "high"))
    if not isinstance(low, int | float) or not isinstance(high, int | float) or row.kind.many:
        return None
    return float(low), float(high)


def _is_whole(row: Parameter) -> bool:
    return not row.kind.check(0.5) and not row.kind.check(1.5)


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


async def _weighed(
    chat: Chat, reply: Node, values: Mapping[str, Json]
) -> "tuple[tuple[Token, ...], Weighing | None, Printable]":
    """Return a reply's tokens and what weighs them; without them, why not."""
    from zatsudan.lab.weighing import Weighing

    made = reply.made or Made()
    try:
        tokens = tokens_of(reply)
    except ZatsudanError as error:
        told = say("{why} Enter asks again with them.", why=error.sentence)
        return (), None, told
    if made.parameters.get("post_sampling_probs"):
        told = say("Its probabilities are those after the samplers. Enter asks for those before.")
        return (), None, told
    asked = own_names(made.parameters, chat.link.repairs(chat.talk.session.model), BY_NAME)
    now, then = chain_of(chat, asked), chain_of(chat, values)
    reading, _ = await read_reply(chat, reply, now, then)
    return tokens, Weighing(reading, now, then), EMPTY


def _words(now: "Totals", then: "Totals") -> Sequence[Printable]:
    """Return sums as a few words each: as asked, and as the knobs stand."""
    labels = (say("stay"), say("chance"), say("choices"))
    return [
        printable(f"{label} {before} → {after}" if before != after else f"{label} {after}")
        for label, (_, before, after) in zip(labels, sums(now, then), strict=True)
    ]


def _lines(board: Board, weigh: "Weighing | None", without: Printable) -> tuple[Part, ...]:
    """Return the desk where there is no screen for it: the knobs, and the sums."""
    rows = tuple(
        (
            printable(str(number)),
            one_line(one.name, 40),
            printable(one.shown),
            printable(written(one.neutral)) if one.neutral is not None else EMPTY,
            printable(f"{written(one.begin)} – {written(one.end)}"),
        )
        for number, one in enumerate(board.knobs, 1)
    )
    head = (EMPTY, say("knob"), say("value"), say("neutral"), say("range"))
    parts: list[Part] = [Table(head, rows, right=frozenset({0, 2, 3}))]
    if weigh is not None:
        weigh.more(len(weigh))
        both = weigh.totals()
        parts += [Line(text) for text in _words(*both)] if both is not None else []
    elif without:
        parts.append(Line(without, "dim"))
    hint = say(
        "/reshape NAME=VALUE … shows what values would do, /NAME VALUE sets one, /retry asks again."
    )
    return (*parts, Line(hint, "dim"))


def _save(chat: Chat, name: str, values: Mapping[str, Json]) -> Printable:
    """Save the settings with what was turned over them as a preset; return what came of it."""
    if name in chat.presets.names():
        return say("There is a preset {name} already.", name=one_line(name, 40))
    try:
        chat.presets.write(name, Preset({**chat.talk.session.parameters, **values}))
    except ZatsudanError as error:
        return error.sentence
    return say("Saved: /preset {name} sets it.", name=one_line(name, 40))


async def _chosen(chat: Chat, reply: Node, result: Result) -> Outcome:
    if result.action == KEEP:
        return change(chat, dict(result.values))
    if result.action != ASK:
        return Show(())
    if reply.parent is None:
        raise CommandError(
            say("This reply answers no message."), say("Choose another with /desk N.")
        )
    wanted = dict(result.values)
    if chat.link.here.takes(BY_NAME["logprobs"]) is not False:
        wanted |= {"logprobs": True, "top_logprobs": _ALTERNATIVES}
    parent = chat.talk.session.nodes[reply.parent]
    return Generate(parent, wanted, then=partial(_back, chat, reply, result.values))


async def _back(chat: Chat, before: Node, turned: Mapping[str, Json]) -> Outcome:
    """Come back to the desk with the new reply; where none came, its words are said already."""
    fresh = last_reply(chat.talk.session)
    if fresh is None or fresh.id == before.id:
        return Show(())
    return await _desk(chat, fresh, turned, before)
