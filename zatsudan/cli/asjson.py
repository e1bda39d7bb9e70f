"""A reply as JSON for programs: one object, or a line for each delta and then the object."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from zatsudan.base.addresses import shown_url
from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.printable import printable_json
from zatsudan.cli.exits import kind_of
from zatsudan.commands.parts import Part, Talk
from zatsudan.sessions.made import FAILED, FINISHED, INTERRUPTED
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import Asked as Decided
from zatsudan.terminal.plain.dialogue import END
from zatsudan.terminal.plain.output import Output
from zatsudan.terminal.plain.terminal import PlainTerminal
from zatsudan.wire.protocol import Delta

if TYPE_CHECKING:
    from zatsudan.lab.making import OnDelta, OnEnd
    from zatsudan.lab.run import Run
    from zatsudan.sessions.calls import Waiting
    from zatsudan.talk.turn import Turn


class Asked(NamedTuple):
    """What came of one message: its replies, how it ended, and what went wrong."""

    nodes: Sequence[Node] = ()
    ended: str = INTERRUPTED
    error: ZatsudanError | None = None


class JsonTerminal(PlainTerminal):
    """Keeps what comes, for the object at the end; `stream`: writes each delta as it comes too."""

    stream = False
    _asked = Asked()

    def write(self, value: JsonObject) -> None:
        """Write a JSON object as one line."""
        self.output.write(printable_json(value, self.encoding) + END)

    def result(self, chat: Chat) -> JsonObject:
        """Return the object that stands for what came."""
        if self.failure is not None and self._asked.error is None:
            self._asked = Asked(self._asked.nodes, FAILED, self.failure)
        return as_object(chat, self._asked)

    def show(self, parts: Sequence[Part]) -> None:
        super().show([part for part in parts if not isinstance(part, Talk)])

    async def confirm(self, asked: Decided) -> bool | None:
        """Ask about files alone: no object is made of what a command answers."""
        return False if asked.act is not None else await super().confirm(asked)

    def begin(self, turn: "Turn") -> Callable[[Delta], None]:
        del turn
        return lambda delta: self._add(delta.index, delta)

    def end(self, turn: "Turn") -> None:
        self._judge(turn)
        self._asked = Asked(turn.nodes, turn.made.ended, turn.error)

    def calls(self, waits: "Waiting") -> None:
        """Where some calls were answered and others wait, the reply that made them is what there is."""
        super().calls(waits)
        if not self._asked.nodes:
            self._asked = Asked((waits.node,), FINISHED)

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        del run
        return self._add, lambda _: None

    def end_run(self, run: "Run") -> None:
        super().end_run(run)
        nodes = [slot.node for slot in run.slots if slot.node is not None]
        error = next((slot.error for slot in run.slots if slot.error is not None), None)
        well = all(slot.went_well for slot in run.slots)
        self._asked = Asked(nodes, FINISHED if well else FAILED if error else INTERRUPTED, error)

    def _add(self, number: int, delta: Delta) -> None:
        value = delta_object(delta)
        if value and self.stream:
            self.write({"index": number, "delta": value})


def delta_object(delta: Delta) -> JsonObject:
    """Return what a delta adds, under the wire's names; empty if that is nothing."""
    value: JsonObject = {"content": delta.content} if delta.content else {}
    if delta.reasoning:
        value["reasoning"] = delta.reasoning
    if delta.before:  # what all that came before was: a `thought`, or `text` that comes anew
        value["before"] = delta.before
    return {**value, **dict(delta.extra), **dict(delta.beside)}


def as_object(chat: Chat | None, asked: Asked) -> JsonObject:
    """Return what --json prints: every key is always there, null where there is nothing to say.

    `given` is how many characters at its start a person wrote, or an earlier reply. `seconds`
    are those to the end of the reply, `first_seconds` those to its first token.
    Without a `chat` nothing was sent.
    """
    node = asked.nodes[0] if asked.nodes else None
    made = node.made if node is not None else None
    server = chat.link.server if chat is not None else None
    value: JsonObject = {
        **_variant(node),
        "ended": asked.ended,
        "model": (made.model if made is not None else "") or None,
        "server": shown_url(server.base_url) if server is not None else None,
        "parameters": dict(made.parameters) if made is not None else None,
        "usage": made.usage.to_json() if made is not None and made.usage is not None else None,
        "service_tier": (made.tier or None) if made is not None else None,
        "seconds": round(made.seconds, 4) if made is not None else None,
        "first_seconds": (
            round(made.first, 4) if made is not None and made.first is not None else None
        ),
        "session": _saved(chat) if chat is not None else None,
        "error": None if asked.error is None else error_object(asked.error),
    }
    if len(asked.nodes) > 1:
        value["variants"] = [_variant(variant) for variant in asked.nodes]
    return value


def _saved(chat: Chat) -> JsonObject | None:
    """Return where the session is; None if it is nowhere."""
    journal = chat.talk.journal
    if journal.path is None or journal.trouble:
        return None
    return {"id": chat.talk.session.id, "path": str(journal.path)}


def _variant(node: Node | None) -> JsonObject:
    """Return what a reply says; all null if there is none."""
    made = node.made if node is not None else None
    return {
        "content": None if node is None else node.message.text,
        "reasoning": (made.reasoning or None) if made is not None else None,
        "tool_calls": None if node is None else node.message.extra.get("tool_calls"),
        "function_call": None if node is None else node.message.extra.get("function_call"),
        "sources": _sources(made.beside) if made is not None and made.beside else None,
        "beside": (dict(made.beside) or None) if made is not None else None,
        "logprobs": (list(made.logprobs) or None) if made is not None else None,
        "finish_reason": made.finish_reason if made is not None else None,
        "ended": made.ended if made is not None else None,
        "given": (made.given or None) if made is not None else None,
    }


def _sources(beside: Mapping[str, Json]) -> list[Json] | None:
    """Return the sources as they are numbered under the reply, each with its title where one is told."""
    from zatsudan.wire.cited import sources

    found = sources(beside).items()
    return [{"url": address, "title": title or None} for address, title in found] or None


def write_error(error: ZatsudanError, out: TextIO) -> None:
    """Write the object of a failure that came before anything was sent."""
    Output(out).write(printable_json(as_object(None, Asked((), FAILED, error)), out.encoding) + END)


def error_object(error: ZatsudanError) -> JsonObject:
    """Return a failure: what happened, what to do next, and what kind it is."""
    value: JsonObject = {
        "sentence": error.sentence, "advice": error.advice, "kind": kind_of(error),
    }  # fmt: skip
    status = getattr(error, "status", None)
    return {**value, "status": status} if status is not None else value
