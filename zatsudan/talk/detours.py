"""How a reply goes on without the phrases that it must not hold: from before them, another way.

Where a phrase stands the stream is left, and the reply goes on from before it by prefill. For a
few tokens those that the phrase begins with are disfavoured, so that another way is taken; then
the reply goes on as it was asked for.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import say_count
from zatsudan.base.printable import Printable, one_line
from zatsudan.servers import native
from zatsudan.servers.prefill import without_echo
from zatsudan.talk.banning import Guard, Hit, Leg
from zatsudan.talk.composing import Composing, OnNote
from zatsudan.talk.exchange import Prepare, Sending
from zatsudan.talk.link import Link
from zatsudan.wire.ends import LENGTH, meaning_of
from zatsudan.wire.protocol import Chunk, Delta

if TYPE_CHECKING:
    from zatsudan.servers.client import Client

#: Sends what is prepared, and returns the chunks of the reply.
Send = Callable[[Prepare], AsyncGenerator[Chunk]]

#: Tokens for which the begin of a phrase is disfavoured after it has gone back.
BRIDGE = 8
#: How often a reply goes back, in all and to one place.
OFTEN, AT_ONE_PLACE = 20, 4


class Detours:
    """The requests of one reply that holds no phrase; `count` is how often it went back so far.

    `composing` has the guard once the first request is made; none lets all through. `at` tells the
    model that is asked and how many deltas came, `send` sends what a request prepares.
    """

    def __init__(
        self,
        link: Link,
        composing: Composing,
        at: Callable[[], tuple[str, int]],
        send: Send,
        on_note: OnNote,
    ) -> None:
        self._link = link
        self._composing = composing
        self._at = at
        self._send = send
        self._on_note = on_note
        self.count = 0
        self._back = 0
        self._tried: Counter[int] = Counter()
        self._without: set[int] = set()
        self._now = Leg("")
        self._fresh = self._bridged = False

    def facts(self) -> JsonObject:
        """Return what the record of the reply holds of it."""
        return {"went_back": self.count} if self.count else {}

    async def chunks(self, first: AsyncGenerator[Chunk]) -> AsyncGenerator[Chunk]:
        """Yield the chunks of the reply, over as many requests as that takes."""
        chunks: AsyncGenerator[Chunk] | None = first
        while chunks is not None:
            hit, watch = None, None
            async with aclosing(chunks):
                async for chunk in chunks:
                    watch = self._composing.guard
                    if watch is None:
                        yield chunk
                        continue
                    seen, hit = self._watched(watch, chunk)
                    yield seen
                    if hit is not None:
                        break
            if watch is None:
                return
            if hit is None and not self._bridged:
                yield Chunk(tuple(watch.rest()))
            following = await self._following(watch, hit)
            chunks = self._leg(following) if following is not None else None

    def _leg(self, leg: Leg) -> AsyncGenerator[Chunk]:
        self.count += bool(leg.tokens)

        async def prepare(_client: "Client") -> Sending:
            model, deltas = self._at()
            return Sending(self._composing.leg(model, leg, deltas).body, model)

        return self._send(prepare)

    def _watched(self, watch: Guard, chunk: Chunk) -> tuple[Chunk, Hit | None]:
        """Return what of a chunk may be shown, and the phrase that stands in it."""
        deltas: list[Delta] = []
        hit = None
        for sent in chunk.deltas:
            delta = sent
            if self._fresh and delta.content:
                self._fresh = False
                whole = self._composing.parameters.get("stream") is False
                text = without_echo(delta.content, self._now.given, whole=whole)
                delta = delta._replace(content=text)
            if self._now.tokens and meaning_of(delta.finish_reason) == LENGTH:
                self._bridged, delta = True, delta._replace(finish_reason=None)
            free, hit = watch.feed(delta)
            deltas += free
            if hit is not None:
                break
        usage = None if self._back else chunk.usage
        return chunk._replace(deltas=tuple(deltas), usage=usage), hit

    async def _following(self, watch: Guard, hit: Hit | None) -> Leg | None:
        """Return how the reply goes on; None where it has ended."""
        if hit is None and not self._bridged:
            if self._back:
                self._on_note(_went_back(self._back))
            return None
        if hit is not None:
            self._back += 1
            at = len(watch.text)
            if self._back > OFTEN or self._tried[at] >= AT_ONE_PLACE:
                self._on_note(_stopped(hit.phrase, self._back - 1))
                return None
            known = self._without if self._tried[at] else set()
            self._without = known | await tokens_of(self._link, self._at()[0], hit)
            self._tried[at] += 1
        else:
            self._without = set()
        given = watch.given()
        self._fresh, self._bridged = bool(given), False
        self._now = Leg(given, frozenset(self._without), BRIDGE if hit is not None else 0)
        return self._now


def _stopped(phrase: str, count: int) -> Printable:
    return say_count(
        'It comes to "{phrase}" again, {n} time back: the reply stops there.',
        'It comes to "{phrase}" again, {n} times back: the reply stops there.',
        count,
        phrase=one_line(phrase, 40),
    )


def _went_back(count: int) -> Printable:
    return say_count(
        "Went back {n} time before a banned phrase.",
        "Went back {n} times before a banned phrase.",
        count,
    )


async def tokens_of(link: Link, model: str, hit: Hit) -> set[int]:
    """Return the tokens that a phrase may begin with, as the server's tokenizer has them; none without one."""
    phrase = hit.phrase.lstrip(" ")
    forms = (hit.began, phrase, f" {phrase}", phrase[:1].upper() + phrase[1:])
    found: set[int] = set()
    client = await link.client()
    for form in dict.fromkeys(forms):
        ids = await native.tokenize(client, model, form) if form.strip() else []
        if ids is None:
            break
        found.update(ids[:1])
    return found
