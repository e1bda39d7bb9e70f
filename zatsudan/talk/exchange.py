"""One exchange with a server: send, mend what was refused, wait for what passes, give up with words.

A turn, a title, a probe, a repeated request and the question about prefill are callers of
it, each with a policy. Nobody else sends a request twice.
"""

import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.errors import ApiError, ConnectionFailed, StatusError, StreamError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.sessions.window import SHORTEN
from zatsudan.talk import unopened
from zatsudan.talk.link import Link
from zatsudan.wire.protocol import OPTIONS, Chunk
from zatsudan.wire.refusals import DROP, RENAME, SHRINK, Repair, prompt_size, understand
from zatsudan.wire.reply import Reply
from zatsudan.wire.retries import is_loading, pause
from zatsudan.wire.statuscodes import WORDLESS

if TYPE_CHECKING:
    from zatsudan.servers.client import Client
    from zatsudan.servers.prefill import Opening
    from zatsudan.wire.messages import Usage

#: How often a window is made smaller for one request.
SHRINKS = 3

OnText = Callable[[Printable], None]


def nobody(_: Printable) -> None:
    """Tell nobody."""


class Policy(NamedTuple):
    """What is done about a request that failed before anything of its reply came.

    `mends`: what the server refuses is mended, learned and said, once for each field; of `only`
    these fields where they are named. `waits`: what passes by itself is waited for.
    """

    mends: bool = True
    waits: bool = True
    only: frozenset[str] | None = None


#: As a turn is sent.
USUAL = Policy()
#: A recorded request: as it was, or not at all.
AS_IT_WAS = Policy(mends=False)
#: A question whose refusal is an answer.
ONCE = Policy(mends=False, waits=False)


class Sending(NamedTuple):
    """A request that is ready. `tokens` is what its messages are estimated at, `raw` before what was learned."""

    body: JsonObject
    model: str
    tokens: int = 0
    raw: float = 0.0


Prepare = Callable[["Client"], Awaitable[Sending]]


async def exchange(
    link: Link,
    prepare: Prepare,
    policy: Policy,
    *,
    on_note: OnText = nobody,
    on_wait: OnText = nobody,
) -> AsyncGenerator[Chunk, None]:
    """Send what `prepare` returns and yield the chunks of the reply; raises ZatsudanError.

    `prepare` is asked again for each attempt: what was learned meanwhile is in what it returns.
    `on_note` gets what the person should know, `on_wait` what is waited for (`` when no longer).
    """
    attempts = _Attempts(link, policy, on_note, on_wait)
    while True:
        begun, sending = False, None
        try:
            client = await link.client()
            sending = await prepare(client)
            attempts.sent()
            if unopened.expected(link, sending.model, sending.body):
                stream = client.stream(sending.body, thinks=True)
            else:
                stream = client.stream(sending.body)
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    for delta in chunk.deltas:
                        begun = begun or bool(delta.content or delta.reasoning)
                        if delta.before:
                            unopened.learn(link, sending.model, delta)
                    yield chunk
        except ApiError as error:
            # What came stands: to ask again is the person's choice.
            if begun or not await attempts.another(error, sending):
                raise
        else:
            attempts.went_well(sending)
            return


async def answer(link: Link, prepare: Prepare, policy: Policy = USUAL) -> JsonObject:
    """Send what `prepare` returns, unstreamed, and return the whole answer; raises ZatsudanError."""
    attempts = _Attempts(link, policy, nobody, nobody)
    while True:
        sending = None
        try:
            client = await link.client()
            sending = await prepare(client)
            attempts.sent()
            return await client.ask(sending.body)
        except ApiError as error:
            if not await attempts.another(error, sending):
                raise


async def asked(
    link: Link,
    body: Callable[[], JsonObject],
    model: str,
    policy: Policy = USUAL,
    opening: "Opening | None" = None,
) -> "tuple[Reply, Usage | None]":
    """Return the first choice of the reply to a request that is no part of the talk, and its usage.

    `opening` puts a text that is given to it before it.
    """
    sent: JsonObject = {}

    async def prepare(_client: "Client") -> Sending:
        nonlocal sent
        sent = body()
        return Sending(sent, model)

    reply, usage = Reply(), None
    async with aclosing(exchange(link, prepare, policy)) as chunks:
        async for chunk in chunks:
            usage = chunk.usage or usage
            deltas = opening.lead(chunk.deltas, sent) if opening is not None else chunk.deltas
            for delta in deltas:
                if delta.index == 0:
                    reply.add(delta)
    return reply, usage


class _Attempts:
    """The attempts of one exchange: which fields were mended, and how often it was sent in vain."""

    def __init__(self, link: Link, policy: Policy, on_note: OnText, on_wait: OnText) -> None:
        self._link = link
        self._policy = policy
        self._on_note = on_note
        self._on_wait = on_wait
        self._mends: set[tuple[str, str]] = set()
        self._shrunk = 0
        self._count = 0
        self._sent_at = 0.0

    def sent(self) -> None:
        """A request goes out now."""
        self._sent_at = self._link.clock()

    async def another(self, error: ApiError, sending: Sending | None) -> bool:
        """Tell whether to send again, after what was to be waited for."""
        told = error
        if isinstance(error, StreamError) and error.refused is not None:
            error = error.refused  # the first event of a stream: a refusal with the status 200
        mends = sending is not None and self._policy.mends and self._policy.only is None
        if sending is not None and self._policy.mends and self._mended(error, sending):
            return True
        if sending is not None and mends and self._doubted(error, sending):
            return True
        if self._shrunk:  # in vain
            told.advice = say(SHORTEN)
        self._count += 1
        # Many clients that were refused together should not come back together.
        dice = random.random()  # noqa: S311  no secret
        after = self._link.clock() - self._sent_at
        seconds = pause(error, self._count, dice, near=self._link.is_near, after=after)
        if not self._policy.waits or seconds is None:
            return False
        await self._wait(seconds, error)
        return True

    def _mended(self, error: ApiError, sending: Sending) -> bool:
        """Learn from a refusal; return whether to send again. One repair of a kind for each request."""
        if not isinstance(error, StatusError):
            return False
        repair = understand(error, sending.body)
        if repair is None or (repair.kind, repair.name) in self._mends:
            return False
        if repair.kind == SHRINK:
            self._shrunk += 1
            if self._shrunk > SHRINKS:
                return False
        if self._policy.only is not None and repair.name not in self._policy.only:
            return False
        if repair.kind != SHRINK:
            self._mends.add((repair.kind, repair.name))
        if repair.kind == RENAME and (RENAME, repair.value) in self._mends:
            repair = Repair(DROP, repair.name)  # it takes neither name
        if repair.kind == SHRINK:
            self._link.measured(sending.raw, prompt_size(error) or 0)
            if not repair.value or self._shrunk > 1:
                return self._guessed(sending)
        self._link.learn(sending.model, repair)
        self._on_note(repair.sentence(sending.model))
        return True

    def _guessed(self, sending: Sending) -> bool:
        """Make the window smaller where the server names no length, or one that it refuses all the same.

        Three quarters of what it refused, as long as there are earlier turns to leave out. It
        is a guess, and not kept.
        """
        messages = sending.body.get("messages")
        turns = [
            message
            for message in (messages if isinstance(messages, list) else ())
            if isinstance(message, dict) and message.get("role") == "user"
        ]
        if len(turns) < 2:
            return False
        self._link.guess(sending.model, sending.tokens * 3 // 4)
        self._on_note(Repair(SHRINK, value=0).sentence(sending.model))
        return True

    def _doubted(self, error: ApiError, sending: Sending) -> bool:
        """Leave out `stream_options`, which we add ourselves, where a server gives no answer or no reason.

        Whether it was that shows when a request without it goes well: only then it is learned. A
        server that charges for what it does not answer is asked again by the person.
        """
        wordless = isinstance(error, StatusError) and error.status in WORDLESS and not error.message
        silent = isinstance(error, ConnectionFailed) and error.silent
        if not (wordless or silent):
            return False
        if sending.body.get("stream_options") != OPTIONS:
            self._link.clear_doubt(sending.model)
            return False
        self._link.doubt(sending.model, Repair(DROP, "stream_options"))
        if wordless or self._link.is_near:
            return True
        self._on_note(say("It may be stream_options: the next request goes without it."))
        return False

    def went_well(self, sending: Sending) -> None:
        """A reply came: what was left out on a doubt is learned."""
        repair = self._link.clear_doubt(sending.model)
        if repair is not None and repair.name not in sending.body:
            self._link.learn(sending.model, repair)
            self._on_note(repair.sentence(sending.model))

    async def _wait(self, seconds: float, error: ApiError) -> None:
        """Wait, and say how long, which the screen shows."""
        left = seconds
        while left > 0:
            if is_loading(error):
                self._on_wait(say("the server is still loading the model"))
            elif seconds >= 0.5:
                reason = str(error).split(":")[0].rstrip(".。")
                self._on_wait(
                    say("{reason} · again in {seconds} s", reason=reason, seconds=math.ceil(left))
                )
            step = min(left, 0.25)
            await self._link.sleep(step)
            left -= step
        self._on_wait(EMPTY)
