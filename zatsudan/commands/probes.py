"""The command that measures a server: does a parameter take effect? And how that is shown."""

import re
from collections.abc import Callable, Iterable, Mapping

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.here import ask_names, knows, offered
from zatsudan.commands.outcomes import Outcome, Show, Work
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.table import BY_NAME, PARAMETERS
from zatsudan.servers.findings import HONOURED, IGNORED, REFUSED, REPEAT, UNCLEAR, Finding
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.chat import Chat

GROUP = later("The lab")

Hint = Callable[[Printable], None]

#: What is kept of /repro.
_REPEATED = re.compile(r"(?P<same>\d+) of (?P<count>\d+) replies the same(?:, (?P<settings>.+))?")

#: A mark for each state, and the word beside it.
MARKS = {
    HONOURED: ("✓", later("honoured")),
    IGNORED: ("!", later("ignored")),
    REFUSED: ("✗", later("refused")),
    UNCLEAR: ("~", later("unclear")),
}


#: What is known to do nothing, without a test.
NOTHING = Finding(IGNORED)


def _names(chat: Chat, _args: str) -> Iterable[Choice]:
    own = (row for row in offered(chat) if row.name not in BY_NAME)
    return (Choice(row.name, say(row.help)) for row in (*PARAMETERS, *own))


@command("probe", "[NAME…]", group=GROUP, complete=_names)
async def probe(chat: Chat, args: str) -> Outcome:
    """Find out which parameters this server really uses.

    Servers ignore, clamp and rewrite parameters without a word. A few short requests tell which;
    llama.cpp is asked outright. The result is kept for this server and model, and /params shows it.
    """
    from zatsudan.lab.probe import requests, usual
    from zatsudan.lab.probe import tokens as tokens_of

    words = [word.text for word in split(args)]
    if any(not knows(chat, word) for word in words if not word.startswith("+")):
        await ask_names(chat)
    here = chat.link.here
    names = [
        word[1:] if word.startswith("+") else here.find(word).name  # a name that was shortened
        for word in words
    ]
    delivery = {row.name for row in PARAMETERS if row.delivery}
    names = [
        name
        for name in dict.fromkeys(names or usual(chat.talk.session.settings))
        if name not in delivery and not makes_request(name)
    ]
    if not names:
        raise CommandError(
            say("stream cannot be probed."), say("It is a form of the answer, no knob.")
        )
    most = 1 + sum(requests(name) for name in names)
    note = say(
        "At most {most} requests of at most {tokens} tokens each; they are no part of the talk · Esc stops",
        most=most,
        tokens=tokens_of(names),
    )

    async def run(hint: Hint) -> Outcome:
        return await _probe(chat, names, hint)

    return Work((Line(note, "dim"),), run)


async def _probe(chat: Chat, names: list[str], hint: Hint) -> Outcome:
    from zatsudan.lab.probe import Probe, read_told, unnamed

    client = await client_for(chat.talk, chat.link)
    model = await model_of(chat.talk, chat.link)
    server, day = client.server.name, chat.talk.now()[:10]
    tests = Probe(chat.link, model, hint)
    told = await tests.told()
    rows: list[tuple[Printable, ...]] = []
    for name in names:
        found = read_told(name, told) or unnamed(name, told, await tests.run(name))
        finding = Finding(found.state, one_line(found.detail, 160), day)
        chat.findings.keep(server, model, name, finding)
        mark, word = MARKS[finding.state]
        cells = (name, f"{mark} {say(word)}", finding.detail)
        rows.append(tuple(map(one_line, cells)))
    chat.talk.spend_aside(model, tests.usage, tests.sent)
    title = say_count(
        "{model} at {server}: {n} request",
        "{model} at {server}: {n} requests",
        tests.sent,
        model=one_line(model, 60),
        server=one_line(server, 60),
    )
    legend = say(
        "Kept with the date, {day}; /params shows it. unclear: taken, but the replies do not tell.",
        day=day,
    )
    head = (say("parameter"), EMPTY, say("seen"))
    return Show((Table(head, tuple(rows), title), Line(legend, "dim")))


def with_effect(
    chat: Chat, table: Table, idle: Mapping[str, Printable]
) -> tuple[Table, list[Line]]:
    """Return a table of parameters with what /probe has found of each, and how to read it.

    What is `idle` does nothing here for the reason given, whatever was found. With neither of
    both the table is as it was.
    """
    server = chat.link.server.name if chat.link.server is not None else ""
    found = chat.findings.of(server, chat.talk.session.model)
    nothing = [row[0] for row in table.rows if row[0] in idle]
    if not found and not nothing:
        return table, []
    rows = tuple(
        (row[0], _mark(NOTHING if row[0] in idle else found.get(row[0])), *row[1:])
        for row in table.rows
    )
    head = (table.head[0], EMPTY, *table.head[1:])
    spare = table.spare + 1 if table.spare is not None else None
    table = table._replace(head=head, rows=rows, spare=spare)
    mark = MARKS[IGNORED][0]
    reasons = (say("{name}: {reason}.", name=name, reason=idle[name]) for name in nothing)
    lines = [Line(printable(f"{mark} {reason}"), "dim") for reason in reasons]
    if not found:
        return table, lines
    days = sorted({finding.day for finding in found.values()})
    when = days[0] if len(days) == 1 else say("{first} to {last}", first=days[0], last=days[-1])
    marks = "    ".join(f"{mark} {say(word)}" for mark, word in MARKS.values())
    legend = say("probed {when}: {marks}    blank: not probed", when=when, marks=marks)
    lines.append(Line(legend, "dim"))
    if REPEAT in found:
        lines.append(
            Line(printable(f"/repro {found[REPEAT].day}: {_repeated(found[REPEAT].detail)}"), "dim")
        )
    return table, lines


def _mark(finding: Finding | None) -> Printable:
    return printable(MARKS.get(finding.state, "?")[0]) if finding is not None else EMPTY


def _repeated(detail: str) -> Printable:
    """Say how many replies were the same; the file holds it in English."""
    found = _REPEATED.fullmatch(detail)
    if found is None:
        return one_line(detail)
    told = _agreement(int(found["same"]), int(found["count"]))
    return printable(f"{told} ({one_line(found['settings'])})") if found["settings"] else told


def _agreement(same: int, count: int) -> Printable:
    if same == 1:
        return say("all {count} replies differ", count=count)
    return say("{same} of {count} replies the same", same=same, count=count)
