"""A recorded request sent again, and whether the same reply comes."""

from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.commands.outcomes import Generate, Outcome, Show, Work, tell
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.probes import Hint
from zatsudan.commands.registry import command
from zatsudan.commands.repeating import cache_field, drifted, without_cache
from zatsudan.commands.tracing import GROUP, has_reply, reply_at, reply_choices
from zatsudan.lab.diff import difference_at
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import client_for
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt


@command("replay", "[N]", group=GROUP, complete=reply_choices, possible=has_reply)
async def replay(chat: Chat, args: str) -> Outcome:
    """Send a recorded request again and compare.

    The request of reply N, or of the last one, just as it was. The new reply is kept as a variant;
    then it is said whether its text is the same, and whether system_fingerprint has changed.
    A seeded text that changed is tried twice more without the server's prompt cache (llama.cpp).
    """
    reply = reply_at(chat, args)
    rebuilt(chat.talk.session, reply)  # raises what keeps it from being sent
    parent = chat.talk.session.nodes[reply.parent or ""]
    made = reply.made or Made()
    await client_for(chat.talk, chat.link)
    lines = [Line(say("Again, as it was sent for reply {id}:", id=reply.id), "dim")]
    if chat.link.server is not None and made.server != chat.link.server.name:
        note = say(
            "That was at {then}; this is {now}.",
            then=one_line(made.server, 40),
            now=one_line(chat.link.server.name, 40),
        )
        lines.append(Line(note, "warn"))
    before = set(chat.talk.session.nodes)

    async def judged() -> Outcome:
        nodes = chat.talk.session.nodes
        new = next((node for key, node in nodes.items() if key not in before), None)
        return _judged(chat, reply, new) if new is not None else Show(())

    return Generate(parent, parts=tuple(lines), again=reply, then=judged)


def _judged(chat: Chat, before: Node, after: Node) -> Outcome:
    """Say what came of it; a seeded text that changed is tried without the server's prompt cache."""
    parts = verdict(before, after)
    ended = (node.made is not None and node.made.ended == FINISHED for node in (before, after))
    changed = drifted(before, [after.message.text]) and all(ended)
    if not changed or not cache_field(chat, before):
        return Show(parts)

    async def run(hint: Hint) -> Outcome:
        return tell(await without_cache(chat, before, hint))

    return Work(parts, run)


def verdict(before: Node, after: Node) -> tuple[Part, ...]:
    """Say whether a replayed reply is the same, and where it first differs."""
    lines: list[Line] = []
    one, two = before.message.text, after.message.text
    at = difference_at(one, two)
    made, again = before.made or Made(), after.made or Made()
    if at is None:
        note = say("The same text, all {n:,} characters of it.", n=len(one))
        lines.append(Line(note, "good"))
    elif made.ended != FINISHED or again.ended != FINISHED:
        note = say(
            "One of the two was not finished; the first {n:,} characters are the same.", n=at
        )
        lines.append(Line(note, "warn"))
    else:
        word = len(one[:at].split()) + (1 if not at or one[at - 1 : at].isspace() else 0)
        note = say(
            "Another text from character {at:,} on (word {word}): {then!r} was then, {now!r} is now.",
            at=at + 1,
            word=max(1, word),
            then=one_line(one[max(0, at - 12) : at + 24], 40),
            now=one_line(two[max(0, at - 12) : at + 24], 40),
        )
        lines.append(Line(note, "warn"))
    lines.append(_fingerprints(made.fingerprint, again.fingerprint))
    kept = say("Kept as variant {id}; the talk stays where it was.", id=after.id)
    return (*lines, Line(kept, "dim"))


def _fingerprints(then: str, now: str) -> Line:
    if not then and not now:
        return Line(say("The server tells no system_fingerprint."), "dim")
    if then == now:
        mark = one_line(now, 40)
        return Line(say("system_fingerprint is the same ({mark}).", mark=mark), "dim")
    changed = say(
        "system_fingerprint has changed: {then} → {now}.",
        then=one_line(then, 40) or say("none"),
        now=one_line(now, 40) or say("none"),
    )
    return Line(changed, "warn")
