"""Commands on the tokens of a reply."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.outcomes import Generate, Inspect, Outcome, Show, Work
from zatsudan.commands.parts import Line, Table, Tokens
from zatsudan.commands.registry import command
from zatsudan.commands.tracing import GROUP, has_reply, reply_at, reply_choices
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.wire.tokenview import Option, Token

#: How many of the most uncertain places the summary names.
UNCERTAIN = 5


def tokens_of(reply: Node) -> "tuple[Token, ...]":
    """Return the tokens of a reply; raises CommandError if it came without log probabilities."""
    from zatsudan.wire.tokenview import read_tokens

    found = read_tokens(reply.made.logprobs if reply.made is not None else ())
    if not found:
        raise CommandError(
            say("Reply {id} came without log probabilities.", id=reply.id),
            say("/logprobs on 5 asks for them, /retry asks again. Not every server has them."),
        )
    return found


@command("tokens", "[N]", group=GROUP, complete=reply_choices, possible=has_reply)
async def tokens(chat: Chat, args: str) -> Outcome:
    """Show how likely each token of a reply was.

    Each token on a scale of its probability, as the server tells it (llama.cpp and vLLM: before
    temperature and samplers). `/logprobs on 5` asks for it; /inspect walks over the tokens.
    """
    from zatsudan.lab.coverage import coverage
    from zatsudan.wire.tokenview import least_likely, perplexity

    reply = reply_at(chat, args)
    found = tokens_of(reply)
    covered = coverage(reply.made or Made(), reply.message.text)
    told = perplexity(found) if covered.whole else None
    rows = tuple(place_row(found, at) for at in least_likely(found, UNCERTAIN))
    count = say_count("{n:,} token.", "{n:,} tokens.", len(found))
    if not covered.whole:
        count = say(
            "{known:,} of {total:,} tokens have a probability: {why}. So no perplexity is told.",
            known=covered.known,
            total=covered.total,
            why=say("the server sends none of the others")
            if reply.message.text.isascii()
            else say("the server leaves out parts of characters"),
        )
    if told is not None:
        count = say_count(
            "{n:,} token, perplexity {perplexity:.2f}: its surprise at its own text.",
            "{n:,} tokens, perplexity {perplexity:.2f}: its surprise at its own text.",
            len(found),
            perplexity=told,
        )
    hint = say("/inspect {id} walks over them, and goes on from another token", id=reply.id)
    return Show(
        (
            Tokens(found),
            Line(count),
            Table(
                (say("place"), say("token"), printable("p"), say("likelier, or next")),
                rows,
                say("The most uncertain"),
                right=frozenset({0, 2}),
            ),
            Line(hint, "dim"),
        )
    )


def place_row(found: "tuple[Token, ...]", at: int) -> tuple[Printable, ...]:
    """Return a place as a row: its number, the token, its probability, and the likeliest others."""
    from zatsudan.wire.tokenview import percent

    token = found[at]
    others = [option for option in token.options if option.data != token.data][:3]
    return (
        printable(str(at + 1)),
        show_text(token),
        percent(token.p),
        printable("  ".join(f"{show_text(option)} {percent(option.p)}" for option in others)),
    )


def show_text(option: "Option") -> Printable:
    """Return a token as it is shown among others."""
    return one_line(option.name, 30)


@command("inspect", "[N]", group=GROUP, complete=reply_choices, possible=has_reply)
async def inspect(chat: Chat, args: str) -> Outcome:
    """Walk over a reply's tokens and take other ones.

    Left and right move, n and N jump to surprises, up and down choose among the alternatives, Enter
    takes one: the model goes on from there, as a new variant. Needs a server that goes on from a
    given text; where that is not known yet, it is asked once (four tokens).
    """
    from zatsudan.servers.prefill import NONE
    from zatsudan.talk.addressee import model_of
    from zatsudan.talk.continuing import ASKING, find_form, known_form

    reply = reply_at(chat, args)
    found = tokens_of(reply)

    async def asked(tell_how_far: Callable[[Printable], None]) -> Outcome:
        tell_how_far(say(ASKING))
        try:
            form = await find_form(chat.link, await model_of(chat.talk, chat.link))
        except ZatsudanError as error:
            return Inspect(reply, found, one_line(error.sentence.rstrip(".。"), 60))
        return inspected(form)

    def inspected(form: str) -> Outcome:
        no = say("this server does not go on from a given text") if form == NONE else EMPTY
        return Inspect(reply, found, no)

    known = known_form(chat.link, chat.talk.session.model)
    return inspected(known) if known else Work((), asked)


def no_alternatives(reply: Node) -> CommandError:
    """Return the error for a reply with which no other tokens were recorded."""
    return CommandError(
        say("No alternatives were recorded with reply {id}.", id=reply.id),
        say("/logprobs on 5 asks for them, /retry asks again."),
    )


def text_up_to(
    chat: Chat, reply: Node, at: int, refusal: Printable = EMPTY
) -> tuple[Node, str, Sequence[Json]]:
    """Return what goes on from before a token: the message that is answered, the text, and the logprobs.

    These are none where they do not fit the tokens. Raises CommandError where no reply can go on
    from there, or not with the token for which there is a `refusal`.
    """
    from zatsudan.wire.tokenview import text_before

    made, found = reply.made or Made(), tokens_of(reply)
    before = text_before(found, at, reply.message.text, made.given)
    if refusal or before is None or reply.parent is None:
        why = refusal or say("its tokens and the text do not fit together there")
        raise CommandError(
            say("No reply can go on from there: {why}.", why=why), say("Choose another place.")
        )
    entries = made.logprobs if len(made.logprobs) == len(found) else ()
    return chat.talk.session.nodes[reply.parent], before, entries


def fork(chat: Chat, reply: Node, at: int, chosen: "Option") -> Generate:
    """Return what goes on from another token at a place; raises CommandError where none can."""
    from zatsudan.wire.tokenview import entries_before, percent

    parent, before, entries = text_up_to(chat, reply, at, chosen.refusal)
    known = tuple(entries_before(entries, at, chosen)) if entries else ()
    note = say(
        "On from {text!r} with {token!r} ({p}):",
        text=one_line(before[-30:], 30),
        token=chosen.text,
        p=percent(chosen.p),
    )
    return Generate(parent, {}, (Line(one_line(note), "dim"),), before + chosen.text, known)
