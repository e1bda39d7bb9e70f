"""Replies are made and shown: one, many at once, or one that is sent again.

What got no reply is given back to the input line: no word of the person is lost.
"""

import asyncio
from typing import TYPE_CHECKING, TypeVar

from zatsudan.base import files
from zatsudan.base.language import say
from zatsudan.commands.outcomes import Experiment, Generate
from zatsudan.commands.parts import Line
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.session import Node
from zatsudan.talk.beginning import again, turn_to
from zatsudan.talk.chat import Chat
from zatsudan.talk.turn import Turn
from zatsudan.terminal.consent import may_send
from zatsudan.terminal.surface import Surface, Taker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zatsudan.base.jsonvalues import Json
    from zatsudan.base.printable import Printable
    from zatsudan.lab.run import Run
    from zatsudan.wire.protocol import Delta


T = TypeVar("T")


class Generation:
    """Asks the model, and lets the surface show what comes. Cancelling it keeps what came."""

    def __init__(self, chat: Chat, surface: Surface) -> None:
        self._chat = chat
        self._surface = surface

    async def reply(self, parent: Node) -> bool:
        """Reply to a message, several times where `n` is set; return whether all went well."""
        many = self._choices(parent)
        if many is not None:
            return await self._many(many)
        turn = turn_to(self._chat.talk, self._chat.link, parent)
        return self._with_calls(well=await self._one(parent, turn))

    def _with_calls(self, *, well: bool) -> bool:
        """Show the call that a reply ends with, for the person to answer; return what was given."""
        session = self._chat.talk.session
        head = session.nodes.get(session.head) if session.head is not None else None
        if well and head is not None and head.message.extra:
            from zatsudan.sessions.calls import waiting

            waits = waiting(session)
            if waits is not None:
                self._surface.calls(waits)
        return well

    async def generate(self, wanted: Generate, page: Taker | None = None) -> bool:
        """Make the replies that a command asks for; return whether all went well.

        A `page` that lies over the surface takes the reply as well.
        """
        self._surface.show(wanted.parts)
        if wanted.again is not None:
            return await self._replay(wanted.parent, wanted.again)
        many = self._choices(wanted.parent, wanted.overrides)
        if many is not None and not wanted.prefix:
            return await self._many(many)
        turn = turn_to(
            self._chat.talk,
            self._chat.link,
            wanted.parent,
            wanted.overrides,
            prefix=wanted.prefix,
            logprobs=wanted.logprobs,
            begun=wanted.begun,
            asking=wanted.asking,
            anyway=wanted.anyway,
        )
        return self._with_calls(well=await self._one(wanted.parent, turn, page))

    async def experiment(self, wanted: Experiment) -> bool:
        """Make one reply for each cell; return whether all went well."""
        from zatsudan.lab.run import Run
        from zatsudan.lab.slots import Slot

        self._surface.show(wanted.parts)
        run = Run(
            self._chat.talk,
            self._chat.link,
            wanted.parent,
            [Slot(cell) for cell in wanted.cells],
            wanted.together,
            wanted.blind,
            before=wanted.before,
            places=wanted.places,
            economy=wanted.economy,
            by=wanted.by,
            concurrency=wanted.concurrency,
        )
        return await self._many(run, told=wanted.then is None)

    def _choices(self, parent: Node, overrides: "Mapping[str, Json] | None" = None) -> "Run | None":
        """Return the run that makes `n` replies; None where one is wanted, which needs no lab."""
        if "n" not in self._chat.talk.session.settings and "n" not in (overrides or ()):
            return None
        from zatsudan.lab.run import choices

        return choices(self._chat.talk, self._chat.link, parent, overrides)

    async def _replay(self, parent: Node, before: Node) -> bool:
        """Send a recorded request again; the talk stays where it is."""
        head = self._chat.talk.session.head
        turn = again(self._chat.talk, self._chat.link, before)
        try:
            return await self._one(parent, turn)
        finally:
            if self._chat.talk.session.head != head:
                self._chat.talk.record({"type": "head", "id": head})

    async def _one(self, parent: Node, turn: Turn, page: Taker | None = None) -> bool:
        # No question is asked below a page: there the turn itself refuses.
        if page is None and not await may_send(self._chat, self._surface):
            self._not_sent(parent)
            return False
        on_delta: Callable[[Delta], None] = self._surface.begin(turn)
        on_note: Callable[[Printable], None] = self._surface.note
        if page is not None:
            on_delta, on_note = _both(on_delta, page.begin(turn)), _both(on_note, page.note)
        try:
            await turn.run(on_delta, on_note)
        except asyncio.CancelledError:
            pass  # the person stopped it: what came is kept, and the talk goes on
        finally:
            self._surface.end(turn)
            if page is not None:
                page.end(turn)
        if turn.error is not None:
            self._surface.error(turn.error)
        await self._keep_media(turn.nodes)
        if not turn.nodes and self._chat.talk.session.head == parent.id:
            self._give_back(parent)
        return turn.made.ended == FINISHED

    async def _keep_media(self, nodes: "Sequence[Node]") -> None:
        """Keep the pictures and the sound that came with replies as files, and say where."""
        for node in nodes:
            if node.made is None or not node.made.beside:
                continue
            from zatsudan.commands.brought import brings, brought
            from zatsudan.talk.received import keep

            if not brings(node):
                continue
            try:
                await asyncio.to_thread(keep, self._chat.talk, node)
            except OSError as error:
                note = say(
                    "What came with the reply cannot be kept as a file ({why}).",
                    why=files.reason(error),
                )
                self._surface.show((Line(note, "warn"),))
                continue
            for part in await asyncio.to_thread(list, brought(self._chat.talk, node)):
                self._surface.show((part,))

    async def _many(self, run: "Run", *, told: bool = True) -> bool:
        if not await may_send(self._chat, self._surface):
            self._not_sent(run.parent)
            return False
        on_delta, on_end = self._surface.begin_run(run)
        try:
            await run.run(on_delta, self._surface.note, on_end)
        except asyncio.CancelledError:
            pass  # the person stopped it: what came is kept, and the talk goes on
        finally:
            self._surface.end_run(run)
        if not any(slot.node is not None for slot in run.slots):
            failed = {str(slot.error): slot.error for slot in run.slots if slot.error is not None}
            for error in failed.values():
                self._surface.error(error)
            self._give_back(run.parent)
            return False
        if left := run.told():
            self._surface.show((Line(left, "warn"),))
        if told and self._chat.talk.session.lab is not None:
            from zatsudan.commands.results import sheet

            self._surface.show(await sheet(self._chat, self._chat.talk.session.lab))
        return self._with_calls(well=all(slot.went_well for slot in run.slots))

    def _not_sent(self, parent: Node) -> None:
        self._surface.show((Line(say("Nothing was sent."), "dim"),))
        if self._chat.talk.session.head == parent.id:
            self._give_back(parent)

    def _give_back(self, message: Node) -> None:
        """Put the words of a message that got no reply into the input line, to be changed or sent again.

        What was added by hand stands in the talk, and stays there; so do the answers to calls:
        nobody writes the output of a command twice.
        """
        if message.by_hand is not None:
            return
        if message.message.role != "user":
            self._surface.show((Line(say("What was answered stays: /retry asks again."), "dim"),))
            return
        self._surface.prefill(self._chat.talk.given_back(message))


def _both(first: "Callable[[T], None]", second: "Callable[[T], None]") -> "Callable[[T], None]":
    def take(what: T) -> None:
        first(what)
        second(what)

    return take
