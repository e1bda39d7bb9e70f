"""Chat: a session, its journal and a server, and the turns between them.

Knows nothing of a screen: a turn reports its deltas to a function, and what
came of it stands in the turn afterwards, however it ended.
"""

import asyncio
import copy
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan import store
from zatsudan.catalogue import Catalogue
from zatsudan.config import Config
from zatsudan.connect import Server
from zatsudan.core.errors import CommandError, ConnectionFailed, StoreError, ZatsudanError
from zatsudan.core.language import say
from zatsudan.core.messages import Json, JsonObject, Message, Usage
from zatsudan.core.models import Model, choose_model
from zatsudan.core.parameters import LIMITS
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import build_request
from zatsudan.core.records import apply, message_record, recovery
from zatsudan.core.refusals import SHRINK, Repair, mended
from zatsudan.core.session import Node, Session
from zatsudan.core.tokens import Estimator, raw_count
from zatsudan.core.window import Window, choose
from zatsudan.findings import Findings
from zatsudan.learned import Learned
from zatsudan.presets import Presets
from zatsudan.servers.kinds import kind_of, renames

if TYPE_CHECKING:
    from zatsudan.client import Client
    from zatsudan.core.attachments import Mention
    from zatsudan.core.entered import Entered
    from zatsudan.discovery import Finder
    from zatsudan.turn import Turn


async def _nowhere(profile: str) -> "Client":
    raise CommandError(say("The server of {profile} cannot be reached from here.", profile=profile))


#: Tokens kept free for the reply where max_tokens does not say.
REPLY_TOKENS = 1024


def utc_now() -> str:
    """Return the time in ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_session_id() -> str:
    """Return an id that sorts by time and is unique."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


class Chat:
    """One person's talk with one server at a time.

    `connect` makes a client; it is called when one is first needed, and again
    after a failure or when `alive` says that the server has ended. `start` are the settings that each new session begins with.
    `reach` makes a client for the server of a profile, beside the talk's own. With a `finder`
    the person can choose another server while the talk goes on.
    """

    def __init__(
        self,
        config: Config,
        sessions: Path | None,
        connect: "Callable[[], Awaitable[Client]]",
        *,
        start: Callable[[], list[JsonObject]] = list,
        alive: Callable[[], bool] = lambda: True,
        reach: "Callable[[str], Awaitable[Client]]" = _nowhere,
        finder: "Finder | None" = None,
        learned: Learned | None = None,
        findings: Findings | None = None,
        catalogue: Catalogue | None = None,
        presets: Presets | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], str] = utc_now,
        new_id: Callable[[], str] = new_session_id,
    ) -> None:
        self.config = config
        self.sessions = sessions
        self.connect = connect
        self.start = start
        self.alive = alive
        self.reach = reach
        self.finder = finder
        self.learned = learned or Learned(None)
        self.findings = findings or Findings(None)
        self.catalogue = catalogue or Catalogue(None)
        self.presets = presets or Presets(None)
        self.clock = clock
        self.sleep = sleep
        self.now = now
        self.new_id = new_id
        self.session = Session()
        self.journal = store.Journal(None)
        self.estimator = Estimator()
        self.models: list[Model] = []
        self.window_start: str | None = None
        #: Whether the talk began here and now, and was not read from disk.
        self.fresh = True
        self._connecting: asyncio.Task[Client] | None = None
        #: What messages of this process attach, by session and message.
        self._attached: dict[tuple[str, str], tuple[Mention, ...]] = {}

    # --- the session -----------------------------------------------------

    def record(self, record: JsonObject) -> None:
        """Change the session: the one way, for the live state and the journal."""
        apply(self.session, record)
        self.journal.append(record)

    def new(self) -> None:
        """Begin a new session with the settings that sessions begin with."""
        self.begin()
        for record in self.start():
            self.record(record)

    def begin(self) -> None:
        """Begin an empty session; the one before is closed."""
        self.journal.close()
        session_id = self.new_id()
        path = self.sessions / f"{session_id}{store.SUFFIX}" if self.sessions is not None else None
        self.session, self.journal = Session(), store.Journal(path)
        self.window_start, self.fresh = None, True
        self.record(store.begin_record(session_id, self.now()))

    def load(self, path: Path) -> store.Loaded:
        """Go on with a session from disk; raises StoreError and then leaves all as it was."""
        if path == self.journal.path:
            raise StoreError(say("This session is the one at hand."), say("/show all shows it."))
        journal = store.Journal(path if self.sessions is not None else None)
        journal.take()
        try:
            loaded = store.load(path)
        except ZatsudanError:
            journal.close()
            raise
        self.journal.close()
        self.session, self.journal = loaded.session, journal
        self.window_start, self.fresh = None, False
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
        """Return the client, connecting first where that has not been done; raises ZatsudanError.

        What sends a part of the talk asks for it here: an earlier talk is not sent to a
        server that was only found on this machine before the person agrees to that.
        """
        client = await self.reached()
        if self.is_new_to(client.server):
            raise self.not_agreed(client.server)
        return client

    def is_new_to(self, server: Server) -> bool:
        """Tell whether an earlier talk would go to a server that nobody named, and that has none of it."""
        if not server.found or server.name == self.session.server or not self.is_earlier:
            return False
        return all(
            node.made is None or node.made.server != server.name for node in self.session.replies()
        )

    @property
    def is_earlier(self) -> bool:
        """Does the session hold more than words that were typed here and sent nowhere yet?"""
        return not self.fresh or any(
            node.message.role == "assistant" for node in self.session.nodes.values()
        )

    def not_agreed(self, server: Server) -> ConnectionFailed:
        """Return the error for a talk that is not sent to a server which was only found."""
        place = server.base_url.removesuffix("/v1")
        return ConnectionFailed(
            say(
                "An earlier talk is not sent unasked to {name}, which was found at {url}.",
                name=one_line(server.name, 40),
                url=place,
            ),
            say(
                "In the chat a message or /retry asks first; --base-url {url} names it.", url=place
            ),
        )

    async def agree(self) -> None:
        """Let the talk go to the server at hand from now on: the person said so."""
        name, server = await self.model(), (await self.reached()).server
        self.record({"type": "model", "model": name, "server": server.name})

    async def reached(self) -> "Client":
        """Return the client to ask about the server itself; raises ZatsudanError."""
        task = self._connecting
        if task is not None and task.done():
            if task.cancelled() or task.exception() is not None:
                task = None
            elif not self.alive():
                await task.result().aclose()
                task = None
        if task is None:
            task = self._connecting = asyncio.ensure_future(self.connect())
        return await asyncio.shield(task)

    def beside(self, client: "Client") -> "Chat":
        """Return the same talk at another server: what is shared, and what is not, says elsewhere.py."""

        async def connected() -> "Client":
            return client

        there = copy.copy(self)
        there.connect, there.alive, there._connecting = connected, lambda: True, None
        there.models = self.catalogue.of(client.server.base_url)
        there.estimator, there.window_start = Estimator(), None
        return there

    async def disconnect(self) -> None:
        """Leave the server: who needs one next connects anew."""
        task, self._connecting, self.models = self._connecting, None, []
        if task is not None and not task.done():
            task.cancel()
        elif task is not None and not task.cancelled() and task.exception() is None:
            await task.result().aclose()

    @property
    def connecting(self) -> bool:
        """Is a connection being made, or still to be made?"""
        return self._connecting is None or not self._connecting.done()

    @property
    def server(self) -> Server | None:
        """The server that we are connected to, or None while we are not."""
        task = self._connecting
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result().server

    async def fetch_models(self) -> list[Model]:
        """Ask the server for its models; raises ApiError."""
        client = await self.reached()
        self.models = await client.models()
        self.catalogue.keep(client.server.base_url, self.models)
        return self.models

    async def model(self) -> str:
        """Return the model to ask, choosing one if none is named yet; raises ZatsudanError.

        A session that was held at another server goes on with this one's model; that is
        recorded when it may.
        """
        server = (await self.reached()).server
        if not self.session.model or self.session.server not in ("", server.name):
            name = server.model
            if not name:
                chosen = choose_model(await self.fetch_models())
                if chosen is None:
                    raise CommandError(
                        say("The server names no model."), say("Choose one with /model NAME.")
                    )
                name = chosen.id
            if self.is_new_to(server):
                return name
            self.use_model(name, server)
        return self.session.model

    def use_model(self, name: str, server: Server | None) -> None:
        """Ask this model from now on. A server that is not agreed to is not recorded."""
        if server is not None and self.is_new_to(server):
            server = None
        self.record({"type": "model", "model": name, "server": server.name if server else ""})

    def repairs(self, model: str = "") -> tuple[Repair, ...]:
        """Return what a request to this server and a model needs: known names, and what was learned."""
        server = self.server
        if server is None:
            return ()
        known = renames(kind_of(server.name, server.base_url))
        return (*known, *self.learned.of(server.name, model or self.session.model))

    @property
    def context_length(self) -> int:
        """Tokens that the session's model takes; 0 where nobody says."""
        return self.length_of(self.session.model)

    def length_of(self, model: str) -> int:
        """Return the tokens that a model of this server takes; 0 where nobody says."""
        server = self.server
        learned = self.learned.of(server.name, model) if server is not None else ()
        told = [int(repair.value) for repair in learned if repair.kind == SHRINK and repair.value]
        if told:
            return min(told)
        if server is not None and server.context_length:
            return server.context_length
        return next((known.context_length for known in self.models if known.id == model), 0)

    # --- the window ------------------------------------------------------

    def window(self, last: str | None = None, reserve: int = 0, model: str = "") -> Window:
        """Return what would be sent of the path to `last`, `reserve` tokens kept free; raises TooLong."""
        length, budget = self.length_of(model or self.session.model), None
        if length:
            parameters = self.session.parameters
            wanted = next((parameters[name] for name in LIMITS if name in parameters), None)
            reply = wanted if isinstance(wanted, int) else min(REPLY_TOKENS, length // 4)
            budget = max(length - reply, length // 8) - reserve
        return choose(
            self.session.path(last),
            self.session.system,
            self.session.pinned,
            budget=budget,
            count=self.estimator.count,
            start=self.window_start,
            sent=self.sent_as,
        )

    def sent_as(self, node: Node) -> Message:
        """Return a message as this server wants it: with its reasoning where the profile says so."""
        name = self.server.reasoning if self.server is not None else ""
        if not name or node.made is None or not node.made.reasoning:
            return node.message
        return node.message.with_field(name, node.made.reasoning)

    def body(
        self, model: str, messages: Iterable[Message], parameters: Mapping[str, Json]
    ) -> JsonObject:
        """Return the body of a request, mended by what was learned of this server."""
        return mended(build_request(model, messages, parameters), self.repairs(model))

    def cost(self) -> float | None:
        """Return what the session has cost, by the profile's prices; None where one is not known."""
        prices = self.server.prices if self.server is not None else {}
        total = 0.0
        for model, usage in self.usage().items():
            price = prices.get(model)
            if price is None:
                return None
            total += price.of(usage.prompt, usage.completion, usage.cached)
        return total

    # --- turns -----------------------------------------------------------

    def say(self, content: Json, attached: "Sequence[Mention]" = ()) -> Node:
        """Add a user message after the head, written before anything else happens.

        `attached` is what the person has put into it.
        The disk holds it before anything of the reply is shown (`journal.synced`).

        An unanswered message at the head (its turn failed) gives way: the new
        one becomes its sibling, so that no two user messages follow each other.
        """
        session = self.session
        parent = session.head
        head = session.nodes.get(parent) if parent is not None else None
        if head is not None and head.message.role == "user":
            if head.message.content == content:
                self._attached.setdefault((session.id, head.id), tuple(attached))
                return head
            parent = head.parent
        node_id = session.next_id()
        self.record(message_record(node_id, parent, Message("user", content), self.now()))
        self.journal.sync()
        self._attached[session.id, node_id] = tuple(attached)
        return session.nodes[node_id]

    def given_back(self, node: Node) -> "Entered":
        """Return a message's words for the input line, with what the person attached to it here."""
        from zatsudan.core.entered import given_back

        return given_back(node.message.content, self._attached.get((self.session.id, node.id), ()))

    def last_user(self) -> Node | None:
        """Return the last user message of the path."""
        return next(
            (node for node in reversed(self.session.path()) if node.message.role == "user"), None
        )

    def turn(
        self,
        parent: Node,
        overrides: Mapping[str, Json] | None = None,
        prefix: str = "",
        logprobs: Sequence[Json] = (),
        *,
        asking: bool = False,
    ) -> "Turn":
        """Return a turn that answers `parent`, with other parameters for this once.

        With a `prefix` the reply goes on from that text, whose log probabilities may be known;
        `asking` in words, where the server takes no prefix.
        """
        from zatsudan.turn import Turn  # imported behind the prompt

        parameters = {**self.session.parameters, **(overrides or {})}
        return Turn(self, parent, parameters, prefix, logprobs, asking=asking)

    def again(self, reply: Node) -> "Turn":
        """Return a turn that sends the recorded request of a reply once more; raises CommandError."""
        from zatsudan.core.tokenview import entries_of
        from zatsudan.core.trace import traced
        from zatsudan.turn import Turn  # imported behind the prompt

        parent = self.session.nodes[reply.parent] if reply.parent is not None else None
        if parent is None or reply.made is None:
            raise CommandError(say("This message was not made by a request."), say("Name a reply."))
        body = traced(self.session, reply).body
        given = reply.message.text[: reply.made.given]
        known = entries_of(given, reply.made.logprobs)
        turn = Turn(self, parent, reply.made.parameters, given, known)
        turn.recorded = (body, reply.made)
        return turn

    def usage(self) -> dict[str, Usage]:
        """Return the tokens of the whole session by model, every variant counted."""
        totals: dict[str, Usage] = {}
        for node in self.session.replies():
            if node.made is not None and node.made.usage is not None:
                totals[node.made.model] = totals.get(node.made.model, Usage()).plus(node.made.usage)
        return totals

    async def aclose(self) -> None:
        """Close the journal and the connection."""
        self.journal.close()
        await self.disconnect()
