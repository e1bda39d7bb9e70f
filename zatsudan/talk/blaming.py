"""Which setting of the person's a server means when it refuses a request."""

import re
from collections.abc import Iterable, Mapping

from zatsudan.base.errors import StatusError, StreamError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import AUTO, show_value
from zatsudan.servers.wirenames import wire_name
from zatsudan.sessions.session import Setting
from zatsudan.wire import wording
from zatsudan.wire.refusals import Repair, named
from zatsudan.wire.statuscodes import OF_A_VALUE


def offer_unset(
    error: ZatsudanError,
    settings: Mapping[str, Setting],
    sent: Mapping[str, Json],
    repairs: Iterable[Repair],
) -> None:
    """Have a refusal advise to take back the setting that it names, if it names one that was sent.

    `sent` are the parameters of the request by our names: another value than the setting's is
    none of the setting's. `repairs` tell what the server calls them.
    """
    refused = error.refused if isinstance(error, StreamError) else error
    if not isinstance(refused, StatusError) or refused.status not in OF_A_VALUE:
        return
    if re.search(wording.TOO_LONG, f"{refused.code} {refused.message}"):
        return
    known = tuple(repairs)
    theirs: dict[str, str] = {}
    for name, setting in settings.items():
        if name in sent and setting.value in (sent[name], AUTO):
            aliases = BY_NAME[name].aliases if name in BY_NAME else ()
            theirs |= dict.fromkeys((*aliases, wire_name(name, known)), name)
    theirs |= {name: name for name in theirs.values()}
    meant = theirs.get(named(refused, theirs))
    if meant is not None:
        error.advice = say(
            "{name} is set to {value}: /unset {name} takes it back.",
            name=one_line(meant, 60),
            value=one_line(show_value(settings[meant].value), 40),
        )
