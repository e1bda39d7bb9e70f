"""/manual: a reply that is chosen token by token."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json, whole_number
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.adding import words_of
from zatsudan.commands.asking import Question
from zatsudan.commands.chains import chain_of, prompt_before
from zatsudan.commands.following import ALTERNATIVES, place_of
from zatsudan.commands.here import ask_names
from zatsudan.commands.outcomes import Ask, Generate, Outcome, Show, Work
from zatsudan.commands.parts import Line, Part, Talk
from zatsudan.commands.picking import Row
from zatsudan.commands.probes import Hint
from zatsudan.commands.registry import command
from zatsudan.commands.shares import share
from zatsudan.commands.tracing import GROUP, reply_at
from zatsudan.lab.reshaping import is_open, read, shares_at
from zatsudan.sessions.calls import to_answer
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.ahead import Ahead, ahead
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import ASKING, must_go_on
from zatsudan.talk.request import compose
from zatsudan.wire.messages import Message
from zatsudan.wire.tokenview import Option, Token, entries_before, percent, read_tokens

#: Tokens that are offered, each by a digit.
OFFERED = 9
#: Tokens that are asked for where the first is a part of a character, which servers do not send alone.
CHARACTER = 4
#: What stands for a token that is still to come.
WAITS = printable("…")
#: The keys beside the digits.
TYPE, BACK, GO_ON = "t", "u", "g"


class _Pick(NamedTuple):
    """A token that was chosen, or a text that was typed. `entry` is what was told of it, None for nothing."""

    token: Token
    entry: Json = None


class _Hand(NamedTuple):
    """A reply to `parent` as far as it was chosen: behind a text that was there, with its log probabilities.

    `prompt` are the tokens before it, None where they are not known.
    """

    parent: Node
    prompt: list[bytes] | None = None
    given: str = ""
    logprobs: tuple[Json, ...] = ()
    picks: tuple[_Pick, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return self.given + b"".join(pick.token.data for pick in self.picks).decode()

    @property
    def entries(self) -> tuple[Json, ...]:
        """What was told of all its tokens; none where something was not told of one."""
        told = tuple(pick.entry for pick in self.picks)
        known = None not in told and (bool(self.logprobs) or not self.given)
        return (*self.logprobs, *told) if known else ()


@command(
    "manual", "[[#N] PLACE|LETTER]", group=GROUP, possible=lambda chat: bool(chat.talk.last_user())
)
async def manual(chat: Chat, args: str) -> Outcome:
    """Choose a reply token by token.

    It shows what the model would most likely write next, with the shares: its own, and those that the settings
    leave. A digit or Enter takes one, `t` types a text, `u` takes back, `g` lets the model go on from there, Esc keeps
    what was chosen. It becomes a variant of the last reply, marked as made by hand. `/manual 6` begins at place 6 of the
    last reply (`/forks` lists places), `/manual b` behind way b. Each step is a request for one token; the server must go
    on from a given text.
    """
    hand = _begun(chat, args)

    async def run(hint: Hint) -> Outcome:
        hint(say(ASKING))
        await client_for(chat.talk, chat.link)
        model = await model_of(chat.talk, chat.link)
        await must_go_on(chat.link, model)
        await ask_names(chat)
        values = chat.talk.session.parameters
        body = compose(chat.talk, chat.link, model, hand.parent.id, values).body
        prompt = await prompt_before(chat, body, chain_of(chat, values))
        return _next(chat, hand._replace(prompt=prompt))

    return Work((), run)


def _begun(chat: Chat, args: str) -> _Hand:
    """Return where it begins; raises CommandError."""
    onward = chat.ways.get(args)
    if onward is not None and onward.session == chat.talk.session.id:
        parent = chat.talk.session.nodes[onward.parent]
        return _Hand(parent, None, onward.text, tuple(onward.logprobs))
    if not args:
        parent_ = to_answer(chat.talk.session)
        if parent_ is None:
            raise CommandError(say("There is no message to reply to."), say("Write one first."))
        return _Hand(parent_)
    name, _, number = args.rpartition(" ")
    place = whole_number(number)
    if not place or (name and not name.startswith("#")):
        raise CommandError(
            say("{text!r} is no place.", text=one_line(args, 20)),
            say("/manual 6 begins at place 6 of the last reply; /forks lists places."),
        )
    found = place_of(chat, reply_at(chat, name), place)
    return _Hand(found.parent, None, found.before, found.entries[: found.at])


def _next(chat: Chat, hand: _Hand, shown: int = OFFERED) -> Outcome:
    """Ask the person for the next token as soon as the model has told what it may be."""

    async def coming() -> Outcome:
        try:
            found = await _ahead(chat, hand, 1)
            if not found.told and found.text == "" and not found.ended:
                found = await _ahead(chat, hand, CHARACTER)
        except ZatsudanError as error:
            if not hand.picks:
                raise
            return _kept(chat, hand, Line(error.sentence, "warn"))
        return _asked(chat, hand, found)

    # As many rows as before: what stands below them stays where it is.
    rows = [Row("", (printable(str(number)), WAITS)) for number in range(1, shown + 1)]
    waits = say("asking for the next token")
    question = Question(_tail(hand), (*rows, *_others(hand)), keys=True, waits=waits)
    return Ask(
        question, partial(_other, chat, hand), leave=partial(_kept, chat, hand), coming=coming
    )


async def _ahead(chat: Chat, hand: _Hand, tokens: int) -> Ahead:
    return await ahead(
        chat.talk, chat.link, hand.parent, hand.text, tokens=tokens, alternatives=ALTERNATIVES
    )


def _asked(chat: Chat, hand: _Hand, found: Ahead) -> Outcome:
    """Ask the person for the next token."""
    place = next(iter(read_tokens(found.told)), None)
    offered = _offered(place)
    told = _shares(chat, hand, place, offered)
    rows = [
        Row(str(number), (printable(str(number)), one_line(option.name, 30), *shares))
        for number, (option, shares) in enumerate(zip(offered, told, strict=True), 1)
    ]
    head: tuple[Printable, ...] = ()
    if any(len(cells) > 1 for cells in told):
        head = (EMPTY, EMPTY, say("model"), say("with the settings"))
    known = offered or found.ended
    help_ = say("what was chosen is kept") if known else say("the server told no next token")

    async def answered(key: str) -> Outcome:
        if not key.isdecimal():
            return await _other(chat, hand, key)
        option = offered[int(key) - 1]
        entry = next(entries_before(found.told, 0, option), None)
        token = Token(option.data, option.p, id=option.id)
        return _next(chat, hand._replace(picks=(*hand.picks, _Pick(token, entry))), len(offered))

    rows += _others(hand, ends=found.ended)
    question = Question(_tail(hand), tuple(rows), keys=True, help=help_, head=head)
    return Ask(question, answered, leave=partial(_kept, chat, hand))


def _others(hand: _Hand, *, ends: bool = False) -> list[Row]:
    """Return what can be chosen beside tokens; `ends`: the model would write no more."""
    rows = [Row(TYPE, (printable(TYPE), say("type a text")))]
    if hand.picks:
        last = one_line(hand.picks[-1].token.name, 30)
        going = say("let the model go on from here")
        if ends:
            going = say("let the model go on from here: it would end")
        rows.append(Row(BACK, (printable(BACK), say("take {text} back", text=last))))
        rows.append(Row(GO_ON, (printable(GO_ON), going)))
    return rows


async def _other(chat: Chat, hand: _Hand, key: str) -> Outcome:
    """Do what was chosen beside tokens."""
    if key == TYPE:
        return _typed(chat, hand)
    if key == BACK:
        return _next(chat, hand._replace(picks=hand.picks[:-1]))
    return Generate(hand.parent, prefix=hand.text, logprobs=hand.entries, begun=True)


def _offered(place: Token | None) -> list[Option]:
    """Return the likeliest tokens at a place that a text can go on with."""
    if place is None:
        return []
    found: list[Option] = [option for option in place.options if not option.refusal]
    if not place.refusal and all(option.data != place.data for option in found):
        found.append(place)
    return sorted(found, key=lambda option: -(option.p or 0.0))[:OFFERED]


def _shares(
    chat: Chat, hand: _Hand, place: Token | None, offered: Sequence[Option]
) -> Sequence[tuple[Printable, ...]]:
    """Return the probability of each token, and the share that the settings leave it, where that says more."""
    if place is None:
        return []
    tokens = [*read_tokens(hand.logprobs), *(pick.token for pick in hand.picks), place]
    # What was typed is no token: which ones stand there is not known then.
    reading = read(tokens, hand.prompt if hand.entries or not hand.text else None)
    found = shares_at(reading, len(tokens) - 1, chain_of(chat, chat.talk.session.parameters))
    bounds = {
        option.data: (low, high)
        for option, low, high in zip(reading.places[-1].options, found.low, found.high, strict=True)
    }
    left = [bounds.get(option.data, (0.0, 1.0)) for option in offered]
    told = [(percent(option.p), share(*each)) for option, each in zip(offered, left, strict=True)]
    says_more = any(one != other for one, other in told)
    if says_more and not all(is_open(*each) for each in left):
        return told
    return [(one,) for one, _ in told]


def _tail(hand: _Hand) -> Printable:
    """Return the end of what was chosen, as it stands before the field."""
    if not hand.text:
        return say("Begin")
    return one_line(f"…{hand.text[-50:]}" if len(hand.text) > 51 else hand.text, 51)


def _typed(chat: Chat, hand: _Hand) -> Outcome:
    """Ask the person for a text."""

    async def answered(line: str) -> Outcome:
        pick = _Pick(Token(words_of(line).encode(), None))
        return _next(chat, hand._replace(picks=(*hand.picks, pick)))

    help_ = say('in quotes blanks count: " and"')
    question = Question(_tail(hand), free=True, help=help_)
    return Ask(question, answered, leave=partial(_next, chat, hand))


def _kept(chat: Chat, hand: _Hand, *parts: Part) -> Outcome:
    """Keep what was chosen as a variant that was made by hand."""
    if not hand.picks:
        return Show((Line(say("Nothing was chosen."), "dim"),))
    node = chat.talk.add(Message("assistant", hand.text), hand.parent.id)
    note = say("#{id} was chosen by hand. An empty line lets the model go on from it.", id=node.id)
    return Show((*parts, Talk((node,)), Line(note, "good")))
