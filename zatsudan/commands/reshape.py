"""What other settings would have done to a reply, without a request for one."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.chainline import chain_line
from zatsudan.commands.chains import USUAL, as_one, chain_of, read_reply
from zatsudan.commands.here import ask_names, offered, read_here
from zatsudan.commands.offers import meta, values_of
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line, Part, Reshaped, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.shares import TOLD, dividing, share, sums, why_divided
from zatsudan.commands.tokens import show_text, tokens_of
from zatsudan.commands.tracing import GROUP, has_reply, reply_at, reply_choices
from zatsudan.parameters.chain import is_neutral
from zatsudan.parameters.row import GRAMMAR, JSON
from zatsudan.parameters.table import BY_NAME, PARAMETERS
from zatsudan.servers.wirenames import own_names
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.lab.reshaping import Chain, Shape

#: How many of the places that change most are named.
NAMED = 6

#: What shapes a reply and is not computed: it depends on what was drawn, or on what no record holds.
BEYOND = (
    *("mirostat", "adaptive_target", "eta_cutoff", "no_repeat_ngram_size"),
    "encoder_repetition_penalty",
    *(row.name for row in PARAMETERS if row.form in (GRAMMAR, JSON)),
)


def _choices(chat: Chat, args: str) -> Iterable[Choice]:
    words = args.split(" ")
    if len(words) == 1:
        yield from reply_choices(chat, args)
        yield from (Choice(name, say("a preset")) for name in chat.presets.names())
    name, equals, _ = words[-1].partition("=")
    if equals:
        for choice in values_of(chat, name):
            yield choice._replace(text=f"{name}={choice.text}")
    else:
        yield from (Choice(f"{row.name}=", meta(chat, row)) for row in offered(chat) if row.sampler)


@command("reshape", "[N] [NAME=VALUE …|PRESET]", group=GROUP, complete=_choices, possible=has_reply)
async def reshape(chat: Chat, args: str) -> Outcome:
    """Show what other settings would have done to a reply.

    `/reshape temperature=1.4 min_p=0.1` colours each token of the last reply by the share that it
    would have with these settings over those it was asked for with, and strikes out what they cut;
    `/reshape 4 warm` does it for reply 4 by a preset, and alone it takes what is set now. It is
    computed from the recorded alternatives (`/logprobs on 20`), in the order in which the server runs
    its samplers, and costs no token. What lies outside them is told as bounds, as 3–12.
    """
    from zatsudan.lab.reshaping import reshaped

    words = split(args)
    number = ""
    if words and words[0].name is None and words[0].text.removeprefix("#").isdecimal():
        number = words.pop(0).text
    reply = reply_at(chat, number)
    found = tokens_of(reply)
    made = reply.made or Made()
    _refuse_later(made.parameters)
    await ask_names(chat)
    asked = own_names(made.parameters, chat.link.repairs(chat.talk.session.model), BY_NAME)
    if not words:
        wanted = dict(chat.talk.session.parameters)
    elif len(words) == 1 and words[0].name is None and words[0].text in chat.presets.names():
        wanted = {**asked, **chat.presets.read(words[0].text).parameters}
    else:
        wanted = {**asked, **await read_here(chat, words)}
    now, then = chain_of(chat, asked), chain_of(chat, wanted)
    reading, whole = await read_reply(chat, reply, now, then)
    shapes = reshaped(reading, now, then)
    line = chain_line(chat.link.here, as_one(chat, wanted))
    parts: list[Part] = [Reshaped(found, shapes)]
    parts += _sums(shapes)
    parts += [Line(note, "dim") for note in _open(shapes, (now, then))]
    if line is not None:
        parts.append(line)
    parts += [Line(note, "warn") for note in _beyond(chat, reply, (now, then), whole=whole)]
    return Show(tuple(parts))


def _refuse_later(parameters: Mapping[str, Json]) -> None:
    if parameters.get("post_sampling_probs"):
        raise CommandError(
            say("The probabilities of this reply are those after its samplers."),
            say("/unset post_sampling_probs, then /retry: what was cut is not told in them."),
        )


def _sums(shapes: "tuple[Shape, ...]") -> Iterable[Part]:
    from zatsudan.lab.reshaping import moved, totals

    now, then = (
        totals([(shape.chosen, getattr(shape, side)) for shape in shapes])
        for side in ("now", "then")
    )
    rows = sums(now, then)
    yield Table((EMPTY, say("as asked"), say("reshaped")), tuple(rows), right=frozenset({1, 2}))
    changed = tuple(_changed(shapes[at], at) for at in moved(shapes, NAMED))
    if changed:
        head = (say("place"), say("token"), say("as asked"), say("reshaped"), say("likeliest then"))
        yield Table(head, changed, say("What changes most"), right=frozenset({0, 2, 3}))
    else:
        yield Line(say("No place changes."), "dim")


def _changed(shape: "Shape", at: int) -> tuple[Printable, ...]:
    from zatsudan.lab.reshaping import middle

    others = sorted(range(len(shape.options)), key=lambda place: -middle(shape.then, place))
    likely = (
        f"{show_text(shape.options[place])} {share(shape.then.low[place], shape.then.high[place])}"
        for place in others[:3]
        if shape.then.high[place] > 0
    )
    return (
        printable(str(at + 1)),
        show_text(shape.options[shape.chosen]),
        share(shape.now.low[shape.chosen], shape.now.high[shape.chosen]),
        share(shape.then.low[shape.chosen], shape.then.high[shape.chosen]),
        printable("  ".join(likely)),
    )


def _open(shapes: "tuple[Shape, ...]", chains: "tuple[Chain, ...]") -> Iterable[Printable]:
    """Say at how many places shares are told as bounds, and why."""
    count = sum(shape.then.width >= TOLD for shape in shapes)
    if count and (name := dividing(*chains)):
        yield say_count(
            "At {n:,} place bounds are told: because of {name}, or since some of it lies outside what is recorded.",
            "At {n:,} places bounds are told: because of {name}, or since some of it lies outside what is recorded.",
            count,
            name=name,
        )
    elif count:
        yield say_count(
            "At {n:,} place bounds are told: some of it lies outside what is recorded. /logprobs on 20 and /retry narrow them.",
            "At {n:,} places bounds are told: some of it lies outside what is recorded. /logprobs on 20 and /retry narrow them.",
            count,
        )


def _beyond(
    chat: Chat, reply: Node, chains: "tuple[Chain, ...]", *, whole: bool
) -> Iterable[Printable]:
    """Say what is not computed, or not known."""
    here, made = chat.link.here, reply.made or Made()
    names = [
        name
        for name in BEYOND
        if any(chain.values.get(name) not in (None, "", False) for chain in chains)
        and any(
            name not in BY_NAME or not is_neutral(BY_NAME[name], chain.values.get(name))
            for chain in chains
            if chain.values.get(name) is not None
        )
    ]
    if names:
        yield say(
            "Not computed: {names}. What it does at a place depends on more than the record holds.",
            names=", ".join(names),
        )
    if name := dividing(*chains):
        yield why_divided(name)
    if not whole:
        yield say(
            "The tokens of the prompt are not known: what penalties and DRY do because of it is left open."
        )
    if not here.steps:
        yield say(
            "This server's order of samplers is not known: {order} is taken.",
            order=", ".join(USUAL),
        )
    if not here.kind.raw:
        yield say(
            "Whether this server tells its probabilities before its samplers or after them is not known: they are taken for those before."
        )
    if chat.link.server is not None and made.server != chat.link.server.name:
        yield say(
            "That was at {then}; the order of samplers is that of {now}.",
            then=one_line(made.server, 40),
            now=one_line(chat.link.server.name, 40),
        )
