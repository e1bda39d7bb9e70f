"""/forks: where a reply could have gone otherwise, the ways on from there, and a variant of one."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import whole_number
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, end_of, one_line, printable
from zatsudan.commands.following import drawn
from zatsudan.commands.outcomes import Generate, Outcome, Show
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.tokens import no_alternatives, place_row, show_text, tokens_of
from zatsudan.commands.tracing import GROUP, has_reply, reply_at, reply_choices
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat
from zatsudan.wire.tokenview import Token, entropy, percent, undecided

#: How many places are listed by themselves, and at most.
PLACES, MOST_PLACES = 8, 100
#: How many characters before a place tell where it is.
BEHIND = 14
#: The most ways that are drawn: each may part once, and each end has a letter.
MOST_WAYS = 12
#: For how many tokens a way is followed, and at most.
TOKENS, MOST_TOKENS = 12, 64


def _choices(chat: Chat, args: str) -> Iterable[Choice]:
    if not args:
        for letter, onward in chat.ways.items():
            yield Choice(letter, end_of(onward.text, 50))
    yield from reply_choices(chat, args)


@command("forks", "[N] [PLACE WAYS]|LETTER", group=GROUP, complete=_choices, possible=has_reply)
async def forks(chat: Chat, args: str) -> Outcome:
    """Show where a reply could have gone otherwise, and how.

    Alone it lists the places where the model was least decided, by the entropy of what it told (in nats, at
    least) and the probability of the runner-up; a punctuation mark counts too. `/forks 4` does it for reply 4,
    `places=20` lists twenty.

    `/forks 6 4` draws the ways on from place 6 of the last reply: its 4 likeliest tokens, each followed by up to
    12 that are likeliest then (`/forks 6 4 20`: by 20), and parted once more where it was least decided itself;
    `/forks #4 6 4` of reply 4. Each way has a letter: `/forks b` makes it a variant, and the model goes on with it
    to its end. It takes a short request for each way; a server that does not go on from a given text shows one step.
    Needs alternatives: `/logprobs on 5`.
    """
    if len(args) == 1 and args.isalpha():
        return _taken(chat, args)
    wanted = _read(args)
    reply = reply_at(chat, wanted.reply)
    if wanted.place:
        return await drawn(chat, reply, wanted.place, wanted.ways, wanted.tokens)
    return _listed(reply, wanted.places)


class _Wanted(NamedTuple):
    """What was asked for: places of a reply, or the ways on from one of them."""

    reply: str = ""
    places: int = PLACES
    place: int = 0
    ways: int = 4
    tokens: int = TOKENS


def _read(args: str) -> _Wanted:
    """Read the numbers that were typed; raises CommandError."""
    words, wanted = args.split(), _Wanted()
    if words and "=" not in words[0] and (len(words) == 1 or not words[0].isdecimal()):
        wanted = wanted._replace(reply=words.pop(0))
    limits = [("place", math.inf), ("ways", MOST_WAYS), ("tokens", MOST_TOKENS)]
    for word in words:
        named, equals, value = word.rpartition("=")
        name, most = (named, MOST_PLACES) if equals else limits.pop(0) if limits else ("", 0)
        number = whole_number(value)
        if number is None or not 1 <= number <= most or (equals and name != "places"):
            raise _unread(word)
        wanted = _Wanted(**{**wanted._asdict(), name: number})
    return wanted


def _unread(text: str) -> CommandError:
    return CommandError(
        say("{text!r} is not understood here.", text=one_line(text, 20)),
        say(
            "/forks 6 4 draws 4 ways on from place 6 (at most {ways}, followed for at most {tokens} tokens); /forks places=20 lists places.",
            ways=MOST_WAYS,
            tokens=MOST_TOKENS,
        ),
    )


def _listed(reply: Node, count: int) -> Outcome:
    found = tokens_of(reply)
    places = undecided(found, count)
    if not places:
        raise no_alternatives(reply)
    rows = tuple(
        (
            printable(str(at + 1)),
            _behind(found, at),
            printable(f"{show_text(found[at])} {percent(found[at].p)}"),
            printable(f"{math.exp(entropy(found[at]) or 0.0):.1f}"),
            place_row(found, at)[3],
        )
        for at in places
    )
    head = (say("place"), say("behind"), say("token"), say("choices"), say("likelier, or next"))
    hint = say(
        "/forks #{id} {place} 4 draws 4 ways on from there; /inspect {id} walks over the tokens",
        id=reply.id,
        place=places[0] + 1,
    )
    title = say("Where it could have gone otherwise")
    table = Table(head, rows, title, right=frozenset({0, 3}), brief=True)
    return Show((table, Line(hint, "dim")))


def _behind(found: Sequence[Token], at: int) -> Printable:
    text = b"".join(token.data for token in found[:at]).decode("utf-8", "replace")
    return one_line(text[-BEHIND:], BEHIND)


# --- a way becomes a variant ----------------------------------------------------------


def _taken(chat: Chat, letter: str) -> Outcome:
    """Make a way a variant, and go on with it to its end."""
    onward = chat.ways.get(letter)
    if onward is None or onward.session != chat.talk.session.id:
        raise CommandError(
            say("There is no way {letter}.", letter=one_line(letter, 20)),
            say("/forks 6 4 draws the ways on from place 6, with their letters."),
        )
    text = end_of(onward.text, 50)
    note = say("On with way {letter}, from {text!r}:", letter=letter, text=text)
    parent = chat.talk.session.nodes[onward.parent]
    return Generate(parent, {}, (Line(note, "dim"),), onward.text, onward.logprobs)
