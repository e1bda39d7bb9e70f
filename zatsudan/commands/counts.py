"""Commands on what is sent and what it takes: messages, tokens, seconds."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.conversation import GROUP
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.registry import command
from zatsudan.sessions.byhand import ByHand
from zatsudan.sessions.calls import summary
from zatsudan.sessions.estimate import speed_of
from zatsudan.sessions.made import FAILED, FINISHED, INTERRUPTED, Made
from zatsudan.sessions.session import Node
from zatsudan.sessions.window import Window, tokens_of
from zatsudan.talk.addressee import is_new_to
from zatsudan.talk.chat import Chat
from zatsudan.talk.fitting import context_length, frame_of, window_of
from zatsudan.wire.messages import Usage

if TYPE_CHECKING:
    from zatsudan.sessions.characters.card import Character

#: How many messages at most are counted by the server, the last ones; each is a question to it.
COUNTED = 200

_ENDS = {
    FINISHED: later("finished"),
    INTERRUPTED: later("interrupted"),
    FAILED: later("failed"),
}


@command("context", "", group=GROUP)
async def context(chat: Chat, _args: str) -> Outcome:
    """Show what the next request sends, and what it leaves out.

    Where the server has a tokenizer to ask (llama.cpp, vLLM), it counts; a `~` marks an estimate.
    """
    window = window_of(chat.talk, chat.link)
    exact = await _by_the_server(chat, window)
    sent = {node.id for node in window.nodes}
    rows: list[tuple[Printable, ...]] = []
    session = chat.talk.session
    frame = frame_of(session, session.system, window.lore)
    if frame.system:
        mark = say("character") if session.character is not None else EMPTY
        size = _about(chat, exact, frame.system)
        rows.append((mark, printable("system"), size, one_line(frame.system, 60)))
    path = chat.talk.session.path()
    for node in path:
        mark = EMPTY if node.id in sent else say("left out")
        if node.id in chat.talk.session.pinned:
            mark = say("pinned")
        if node.id in chat.talk.session.withheld:
            mark = say("hidden")
        if node.by_hand is not None:
            mark = printable(" · ".join(filter(None, (mark, _origin(node.by_hand)))))
        text = node.message.text
        about = tokens_of(node, chat.link.gauge(chat.talk.session).estimator.count)
        tokens = printable(f"{exact[text]:,}" if text in exact else f"~{about:,}")
        said = one_line(summary(node.message), 60)
        rows.append((mark, one_line(node.message.role, 20), tokens, said))
    first = len(rows) - len(path)
    for placed in frame.placed:
        mark = say("character") if placed.entry is None else say("lore")
        text = placed.message.text
        row = (mark, printable(placed.message.role), _about(chat, exact, text), one_line(text, 60))
        rows.insert(max(len(rows) - placed.depth, first), row)
    begin = chat.talk.session.begin
    if begin is not None:
        text = begin.text
        rows.append(
            (say("given"), printable("assistant"), _about(chat, exact, text), one_line(text, 60))
        )
    head = (EMPTY, say("role"), say("tokens"), say("begins"))
    table = Table(head, tuple(rows), right=frozenset({2}))
    lines = [Line(_whole(chat, window, exact.get(None)), "dim")]
    if session.character is not None and window.lore:
        names = lore_names(session.character, window.lore)
        lines.append(Line(say("Lore that holds: {names}.", names=names), "dim"))
    return Show((table, *lines))


def lore_names(character: "Character", numbers: Sequence[int]) -> Printable:
    """Return what entries of a lorebook are called: their names, or their first keys."""
    entries = character.book.entries
    found = [entries[number] for number in numbers if 0 <= number < len(entries)]
    names = [
        one_line(entry.name or ", ".join(entry.keys[:2]) or entry.content, 40)
        for entry in found[:12]
    ]
    more = [f"+{len(found) - 12}"] if len(found) > 12 else []
    return printable(" · ".join([*names, *more]))


def _origin(by_hand: ByHand) -> Printable:
    return say("greeting") if by_hand.card else say("by hand")


async def _by_the_server(chat: Chat, window: Window) -> dict[str | None, int]:
    """Return the tokens of each text by the server's own tokenizer, those of all under None.

    Empty where it is not connected, or has none to ask. Messages that hold more than a text
    are estimated.
    """
    server = chat.link.server
    if server is None or chat.link.kind.tokenizer is None or is_new_to(chat.talk, server):
        return {}
    from zatsudan.servers.native import tokenize
    from zatsudan.talk.fitting import counted

    client, model = await chat.link.client(), chat.talk.session.model
    plain = [message.text for message in window.messages if isinstance(message.content, str)]
    texts = list(dict.fromkeys(plain))[-COUNTED:]
    ids = await asyncio.gather(*(tokenize(client, model, text) for text in texts))
    found: dict[str | None, int] = {
        text: len(each) for text, each in zip(texts, ids, strict=True) if each is not None
    }
    whole = await counted(client, model, window.messages) if found else None
    return found if whole is None else {**found, None: whole}


def _whole(chat: Chat, window: Window, exact: int | None) -> Printable:
    """Return how much is sent in all, of what the model takes, and how much is not."""
    if exact is not None:
        told = say_count(
            "{tokens:,} tokens in {n} message, as the server counts",
            "{tokens:,} tokens in {n} messages, as the server counts",
            len(window.messages),
            tokens=exact,
        )
    else:
        told = say_count(
            "about ~{tokens:,} tokens in {n} message",
            "about ~{tokens:,} tokens in {n} messages",
            len(window.messages),
            tokens=window.tokens,
        )
    if context_length(chat.talk, chat.link):
        told = say(
            "{told}, of {length:,} that {model} takes",
            told=told,
            length=context_length(chat.talk, chat.link),
            model=chat.talk.session.model or say("the model"),
        )
    if window.left_out:
        told = say_count(
            "{told}; {n} earlier message is left out",
            "{told}; {n} earlier messages are left out",
            window.left_out,
            told=told,
        )
    if window.withheld:
        told = say_count(
            "{told}; {n} is hidden", "{told}; {n} are hidden", len(window.withheld), told=told
        )
    return say("{told}.", told=told)


def _about(chat: Chat, exact: Mapping[str | None, int], text: str) -> Printable:
    if text in exact:
        return printable(f"{exact[text]:,}")
    return printable(f"~{chat.link.gauge(chat.talk.session).estimator.count(text):,}")


@command("usage", "", group=GROUP, everyday=True, known_as=("cost", "stats"))
async def usage(chat: Chat, _args: str) -> Outcome:
    """Show the tokens of this reply and session.

    `in` is what was sent, `out` what came; `cached` and `reasoning` are parts of them.
    A `~` marks an estimate, where the server sent no count. What /probe, /repro, /title and /me asked
    since the start has a line of its own.
    """
    rows: list[tuple[Printable, ...]] = []
    last = next(
        (node for node in reversed(chat.talk.session.path()) if node.made is not None), None
    )
    if last is not None and last.made is not None and last.made.usage is not None:
        name = say("this reply ({model})", model=one_line(last.made.model, 40))
        rows.append((name, *_counts(last.made.usage)))
    totals = chat.talk.usage()
    whole = Usage()
    for model, total in totals.items():
        whole = whole.plus(total)
        if len(totals) > 1:
            rows.append((say("session, {model}", model=one_line(model, 40)), *_counts(total)))
    aside = chat.talk.aside()
    if not totals and not aside:
        return tell(say("No tokens yet in this session."), "dim")
    rows.append((say("session"), *_counts(whole)))
    for model, (requests, total) in aside.items():
        name = say_count(
            "{n} request beside the talk ({model})",
            "{n} requests beside the talk ({model})",
            requests,
            model=one_line(model, 40),
        )
        rows.append((name, *_counts(total)))
    head = (EMPTY, say("in"), say("out"), say("cached"), say("reasoning"), say("total"))
    table = Table(head, tuple(rows), right=frozenset(range(1, 6)))
    notes = [describe_speed(last)] if last is not None else []
    spent = dict(totals)
    for model, (_, total) in aside.items():
        spent[model] = spent.get(model, Usage()).plus(total)
    cost = chat.link.cost(spent)
    if cost is not None:
        notes.append(say("cost of this session, by the profile's prices: {cost:.4f}", cost=cost))
    return Show((table, *(Line(note, "dim") for note in notes)))


def _counts(usage: Usage) -> tuple[Printable, ...]:
    mark = "~" if usage.estimated else ""
    counts = (
        f"{mark}{usage.prompt:,}",
        f"{mark}{usage.completion:,}",
        f"{usage.cached:,}" if usage.cached else "·",
        f"{usage.reasoning:,}" if usage.reasoning else "·",
        f"{mark}{usage.total:,}",
    )
    return tuple(map(printable, counts))


def describe_speed(node: Node) -> Printable:
    """Return how fast a reply came: seconds to the first token and in all, tokens a second."""
    made = node.made
    if made is None:
        return EMPTY
    parts = []
    if made.first is not None:
        parts.append(say("first token after {seconds:.2f} s", seconds=made.first))
    parts.append(say("{seconds:.1f} s in all", seconds=made.seconds))
    usage = made.usage
    speed = speed_of(made)
    if made.pace is not None:
        parts.append(say("{speed:.1f} tok/s, as the server counts", speed=made.pace))
    elif usage is not None and speed is not None:
        mark = "~" if usage.estimated else ""
        parts.append(say("{mark}{speed:.1f} tok/s", mark=mark, speed=speed))
    return printable(" · ".join(parts))


def describe_end(made: Made) -> Printable:
    """Return how a reply ended, in a word."""
    return say(_ENDS.get(made.ended, made.ended))
