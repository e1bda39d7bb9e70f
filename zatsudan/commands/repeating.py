"""The command that tells whether a reply is repeatable, and where it is not."""

import json
from collections.abc import Iterable, Mapping

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import NOTHING, Json, whole_number
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.outcomes import Outcome, Show, Work
from zatsudan.commands.parts import Line
from zatsudan.commands.probes import GROUP, Hint
from zatsudan.commands.registry import command
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import show_value
from zatsudan.servers.findings import HONOURED, IGNORED, REPEAT, Finding
from zatsudan.servers.prefill import Opening
from zatsudan.servers.wirenames import own_names
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for
from zatsudan.talk.chat import Chat
from zatsudan.talk.exchange import AS_IT_WAS, asked
from zatsudan.talk.rebuilding import rebuilt


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
    model = str(rebuilt(chat.talk.session, last).body["model"])

    async def run(hint: Hint) -> Outcome:
        await client_for(chat.talk, chat.link)
        texts = await _again(chat, last, count, hint)
        without = await without_cache(chat, last, hint) if drifted(last, texts) else EMPTY
        return _compared(chat, model, texts, last, without)

    note = say(
        "{count} requests, one at a time, with the settings of the last reply · Esc stops",
        count=count,
    )
    return Work((Line(note, "dim"),), run)


async def _again(
    chat: Chat, reply: Node, count: int, hint: Hint, fields: Mapping[str, Json] = NOTHING
) -> list[str]:
    """Send the request of a reply so often, one after the other, with more fields; return the texts."""
    body = {**rebuilt(chat.talk.session, reply).body, **fields}
    body.pop("n", None)  # one choice is enough
    model = str(body["model"])
    given = reply.message.text[: reply.made.given] if reply.made is not None else ""
    texts: list[str] = []
    for number in range(count):
        hint(say("run {number} of {count} …", number=number + 1, count=count))
        usage = None
        try:
            answer, usage = await asked(chat.link, lambda: body, model, AS_IT_WAS, Opening(given))
        finally:
            chat.talk.spend_aside(model, usage)
        texts.append(answer.content)
    return texts


def drifted(reply: Node, texts: list[str]) -> bool:
    """Tell whether texts differ from a reply's though a seed was sent, or with temperature 0."""
    sent = reply.made.parameters if reply.made is not None else {}
    is_fixed = sent.get("seed") is not None or sent.get("temperature") == 0
    return is_fixed and len({*texts, reply.message.text}) > 1


def cache_field(chat: Chat, reply: Node) -> Mapping[str, Json]:
    """Return what leaves out the server's prompt cache; nothing where it has no such field, or the reply had it."""
    fields = chat.link.here.kind.without_cache
    sent = reply.made.parameters if reply.made is not None else {}
    return {} if any(name in sent for name in fields) else fields


async def without_cache(chat: Chat, reply: Node, hint: Hint) -> Printable:
    """Ask twice for a reply without the server's prompt cache; return what came of it, if it can be left out.

    llama.cpp reuses what it has read of a prompt, and then computes in other batches: the numbers
    differ in their last digits, and a seeded text may too (its `cache_prompt`).
    """
    fields = cache_field(chat, reply)
    if not fields:
        return EMPTY
    texts = await _again(chat, reply, 2, hint, fields)
    written = " ".join(f"+{name} {json.dumps(value)}" for name, value in fields.items())
    if texts[0] == texts[1]:
        return say(
            "Without the server's prompt cache two of two are the same: it was the cache. /set {fields} leaves it out.",
            fields=written,
        )
    return say("Without the server's prompt cache ({fields}) they differ too.", fields=written)


def _compared(chat: Chat, model: str, texts: list[str], reply: Node, without: Printable) -> Outcome:
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
    if without:
        lines.append(Line(without))
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
