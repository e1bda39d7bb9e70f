"""The loop behind every terminal: a line in, an outcome or a turn out.

A surface shows; this decides. The same loop serves the live prompt, the plain
terminal and the tests.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base.errors import ZatsudanError, fault
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, one_line
from zatsudan.base.secrets import shown_line
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Commands, find
from zatsudan.talk.addressee import model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import Asked, Decision, Shell, Slash, Words, decide
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.carrying import Carrying
from zatsudan.terminal.greeting import connected
from zatsudan.terminal.surface import Surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zatsudan.base.jsonvalues import Json
    from zatsudan.talk.attaching import Attached
    from zatsudan.talk.attachments import Mention
    from zatsudan.talk.running import Ran


class Repl:
    """Takes lines and carries them out, one at a time."""

    def __init__(self, chat: Chat, commands: Commands, surface: Surface) -> None:
        self.chat = chat
        self.commands = commands
        self.ran: Ran | None = None
        self._surface = surface
        self._carrying = Carrying(chat, surface)

    def decide(self, line: Entered) -> Decision:
        """Tell what a line is; looks for files that it may mean."""
        return decide(line, self.commands.__contains__, self._named)

    def _named(self, mention: "Mention") -> str | None:
        if mention.is_output:
            return say("the output of {command}", command=self.ran.command) if self.ran else None
        from zatsudan.talk.attaching import file_of, pasted_of

        if picture := pasted_of(mention, self.chat.pasted):
            return picture
        found = file_of(mention, Path.cwd())
        return found[0] if found is not None else None

    def at_empty(self) -> Entered:
        """Return what an empty line stands for: going on behind what was made by hand."""
        session = self.chat.talk.session
        head = session.nodes[session.head] if session.head is not None else None
        goes_on = head is not None and head.by_hand is not None and not head.by_hand.card
        return Entered.of("/continue", KEYS) if goes_on else Entered()

    async def handle(self, line: Entered) -> bool:
        """Carry out one line: a command or a message. Return whether it went well.

        Cancelling it stops a reply; what came of it stays.
        """
        well = False
        try:
            well = await self._handle(line)
        except ZatsudanError as error:
            self._surface.error(error)
        except Exception as error:  # noqa: BLE001  a fault of ours must not cost the talk
            advice = say("The talk goes on and is saved. Please report it.")
            self._surface.error(fault(error, self._hidden(str(error)), advice))
        finally:
            self._surface.carried_out(well=well)
        return well

    def _hidden(self, text: str) -> str:
        """Return the text of a fault, which may be any, without the keys of the server in use."""
        from zatsudan.servers.trust import secrets_of

        server = self.chat.link.server
        return secrets_of(server).hidden(text) if server is not None else text

    async def _handle(self, line: Entered) -> bool:
        match self.decide(line):
            case Shell(command):
                self._surface.echo(shown_line(line.text), command=True)
                return await self._run(command)
            case Slash(name, args):
                self._surface.echo(shown_line(line.text), command=True)
                return await self._carrying.carry_out(
                    await find(self.commands, name).run(self.chat, args)
                )
            case Words(text, wanted):
                return await self._say(line, text, wanted)
            case Asked() as asked:
                return await self._confirm(line, asked)

    async def _confirm(self, line: Entered, asked: Asked) -> bool:
        try:
            answer = await self._surface.confirm(asked)
        except asyncio.CancelledError:
            answer = None
        if answer is None:
            self._surface.prefill(line)
            return False
        return await self._handle(asked.granted if answer else asked.refused)

    async def _say(self, line: Entered, text: str, wanted: "Sequence[Mention]") -> bool:
        """Send a message, with what it attaches; or answer the call that waits for one."""
        if self._waiting():
            return await self._answer(line, text, wanted)
        content: Json = text
        missing: tuple[str, ...] = ()
        if wanted:
            try:
                content, missing = await self._attached(text, wanted)
            except (ZatsudanError, asyncio.CancelledError):
                self._surface.echo(text)
                self._surface.prefill(line)
                raise
        # First of all, since the disk takes longest.
        node = self.chat.talk.say(content, wanted)
        self._surface.echo(content)
        self._tell_missing(missing)
        return await self._carrying.generation.reply(node)

    def _waiting(self) -> bool:
        """Does a call of the model wait for an answer?"""
        from zatsudan.sessions.calls import waiting

        return waiting(self.chat.talk.session) is not None

    async def _answer(self, line: Entered, text: str, wanted: "Sequence[Mention]") -> bool:
        """Answer the call that waits; the model goes on when all are answered."""
        from zatsudan.commands.calling import answered
        from zatsudan.talk.answering import answer_text

        self._surface.echo(text)
        try:
            answer, missing = await asyncio.to_thread(
                answer_text, text, wanted, Path.cwd(), self.ran
            )
        except (ZatsudanError, asyncio.CancelledError):
            self._surface.prefill(line)
            raise
        self._tell_missing(missing)
        return await self._carrying.carry_out(answered(self.chat, answer))

    def _tell_missing(self, names: "Sequence[str]") -> None:
        for name in names:
            note = say(
                "There is no file {name}: it is sent as it was typed.", name=one_line(name, 80)
            )
            self._surface.show((Line(note, "dim"),))

    async def _attached(self, text: str, wanted: "Sequence[Mention]") -> "Attached":
        from zatsudan.talk.attaching import attach

        return await asyncio.to_thread(attach, text, wanted, Path.cwd(), self.ran, self.chat.pasted)

    async def _run(self, command: str) -> bool:
        """Run a command of the person's shell and show what came of it; its output answers a call that waits."""
        from zatsudan.talk.running import run
        from zatsudan.terminal.text.ranrows import ran_parts

        doing = one_line(shown_line(f"!{command}")[1:], 40)
        self._surface.doing(say("running {command}", command=doing))
        try:
            self.ran = await run(command)
        except asyncio.CancelledError:
            self._surface.show((Line(say("stopped before it began"), "dim"),))
            return False
        finally:
            self._surface.doing(EMPTY)
        self._surface.show(ran_parts(self.ran))
        if self.ran.stopped or not self._waiting():
            return not self.ran.stopped
        from zatsudan.commands.calling import answered
        from zatsudan.talk.answering import output_text

        return await self._carrying.carry_out(answered(self.chat, output_text(self.ran)))

    async def connect(self) -> None:
        """Connect and say where: the second line of the greeting."""
        chat = self.chat
        try:
            server = (await chat.link.client()).server
            chat.link.models = chat.link.models or chat.link.catalogue.of(server.base_url)
            before, there = chat.talk.session.model, chat.talk.session.server
            model = await model_of(chat.talk, chat.link)
        except ZatsudanError as error:
            self._surface.error(error)
            return
        self._surface.show(list(connected(chat, server, model, before, there)))
        # For completion, and for the context length; a server may have no list.
        with contextlib.suppress(ZatsudanError):
            await chat.link.fetch_models()
            await chat.link.ask_kind()
