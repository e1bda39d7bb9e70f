"""Names on the wire: a parameter keeps its one name for the person, only the request carries the server's.

Which server calls a parameter how stands in its row (`servers.kinds`), or is
learned from refusals; both come here as repairs.
"""

from collections.abc import Iterable, Mapping

from zatsudan.base.jsonvalues import Json
from zatsudan.wire.refusals import RENAME, Repair


def wire_name(name: str, repairs: Iterable[Repair]) -> str:
    """Return the name under which a parameter is sent."""
    for repair in repairs:
        if repair.kind == RENAME and repair.name == name:
            name = str(repair.value)
    return name


def own_names(
    parameters: Mapping[str, Json], repairs: Iterable[Repair], known: Iterable[str]
) -> dict[str, Json]:
    """Return sent parameters under the names that a person set, as far as that can be told.

    A name that is a row itself (`known`) stays: it may have been set under it.
    """
    rows = set(known)
    back = {str(repair.value): repair.name for repair in repairs if repair.kind == RENAME}
    return {
        name if name in rows else back.get(name, name): value for name, value in parameters.items()
    }
