"""Commands that measure a server: does a parameter take effect, is a reply repeatable?"""

import re
from collections.abc import Callable, Iterable, Mapping

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import whole_number
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.here import ask_names, knows, offered
from zatsudan.commands.outcomes import Outcome, Show, Work
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.table import BY_NAME, PARAMETERS
from zatsudan.parameters.values import show_value
from zatsudan.servers.findings import HONOURED, IGNORED, REFUSED, REPEAT, UNCLEAR, Finding
from zatsudan.servers.prefill import Opening
from zatsudan.servers.wirenames import own_names
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.exchange import AS_IT_WAS, asked
from zatsudan.talk.request import rebuilt

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


# --- repeatable? --------------------------------------------------------------------


@command("repro", "[N]", group=GROUP, possible=lambda chat: chat.talk.session.head is not None)
async def repro(chat: Chat, args: str) -> Outcome:
    """Run the last request five times and compare the replies.

    One after the other, since many at once can change a reply. The replies are compared, and not kept; how many
    were the same is remembered for this server and model, with the seed; without one it says nothing of the server.
    """
    count = whole_number(args) if args else 5
    if count is None or not 2 <= count <= 64:
        raise CommandError(
            say("/repro takes a number from 2 to 64."), say("/repro 5 runs it five times.")
        )
    last = next(
        (node for node in reversed(chat.talk.session.path()) if node.made is not None), None
    )
    if last is None or last.made is None or last.parent is None:
        raise CommandError(say("There is no reply to be repeated."), say("Write a message first."))
    body = rebuilt(chat.talk.session, last).body
    body.pop("n", None)  # one choice is enough
    model = str(body["model"])
    given = last.message.text[: last.made.given]

    async def run(hint: Hint) -> Outcome:
        await client_for(chat.talk, chat.link)
        texts: list[str] = []
        for number in range(count):
            hint(say("run {number} of {count} …", number=number + 1, count=count))
            try:
                reply, usage = await asked(
                    chat.link, lambda: body, model, AS_IT_WAS, Opening(given)
                )
            except BaseException:
                chat.talk.spend_aside(model, None)
                raise
            chat.talk.spend_aside(model, usage)
            texts.append(reply.content)
        return _compared(chat, model, texts, last)

    note = say(
        "{count} requests, one at a time, with the settings of the last reply · Esc stops",
        count=count,
    )
    return Work((Line(note, "dim"),), run)


def _compared(chat: Chat, model: str, texts: list[str], reply: Node) -> Outcome:
    common = max(texts, key=texts.count)
    same = texts.count(common)
    server = chat.link.server.name if chat.link.server is not None else ""
    made = reply.made or Made()
    sent = own_names(made.parameters, chat.link.repairs(model), BY_NAME)
    seeded = sent.get("seed") is not None
    if seeded:  # what no seed was sent for says nothing of the server
        names = [name for name in ("seed", "temperature") if name in sent]
        with_what = " ".join(f"{name} {show_value(sent[name])}" for name in names)
        state = HONOURED if same == len(texts) else IGNORED
        detail = f"{same} of {len(texts)} replies the same, {with_what}"
        chat.findings.keep(server, model, REPEAT, Finding(state, detail, chat.talk.now()[:10]))
    told = (
        say("All {count} replies differ.", count=len(texts))
        if same == 1
        else say("{same} of {count} replies are the same.", same=same, count=len(texts))
    )
    lines = [Line(told, "good" if same > 1 else "warn")]
    for number, text in enumerate(texts, 1):
        if text != common:
            lines.append(Line(printable(f"{number}: {_where(common, text)}")))
    recorded = reply.message.text
    if recorded in texts:
        lines.append(Line(say("The reply that stands in the talk is the same too."), "dim"))
    else:
        told = say("The reply that stands in the talk {differs}.", differs=_where(common, recorded))
        lines.append(Line(told, "dim"))
        lines += [Line(reason, "dim") for reason in _reasons(chat, reply, server)]
    if same < len(texts) and not seeded:
        told = say("It was made without a seed: /set seed 42 temperature 0 is worth a try.")
        lines.append(Line(told, "dim"))
    return Show(tuple(lines))


def _reasons(chat: Chat, reply: Node, server: str) -> Iterable[Printable]:
    """Yield what was otherwise when the recorded reply was made: that can be why it differs."""
    made = reply.made or Made()
    if made.server and made.server != server:
        yield say("It was made at {server}.", server=one_line(made.server, 40))
    if made.ended != FINISHED:
        yield say("It did not come to its end.")
    lab = chat.talk.session.lab
    cells = [node_id for _, node_id in lab.cells] if lab is not None else []
    if made.parameters.get("n") not in (None, 1) or (reply.id in cells and len(cells) > 1):
        yield say("It was made beside others, which can change a reply.")


def _where(common: str, text: str) -> Printable:
    """Hint where a text differs from the common one, and in what."""
    from zatsudan.lab.metrics import by_characters, first_difference, units

    place = first_difference(common, text)
    if place is None:
        return say("is the same")
    was, now = (
        f'"{one_line(" ".join(found[place - 1 : place + 2]), 40)}"'
        if len(found) >= place
        else say("its end")
        for found in (units(common), units(text))
    )
    by_character = by_characters(common)
    if was == now:
        text = (
            later("differs after character {place}, in punctuation or blanks")
            if by_character
            else later("differs after word {place}, in punctuation or blanks")
        )
        return say(text, place=place - 1)
    text = (
        later("differs from character {place} on ({was} / {now})")
        if by_character
        else later("differs from word {place} on ({was} / {now})")
    )
    return say(text, place=place, was=was, now=now)
