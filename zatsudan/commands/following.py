"""Ways on from a place of a reply, followed by short requests and drawn as a tree."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import one_line
from zatsudan.commands.here import ask_names
from zatsudan.commands.outcomes import Outcome, Show, Work
from zatsudan.commands.parts import Line, Ways
from zatsudan.commands.probes import Hint
from zatsudan.commands.tokens import no_alternatives, text_up_to, tokens_of
from zatsudan.lab.ways import Way, ends, others_at, parted, step, tree, whole
from zatsudan.servers.prefill import FORMS, NONE
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.ahead import Onward, ahead
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import ASKING, find_form, known_form
from zatsudan.wire.ends import STOP, meaning_of
from zatsudan.wire.tokenview import Option, Token, entries_before, read_tokens

#: The most alternatives that servers take a request for.
ALTERNATIVES = 20


class Place(NamedTuple):
    """A place from which ways are drawn. `before` is the text up to it; `entries` of the reply fit its tokens, or are none."""

    reply: Node
    parent: Node
    at: int
    tokens: tuple[Token, ...]
    before: str
    entries: tuple[Json, ...]

    @property
    def token(self) -> Token:
        """The token that the reply has there."""
        return self.tokens[self.at]

    def entry(self, option: Option) -> tuple[Json, ...]:
        """Return the log probabilities of another token there, if they are known as they came."""
        if not self.entries:
            return ()
        return tuple(entries_before(self.entries, self.at, option))[-1:]


def place_of(chat: Chat, reply: Node, number: int) -> Place:
    """Return a place of a reply by its number, from 1 on; raises CommandError where no text can go on from there."""
    found = tokens_of(reply)
    if number > len(found):
        raise CommandError(
            say_count(
                "Reply {id} has {n:,} token.",
                "Reply {id} has {n:,} tokens.",
                len(found),
                id=reply.id,
            ),
            say("/forks lists places."),
        )
    parent, before, entries = text_up_to(chat, reply, number - 1)
    return Place(reply, parent, number - 1, found, before, tuple(entries))


async def drawn(chat: Chat, reply: Node, number: int, ways: int, tokens: int) -> Outcome:
    """Return what draws so many ways on from a place of a reply, each followed for at most so many tokens.

    Those that have a letter are kept. Raises CommandError.
    """
    place = place_of(chat, reply, number)
    others = others_at(place.token, ways)
    steps = [step(other, place.entry(other)) for other in others]
    own = parted(_own_way(place, tokens))
    if not others:
        raise no_alternatives(reply)
    few = ways - 1 - len(others)
    known = known_form(chat.link, chat.talk.session.model)
    if known == NONE:
        return _tree(chat, place, [own, *steps], _notes(chat, place, others, few=few), takes=False)
    most = 1 + 2 * sum(not other.refusal for other in others)

    async def run(hint: Hint) -> Outcome:
        if not known:
            hint(say(ASKING))
        await client_for(chat.talk, chat.link)
        await ask_names(chat)
        form = await find_form(chat.link, await model_of(chat.talk, chat.link))
        notes = _notes(chat, place, others, few=few)
        if form == NONE:
            return _tree(chat, place, [own, *steps], notes, takes=False)
        following = _Following(chat, place, tokens, hint, most)
        found = [own, *[parted(await following.follow(way)) for way in steps]]
        found = [await following.aside(way) for way in found]
        return _tree(chat, place, found, (*following.notes, *notes), takes=True)

    note = say(
        "At most {most} requests of at most {tokens} tokens each; they are no part of the talk · Esc stops",
        most=most + (0 if known else len(FORMS)),
        tokens=tokens,
    )
    return Work((Line(note, "dim"),), run)


def _notes(chat: Chat, place: Place, others: Sequence[Option], *, few: int) -> tuple[Line, ...]:
    """Return what is to be known of a tree: whose alternatives these are, and whether there were `few`."""
    lines: list[Line] = []
    made, now = place.reply.made or Made(), chat.talk.session.model
    asked = made.request.get("model", made.model)
    if asked != now or (chat.link.name and made.server != chat.link.name):
        told = say(
            "The alternatives are those of {then} at {server}; {now} at {here} goes on.",
            then=one_line(str(asked), 40),
            server=one_line(made.server, 40),
            now=one_line(now, 40),
            here=one_line(chat.link.name, 40),
        )
        lines.append(Line(told, "warn"))
    if any(other.is_part for other in others):
        told = say("<E3> and its like are parts of a character: no text can go on from there.")
        lines.append(Line(told, "dim"))
    if few > 0:
        told = say("No more alternatives were recorded: /logprobs on 20 and /retry record more.")
        lines.append(Line(told, "dim"))
    return tuple(lines)


def _own_way(place: Place, count: int) -> Way:
    """Return what the reply itself has from the place on."""
    found = place.tokens[place.at : place.at + count + 1]
    size = max(1, whole(found))
    last, made = place.at + size, place.reply.made or Made()
    ended = last >= whole(place.tokens) and meaning_of(made.finish_reason) == STOP
    return Way(found[:size], place.entries[place.at : last], own=True, ended=ended)


class _Following:
    """Follows the ways on from a place by requests, one after the other, until one fails or is stopped."""

    def __init__(self, chat: Chat, place: Place, count: int, hint: Hint, most: int) -> None:
        self._chat = chat
        self._place = place
        self._count = count
        self._hint = hint
        self._most = most
        self._asked = 0
        #: What kept the last ways from being followed.
        self.notes: tuple[Line, ...] = ()

    async def follow(self, way: Way, before: str = "", so_far: int = 0) -> Way:
        """Return a way of one token with what follows it; `before` stands between the place and it."""
        first = way.tokens[0]
        if self.notes or first.refusal:
            return way
        self._asked += 1
        self._hint(say("way {number} of {count} …", number=self._asked, count=self._most))
        place, chat = self._place, self._chat
        alternatives = max(2, min(ALTERNATIVES, len(place.token.options)))
        given = place.before + before + first.text
        count = max(1, self._count - so_far)
        try:
            found = await ahead(
                chat.talk, chat.link, place.parent, given, tokens=count, alternatives=alternatives
            )
        except asyncio.CancelledError:  # what came is drawn
            self.notes = (Line(say("Stopped: not all ways were followed."), "warn"),)
            return way
        except ZatsudanError as error:
            self.notes = (Line(error.sentence, "warn"),)
            return way
        rest = read_tokens(found.entries)
        if not rest or len(rest) != len(found.entries):
            # What is not told by tokens has no other way in it.
            text = (Token(found.text.encode(), None),) if found.text else ()
            return Way((first, *text), ended=found.ended)
        entries = (*way.entries, *found.entries) if way.entries else ()
        return Way((first, *rest), entries, ended=found.ended)

    async def aside(self, way: Way) -> Way:
        """Return a way with what follows the one that parts from it."""
        if way.aside is None:
            return way
        before = b"".join(token.data for token in way.tokens[: way.at]).decode()
        return way._replace(aside=await self.follow(way.aside, before, way.at))


def _tree(
    chat: Chat, place: Place, ways: Sequence[Way], notes: tuple[Line, ...], *, takes: bool
) -> Outcome:
    """Draw ways, and keep those that have a letter; none has where the server `takes` no given text."""
    branches = tree(ways, lettered=takes)
    chat.ways = {
        branch.letter: Onward(
            chat.talk.session.id,
            place.parent.id,
            place.before + (branch.text or ""),
            (*place.entries[: place.at], *branch.entries) if branch.entries else (),
        )
        for branch in ends(branches)
        if branch.letter
    }
    title = say(
        "Place {place} of reply {id}, behind {text!r}",
        place=place.at + 1,
        id=place.reply.id,
        text=one_line(place.before[-40:], 40),
    )
    if takes:
        hint = say("• is the reply as it stands; /forks LETTER goes on with a way, as a variant.")
        last = Line(hint, "dim")
    else:
        hint = say("This server does not go on from a given text: what was recorded is drawn.")
        last = Line(hint, "warn")
    return Show((Line(title), Ways(branches), *notes, last))
