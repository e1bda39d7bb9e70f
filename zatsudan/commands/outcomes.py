"""What commands hand back: plain values. The terminal decides how they look."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.commands.parts import Line, Part
from zatsudan.sessions.session import Node

if TYPE_CHECKING:
    from zatsudan.commands.asking import Question
    from zatsudan.commands.picking import Row
    from zatsudan.lab.board import Board, Result
    from zatsudan.lab.economy import Economy
    from zatsudan.lab.reshaping import Chain, Totals
    from zatsudan.lab.slots import Cell
    from zatsudan.lab.weighing import Weighed
    from zatsudan.servers.engine.progress import Progress
    from zatsudan.sessions.calls import Waiting
    from zatsudan.sessions.planned import Lab
    from zatsudan.talk.entered import Entered
    from zatsudan.wire.tokenview import Token


class Show(NamedTuple):
    """Show these parts; `afresh` on a screen that has been scrolled empty."""

    parts: tuple[Part, ...]
    afresh: bool = False


class Generate(NamedTuple):
    """Ask for a reply to this user message, with other parameters for this once.

    With a `prefix` the reply goes on from that text; `logprobs` are those of its tokens, where known.
    `begun`: a person wrote it.
    `asking`: where the server takes no prefix, the model is asked in words to go on.
    `again` is a reply whose recorded request is sent once more, just as it was.
    `anyway`: also where it is too long by the estimate. `then` gives what follows when it has ended.
    """

    parent: Node
    overrides: Mapping[str, Json] = MappingProxyType({})
    parts: tuple[Part, ...] = ()
    prefix: str = ""
    logprobs: Sequence[Json] = ()
    begun: bool = False
    asking: bool = False
    again: Node | None = None
    anyway: bool = False
    then: "Callable[[], Awaitable[Outcome]] | None" = None


class Experiment(NamedTuple):
    """Make a reply for each cell; `together`: by one request with `n` if the server takes it.

    `blind`: the person is not to know which cell is which. `before` is the experiment that is gone
    on with, `places` where in it the cells stand; `economy` ends settings early, `by` is the
    number that it is about, `concurrency` how many requests each server gets at a time (0: as is
    usual). `then` gives what follows when all have ended.
    """

    parent: Node
    cells: "tuple[Cell, ...]"
    parts: tuple[Part, ...] = ()
    together: bool = False
    blind: bool = False
    before: "Lab | None" = None
    places: tuple[int, ...] = ()
    economy: "Economy | None" = None
    by: str = ""
    concurrency: int = 0
    then: "Callable[[], Awaitable[Outcome]] | None" = None


#: What takes how far something is: as a line, or how much of it is there.
Tell: TypeAlias = Callable[["Printable | Progress"], None]


class Work(NamedTuple):
    """Show the parts, then do what takes a while, and carry out its outcome.

    `run` gets a function that takes how far it is.
    """

    parts: tuple[Part, ...]
    run: Callable[[Tell], Awaitable["Outcome"]]


class Prefill(NamedTuple):
    """Put a line into the input line, or with `editor` into the editor.

    Where there is none, or something stands in it already, `instead` is shown.
    """

    line: "Entered"
    parts: tuple[Part, ...] = ()
    editor: bool = False
    instead: tuple[Part, ...] = ()


class Copy(NamedTuple):
    """Put a text into the clipboard; `what` names it."""

    text: str
    what: Printable


class Inspect(NamedTuple):
    """Let the person walk over the tokens of a reply, and take another one at a place.

    `refusal` says why no reply can go on from there; `` if one can.
    """

    reply: Node
    tokens: "tuple[Token, ...]"
    refusal: Printable = EMPTY
    parts: tuple[Part, ...] = ()


class Desk(NamedTuple):
    """Let the person turn knobs over a reply; where there is no screen for that, show `instead`.

    `variants` are the reply's as they are now, `read` weighs one of them by values over those that
    hold, and `asks` tells what makes one more with them; it raises CommandError. `chain` is the
    server's with such values, `totals` puts sums into words, and into fewer. `save` keeps a preset, `left` gets how
    the page was left and returns what follows.
    """

    board: "Board"
    model: Printable
    reply: "Weighed"
    variants: "Callable[[], Sequence[Node]]"
    read: "Callable[[Node, Mapping[str, Json]], Awaitable[Weighed]]"
    asks: "Callable[[Mapping[str, Json]], Generate]"
    chain: "Callable[[Mapping[str, Json]], Chain]"
    totals: "Callable[[Totals, Totals], Sequence[tuple[Printable, Printable]]]"
    save: Callable[[str, Mapping[str, Json]], Printable]
    left: "Callable[[Result], Awaitable[Outcome]]"
    instead: tuple[Part, ...]


class Leave:
    """End the program."""

    __slots__ = ()


class Pick(NamedTuple):
    """Let the person choose one of `rows`; where there is no screen for that, show `instead`.

    `chosen` gets the key of the row and returns what follows; `enter` says what
    that does, in one word. `preview` shows more of a row. With `rename` (key and
    name, returns the new row) and `delete` (key) the person can do that too;
    both raise ZatsudanError. `right` are columns of numbers, `fluid` those that
    give way when there is little room, in this order, each down to so many cells.

    Where there are thousands, `rows` may be the first of `total`, as far as is known at once:
    `whole` then looks at everything and returns the list as it is, and `chosen` knows its keys too.
    Without rows `instead` says that there is nothing.
    """

    title: Printable
    head: tuple[Printable, ...]
    rows: "tuple[Row, ...]"
    chosen: "Callable[[str], Awaitable[Outcome]]"
    instead: tuple[Part, ...]
    enter: str = later("chooses")
    preview: Callable[[str], tuple[Part, ...]] = lambda _: ()
    ending: bool = True
    rename: "Callable[[str, str], Row] | None" = None
    delete: Callable[[str], None] | None = None
    right: frozenset[int] = frozenset()
    fluid: tuple[tuple[int, int], ...] = ((0, 8),)
    total: int = 0
    whole: "Callable[[], Awaitable[Pick]] | None" = None


class Ask(NamedTuple):
    """Show the parts and ask the person one question; `answered` gets the answer and returns what follows.

    Who leaves the question leaves what it belongs to: then `left` is shown, or `leave` returns what follows.
    `coming` brings what takes its place as soon as it is there: a question stands where this one stood, so
    that no key is pressed past either of them.
    """

    question: "Question"
    answered: Callable[[str], Awaitable["Outcome"]]
    parts: tuple[Part, ...] = ()
    left: tuple[Part, ...] = ()
    leave: "Callable[[], Outcome] | None" = None
    coming: "Callable[[], Awaitable[Outcome]] | None" = None


class Calls(NamedTuple):
    """Show the parts, then the call of the model that waits for the person's answer."""

    waits: "Waiting"
    parts: tuple[Part, ...] = ()


Outcome: TypeAlias = (
    Show
    | Generate
    | Experiment
    | Work
    | Prefill
    | Copy
    | Inspect
    | Desk
    | Leave
    | Pick
    | Ask
    | Calls
)


def tell(text: Printable, tone: str = "plain") -> Show:
    """Show one line."""
    return Show((Line(text, tone),))
