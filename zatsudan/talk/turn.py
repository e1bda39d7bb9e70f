"""A turn: one user message, the request it makes, and what comes of it."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from zatsudan.base.errors import StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.servers.prefill import Opening
from zatsudan.sessions.byhand import Begin
from zatsudan.sessions.estimate import raw_count
from zatsudan.sessions.made import FAILED, FINISHED, INTERRUPTED, Made
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.answered import Answered
from zatsudan.talk.choices import Choices
from zatsudan.talk.composing import BANNED, Composing, OnNote
from zatsudan.talk.counting import estimated
from zatsudan.talk.exchange import AS_IT_WAS, USUAL, Prepare, Sending, exchange
from zatsudan.talk.link import Link
from zatsudan.talk.looping import Watch
from zatsudan.talk.pacing import Behind, take_in
from zatsudan.talk.request import parameters_of
from zatsudan.talk.talk import Talk
from zatsudan.talk.thought import Thought
from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Chunk, Delta

if TYPE_CHECKING:
    from zatsudan.servers.client import Client
    from zatsudan.sessions.window import Window
    from zatsudan.talk.detours import Detours, Send

OnDelta = Callable[[Delta], None]


class Turn:
    """One request of a talk over a link, and what came of it.

    After `run`, or when it was cancelled: `nodes` are the replies in the order of `choices`,
    `made` how the first was made, `error` what went wrong if something did.
    `model` asks another model than the session's, `system` begins with another system message.
    `anyway` sends what is too long by the estimate.
    While it runs, `waiting` says what is waited for, if that is not the reply; a `thought` that
    comes can be ended.
    """

    def __init__(
        self,
        talk: Talk,
        link: Link,
        parent: Node,
        parameters: Mapping[str, Json],
        *,
        prefix: str = "",
        logprobs: Sequence[Json] = (),
        asking: bool = False,
        model: str = "",
        system: str | None = None,
        anyway: bool = False,
        begun: bool = False,
    ) -> None:
        """`prefix`: a text from which the reply goes on, and with which it begins; `logprobs` are its own.

        `begun`: a person wrote it, with whom the reply begins.
        `asking`: where the server takes no prefix, ask the model in words to go on.
        """
        #: The words at the start that a person gave the reply.
        self.begun = prefix if begun else ""
        self._talk = talk
        self._link = link
        self._composing = Composing(
            talk,
            link,
            parent,
            parameters,
            prefix=prefix,
            asking=asking,
            system=system,
            anyway=anyway,
            begun=begun,
        )
        self._prefix = prefix
        self._opening = Opening(prefix, logprobs)
        self._asked = model
        self._growing = Choices(talk, parent.id, lambda: self._facts(INTERRUPTED))
        self._answered = Answered(self._composing.parameters.get("stop"))
        self.thought = Thought()
        self._watch = Watch()
        self._detours: Detours | None = None
        self._raw_prompt = 0.0
        self._told: Mapping[str, Json] = {}
        self._left_out = 0
        #: What is done about a request that fails before anything comes.
        self.policy = USUAL
        #: A recorded body to be sent as it is, and how its reply was made.
        self.recorded: tuple[JsonObject, Made] | None = None
        self.waiting = EMPTY
        #: Does what is shown lag behind? Then no more is read: a server sends faster than a terminal draws.
        self.behind: Behind = lambda: None
        self.window: Window | None = None
        self.request: JsonObject = {}
        self.model = ""
        self.started: float | None = None
        self.nodes: list[Node] = []
        self.choices: dict[int, Node] = {}
        self.made = Made(INTERRUPTED)
        self.error: ZatsudanError | None = None

    @property
    def deltas(self) -> int:
        """How many deltas with text came so far: about as many as tokens."""
        return self._growing.deltas

    @property
    def times(self) -> tuple[float | None, float | None]:
        """When the first and the last text so far came, in seconds behind the request; None before any."""
        return self._since(self._growing.first), self._since(self._growing.last)

    def _since(self, then: float | None) -> float | None:
        return then - self.started if then is not None and self.started is not None else None

    @property
    def looping(self) -> Printable:
        """What helps against a loop that the reply is in; `` where it is in none."""
        return self._watch.remedy(near=self._link.is_near)

    async def run(self, on_delta: OnDelta, on_note: OnNote = lambda _: None) -> None:
        """Send the request and fold its chunks. Failures end in `error`, not as an exception.

        `on_note` gets what the person should know besides, a line each.
        Cancelling it stops the reply; what came is recorded in any case.
        """
        ended = INTERRUPTED
        try:
            await self._converse(on_delta, on_note)
            ended = FINISHED
        except ZatsudanError as error:
            from zatsudan.talk.blaming import offer_unset  # few requests are refused

            offer_unset(
                error,
                self._talk.session.settings,
                self._composing.parameters,
                self._link.repairs(self.model),
            )
            ended, self.error = FAILED, error
        finally:
            # Not in `except CancelledError`: whatever ends this, what came is kept.
            self.waiting = EMPTY
            self._record(ended)

    async def _converse(self, on_delta: OnDelta, on_note: OnNote) -> None:
        def wait(text: Printable) -> None:
            self.waiting = text

        def send(prepare: Prepare) -> AsyncGenerator[Chunk]:
            policy = self.policy if self.recorded is None else AS_IT_WAS
            return exchange(self._link, prepare, policy, on_note=on_note, on_wait=wait)

        prepare = partial(self._prepare, on_note)
        whole = False
        while not whole:
            chunks = self._without_phrases(send(prepare), send, on_note)
            try:
                async with aclosing(chunks):
                    whole = await self._read(chunks, on_delta, on_note)
            except StatusError as error:
                if not self.thought.asked_otherwise(error):
                    raise

    async def _read(
        self, chunks: AsyncGenerator[Chunk, None], on_delta: OnDelta, on_note: OnNote
    ) -> bool:
        """Fold chunks to their end; False where they were left for a request behind the thought so far."""

        def take(delta: Delta) -> None:
            self._take(delta)
            on_delta(delta)

        begun, told = False, Chunk()[1:]
        async for chunk in chunks:
            deltas: Iterable[Delta] = chunk.deltas
            if not begun:
                # The disk had the time of the request: no reply is seen to words that it does not hold.
                await self._talk.journal.synced()
                begun = bool(deltas)
            # Nearly all say the same beside their text.
            if chunk[1:] != told or any(delta.finish_reason for delta in deltas):
                told = chunk[1:]
                self._note(chunk)
            if self._prefix:
                deltas = self._opening.lead(deltas, self.request)
            await take_in(deltas, take, self.behind)
            if self.thought.wanted:
                client = await self._link.client()
                if not await self.thought.ended(client, chunk.id, self.request):
                    return False
                if self.thought.how:
                    on_note(self.thought.note())
        return True

    def _without_phrases(
        self, chunks: AsyncGenerator[Chunk], send: "Send", on_note: OnNote
    ) -> AsyncGenerator[Chunk]:
        """Return the chunks of a reply without the banned phrases, where the server does not see to it."""
        if not self._composing.parameters.get(BANNED) or self.recorded is not None:
            return chunks
        from zatsudan.talk.detours import Detours

        self._detours = Detours(
            self._link, self._composing, lambda: (self.model, self.deltas), send, on_note
        )
        return self._detours.chunks(chunks)

    async def _prepare(self, on_note: OnNote, _client: "Client") -> Sending:
        await client_for(self._talk, self._link)
        self.model = self._asked or await model_of(self._talk, self._link)
        if self.recorded is None:
            refused = self.started is not None  # that was the server's own count
            composed = await self._composing.next(
                self.model, self.thought, on_note, refused=refused
            )
            self.request, self.window, self._told = composed.body, composed.window, composed.told
            self._link.gauge(self._talk.session).window_start = self.window.start
            self._raw_prompt, self._left_out = composed.raw_tokens, self.window.left_out
        else:
            self.request, made = self.recorded
            self._told, self._left_out = made.request, made.left_out
            self.model = str(self.request["model"])
        if not self.thought.given or self.started is None:
            self.started = self._growing.saved_at = self._link.clock()
        tokens = self.window.tokens if self.window is not None else 0
        return Sending(self.request, self.model, tokens, self._raw_prompt)

    def _note(self, chunk: Chunk) -> None:
        """Keep what a chunk tells of the reply."""
        self._answered.add(chunk)
        if chunk.progress is not None:
            done, total, _ = chunk.progress
            self.waiting = say("reading {done:,} of {total:,} tokens", done=done, total=total)

    def _take(self, delta: Delta) -> None:
        if delta.index == 0:
            self._watch.add(delta.reasoning + delta.content)
        self._growing.add(delta, self._link.clock())
        if not (self.thought.over or self._prefix or delta.index):
            self.thought.add(delta)

    def _facts(self, ended: str) -> Made:
        server, detours = self._link.server, self._detours
        first, last = self.times
        made = Made(
            ended=ended,
            error=str(self.error or ""),
            model=self.model,
            server=server.name if server is not None else "",
            parameters=parameters_of(self.request, self._told, self._composing.parameters),
            first=first,
            last=last,
            seconds=self._since(self._link.clock()) or 0.0,
            left_out=self._left_out,
            given=len(self._prefix),
            request={
                **self._told,
                **self.thought.facts(),
                **(detours.facts() if detours is not None else {}),
            },
        )
        return self._answered.onto(made, alone=len(self._growing.by_index) < 2)

    def _record(self, ended: str) -> None:
        self.choices, self.made = self._growing.record(
            self._facts(ended), self._counted(), self.started or 0.0
        )
        self.nodes = list(self.choices.values())
        begin = self._talk.session.begin
        if self.nodes and begin == Begin(self.begun):
            self._talk.record(Begin("").to_json())  # it was for one reply

    def _counted(self) -> dict[int, Usage]:
        """Return the server's counts, learning from them; or an estimate of all where it sends none."""
        raw = self._growing.raw_tokens
        each = self._growing.by_index
        # Of requests that were left nobody tells the count.
        left = self._detours is not None and self._detours.count
        told = self._answered.counting.by_choice(each) if not left else None
        if told is not None:
            exact = sum(usage.prompt + usage.completion for usage in told.values())
            self._link.measured(self._raw_prompt + raw, exact)
            return told
        if self.window is None or not raw:
            return {}
        ratio = self._link.gauge(self._talk.session).estimator.ratio
        given = raw_count(self._prefix)  # it stands at the begin of what came, and was sent
        prompt = self.window.tokens + round(given * ratio)
        return estimated(each, prompt, raw - given * len(self._opening.begun), ratio)
