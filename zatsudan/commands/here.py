"""Parameters at the server that one is connected to: how they are read there, and what of them does nothing."""

from collections.abc import Iterable, Sequence

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.base.words import Word
from zatsudan.parameters.assignments import read_assignments
from zatsudan.parameters.chain import is_neutral, why_idle
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME, PARAMETERS, Find, UnknownParameter, find, named
from zatsudan.servers.findings import IGNORED, REFUSED
from zatsudan.servers.kinds import kind_of
from zatsudan.servers.taking import Here
from zatsudan.talk.chat import Chat


async def read_here(chat: Chat, words: Sequence[Word], *, force: bool = False) -> dict[str, Json]:
    """Read assignments by what the server takes; raises CommandError.

    With `force` what it does not take is read as well.
    """
    current = chat.talk.session.parameters

    def read() -> dict[str, Json]:
        return read_assignments(words, current, force=force, find=finder(chat, force=force))

    try:
        return read()
    except UnknownParameter as error:
        if await ask_names(chat):
            return read()
        from zatsudan.commands import COMMANDS

        if error.name not in COMMANDS:
            raise
        sentence = say("{name} is no parameter but a command.", name=error.name)
        raise CommandError(sentence, say("/help {name} explains it.", name=error.name)) from error


async def ask_names(chat: Chat) -> bool:
    """Ask the server for its own names and values where it was not asked; tell whether it told any."""
    if chat.link.server is None or chat.link.here.told:
        return False
    try:
        return bool((await chat.link.ask_values()).told)
    except ZatsudanError:  # it is good to know, and no more
        return False


def finder(chat: Chat, profile: str = "", *, force: bool = False) -> Find:
    """Return how parameters are found that are set at this server, or at that of a profile."""
    here = chat.link.here
    if profile:
        settings = chat.config.profiles.get(profile)
        if settings is None or not settings.base_url:
            return find
        here = Here(kind_of(profile, settings.base_url, dialect=settings.dialect))
    return here.find if force else here.settable


def knows(chat: Chat, name: str) -> bool:
    """Tell whether a name means a parameter here."""
    return named(name) is not None or name in chat.link.here.told


def offered(chat: Chat) -> Iterable[Parameter]:
    """Return the rows that may be set here, and what the server tells of itself besides."""
    here = chat.link.here
    for row in PARAMETERS:
        if here.takes(row) is not False and row.name not in here.twins:
            yield here.find(row.name)
    yield from (here.find(name) for name in here.told if name not in BY_NAME)


def why_nothing(chat: Chat, name: str) -> Printable:
    """Return why the value that a parameter has does nothing here; empty if it is not known to do nothing."""
    here = chat.link.here
    reason = here.why_not(name) or why_idle(name, chat.talk.session.parameters, here.told)
    if reason:
        return reason
    server = chat.link.name
    finding = chat.findings.of(server, chat.talk.session.model).get(name) if server else None
    if finding is not None and finding.state == IGNORED:
        return say("does nothing here, as /probe found")
    if finding is not None and finding.state == REFUSED:
        return say("is refused here, as /probe found")
    return EMPTY


def idle(chat: Chat) -> dict[str, Printable]:
    """Return which of the parameters that are set do nothing here, each with the reason."""
    found: dict[str, Printable] = {}
    for name, value in chat.talk.session.parameters.items():
        row = BY_NAME.get(name)
        if row is None or not is_neutral(row, value):
            reason = why_nothing(chat, name)
            if reason:
                found[name] = reason
    return found


def notes(chat: Chat, names: Iterable[str], before: Iterable[str]) -> list[Printable]:
    """Return what to know when these parameters have been set; `before` are those that did nothing till then."""
    changed, known = set(names), set(before)
    said = [
        say("{name}: {reason}.", name=name, reason=reason)
        for name, reason in idle(chat).items()
        if name in changed or name not in known
    ]
    values = chat.talk.session.parameters
    for name in changed:
        row = BY_NAME.get(name)
        if row is not None and row.takes_over and not is_neutral(row, values.get(name)):
            others = ", ".join(
                other.name
                for other in chat.link.here.rows
                if other.sampler not in ("", row.sampler, "temperature") and not other.under
            )
            said.append(
                say("While {name} is on, these do nothing: {others}.", name=name, others=others)
            )
    return said
