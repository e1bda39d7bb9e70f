"""What a server does with a parameter: takes it, ignores it, or nobody knows."""

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.parameters.row import Parameter
from zatsudan.servers.kind import ServerKind


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
    if takes(kind, row) is not False:
        return EMPTY
    reason = kind.ignores.get(row.name, "")
    if reason:
        return say("{server}: {reason}", server=kind.label, reason=say(reason))
    return say("{server} does not take {name}", server=kind.label, name=row.name)
