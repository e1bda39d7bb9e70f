"""Where things are shown: what the loop asks of a terminal, live or plain."""

from typing import TYPE_CHECKING, Protocol, TypeAlias

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.printable import Printable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from zatsudan.commands.asking import Coming, Question
    from zatsudan.commands.outcomes import Desk, Generate, Inspect, Pick
    from zatsudan.commands.parts import Part
    from zatsudan.lab.board import Result
    from zatsudan.lab.making import OnDelta, OnEnd
    from zatsudan.lab.run import Run
    from zatsudan.servers.engine.progress import Progress
    from zatsudan.sessions.calls import Waiting
    from zatsudan.talk.deciding import Asked
    from zatsudan.talk.entered import Entered
    from zatsudan.talk.turn import Turn
    from zatsudan.terminal.text.tokenrows import Choice
    from zatsudan.wire.protocol import Delta


class Taker(Protocol):
    """What takes a reply as it comes."""

    def begin(self, turn: "Turn") -> "Callable[[Delta], None]":
        """A reply begins; return what takes its deltas."""

    def note(self, text: Printable) -> None:
        """Say a line while a reply is under way."""

    def end(self, turn: "Turn") -> None:
        """The reply has ended, one way or another."""


#: Makes the reply that is wanted, taken by the page that wants it as well as by what lies below.
MakeReply: TypeAlias = "Callable[[Generate, Taker], Awaitable[object]]"


class Surface(Taker, Protocol):
    """Where things are shown."""

    def echo(self, content: Json, *, command: bool = False) -> None:
        """Show what the person sent, as it stands in the talk; or a `command`."""

    def show(self, parts: "Sequence[Part]") -> None:
        """Show parts of an outcome."""

    def error(self, error: ZatsudanError) -> None:
        """Show a failure and what to do next."""

    async def pick(self, pick: "Pick") -> str | None:
        """Let the person choose; return the key of the row, or None."""

    async def ask(self, question: "Question", coming: "Coming | None" = None) -> str | None:
        """Ask the person; return the answer, or None if they left the question. Raises CommandError.

        What `coming` brings takes the question's place; what it raises is raised.
        """

    async def desk(self, outcome: "Desk", make: MakeReply) -> "Result | None":
        """Let the person turn knobs and ask again; None where there is no screen for it."""
        return None

    def begin_run(self, run: "Run") -> "tuple[OnDelta, OnEnd]":
        """Many replies begin; return what takes their deltas, and what hears that one has ended."""

    def end_run(self, run: "Run") -> None:
        """All of them have ended, one way or another."""

    def calls(self, waits: "Waiting") -> None:
        """Show the call of the model that waits for the person's answer."""

    def hint(self, far: "Printable | Progress") -> None:
        """Say for a moment how far something is; nothing at its end."""

    def carried_out(self, *, well: bool) -> None:
        """A line has been carried out: what follows is of another."""

    async def inspect(self, outcome: "Inspect") -> "Choice | None":
        """Let the person walk over tokens; return what they took."""

    def clear_screen(self) -> None:
        """Scroll the screen empty."""

    async def confirm(self, asked: "Asked") -> bool | None:
        """Ask what is meant by a line; None if the person left the question."""

    def prefill(self, line: "Entered", *, editor: bool = False) -> bool:
        """Put a line into the input line, or into the editor; return whether it went there."""

    def doing(self, text: Printable) -> None:
        """Say what is under way besides a reply; nothing when it is done."""

    async def copy(self, text: str) -> str:
        """Put a text into the clipboard; return by what, empty where nothing takes it."""

    def leave(self) -> None:
        """End the program."""
