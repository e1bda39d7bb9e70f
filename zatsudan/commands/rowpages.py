"""A parameter's page in /help: what it takes, when to change it, and who takes it under which name."""

from collections.abc import Iterator
from functools import reduce

from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import show_value
from zatsudan.servers.kinds import KINDS
from zatsudan.servers.taking import Here, takes
from zatsudan.talk.chat import Chat


def about(row: Parameter, chat: Chat | None) -> Printable:
    """Return the page of a parameter, as it is at the server of a chat."""
    here = chat.link.here if chat is not None else Here()
    return printable("\n".join(_lines(row.at(wide=here.kind.wide), here)))


def _lines(row: Parameter, here: Here) -> Iterator[Printable]:
    takes_this = say("Takes {range}.", range=here.find(row.name).kind.range)
    if row.advice:
        takes_this = say("{before} {after}", before=takes_this, after=say(row.advice))
    yield takes_this
    facts: list[Printable] = []
    if row.neutral not in (None, {}):
        facts.append(say("Neutral: {value}.", value=show_value(row.neutral)))
    if row.under:
        facts.append(say("Does nothing while {other} is off.", other=row.under))
    if row.aliases:
        facts.append(say("Also read as {names}.", names=", ".join(row.aliases)))
    if row.name in here.own:
        own = one_line(show_value(here.own[row.name]), 60)
        facts.append(say("Not sent means {value} here.", value=own))
    if facts:
        yield reduce(
            lambda before, after: say("{before} {after}", before=before, after=after), facts
        )
    if row.local:
        yield _takers(row)
    reason = here.why_not(row.name)
    if reason:
        yield say("{reason}.", reason=reason)
    if row.name in BY_NAME:
        how = later("`/{name}` shows it, `/{name} VALUE` sets it, `/unset {name}` takes it back.")
    else:
        how = later("`/set {name} VALUE` sets it, `/unset {name}` takes it back.")
    yield say(how, name=row.name)


def _takers(row: Parameter) -> Printable:
    """Return which kinds of servers are known to take a row that is not OpenAI's."""
    names: list[str] = []
    for kind in KINDS:
        if takes(kind, row):
            sent = kind.names.get(row.name, row.name)
            label = kind.label
            names.append(
                label if sent == row.name else say("{server} (as {name})", server=label, name=sent)
            )
    return say("Known to take it: {servers}.", servers=", ".join(names) or say("none"))
