"""/desk: knobs over a reply, and what each turn of one would have done to it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.chains import chain_of, read_reply
from zatsudan.commands.here import ask_names, offered
from zatsudan.commands.outcomes import Desk, Generate, Outcome, Show
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.registry import command
from zatsudan.commands.sampling import change
from zatsudan.commands.shares import sums
from zatsudan.commands.tokens import tokens_of
from zatsudan.commands.tracing import GROUP, has_reply, reply_at, reply_choices
from zatsudan.commands.variants import go_on_from
from zatsudan.config.presetfiles import Preset
from zatsudan.lab.board import KEEP, Board, Result
from zatsudan.lab.knob import Knob, knob, written
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME
from zatsudan.servers.wirenames import own_names
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat
from zatsudan.wire.refusals import mended

if TYPE_CHECKING:
    from zatsudan.lab.reshaping import Totals
    from zatsudan.lab.weighing import Weighed

#: The knobs that are turned most, first.
_FIRST = ("temperature", "top_p", "min_p", "top_k", "repeat_penalty", "presence_penalty")
#: Alternatives that are asked for where the desk asks again.
_ALTERNATIVES = 20


@command("desk", "[N]", group=GROUP, complete=reply_choices, possible=has_reply)
async def desk(chat: Chat, args: str) -> Outcome:
    """Turn the server's knobs and see what they do to a reply.

    Sliders beside the reply, whose tokens are coloured by the share that these settings would give each; below, the
    place under the cursor before and after. Left and right turn, digits type a value, `0` is neutral, `u` takes back, Tab
    goes to the tokens. Enter asks again with these settings: the new variant grows beside the old one, `v` goes from one to
    the other, `c` compares them, and the talk goes on from the one that you look at last. `s` saves a preset, Esc leaves; the
    mouse works too. It needs log probabilities (`/logprobs on 20`); without them Enter asks with them.
    """
    await ask_names(chat)
    reply = reply_at(chat, args)
    base = dict(chat.talk.session.parameters)
    board = Board(_knobs(chat, base))
    weighed = await _weighed(chat, base, reply, {})
    board.tokens = len(weighed.tokens)
    made = reply.made or Made()
    return Desk(
        board,
        one_line(made.model, 40),
        weighed,
        lambda: chat.talk.session.variants(reply),
        partial(_weighed, chat, base),
        partial(_asks, chat, reply),
        lambda values: chain_of(chat, {**base, **values}),
        _words,
        partial(_save, chat),
        partial(_left, chat),
        _lines(board, weighed),
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
    chat: Chat, base: Mapping[str, Json], reply: Node, turned: Mapping[str, Json]
) -> "Weighed":
    """Return a reply and what weighs its tokens by what holds and what was turned; without them, why not."""
    from zatsudan.lab.weighing import Weighed, Weighing

    made = reply.made or Made()
    bare = Weighed(reply.id, reply.message.text)
    try:
        tokens = tokens_of(reply)
    except ZatsudanError as error:
        if not reply.message.text:
            told = say("(the reply has no text)")
        elif not _may_tell(chat):
            told = say("This server cannot be asked for log probabilities.")
        elif made.parameters.get("logprobs"):
            told = say("The server sent no log probabilities though it was asked for them.")
        else:
            told = say("{why} Enter asks again with them.", why=error.sentence)
        return bare._replace(without=told)
    if made.parameters.get("post_sampling_probs"):
        told = say("Its probabilities are those after the samplers. Enter asks for those before.")
        return bare._replace(without=told)
    asked = own_names(made.parameters, chat.link.repairs(chat.talk.session.model), BY_NAME)
    now, then = chain_of(chat, asked), chain_of(chat, {**base, **turned})
    reading, _ = await read_reply(chat, reply, now, then)
    return bare._replace(tokens=tokens, weighing=Weighing(reading, now, then))


def _may_tell(chat: Chat) -> bool:
    """Tell whether the server may be asked for log probabilities: it is not known to take no such request."""
    takes = chat.link.here.takes(BY_NAME["logprobs"]) is not False
    return takes and bool(mended({"logprobs": True}, chat.link.repairs(chat.talk.session.model)))


def _words(now: "Totals", then: "Totals") -> Sequence[tuple[Printable, Printable]]:
    """Return sums as a few words each: as asked and as the knobs stand, and as they stand alone."""
    labels = (say("stay"), say("chance"), say("choices"))
    return [
        (
            printable(f"{label} {before} → {after}" if before != after else f"{label} {after}"),
            printable(f"{label} {after}"),
        )
        for label, (_, before, after) in zip(labels, sums(now, then), strict=True)
    ]


def _lines(board: Board, reply: "Weighed") -> tuple[Part, ...]:
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
    if reply.weighing is not None:
        reply.weighing.more(len(reply.weighing))
        both = reply.weighing.totals()
        parts += [Line(text) for text, _ in _words(*both)] if both is not None else []
    elif reply.without:
        parts.append(Line(reply.without, "dim"))
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


def _asks(chat: Chat, reply: Node, values: Mapping[str, Json]) -> Generate:
    """Return what asks for one more variant with what was turned; raises CommandError."""
    if reply.parent is None:
        raise CommandError(
            say("This reply answers no message."), say("Choose another with /desk N.")
        )
    wanted = dict(values)
    if _may_tell(chat):
        wanted |= {"logprobs": True, "top_logprobs": _ALTERNATIVES}
    if "n" in chat.talk.session.settings:  # the page has room for one
        wanted["n"] = 1
    return Generate(chat.talk.session.nodes[reply.parent], wanted)


async def _left(chat: Chat, result: Result) -> Outcome:
    """Keep what is to be kept; the talk goes on from the variant that was looked at last."""
    session = chat.talk.session
    looked_at = session.nodes.get(result.reply)
    parts: tuple[Part, ...] = ()
    if looked_at is not None and all(node.id != looked_at.id for node in session.path()):
        parts = go_on_from(chat, looked_at).parts
    if result.action == KEEP:
        parts += change(chat, dict(result.values)).parts
    return Show(parts)
