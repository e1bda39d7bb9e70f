"""The loop behind every terminal: a line in, an outcome or a turn out.

A surface shows; this decides. The same loop serves the live prompt, the plain
terminal and the tests.
"""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.commands.outcomes import (
    Ask,
    Copy,
    Experiment,
    Generate,
    Inspect,
    Leave,
    Outcome,
    Pick,
    Prefill,
    Show,
    Work,
    tell,
)
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.registry import Commands, find, parse
from zatsudan.core.errors import CommandError, ZatsudanError
from zatsudan.core.language import say
from zatsudan.core.printable import one_line
from zatsudan.core.session import FINISHED, Node
from zatsudan.talk.chat import Chat
from zatsudan.talk.request import model_of
from zatsudan.talk.turn import Turn, again, turn_to
from zatsudan.terminal.greeting import answering, wanted_embedded
from zatsudan.terminal.surface import Surface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zatsudan.attach import Attached
    from zatsudan.core.messages import Json
    from zatsudan.lab import Run
    from zatsudan.running import Ran


class Repl:
    """Takes lines and carries them out, one at a time.

    `typed`: do the lines come from a person's keys? Only then `@file` and `!command` are
    more than text.
    """

    def __init__(
        self, chat: Chat, commands: Commands, surface: Surface, *, typed: bool = False
    ) -> None:
        self.chat = chat
        self.commands = commands
        self.ran: Ran | None = None
        self.pasted: list[str] = []
        self._surface = surface
        self._typed = typed

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
                    say(
                        "zatsudan has a fault here ({kind}: {words}).",
                        kind=type(error).__name__,
                        words=one_line(str(error), 100),
                    ),
                    say("The talk goes on and is saved. Please report it."),
                )
            )
        return False

    async def _handle(self, line: str) -> bool:
        from zatsudan.running import command_of

        shell = command_of(line) if self._typed else None
        if shell is not None:
            self._surface.echo(line)
            return await self._run(shell)
        command = parse(line)
        if command is None:
            return await self._say(line)
        self._surface.echo(line)
        name, args = command
        return await self._carry_out(await find(self.commands, name).run(self.chat, args))

    async def _carry_out(self, outcome: Outcome) -> bool:
        match outcome:
            case Generate():
                return await self._generate(outcome)
            case Experiment():
                from zatsudan import lab

                self._surface.show(outcome.parts)
                slots = [lab.Slot(cell) for cell in outcome.cells]
                run = lab.Run(
                    self.chat.talk,
                    self.chat.link,
                    outcome.parent,
                    slots,
                    outcome.together,
                    outcome.blind,
                )
                return await self.experiment(run)
            case Work():
                return await self._carry_out(await self._work(outcome))
            case Ask() | Pick():
                return await self._choose(outcome)
            case Inspect():
                from zatsudan.commands.tokens import fork

                self._surface.show(outcome.parts)
                choice = await self._surface.inspect(outcome)
                return choice is None or await self._generate(
                    fork(self.chat, outcome.reply, choice.at, choice.option)
                )
            case Copy():
                await self._copy(outcome)
            case Show() | Prefill() | Leave():
                self._at_once(outcome)
        return True

    def _at_once(self, outcome: Show | Prefill | Leave) -> None:
        if isinstance(outcome, Leave):
            self._surface.leave()
            return
        if isinstance(outcome, Show) and outcome.afresh:
            self._surface.clear_screen()
        self._surface.show(outcome.parts)
        if isinstance(outcome, Prefill):
            self._surface.prefill(outcome.text, editor=outcome.editor)

    async def _generate(self, wanted: Generate) -> bool:
        self._surface.show(wanted.parts)
        if wanted.again is not None:
            return await self._replay(wanted.parent, wanted.again)
        many = self._choices(wanted.parent, wanted.overrides)
        if many is not None and not wanted.prefix:
            return await self.experiment(many)
        turn = turn_to(
            self.chat.talk,
            self.chat.link,
            wanted.parent,
            wanted.overrides,
            prefix=wanted.prefix,
            logprobs=wanted.logprobs,
            asking=wanted.asking,
        )
        return await self.reply(wanted.parent, turn)

    def _choices(self, parent: Node, overrides: "Mapping[str, Json] | None" = None) -> "Run | None":
        """Return the run that makes `n` replies; None where one is wanted, which needs no lab."""
        if "n" not in self.chat.talk.session.settings and "n" not in (overrides or ()):
            return None
        from zatsudan.lab import choices

        return choices(self.chat.talk, self.chat.link, parent, overrides)

    async def _choose(self, ask: Ask | Pick) -> bool:
        """Ask the person, and carry out what follows from the answer."""
        if isinstance(ask, Pick):
            key = await self._surface.pick(ask)
            return key is None or await self._carry_out(await ask.chosen(key))
        self._surface.show(ask.parts)
        try:
            answer = await self._surface.ask(ask.question)
        except asyncio.CancelledError:
            answer = None  # the person stopped it, which leaves the question as well
        if answer is None:
            self._surface.show(ask.left)
            return False
        return await self._carry_out(await ask.answered(answer))

    async def _replay(self, parent: Node, before: Node) -> bool:
        """Send a recorded request again and compare; the talk stays where it is."""
        head = self.chat.talk.session.head
        turn = again(self.chat.talk, self.chat.link, before)
        try:
            went_well = await self.reply(parent, turn)
        finally:
            if self.chat.talk.session.head != head:
                self.chat.talk.record({"type": "head", "id": head})
        if turn.nodes:
            from zatsudan.commands.trace import verdict

            self._surface.show(verdict(before, turn.nodes[0]))
        return went_well

    async def _work(self, work: Work) -> Outcome:
        self._surface.show(work.parts)
        try:
            return await work.run(self._surface.hint)
        except asyncio.CancelledError:
            return tell(say("Stopped."), "dim")
        finally:
            self._surface.hint("")

    async def _say(self, line: str) -> bool:
        """Send a message, with the files that it mentions."""
        doubled = line.startswith("//") or (self._typed and line.startswith("!!"))
        text = line[1:] if doubled else line
        content: Json = text
        missing: tuple[str, ...] = ()
        if self._typed and "@" in text:
            try:
                content, missing = await self._attached(text)
            except (ZatsudanError, asyncio.CancelledError):
                self._surface.echo(text)
                self._surface.prefill(line)
                raise
        # First of all, since the disk takes longest.
        node = self.chat.talk.say(content)
        self._surface.echo(content)
        for name in missing:
            note = say(
                "There is no file {name}: it is sent as it was typed.", name=one_line(name, 80)
            )
            self._surface.show((Line(note, "dim"),))
        return await self.reply(node)

    async def _attached(self, text: str) -> "Attached":
        from zatsudan.attach import attach

        return await asyncio.to_thread(attach, text, Path.cwd(), self.pasted, self.ran)

    async def _run(self, command: str) -> bool:
        """Run a command of the person's shell and show what came of it."""
        from zatsudan.running import run

        self._surface.doing(say("running {command}", command=one_line(command, 40)))
        try:
            self.ran = await run(command, os.environ.get("SHELL") or "/bin/sh")
        except asyncio.CancelledError:
            self._surface.show((Line(say("stopped before it began"), "dim"),))
            return False
        finally:
            self._surface.doing("")
        self._surface.show(ran_parts(self.ran))
        return not self.ran.stopped

    async def _copy(self, copy: Copy) -> None:
        how = await self._surface.copy(copy.text)
        if not how:
            raise CommandError(
                say(
                    "Nothing here takes {size:,} characters into a clipboard.", size=len(copy.text)
                ),
                say("Install wl-copy, xclip or xsel, or write it to a file with /write FILE."),
            )
        done = say(
            "Copied: {what}, {size:,} characters, {how}",
            what=copy.what,
            size=len(copy.text),
            how=how,
        )
        self._surface.show((Line(done, "good"),))

    async def reply(self, parent: Node, turn: Turn | None = None) -> bool:
        """Answer a user message; several times where `n` is set."""
        many = self._choices(parent) if turn is None else None
        if many is not None:
            return await self.experiment(many)
        turn = turn or turn_to(self.chat.talk, self.chat.link, parent)
        on_delta = self._surface.begin(turn)
        try:
            await turn.run(on_delta, self._surface.note)
        except asyncio.CancelledError:
            pass  # the person stopped it: what came is kept, and the talk goes on
        finally:
            self._surface.end(turn)
        if turn.error is not None:
            self._surface.error(turn.error)
        if not turn.nodes and self.chat.talk.session.head == parent.id:
            self._give_back(parent)
        return turn.made.ended == FINISHED

    def _give_back(self, message: Node) -> None:
        """Put the words of a message that got no reply into the input line, to be changed or sent again."""
        from zatsudan.core.attachments import said

        self._surface.prefill(said(message.message.content).again)

    async def experiment(self, run: "Run") -> bool:
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
            self._give_back(run.parent)
            return False
        if self.chat.talk.session.lab is not None:
            from zatsudan.commands.lab import sheet

            self._surface.show(sheet(self.chat, self.chat.talk.session.lab))
        return all(slot.went_well for slot in run.slots)

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
        lines = list(answering(server, model, wanted=wanted_embedded(chat)))
        if before and before != model:
            lines.append(
                Line(
                    say(
                        "This session was held with {model} at {server}.",
                        model=one_line(before),
                        server=one_line(there),
                    ),
                    "dim",
                )
            )
        self._surface.show(lines)
        # For completion, and for the context length; a server may have no list.
        with contextlib.suppress(ZatsudanError):
            await chat.link.fetch_models()


#: Of a longer output this many lines of its beginning and of its end are shown.
HEAD_LINES, TAIL_LINES = 10, 30


def ran_parts(ran: "Ran") -> tuple[Part, ...]:
    """Return what is shown of a command that was run."""
    lines = ran.output.rstrip("\n").split("\n") if ran.output.strip("\n") else []
    parts: list[Part] = []
    if len(lines) > HEAD_LINES + TAIL_LINES + 1:
        parts.append(Line("\n".join(lines[:HEAD_LINES])))
        folded = len(lines) - HEAD_LINES - TAIL_LINES
        note = say("[{folded:,} lines folded, {all:,} in all]", folded=folded, all=len(lines))
        parts.append(Line(note, "dim"))
        parts.append(Line("\n".join(lines[-TAIL_LINES:])))
    elif lines:
        parts.append(Line("\n".join(lines)))
    end: list[str] = []
    if ran.stopped or ran.code:
        end.append(say("stopped") if ran.stopped else say("exit {code}", code=ran.code))
    end.append(say("{seconds} s", seconds=f"{ran.seconds:.1f}"))
    end.append(say("@! in a message attaches this output") if lines else say("no output"))
    return (*parts, Line(" · ".join(end), "dim"))
