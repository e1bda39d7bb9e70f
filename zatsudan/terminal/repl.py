"""The loop behind every terminal: a line in, an outcome or a turn out.

A surface shows; this decides. The same loop serves the live prompt, the plain
terminal and the tests.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

from zatsudan import __version__
from zatsudan.chat import Chat
from zatsudan.commands.lab import sheet
from zatsudan.commands.outcomes import (
    Experiment,
    Generate,
    Leave,
    Line,
    Outcome,
    Part,
    Prefill,
    Show,
    Work,
)
from zatsudan.commands.registry import Command, find, parse
from zatsudan.core.errors import ZatsudanError
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import Delta
from zatsudan.core.session import FINISHED, Node
from zatsudan.lab import OnDelta, OnEnd, Run, Slot, choices
from zatsudan.turn import Turn


class Surface(Protocol):
    """Where things are shown."""

    def echo(self, text: str) -> None:
        """Show what the person sent, as it stands in the talk."""

    def show(self, parts: Sequence[Part]) -> None:
        """Show parts of an outcome."""

    def error(self, error: ZatsudanError) -> None:
        """Show a failure and what to do next."""

    def begin(self, turn: Turn) -> Callable[[Delta], None]:
        """A reply begins; return what takes its deltas."""

    def note(self, text: str) -> None:
        """Say a line while a reply is under way."""

    def end(self, turn: Turn) -> None:
        """The reply has ended, one way or another."""

    def begin_run(self, run: Run) -> tuple[OnDelta, OnEnd]:
        """Many replies begin; return what takes their deltas, and what hears that one has ended."""

    def end_run(self, run: Run) -> None:
        """All of them have ended, one way or another."""

    def hint(self, text: str) -> None:
        """Say for a moment how far something is."""

    def clear_screen(self) -> None:
        """Scroll the screen empty."""

    def prefill(self, text: str, *, editor: bool = False) -> None:
        """Put a text into the input line, or into the editor."""

    def leave(self) -> None:
        """End the program."""


class Repl:
    """Takes lines and carries them out, one at a time."""

    def __init__(self, chat: Chat, commands: dict[str, Command], surface: Surface) -> None:
        self.chat = chat
        self.commands = commands
        self._surface = surface

    async def handle(self, line: str) -> bool:
        """Carry out one line: a command or a message. Return whether it went well.

        Cancelling it stops a reply; what came of it stays.
        """
        try:
            return await self._handle(line)
        except ZatsudanError as error:
            self._surface.error(error)
        except Exception as error:  # noqa: BLE001  a fault of ours must not cost the talk
            self._surface.error(
                ZatsudanError(
                    f"zatsudan has a fault here ({type(error).__name__}: {one_line(str(error), 100)}).",
                    "The talk goes on and is saved. Please report it.",
                )
            )
        return False

    async def _handle(self, line: str) -> bool:
        command = parse(line)
        self._surface.echo(
            line
            if command is not None
            else line.removeprefix("/")
            if line.startswith("//")
            else line
        )
        if command is None:
            text = line.removeprefix("/") if line.startswith("//") else line
            return await self.reply(self.chat.say(text))
        name, args = command
        return await self._carry_out(await find(self.commands, name).run(self.chat, args))

    async def _carry_out(self, outcome: Outcome) -> bool:
        if isinstance(outcome, Show):
            if outcome.afresh:
                self._surface.clear_screen()
            self._surface.show(outcome.parts)
        elif isinstance(outcome, Generate):
            self._surface.show(outcome.parts)
            many = choices(self.chat, outcome.parent, outcome.overrides)
            if many is not None and not outcome.prefix:
                return await self.experiment(many)
            turn = self.chat.turn(
                outcome.parent,
                outcome.overrides,
                outcome.prefix,
                outcome.logprobs,
                asking=outcome.asking,
            )
            return await self.reply(outcome.parent, turn)
        elif isinstance(outcome, Experiment):
            self._surface.show(outcome.parts)
            slots = [Slot(cell) for cell in outcome.cells]
            return await self.experiment(
                Run(self.chat, outcome.parent, slots, outcome.together, outcome.blind)
            )
        elif isinstance(outcome, Work):
            self._surface.show(outcome.parts)
            try:
                done = await outcome.run(self._surface.hint)
            finally:
                self._surface.hint("")
            return await self._carry_out(done)
        elif isinstance(outcome, Prefill):
            self._surface.show(outcome.parts)
            self._surface.prefill(outcome.text, editor=outcome.editor)
        elif isinstance(outcome, Leave):
            self._surface.leave()
        return True

    async def reply(self, parent: Node, turn: Turn | None = None) -> bool:
        """Answer a user message; several times where `n` is set."""
        many = choices(self.chat, parent) if turn is None else None
        if many is not None:
            return await self.experiment(many)
        turn = turn or self.chat.turn(parent)
        on_delta = self._surface.begin(turn)
        try:
            await turn.run(on_delta, self._surface.note)
        except asyncio.CancelledError:
            pass  # the person stopped it: what came is kept, and the talk goes on
        finally:
            self._surface.end(turn)
        if turn.error is not None:
            self._surface.error(turn.error)
        if not turn.nodes and self.chat.session.head == parent.id:
            # No reply at all: the words come back, to be changed or sent again.
            self._surface.prefill(parent.message.text)
        return turn.made.ended == FINISHED

    async def experiment(self, run: Run) -> bool:
        """Make many replies to one message, and show what came of them."""
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
            self._surface.prefill(run.parent.message.text)
            return False
        if self.chat.session.lab is not None:
            self._surface.show(sheet(self.chat, self.chat.session.lab))
        return all(slot.went_well for slot in run.slots)

    async def connect(self) -> None:
        """Connect and say where: the second line of the greeting."""
        chat = self.chat
        try:
            server = (await chat.client()).server
            chat.models = chat.models or chat.catalogue.of(server.base_url)
            before, there = chat.session.model, chat.session.server
            model = await chat.model()
        except ZatsudanError as error:
            self._surface.error(error)
            return
        lines = [Line(f"{one_line(model)} at {one_line(server.name)} ({server.reason})", "dim")]
        if before and before != model:
            lines.append(
                Line(f"This session was held with {one_line(before)} at {one_line(there)}.", "dim")
            )
        if server.missing_key and server.reason != "embedded model":
            lines.append(Line(f"No key is sent: {server.missing_key}.", "dim"))
        if server.reason == "embedded model":
            lines.append(
                Line(
                    "A tiny model, for trying things out. OPENAI_API_KEY=… zatsudan, or zatsudan --base-url URL, "
                    "talks with a better one.",
                    "dim",
                )
            )
        self._surface.show(lines)
        # For completion, and for the context length; a server may have no list.
        with contextlib.suppress(ZatsudanError):
            await chat.fetch_models()


def greeting(*, private: bool) -> tuple[Part, ...]:
    """Return the first line of the greeting."""
    note = " · private, nothing is saved" if private else ""
    return (Line(f"zatsudan {__version__} · just write; /help helps, Ctrl-D leaves{note}", "dim"),)
