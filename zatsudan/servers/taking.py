"""What a server does with a parameter: takes it, ignores it, or nobody knows."""

from collections.abc import Mapping
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import NOTHING, Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.parameters.chain import step_names
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.table import BY_NAME, PARAMETERS, find
from zatsudan.parameters.values import integer, json_of, number, switch, text
from zatsudan.servers.kind import ServerKind
from zatsudan.servers.kinds import UNKNOWN


def takes(kind: ServerKind, row: Parameter) -> bool | None:
    """Tell whether servers of a kind take a parameter; None where that is not known.

    Rows of OpenAI's own are taken where the kind does not say otherwise. Of two names
    of one thing, a server takes the other where it has a name for it.
    """
    if row.name in kind.ignores:
        return False
    if not row.local:
        return True
    if kind.takes is None:
        return None
    return row.name in kind.takes or kind.names.get(row.name) in kind.takes


def why_not(kind: ServerKind, row: Parameter) -> Printable:
    """Return why a parameter does nothing at servers of a kind; empty if it is not known to do nothing."""
    if row.everywhere or takes(kind, row) is not False:
        return EMPTY
    reason = kind.ignores.get(row.name, "")
    if reason:
        return say("{server}: {reason}", server=kind.label, reason=say(reason))
    return say("{server} does not take {name}", server=kind.label, name=row.name)


class Here(NamedTuple):
    """The parameters as they are at one server.

    `told`: its own values by name, where it tells them; a name among them is a parameter here.
    """

    kind: ServerKind = UNKNOWN
    told: Mapping[str, Json] = NOTHING

    def find(self, name: str) -> Parameter:
        """Return a row with the range that holds here; raises UnknownParameter."""
        if name not in BY_NAME and name in self.told and not makes_request(name):
            return _told_row(name, self.told[name])
        row = find(name).at(wide=self.kind.wide)
        if row.name == "samplers":
            row = row._replace(kind=step_names((*self.steps, *self.kind.order)))
        return row

    def settable(self, name: str) -> Parameter:
        """Return a row to be set; raises CommandError if servers of this kind do nothing with it."""
        row = self.find(name)
        reason = self.why_not(row.name)
        if reason:
            raise CommandError(
                say("{reason}.", reason=reason),
                say(self.kind.way or ALL_THE_SAME, name=row.name),
            )
        return row

    def why_not(self, name: str) -> Printable:
        """Return why a parameter does nothing here; empty if it is not known to do nothing."""
        row = BY_NAME.get(name)
        if row is None or row.name in self.told:
            return EMPTY
        return why_not(self.kind, row)

    def takes(self, row: Parameter) -> bool | None:
        """Tell whether it takes a parameter; None where that is not known."""
        return True if row.name in self.told else takes(self.kind, row)

    @property
    def rows(self) -> tuple[Parameter, ...]:
        """The rows that it is known to take, each thing once; of an unknown server the usual ones."""
        return tuple(
            row.at(wide=self.kind.wide)
            for row in PARAMETERS
            if row.name not in self.twins
            and (self.takes(row) or (self.takes(row) is None and row.probe.usual))
        )

    @property
    def twins(self) -> frozenset[str]:
        """Rows that it has under the name of another row."""
        return frozenset(
            name for name, other in self.kind.names.items() if other in BY_NAME and name in BY_NAME
        )

    @property
    def steps(self) -> tuple[str, ...]:
        """Its samplers in the order in which they run; empty where that is not known."""
        listed = self.told.get("samplers")
        return tuple(map(str, listed)) if isinstance(listed, list) else self.kind.order

    @property
    def own(self) -> Mapping[str, Json]:
        """What it takes parameters for that are not sent, as far as that is known."""
        return {**self.kind.unsent, **self.told}


#: How to set what a server does not take.
ALL_THE_SAME = later("/set! {name} VALUE sends it all the same.")


def _told_row(name: str, value: Json) -> Parameter:
    """Return a row for what a server tells of itself and nobody described."""
    kind = json_of(later("a JSON value"), dict, list, str, int, float, bool)
    if isinstance(value, bool):
        kind = switch
    elif isinstance(value, int):
        kind = integer()
    elif isinstance(value, float):
        kind = number()
    elif isinstance(value, str):
        kind = text
    return Parameter(name, kind, later("The server's own field; it takes it for what it tells."))
