"""Does a parameter take effect? Found out with the smallest requests that can tell.

Some servers say themselves what they use, if asked (llama.cpp). Of others only the
replies tell: each test asks for a few tokens, and compares what a
parameter that works would change with what came.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import NOTHING, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.lab.queries import COUNT, Queries
from zatsudan.lab.trials import TESTS
from zatsudan.parameters.row import Recipe
from zatsudan.parameters.table import BY_NAME, PARAMETERS
from zatsudan.servers.findings import HONOURED, IGNORED, REFUSED, UNCLEAR, Finding
from zatsudan.servers.kinds import KINDS, inside, own_first
from zatsudan.servers.wirenames import own_names, wire_name
from zatsudan.talk.link import Link
from zatsudan.wire.messages import Usage
from zatsudan.wire.refusals import understand
from zatsudan.wire.statuscodes import REFUSALS

#: Fields without a row, of which some server says what it used, each with a value to be seen again.
_EXTRAS = {
    name: value
    for kind in KINDS
    if kind.echo is not None
    for name, value in kind.echo.extras.items()
}
#: What is sent to see whether a server says that it used it.
_TOLD = {
    **{row.name: row.probe.told for row in PARAMETERS if row.probe.told is not None},
    **_EXTRAS,
}


@dataclass(slots=True)
class Probe:
    """The tests on one model at one server. `sent` counts the requests, `hint` hears of each."""

    link: Link
    model: str
    hint: Callable[[Printable], None] = lambda _: None
    _ask: Queries = field(init=False)

    def __post_init__(self) -> None:
        self._ask = Queries(self.link, self.model)

    @property
    def usage(self) -> Usage:
        """What the requests took, as far as the server says."""
        return self._ask.usage

    @property
    def sent(self) -> int:
        """How many requests were made."""
        return self._ask.sent

    async def run(self, name: str) -> Finding:
        """Test one parameter; raises ApiError where the server is not to be had at all."""
        self.hint(say("probing {name} …", name=name))
        try:
            recipe = recipe_of(name)
            self._ask.beside = recipe.beside
            return await TESTS[recipe.test].run(self._ask, name, recipe.value)
        except StatusError as error:
            if error.status not in REFUSALS:
                raise
            repair = understand(error, self._ask.body)
            if repair is not None and repair.name not in ("", wire_name(name, self._ask.known())):
                needs = say("the test needs {name}, which is refused", name=repair.name)
                return Finding(UNCLEAR, needs)
            return Finding(REFUSED, error.message or str(error))
        finally:
            self._ask.beside = NOTHING

    async def told(self) -> JsonObject:
        """Return the settings that the server says it used for what it was asked; empty if it says nothing."""
        self.hint(say("asking the server itself …"))
        for kind in own_first(self._ask.kind()):
            if kind.echo is None:
                continue
            asked = {**_TOLD, **kind.echo.ask}
            try:
                answer = await self._ask.answer(COUNT, max_tokens=1, **asked)
            except StatusError as error:
                if error.status in REFUSALS:
                    continue  # one of the fields is refused: each is tried alone
                raise
            settings = inside(answer, kind.echo.within)
            if isinstance(settings, dict):
                known = self._ask.known()
                own = own_names(settings, known, BY_NAME)
                sent_as = {name: wire_name(name, known) for name in _TOLD}
                return {
                    **{name: settings[wire] for name, wire in sent_as.items() if wire in settings},
                    **own,
                }
        return {}


def recipe_of(name: str) -> Recipe:
    """Return how a parameter is tested, with the value to be sent; a field without a row by whether it is taken."""
    row = BY_NAME.get(name)
    if row is None:
        return Recipe(value=_EXTRAS.get(name, 1))
    values = (row.probe.value, row.probe.told, row.neutral)
    return row.probe._replace(value=next((value for value in values if value is not None), None))


def usual(settings: Iterable[str]) -> list[str]:
    """Return what is probed where no name is given: the usual ones, and what is set."""
    rows = [row.name for row in PARAMETERS if row.probe.usual]
    return [*rows, *(name for name in settings if name not in rows)]


def unnamed(name: str, settings: JsonObject, finding: Finding) -> Finding:
    """Return what was found of a parameter, in view of a server that says what it used, but not of this one."""
    row = BY_NAME.get(name)
    if not settings or name in settings or finding.state != UNCLEAR:
        return finding
    if row is None or row.probe.told is None:
        return finding
    return Finding(IGNORED, say("the server does not name it among the settings that it used"))


def read_told(name: str, settings: JsonObject) -> Finding | None:
    """Return what a server's own answer says of a parameter; None where it says nothing."""
    if name not in _TOLD or name not in settings:
        return None
    used, asked = settings[name], _TOLD[name]
    near = (
        abs(used - asked) < 1e-4
        if isinstance(used, int | float) and isinstance(asked, int | float)
        else used == asked
    )
    if near:
        return Finding(HONOURED, say("the server says that it used it"))
    return Finding(
        IGNORED, say("the server says that it used {used} for {asked}", used=used, asked=asked)
    )


def requests(name: str) -> int:
    """Return how many requests the test of a parameter makes at most."""
    return TESTS[recipe_of(name).test].requests


def tokens(names: Iterable[str]) -> int:
    """Return how many tokens a request of the tests of these parameters makes at most."""
    return max(TESTS[recipe_of(name).test].tokens for name in names)
