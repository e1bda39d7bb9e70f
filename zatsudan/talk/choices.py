"""The choices of one request: replies that grow by deltas, and how they come into the journal."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from zatsudan.sessions.estimate import raw_count
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.sessions.records import message_record
from zatsudan.sessions.session import Node
from zatsudan.talk.talk import Talk
from zatsudan.wire import bounds
from zatsudan.wire.messages import Message, Usage
from zatsudan.wire.protocol import Delta
from zatsudan.wire.reply import Reply
from zatsudan.wire.thinking import THOUGHT

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject

#: How a request is recorded that gave a text which was a part of a thought: so many characters of that.
GIVEN_THOUGHT = "given_thought"
#: The journal gets the text of a growing reply at least so often, in seconds.
JOURNAL_SECONDS = 0.8


class _Times:
    """When the first and the last text of a choice came, and its finish_reason."""

    def __init__(self) -> None:
        self.first: float | None = None
        self.last: float | None = None
        self.end: float | None = None


class Choices:
    """The replies to one message, by their index: kept in the journal while they come, and at the end."""

    def __init__(self, talk: Talk, parent: str, facts: Callable[[], Made]) -> None:
        """`parent`: the id of the message; `facts`: how the replies are made, as far as it is known."""
        self._talk = talk
        self._parent = parent
        self._facts = facts
        self._replies: dict[int, Reply] = {}
        self._ids: dict[int, str] = {}
        self._unsaved: dict[int, list[Delta]] = {}
        self._unsaved_size = 0
        self._times: dict[int, _Times] = {}
        self._turned: set[int] = set()  # those of which what came first was a thought
        #: When the first and the last text of any choice came, by the link's clock.
        self.first: float | None = None
        self.last: float | None = None
        #: When the journal last got text, by the link's clock.
        self.saved_at = 0.0

    @property
    def deltas(self) -> int:
        """How many deltas with text came so far."""
        return sum(reply.deltas for reply in self._replies.values())

    @property
    def by_index(self) -> dict[int, int]:
        """How many deltas with text came of each choice."""
        return {index: reply.deltas for index, reply in self._replies.items()}

    @property
    def raw_tokens(self) -> float:
        """How many tokens came so far, estimated from the characters."""
        return sum(raw_count(reply.content + reply.reasoning) for reply in self._replies.values())

    def add(self, delta: Delta, now: float) -> None:
        """Fold a delta, which came `now`, and journal what is due."""
        index = delta.index
        reply = self._replies.get(index)
        if reply is None:
            reply = self._replies[index] = Reply()
            self._times[index] = _Times()
        if delta.before and self._unsaved.get(index):
            self._save(now)  # what is told so comes first of what is recorded next
        if delta.before == THOUGHT:
            self._turned.add(index)
        reply.add(delta)
        size = len(delta.content) + len(delta.reasoning)
        times = self._times[index]
        if size:
            times.first = now if times.first is None else times.first
            times.last = self.last = now
            self.first = now if self.first is None else self.first
        if delta.finish_reason:
            times.end = now
        if not size:
            return
        self._unsaved.setdefault(delta.index, []).append(delta)
        self._unsaved_size += size
        due = now - self.saved_at >= JOURNAL_SECONDS or self._unsaved_size > bounds.UNSAVED
        if due or delta.index not in self._ids:
            self._save(now)

    def _save(self, now: float) -> None:
        """Append the text that the journal has not seen: a crash loses a second at most."""
        talk = self._talk
        self.saved_at = now
        for index, deltas in self._unsaved.items():
            record: JsonObject = {"type": "delta"}
            if index not in self._ids:
                self._ids[index] = talk.session.next_id()
                record["parent"] = self._parent
                record["at"] = talk.now()
                record["made"] = self._facts().to_json()
            record["id"] = self._ids[index]
            record["content"] = "".join([delta.content for delta in deltas])
            reasoning = "".join([delta.reasoning for delta in deltas])
            if reasoning:
                record["reasoning"] = reasoning
            if deltas[0].before:
                record["before"] = deltas[0].before
            talk.record(record)
        self._unsaved.clear()
        self._unsaved_size = 0

    def record(
        self, facts: Made, usage: Mapping[int, Usage], began: float
    ) -> tuple[dict[int, Node], Made]:
        """Record the replies whole; return their nodes in order, and how the first was made.

        `usage`: what was counted, by choice; `began`: when the request went out.
        """
        nodes: dict[int, Node] = {}
        first = facts
        kept = [
            index
            for index, reply in self._replies.items()
            if not reply.is_empty
            or index in self._ids
            or (facts.ended == FINISHED and reply.finish_reason)
        ]
        counted = {index: usage[index] for index in kept if index in usage}
        for index in set(usage) - set(counted) if kept else ():  # of one that brought nothing
            here = counted.get(min(kept))
            counted[min(kept)] = usage[index] if here is None else here.plus(usage[index])
        # The first choice last, so that the head ends on it.
        for index in sorted(kept, reverse=True):
            reply = self._replies[index]
            times = self._times[index]
            ended = times.end if len(kept) > 1 and times.end is not None else None
            first = facts._replace(
                first=times.first - began if times.first is not None else None,
                last=times.last - began if times.last is not None else None,
                seconds=ended - began if ended is not None else facts.seconds,
                finish_reason=reply.finish_reason,
                reasoning=reply.reasoning,
                logprobs=reply.logprobs,
                beside=reply.beside,
                usage=counted.get(index),
            )
            if index in self._turned and facts.given:  # the reply went on from a part of a thought
                request = {**facts.request, GIVEN_THOUGHT: facts.given}
                first = first._replace(given=0, request=request)
            node_id = self._ids.get(index) or self._talk.session.next_id()
            # Beside calls the API writes no text as null; some servers refuse an empty one.
            content = reply.content if reply.content.strip() or not reply.calls else None
            message = Message("assistant", content, reply.calls)
            self._talk.record(
                message_record(node_id, self._parent, message, self._talk.now(), first)
            )
            nodes[index] = self._talk.session.nodes[node_id]
        self._talk.journal.sync()
        return dict(sorted(nodes.items())), first
