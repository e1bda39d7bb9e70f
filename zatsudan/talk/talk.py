"""The talk: the session at hand, its journal, and the one way in which both change."""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base.errors import StoreError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.config.settings import Config
from zatsudan.sessions import journal as store
from zatsudan.sessions.byhand import ByHand
from zatsudan.sessions.records import apply, message_record, recovery
from zatsudan.sessions.session import Node, Session
from zatsudan.wire.messages import Message, Usage

if TYPE_CHECKING:
    from zatsudan.talk.attachments import Mention
    from zatsudan.talk.entered import Entered


def utc_now() -> str:
    """Return the time in ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_session_id() -> str:
    """Return an id that sorts by time and is unique."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.urandom(3).hex()}"


class Talk:
    """A session that is held. `folder` is where journals are kept, None to keep none.

    `start` returns the records of the settings that each new session begins with; `config`
    holds those that belong to a model.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        start: Callable[[], list[JsonObject]] = list,
        now: Callable[[], str] = utc_now,
        new_id: Callable[[], str] = new_session_id,
        config: Config | None = None,
    ) -> None:
        self.folder = folder
        self._config = config or Config()
        self.start = start
        self.now = now
        self.new_id = new_id
        self.session = Session()
        self.journal = store.Journal(None)
        #: Whether the session began here and now, and was not read from disk.
        self.fresh = True
        #: What requests of this process took that are no part of a talk, by session and model.
        self._aside: dict[tuple[str, str], tuple[int, Usage]] = {}
        #: What messages of this process attach, by session and message.
        self._attached: dict[tuple[str, str], tuple[Mention, ...]] = {}

    def record(self, record: JsonObject) -> None:
        """Change the session: the one way, for the live state and the journal."""
        apply(self.session, record)
        self.journal.append(record)

    def new(self) -> None:
        """Begin a new session with the settings that sessions begin with."""
        self.begin()
        for record in self.start():
            self.record(record)
        self._settle(self.session.model)

    def begin(self) -> None:
        """Begin an empty session; the one before is closed."""
        self.journal.close()
        session_id = self.new_id()
        path = self.folder / f"{session_id}{store.SUFFIX}" if self.folder is not None else None
        self.session, self.journal, self.fresh = Session(), store.Journal(path), True
        self.record(store.begin_record(session_id, self.now()))

    async def load(self, path: Path) -> store.Loaded:
        """Go on with a session from disk; raises StoreError and then leaves all as it was.

        It is read in a thread: keys are answered meanwhile.
        """
        if path == self.journal.path:
            raise StoreError(say("This session is the one at hand."), say("/show all shows it."))
        journal = store.Journal(path if self.folder is not None else None)
        journal.take()
        try:
            loaded = await asyncio.to_thread(store.load, path)
        except BaseException:
            journal.close()
            raise
        self.journal.close()
        self.session, self.journal, self.fresh = loaded.session, journal, False
        for record in recovery(self.session):
            self.record(record)
        return loaded

    def use_model(self, name: str, server: str) -> None:
        """Ask this model of the server of that name from now on, with the settings that belong to it."""
        self.record({"type": "model", "model": name, "server": server})
        self._settle(name)

    def _settle(self, model: str) -> None:
        """Let the settings be those that the config has for a model, where nothing stands over them."""
        for record in self.of_model(self.session, model):
            self.record(record)

    def of_model(self, session: Session, model: str) -> list[JsonObject]:
        """Return the records of what changes in a session's settings where this model is asked."""
        if not self._config.models and all(
            setting.origin != "model" for setting in session.settings.values()
        ):
            return []
        from zatsudan.talk.layers import changes

        return [
            {"type": "unset", "name": name}
            if setting is None
            else {"type": "set", "name": name, "value": setting.value, "origin": setting.origin}
            for name, setting in changes(session.settings, self._config, model).items()
        ]

    def say(self, content: Json, attached: "Sequence[Mention]" = ()) -> Node:
        """Add a user message after the head, written before anything else happens.

        `attached` is what the person has put into it.
        The disk holds it before anything of the reply is shown (`journal.synced`).

        An unanswered message at the head (its turn failed) gives way: the new
        one becomes its sibling, so that no two user messages follow each other. One that was
        added by hand, or is not sent, stays.
        """
        session = self.session
        parent = session.head
        head = session.nodes.get(parent) if parent is not None else None
        gives_way = head is not None and head.by_hand is None and head.id not in session.withheld
        if head is not None and head.message.role == "user" and gives_way:
            if head.message.content == content:
                self._attached.setdefault((session.id, head.id), tuple(attached))
                return head
            parent = head.parent
        node_id = session.next_id()
        self.record(message_record(node_id, parent, Message("user", content), self.now()))
        self.journal.sync()
        self._attached[session.id, node_id] = tuple(attached)
        return session.nodes[node_id]

    def add(self, message: Message, parent: str | None, source: str = "") -> Node:
        """Add a message that was written by hand below `parent`; `source` is the one that it replaces."""
        node_id = self.session.next_id()
        by_hand = ByHand(source)
        self.record(message_record(node_id, parent, message, self.now(), by_hand=by_hand))
        self.journal.sync()
        return self.session.nodes[node_id]

    def given_back(self, node: Node) -> "Entered":
        """Return a message's words for the input line, with what the person attached to it here."""
        from zatsudan.talk.entered import given_back

        return given_back(node.message.content, self._attached.get((self.session.id, node.id), ()))

    def last_user(self) -> Node | None:
        """Return the last user message of the path that is sent."""
        session = self.session
        return next(
            (
                node
                for node in reversed(session.path())
                if node.message.role == "user" and node.id not in session.withheld
            ),
            None,
        )

    def usage(self) -> dict[str, Usage]:
        """Return the tokens of the whole session by model, every variant counted."""
        totals: dict[str, Usage] = {}
        for node in self.session.replies():
            if node.made is not None and node.made.usage is not None:
                totals[node.made.model] = totals.get(node.made.model, Usage()).plus(node.made.usage)
        return totals

    def spend_aside(self, model: str, usage: Usage | None, requests: int = 1) -> None:
        """Count requests that are no part of the talk: a test, a repetition, a title."""
        count, total = self._aside.get((self.session.id, model), (0, Usage()))
        total = total.plus(usage) if usage is not None else total
        self._aside[self.session.id, model] = count + requests, total

    def aside(self) -> dict[str, tuple[int, Usage]]:
        """Return the requests beside this session's talk since the start, and their tokens, by model."""
        return {
            model: found
            for (session, model), found in self._aside.items()
            if session == self.session.id
        }

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()
