"""Chat: a session, its journal and a server, and the turns between them.

Knows nothing of a screen: a turn reports its deltas to a function, and what
came of it stands in the turn afterwards, however it ended.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan import store
from zatsudan.config import Config
from zatsudan.connect import Server
from zatsudan.core.errors import CommandError, StoreError, ZatsudanError
from zatsudan.core.messages import Json, JsonObject, Message, Usage
from zatsudan.core.models import Model, choose_model
from zatsudan.core.protocol import Chunk, Delta, build_request
from zatsudan.core.reply import Reply
from zatsudan.core.session import (
    FAILED,
    FINISHED,
    INTERRUPTED,
    Made,
    Node,
    Session,
    apply,
    message_record,
    recovery,
)
from zatsudan.core.tokens import PER_MESSAGE, Estimator, raw_count
from zatsudan.core.window import Window, choose

if TYPE_CHECKING:
    from zatsudan.client import Client

#: The journal gets the text of a growing reply at least so often, in seconds.
JOURNAL_SECONDS = 0.8
#: Tokens kept free for the reply where max_tokens does not say.
REPLY_TOKENS = 1024

OnDelta = Callable[[Delta], None]


def utc_now() -> str:
    """Return the time in ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_session_id() -> str:
    """Return an id that sorts by time and is unique."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


@dataclass(slots=True)
class Chat:
    """One person's talk with one server at a time.

    `connect` makes a client; it is called when one is first needed, and again
    after a failure. `start` are the settings that each new session begins with.
    """

    config: Config
    sessions: Path | None
    connect: "Callable[[], Awaitable[Client]]"
    start: Callable[[], list[JsonObject]] = list
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], str] = utc_now
    new_id: Callable[[], str] = new_session_id
    session: Session = field(default_factory=Session)
    journal: store.Journal = field(default_factory=lambda: store.Journal(None))
    estimator: Estimator = field(default_factory=Estimator)
    models: list[Model] = field(default_factory=list)
    window_start: str | None = None
    _connecting: "asyncio.Task[Client] | None" = None

    # --- the session -----------------------------------------------------

    def record(self, record: JsonObject) -> None:
        """Change the session: the one way, for the live state and the journal."""
        apply(self.session, record)
        self.journal.append(record)

    def new(self) -> None:
        """Begin a new session with the settings that sessions begin with."""
        self.journal.close()
        session_id = self.new_id()
        path = self.sessions / f"{session_id}{store.SUFFIX}" if self.sessions is not None else None
        self.session, self.journal = Session(), store.Journal(path)
        self.window_start = None
        self.record(store.begin_record(session_id, self.now()))
        for record in self.start():
            self.record(record)

    def load(self, path: Path) -> store.Loaded:
        """Go on with a session from disk; raises StoreError and then leaves all as it was."""
        if path == self.journal.path:
            raise StoreError("This session is the one at hand.", "/show all shows it.")
        journal = store.Journal(path if self.sessions is not None else None)
        journal.take()
        try:
            loaded = store.load(path)
        except ZatsudanError:
            journal.close()
            raise
        self.journal.close()
        self.session, self.journal = loaded.session, journal
        self.window_start = None
        for record in recovery(self.session):
            self.record(record)
        self.estimator = Estimator()
        for node in self.session.replies():
            if (
                node.made is not None
                and node.made.usage is not None
                and not node.made.usage.estimated
            ):
                text = node.message.text + node.made.reasoning
                self.estimator = self.estimator.learn(raw_count(text), node.made.usage.completion)
        return loaded

    # --- the server ------------------------------------------------------

    async def client(self) -> "Client":
        """Return the client, connecting first where that has not been done; raises ZatsudanError."""
        if self._connecting is None or (
            self._connecting.done()
            and (self._connecting.cancelled() or self._connecting.exception())
        ):
            self._connecting = asyncio.ensure_future(self.connect())
        return await asyncio.shield(self._connecting)

    @property
    def server(self) -> Server | None:
        """The server that we are connected to, or None while we are not."""
        task = self._connecting
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result().server

    async def fetch_models(self) -> list[Model]:
        """Ask the server for its models; raises ApiError."""
        client = await self.client()
        self.models = await client.models()
        return self.models

    async def model(self) -> str:
        """Return the model to ask, choosing one if none is named yet; raises ZatsudanError."""
        client = await self.client()
        if not self.session.model:
            name = client.server.model
            if not name:
                chosen = choose_model(await self.fetch_models())
                if chosen is None:
                    raise CommandError("The server names no model.", "Choose one with /model NAME.")
                name = chosen.id
            self.use_model(name, client.server)
        return self.session.model

    def use_model(self, name: str, server: Server | None) -> None:
        """Ask this model from now on."""
        self.record({"type": "model", "model": name, "server": server.name if server else ""})

    @property
    def context_length(self) -> int:
        """Tokens that the model takes; 0 where nobody says."""
        if self.server is not None and self.server.context_length:
            return self.server.context_length
        return next(
            (model.context_length for model in self.models if model.id == self.session.model), 0
        )

    # --- the window ------------------------------------------------------

    def window(self, last: str | None = None) -> Window:
        """Return what would be sent of the path to `last`; raises TooLong."""
        length, budget = self.context_length, None
        if length:
            parameters = self.session.parameters
            wanted = parameters.get("max_completion_tokens", parameters.get("max_tokens"))
            reply = wanted if isinstance(wanted, int) else min(REPLY_TOKENS, length // 4)
            budget = max(length - reply, length // 8)
        return choose(
            self.session.path(last),
            self.session.system,
            self.session.pinned,
            budget=budget,
            count=self.estimator.count,
            start=self.window_start,
        )

    # --- turns -----------------------------------------------------------

    def say(self, text: str) -> Node:
        """Add a user message after the head, on disk before anything else happens.

        An unanswered message at the head (its turn failed) gives way: the new
        one becomes its sibling, so that no two user messages follow each other.
        """
        session = self.session
        parent = session.head
        head = session.nodes.get(parent) if parent is not None else None
        if head is not None and head.message.role == "user":
            if head.message.content == text:
                return head
            parent = head.parent
        node_id = session.next_id()
        self.record(message_record(node_id, parent, Message("user", text), self.now()))
        self.journal.sync()
        return session.nodes[node_id]

    def last_user(self) -> Node | None:
        """Return the last user message of the path."""
        return next(
            (node for node in reversed(self.session.path()) if node.message.role == "user"), None
        )

    def turn(self, parent: Node, overrides: Mapping[str, Json] | None = None) -> "Turn":
        """Return a turn that answers `parent`, with other parameters for this once."""
        return Turn(self, parent, {**self.session.parameters, **(overrides or {})})

    def usage(self) -> dict[str, Usage]:
        """Return the tokens of the whole session by model, every variant counted."""
        totals: dict[str, Usage] = {}
        for node in self.session.replies():
            if node.made is not None and node.made.usage is not None:
                totals[node.made.model] = totals.get(node.made.model, Usage()) + node.made.usage
        return totals

    async def aclose(self) -> None:
        """Close the journal and the connection."""
        self.journal.close()
        task = self._connecting
        if task is not None and not task.done():
            task.cancel()
        elif task is not None and not task.cancelled() and task.exception() is None:
            await task.result().aclose()


class Turn:
    """One request and what came of it.

    After `run`, or when it was cancelled: `nodes` are the replies by choice,
    `made` how the first was made, `error` what went wrong if something did.
    """

    def __init__(self, chat: Chat, parent: Node, parameters: Mapping[str, Json]) -> None:
        self._chat = chat
        self._parent = parent
        self._parameters = dict(parameters)
        self._replies: dict[int, Reply] = {}
        self._ids: dict[int, str] = {}
        self._unsaved: dict[int, list[Delta]] = {}
        self._saved_at = 0.0
        self._chunk = Chunk()
        self._usage: Usage | None = None
        self._raw_prompt = 0.0
        self._recorded = False
        self.window: Window | None = None
        self.request: JsonObject = {}
        self.model = ""
        self.started: float | None = None
        self.first: float | None = None
        self.nodes: list[Node] = []
        self.made = Made(INTERRUPTED)
        self.error: ZatsudanError | None = None

    @property
    def deltas(self) -> int:
        """How many deltas with text came so far: about as many as tokens."""
        return sum(reply.deltas for reply in self._replies.values())

    async def run(self, on_delta: OnDelta) -> None:
        """Send the request and fold its chunks. Failures end in `error`, not as an exception.

        Cancelling it stops the reply; what came is recorded in any case.
        """
        ended = INTERRUPTED
        try:
            await self._stream(on_delta)
            ended = FINISHED
        except ZatsudanError as error:
            ended, self.error = FAILED, error
        finally:
            # Not in `except CancelledError`: whatever ends this, what came is kept.
            self._record(ended)

    async def _stream(self, on_delta: OnDelta) -> None:
        chat = self._chat
        client = await chat.client()
        self.model = await chat.model()
        self.window = chat.window(self._parent.id)
        chat.window_start = self.window.start
        self._raw_prompt = sum(
            raw_count(message.text) + PER_MESSAGE for message in self.window.messages
        )
        self.request = build_request(self.model, self.window.messages, self._parameters)
        self.started = self._saved_at = chat.clock()
        async with aclosing(client.stream(self.request)) as chunks:
            async for chunk in chunks:
                self._fold(chunk, on_delta)

    def _fold(self, chunk: Chunk, on_delta: OnDelta) -> None:
        self._usage = chunk.usage or self._usage
        if chunk.model or chunk.fingerprint:
            self._chunk = chunk
        for delta in chunk.deltas:
            self._replies.setdefault(delta.index, Reply()).add(delta)
            if delta.content or delta.reasoning:
                now = self._chat.clock()
                if self.first is None and self.started is not None:
                    self.first = now - self.started
                self._unsaved.setdefault(delta.index, []).append(delta)
                if now - self._saved_at >= JOURNAL_SECONDS or delta.index not in self._ids:
                    self._save(now)
            on_delta(delta)

    def _save(self, now: float) -> None:
        """Append the text that the journal has not seen: a crash loses a second at most."""
        chat = self._chat
        self._saved_at = now
        for index, deltas in self._unsaved.items():
            record: JsonObject = {"type": "delta"}
            if index not in self._ids:
                self._ids[index] = chat.session.next_id()
                record["parent"] = self._parent.id
                record["at"] = chat.now()
                record["made"] = self._facts(INTERRUPTED).to_json()
            record["id"] = self._ids[index]
            record["content"] = "".join(delta.content for delta in deltas)
            reasoning = "".join(delta.reasoning for delta in deltas)
            if reasoning:
                record["reasoning"] = reasoning
            chat.record(record)
        self._unsaved.clear()

    def _facts(self, ended: str) -> Made:
        chat = self._chat
        return Made(
            ended=ended,
            error=str(self.error or ""),
            model=self._chunk.model or self.model,
            server=chat.server.name if chat.server is not None else "",
            parameters=self._parameters,
            first=self.first,
            seconds=chat.clock() - self.started if self.started is not None else 0.0,
            fingerprint=self._chunk.fingerprint,
            left_out=self.window.left_out if self.window is not None else 0,
        )

    def _record(self, ended: str) -> None:
        if self._recorded:
            return
        self._recorded = True
        facts = self._facts(ended)
        usage = self._counted()
        made: dict[int, Made] = {}
        kept = [
            index
            for index, reply in self._replies.items()
            if not reply.is_empty or (ended == FINISHED and reply.finish_reason)
        ]
        # The first choice last, so that the head ends on it.
        for index in sorted(kept, reverse=True):
            reply = self._replies[index]
            made[index] = replace(
                facts,
                finish_reason=reply.finish_reason,
                reasoning=reply.reasoning,
                logprobs=tuple(reply.logprobs),
                # The server counts all choices together: they stand once.
                usage=usage if index == min(kept) else None,
            )
            node_id = self._ids.get(index) or self._chat.session.next_id()
            message = Message("assistant", reply.content, reply.calls)
            self._chat.record(
                message_record(node_id, self._parent.id, message, self._chat.now(), made[index])
            )
            self.nodes.insert(0, self._chat.session.nodes[node_id])
        self.made = made[min(made)] if made else facts
        self._chat.journal.sync()

    def _counted(self) -> Usage | None:
        """Return the server's count, learning from it; or an estimate where it sends none."""
        chat = self._chat
        raw = sum(raw_count(reply.content + reply.reasoning) for reply in self._replies.values())
        if self._usage is not None:
            chat.estimator = chat.estimator.learn(
                self._raw_prompt + raw, self._usage.prompt + self._usage.completion
            )
            return self._usage
        if self.window is None or not raw:
            return None
        prompt, completion = self.window.tokens, round(raw * chat.estimator.ratio)
        return Usage(prompt, completion, estimated=True)
