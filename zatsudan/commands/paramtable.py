"""The table of parameters: what this server takes, each with its value and where that is from."""

from collections.abc import Mapping

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands import here as at_server
from zatsudan.commands.parts import Table
from zatsudan.parameters.table import BY_NAME, GROUPS, PARAMETERS
from zatsudan.parameters.values import AUTO, show_value
from zatsudan.servers.taking import Here
from zatsudan.servers.wirenames import wire_name
from zatsudan.sessions.session import Setting
from zatsudan.talk.chat import Chat
from zatsudan.wire.refusals import mended

#: Where the value of a parameter came from.
ORIGINS = {
    *(later("session"), later("preset"), later("flag"), later("profile"), later("model")),
    *(later("config"), later("thinking")),
}

#: The column that goes where there is no room for it: /help NAME tells the range.
RANGE = 3

#: The groups that are shown without being asked for.
USUAL = ("sampling", "repetition", "length")


def changed_since_reply(chat: Chat) -> set[str]:
    """Return the names, also as they are sent, whose value is not that of the last reply on the path."""
    made = next(
        (node.made for node in reversed(chat.talk.session.path()) if node.made is not None), None
    )
    if made is None:
        return set()
    repairs = chat.link.repairs(chat.talk.session.model)
    now = mended(chat.talk.session.parameters, repairs)
    wire = {
        name
        for name in {*made.parameters, *now}
        if made.parameters.get(name) != now.get(name)
        # A seed that is drawn for each request has not been changed.
        and not (now.get(name) == AUTO and name in made.parameters)
    }
    return wire | {name for name in chat.talk.session.settings if wire_name(name, repairs) in wire}


def shown(chat: Chat, *, every: bool) -> Table:
    """Return the table; `every`: with the rest, also what this server does not take."""
    here, settings = chat.link.here, chat.talk.session.settings
    idle, changed = at_server.idle(chat), changed_since_reply(chat)
    rows: list[tuple[Printable, ...]] = []
    titles: dict[int, Printable] = {}
    marks: set[int] = set()
    for title, names in _grouped(chat, here, every=every):
        if names:
            titles[len(rows)] = title
        for name in names:
            if name in changed:
                marks.add(len(rows))
            rows.append(_row(name, here, settings, idle))
    head = (say("parameter"), say("value"), say("origin"), say("range"), say("meaning"))
    return Table(head, tuple(rows), marks=frozenset(marks), brief=True, titles=titles, spare=RANGE)


def _grouped(chat: Chat, here: Here, *, every: bool) -> list[tuple[Printable, list[str]]]:
    """Return the names under the titles of their groups, and last those that this server does not take."""
    settings = chat.talk.session.settings
    # Two rows that this server has under one name: the one that has that name.
    repairs = chat.link.repairs(chat.talk.session.model)
    twins = {
        row.name for row in PARAMETERS if wire_name(row.name, repairs) in {*BY_NAME} - {row.name}
    }
    usual = {row.name for row in here.rows if row.group in USUAL and not row.same_as}
    groups: dict[str, list[str]] = {group: [] for group in GROUPS}
    untaken: list[str] = []
    for row in PARAMETERS:
        if row.name in settings or row.name in usual:
            groups[row.group].append(row.name)
        elif every and row.name not in twins:
            (untaken if here.takes(row) is False else groups[row.group]).append(row.name)
    groups["more"] += [name for name in settings if name not in BY_NAME]
    if every:
        own = (name for name in here.told if name not in BY_NAME and name not in settings)
        groups["more"] += [name for name in own if not isinstance(here.told[name], list | dict)]
    found = [(say(GROUPS[group]), names) for group, names in groups.items()]
    return [*found, (say("What {server} does not take", server=here.kind.label), untaken)]


def _row(
    name: str, here: Here, settings: Mapping[str, Setting], idle: Mapping[str, Printable]
) -> tuple[Printable, ...]:
    setting = settings.get(name)
    row = here.find(name) if name in BY_NAME or name in here.told else None
    value, origin = printable("·"), EMPTY
    if setting is not None:
        value, origin = one_line(show_value(setting.value), 16), _origin(setting)
        own = here.own.get(name, setting.value)
        if own != setting.value and not isinstance(own, list | dict):
            value = printable(f"{_own(own)} → {value}")
    elif name in here.own:
        value, origin = _own(here.own[name]), say("server")
    meaning = say("a field of your own")
    if name in BY_NAME and row is not None:
        meaning = say(row.help)
    elif row is not None:
        meaning = say("the server's own")
    if name in idle:
        meaning = idle[name]
    short = row.kind.short if row is not None else printable("JSON")
    return (one_line(name, 40), value, origin, short, meaning)


def _own(value: Json) -> Printable:
    if isinstance(value, list):
        return say_count("{n} text", "{n} texts", len(value))
    return one_line(show_value(value), 12)


def _origin(setting: Setting) -> Printable:
    return say(setting.origin) if setting.origin in ORIGINS else one_line(setting.origin, 20)
