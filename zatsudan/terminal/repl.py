"""The loop behind every terminal: a line in, an outcome or a turn out.

A surface shows; this decides. The same loop serves the live prompt, the plain
terminal and the tests.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from zatsudan import __version__
from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Generate, Leave, Line, Outcome, Part, Pick, Prefill, Show
from zatsudan.commands.registry import Command, find, parse
from zatsudan.core.errors import ZatsudanError
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import Delta
from zatsudan.core.session import FINISHED, Node

if TYPE_CHECKING:
    from zatsudan.turn import Turn


class Surface(Protocol):
    """Where things are shown."""

    def echo(self, text: str) -> None:
        """Show what the person sent, as it stands in the talk."""

    def show(self, parts: Sequence[Part]) -> None:
        """Show parts of an outcome."""

    def error(self, error: ZatsudanError) -> None:
        """Show a failure and what to do next."""

    def begin(self, turn: "Turn") -> Callable[[Delta], None]:
        """A reply begins; return what takes its deltas."""

    def note(self, text: str) -> None:
        """Say a line while a reply is under way."""

    def end(self, turn: "Turn") -> None:
        """The reply has ended, one way or another."""

    async def pick(self, pick: Pick) -> str | None:
        """Let the person choose; return the key of the row, or None."""

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
            turn = self.chat.turn(
                outcome.parent,
                outcome.overrides,
                outcome.prefix,
                outcome.logprobs,
                asking=outcome.asking,
            )
            return await self.reply(outcome.parent, turn)
        elif isinstance(outcome, Prefill):
            self._surface.show(outcome.parts)
            self._surface.prefill(outcome.text, editor=outcome.editor)
        elif isinstance(outcome, Pick):
            key = await self._surface.pick(outcome)
            if key is not None:
                return await self._carry_out(await outcome.chosen(key))
        elif isinstance(outcome, Leave):
            self._surface.leave()
        return True

    async def reply(self, parent: Node, turn: "Turn | None" = None) -> bool:
        """Answer a user message."""
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
        elif len(turn.nodes) > 1:
            self._surface.show(
                (Line(f"{len(turn.nodes) - 1} more variants are kept beside it.", "dim"),)
            )
        return turn.made.ended == FINISHED

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
