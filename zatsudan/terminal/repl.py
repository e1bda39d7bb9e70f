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
from zatsudan.commands.outcomes import Generate, Inspect, Leave, Line, Part, Prefill, Show
from zatsudan.commands.registry import Command, find, parse
from zatsudan.commands.tokens import fork
from zatsudan.commands.trace import verdict
from zatsudan.core.errors import ZatsudanError
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import Delta
from zatsudan.core.session import FINISHED, Node
from zatsudan.terminal.tokens import Choice
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

    async def inspect(self, outcome: Inspect) -> Choice | None:
        """Let the person walk over tokens; return what they took."""

    def clear_screen(self) -> None:
        """Scroll the screen empty."""

    def prefill(self, text: str) -> None:
        """Put a text into the input line."""

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
        outcome = await find(self.commands, name).run(self.chat, args)
        if isinstance(outcome, Show):
            if outcome.afresh:
                self._surface.clear_screen()
            self._surface.show(outcome.parts)
        elif isinstance(outcome, Generate):
            return await self._generate(outcome)
        elif isinstance(outcome, Prefill):
            self._surface.show(outcome.parts)
            self._surface.prefill(outcome.text)
        elif isinstance(outcome, Inspect):
            self._surface.show(outcome.parts)
            choice = await self._surface.inspect(outcome)
            if choice is not None:
                return await self._generate(
                    fork(self.chat, outcome.reply, choice.at, choice.option)
                )
        elif isinstance(outcome, Leave):
            self._surface.leave()
        return True

    async def _generate(self, outcome: Generate) -> bool:
        self._surface.show(outcome.parts)
        if outcome.again is not None:
            return await self._replay(outcome.parent, outcome.again)
        turn = self.chat.turn(outcome.parent, outcome.overrides, outcome.prefix, outcome.logprobs)
        return await self.reply(outcome.parent, turn)

    async def _replay(self, parent: Node, before: Node) -> bool:
        """Send a recorded request again and compare; the talk stays where it is."""
        head = self.chat.session.head
        turn = self.chat.again(before)
        try:
            went_well = await self.reply(parent, turn)
        finally:
            if self.chat.session.head != head:
                self.chat.record({"type": "head", "id": head})
        if turn.nodes:
            self._surface.show(verdict(before, turn.nodes[0]))
        return went_well

    async def reply(self, parent: Node, turn: Turn | None = None) -> bool:
        """Answer a user message."""
        turn = turn or self.chat.turn(parent)
        on_delta = self._surface.begin(turn)
        try:
            await turn.run(on_delta, self._surface.note)
        except asyncio.CancelledError:
            if asyncio.current_task() is None:
                raise
        finally:
            self._surface.end(turn)
        if turn.error is not None:
            self._surface.error(turn.error)
        if not turn.nodes and not turn.is_further:
            # No reply at all: the words come back, to be changed or sent again.
            self._surface.prefill(parent.message.text)
        elif len(turn.nodes) > 1:
            self._surface.show(
                (Line(f"{len(turn.nodes) - 1} more variants are kept beside it.", "dim"),)
            )
        return turn.made.ended == FINISHED

    async def connect(self) -> None:
        """Connect and say where: the second line of the greeting."""
        try:
            client = await self.chat.client()
            if not client.server.model and not self.chat.session.model:
                await self.chat.model()
        except ZatsudanError as error:
            self._surface.error(error)
            return
        server = client.server
        model = self.chat.session.model or server.model
        lines = [Line(f"{one_line(model)} at {one_line(server.name)} ({server.reason})", "dim")]
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
        if not self.chat.session.model:
            self.chat.use_model(model, server)
        if not self.chat.models:
            # For completion, and for the context length; a server may have no list.
            with contextlib.suppress(ZatsudanError):
                await self.chat.fetch_models()


def greeting(*, private: bool) -> tuple[Part, ...]:
    """Return the first line of the greeting."""
    note = " · private, nothing is saved" if private else ""
    return (Line(f"zatsudan {__version__} · just write; /help helps, Ctrl-D leaves{note}", "dim"),)
