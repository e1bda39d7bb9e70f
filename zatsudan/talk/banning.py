"""Phrases that a reply must not hold, at servers that do not see to it.

The stream is watched. What may be the begin of a phrase is held back, so that no phrase is
ever shown; where one stands the stream is left, and the reply goes on from before it by
prefill. For a few tokens those that the phrase begins with are disfavoured, so that another
way is taken; then the reply goes on as it was asked for.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say_count
from zatsudan.base.printable import Printable, one_line
from zatsudan.parameters.table import BY_NAME, LIMITS
from zatsudan.servers import native
from zatsudan.servers.prefill import without_echo
from zatsudan.talk.link import Link
from zatsudan.wire.ends import LENGTH, meaning_of
from zatsudan.wire.protocol import Chunk, Delta

NAME = "banned_strings"
#: Tokens for which the begin of a phrase is disfavoured after it has gone back.
BRIDGE = 8
#: How often a reply goes back, in all and to one place.
OFTEN, AT_ONE_PLACE = 20, 4


def phrases_of(link: Link, parameters: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the phrases to watch for: none where the server is known to keep them out itself."""
    value = parameters.get(NAME)
    if not isinstance(value, list) or link.here.takes(BY_NAME[NAME]) is True:
        return ()
    if parameters.get("n") not in (None, 1):  # several replies of one request cannot go back
        return ()
    return tuple(text for text in value if isinstance(text, str) and text.strip())


def as_taken(link: Link, parameters: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the parameters without the phrases where the server is known not to take them."""
    if NAME not in parameters or link.here.takes(BY_NAME[NAME]) is not False:
        return parameters
    return {name: value for name, value in parameters.items() if name != NAME}


class Hit(NamedTuple):
    """A phrase that came, and the text of the token that it began with."""

    phrase: str
    began: str


class Guard:
    """Lets deltas through that hold no phrase. `text` is all that it has let through."""

    def __init__(self, phrases: Sequence[str], text: str = "") -> None:
        self._phrases = {_low(phrase): phrase for phrase in phrases}
        self._begins = {phrase[:size] for phrase in self._phrases for size in range(1, len(phrase))}
        self._longest = max(map(len, self._phrases), default=0)
        self._held: list[Delta] = []
        self.text = text

    def feed(self, delta: Delta) -> tuple[list[Delta], Hit | None]:
        """Take a delta; return those that may be shown by now, and the phrase that has come."""
        if delta.before:  # a thought, or told anew: the reply begins here
            before, self.text = self.rest(), ""
            free, hit = self._take(delta)
            return [*before, *free], hit
        return self._take(delta)

    def _take(self, delta: Delta) -> tuple[list[Delta], Hit | None]:
        self._held.append(delta)
        held = "".join(each.content for each in self._held)
        low = _low(held)
        found = [(at, phrase) for phrase in self._phrases if (at := low.find(phrase)) >= 0]
        if found:
            at, phrase = min(found)
            size = len(held[:at].rstrip(" "))
            free = self._free(size)
            began = next((each.content for each in self._held if each.content), "")
            self._held = []
            return free, Hit(self._phrases[phrase], began)
        if delta.finish_reason:
            return self.rest(), None
        return self._free(len(held) - self._doubtful(low)), None

    def _doubtful(self, low: str) -> int:
        """Return how many characters at the end may be the begin of a phrase; blanks before it are held too."""
        sizes = range(min(len(low), self._longest), 0, -1)
        size = next((size for size in sizes if low[-size:] in self._begins), 0)
        before = low[: len(low) - size]
        return size + len(before) - len(before.rstrip(" "))

    def _free(self, size: int) -> list[Delta]:
        """Let so many characters of what is held through."""
        free: list[Delta] = []
        while self._held and (size or not self._held[0].content):
            delta = self._held.pop(0)
            if len(delta.content) > size:
                free.append(Delta(delta.index, delta.content[:size], before=delta.before))
                self._held.insert(0, delta._replace(content=delta.content[size:], before=""))
                size = 0
                break
            free.append(delta)
            size -= len(delta.content)
        self.text += "".join(each.content for each in free)
        return free

    def rest(self) -> list[Delta]:
        """Let all through that is held: nothing follows."""
        return self._free(sum(len(delta.content) for delta in self._held) or 1)

    def given(self) -> str:
        """Return the whole text so far, what is held too, without blanks at its end: a token begins with one."""
        held = "".join(delta.content for delta in self._held).rstrip(" ")
        self._held = [Delta(content=held)] if held else []
        return self.text + held


class Leg(NamedTuple):
    """How the reply goes on: from which text, without which tokens, and for how many (0: to its end)."""

    given: str
    without: frozenset[int] = frozenset()
    tokens: int = 0

    def over(self, parameters: Mapping[str, Json], came: int) -> dict[str, Json]:
        """Return the parameters of its request; `came` is how many tokens of the reply there are."""
        result = dict(parameters)
        if self.without:
            old = result.get("logit_bias")
            never: dict[str, Json] = {str(token): -100 for token in sorted(self.without)}
            result["logit_bias"] = {**(old if isinstance(old, dict) else {}), **never}
        limits = {name: value for name, value in parameters.items() if name in LIMITS}
        for name, value in (limits or {"max_tokens": None}).items():
            left = max(1, value - came) if isinstance(value, int) else None
            least = min(self.tokens or left or 0, left or self.tokens)
            if least:
                result[name] = least
        return result


class Detours:
    """The requests of one reply that holds no phrase.

    `guard` is asked once the first request is made; None lets all through. `leg` goes on with
    the reply, `first_tokens` tells with what a phrase began. `whole`: replies come as one piece.
    """

    def __init__(
        self,
        guard: Callable[[], Guard | None],
        leg: Callable[[Leg], AsyncGenerator[Chunk]],
        first_tokens: Callable[[Hit], Awaitable[set[int]]],
        on_note: Callable[[Printable], None],
        *,
        whole: bool = False,
    ) -> None:
        self._guard = guard
        self._leg = leg
        self._first_tokens = first_tokens
        self._on_note = on_note
        self._whole = whole
        self._back = 0
        self._tried: Counter[int] = Counter()
        self._without: set[int] = set()
        self._now = Leg("")
        self._fresh = self._bridged = False

    async def chunks(self, first: AsyncGenerator[Chunk]) -> AsyncGenerator[Chunk]:
        """Yield the chunks of the reply, over as many requests as that takes."""
        chunks: AsyncGenerator[Chunk] | None = first
        while chunks is not None:
            hit, watch = None, None
            async with aclosing(chunks):
                async for chunk in chunks:
                    watch = self._guard()
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

    def _watched(self, watch: Guard, chunk: Chunk) -> tuple[Chunk, Hit | None]:
        """Return what of a chunk may be shown, and the phrase that stands in it."""
        deltas: list[Delta] = []
        hit = None
        for sent in chunk.deltas:
            delta = sent
            if self._fresh and delta.content:
                self._fresh = False
                text = without_echo(delta.content, self._now.given, whole=self._whole)
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
            self._without = known | await self._first_tokens(hit)
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


def _low(text: str) -> str:
    """Return a text in small letters, character by character, so that places stay."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
