"""Commands on the variants of a reply: what differs in them, and which the talk goes on from."""

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import whole_number
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import EMPTY, one_line, printable
from zatsudan.commands.branches import GROUP, has_messages, ids, node_named
from zatsudan.commands.comparing import told
from zatsudan.commands.counts import describe_end
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line, Table, Talk
from zatsudan.commands.registry import command
from zatsudan.parameters.values import show_value
from zatsudan.sessions.made import FINISHED
from zatsudan.sessions.session import Node
from zatsudan.sessions.tree import differences, end_of, last_reply
from zatsudan.talk.chat import Chat


def _reply(chat: Chat, name: str) -> Node:
    node = node_named(chat, name) if name else last_reply(chat.talk.session)
    if node is None or node.message.role != "assistant":
        raise CommandError(say("That is no reply."), say("/tree shows all messages."))
    return node


@command("variants", "[N]", group=GROUP, complete=ids, possible=has_messages)
async def variants(chat: Chat, args: str) -> Outcome:
    """List the variants of the last reply.

    With what differed in their settings, and how each begins. `/variants N` lists
    those of message N; `/pick` chooses one.
    """
    node = _reply(chat, args)
    nodes = chat.talk.session.variants(node)
    counted = chat.talk.session.numbered(node.parent, node.message.role)
    last = chat.talk.session.lab
    blind = last is not None and last.blind and last.parent == node.parent
    rows = tuple(
        (
            printable(str(counted.index(variant) + 1)),
            one_line(f"#{variant.id}", 20),
            say("hidden until /pick")
            if blind
            else variant.by_hand.said()
            if variant.by_hand is not None
            else printable(
                "  ".join(
                    f"{name} {show_value(value)}"
                    for name, value in settings.items()
                    if value is not None
                )
            ),
            EMPTY
            if variant.made is None or variant.made.ended == FINISHED
            else describe_end(variant.made),
            one_line(variant.message.text, 60),
        )
        for variant, settings in zip(nodes, differences(nodes), strict=True)
    )
    table = Table(
        (EMPTY, EMPTY, say("settings"), EMPTY, say("begins")),
        rows,
        marks=frozenset({nodes.index(node)}),
        right=frozenset({0}),
    )
    hint = say("/pick N goes on from one; Alt-Left and Alt-Right step through them.")
    return Show((table, Line(hint, "dim")))


@command("pick", "N [MESSAGE]", group=GROUP, possible=has_messages)
async def pick(chat: Chat, args: str) -> Outcome:
    """Go on from variant N of the last reply.

    What followed it comes back with it. `/pick N MESSAGE` picks among the variants of an earlier reply.
    `#12` is message 12, as in /use and /diff.
    """
    number, _, name = args.partition(" ")
    reply = _reply(chat, name.strip())
    nodes = chat.talk.session.numbered(reply.parent, reply.message.role)
    ids = {f"#{node.id}": at for at, node in enumerate(nodes, 1) if node is not None}
    wanted = ids.get(number) or whole_number(number)
    if wanted is None or not 1 <= wanted <= len(nodes):
        raise CommandError(
            say_count("There is {n} variant.", "There are {n} variants.", len(nodes)),
            say("/variants lists them; /pick 1 takes the first."),
        )
    node = nodes[wanted - 1]
    if node is None:
        raise CommandError(
            say("No reply came for {n}.", n=wanted), say("/variants lists those that are there.")
        )
    went = _go(chat, node, wanted, len(nodes))
    return Show((*told(chat, node), *went.parts))


def _go(chat: Chat, node: Node, number: int, count: int) -> Show:
    end = end_of(chat.talk.session, node.id)
    chat.talk.record({"type": "head", "id": end})
    note = say("Variant {number} of {count}.", number=number, count=count)
    if end != node.id:
        note = say(
            "Variant {number} of {count}; what followed is back, up to #{end}.",
            number=number,
            count=count,
            end=end,
        )
    return Show((Line(note, "good"), Talk((chat.talk.session.nodes[node.id],))))


def go_on_from(chat: Chat, node: Node) -> Show:
    """Let the talk go on from a reply that is a variant of others."""
    nodes = chat.talk.session.variants(node)
    return _go(chat, node, nodes.index(node) + 1, len(nodes))


def step(chat: Chat, by: int) -> Show | None:
    """Go to the next or the previous variant of the last reply; None if it has no other."""
    node = last_reply(chat.talk.session)
    nodes = chat.talk.session.variants(node) if node is not None else []
    if node is None or len(nodes) < 2:
        return None
    at = (nodes.index(node) + by) % len(nodes)
    return _go(chat, nodes[at], at + 1, len(nodes))
