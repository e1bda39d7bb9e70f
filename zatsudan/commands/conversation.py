"""Commands on the talk itself."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, whole_number
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands import offers
from zatsudan.commands.cast import begin_anew
from zatsudan.commands.here import read_here
from zatsudan.commands.messagenumbers import numbers
from zatsudan.commands.outcomes import Generate, Outcome, Prefill, Show, tell
from zatsudan.commands.parts import Line, Part, Talk
from zatsudan.commands.paths import paths
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.resuming import shown_anew
from zatsudan.config.file import read_system
from zatsudan.parameters.values import show_value
from zatsudan.sessions.calls import to_answer
from zatsudan.sessions.session import Node
from zatsudan.sessions.tree import last_reply
from zatsudan.sessions.window import starts_of
from zatsudan.talk.chat import Chat

GROUP = later("The talk")


def _has_turns(chat: Chat) -> bool:
    return chat.talk.session.head is not None


def _system_choices(chat: Chat, args: str) -> Iterable[Choice]:
    if args.startswith("@"):
        return (Choice(f"@{choice.text}", choice.meta) for choice in paths(args[1:]))
    none = [Choice("none", say("take it away"))] if chat.talk.session.system else []
    return [*none, Choice("@", say("a file"))] if not args else ()


@command(
    "system",
    "[TEXT|@FILE|none]",
    group=GROUP,
    everyday=True,
    complete=_system_choices,
    known_as=("sys", "prompt"),
)
async def system(chat: Chat, args: str) -> Outcome:
    """Show or change the system message.

    It leads every request from now on; the earlier one is replaced, never added to.
    `@FILE` reads it from a file, `none` takes it away.
    """
    if not args:
        if not chat.talk.session.system:
            return tell(say("There is no system message. /system TEXT sets one."), "dim")
        return Show((Line(printable(chat.talk.session.system)),))
    text = "" if args == "none" else read_system(args, Path.cwd())
    chat.talk.record({"type": "system", "content": text})
    return tell(
        say("System message: {text}", text=one_line(text, 70))
        if text
        else say("No system message is sent now."),
        "good",
    )


@command(
    "retry",
    "[NAME=VALUE…]",
    group=GROUP,
    everyday=True,
    complete=offers.assignments,
    possible=_has_turns,
    known_as=("regenerate", "regen"),
)
async def retry(chat: Chat, args: str) -> Outcome:
    """Ask again; the earlier reply is kept.

    `/retry temperature=1.2 seed=7`
    changes parameters for this one reply only.
    """
    return await _retry(chat, args)


@command("retry!", "[NAME=VALUE…]", group=GROUP, complete=offers.assignments, possible=_has_turns)
async def retry_anyway(chat: Chat, args: str) -> Outcome:
    """Ask again, also where it seems too long.

    What a message takes is estimated where the server has no tokenizer. This sends it all the same; the
    server may refuse it, and Ollama leaves out its beginning without a word.
    """
    return await _retry(chat, args, anyway=True)


async def _retry(chat: Chat, args: str, *, anyway: bool = False) -> Outcome:
    parent = to_answer(chat.talk.session)
    if parent is None:
        raise CommandError(say("There is no message to ask again about."), say("Write one first."))
    overrides = await read_here(chat, split(args))
    changed = "  ".join(f"{name} {show_value(value)}" for name, value in overrides.items())
    note = say("Again: {message}", message=one_line(parent.message.text, 50))
    told = printable(f"{note}  ({changed})") if changed else note
    lines = [Line(told, "dim")]
    if (seed := _same_seed(chat, parent, overrides)) is not None:
        note = say("The seed {seed} is set as it was: the same text may come again.", seed=seed)
        lines.append(Line(note, "dim"))
    return Generate(parent, overrides, tuple(lines), anyway=anyway)


def _same_seed(chat: Chat, parent: Node, overrides: Mapping[str, Json]) -> Json:
    """Return the seed if some reply to a message was made with these parameters and with it."""
    wanted = {**chat.talk.session.parameters, **overrides}
    if wanted.get("seed") is None:
        return None
    sent = chat.link.mended(dict(wanted), chat.talk.session.model)
    replies = chat.talk.session.numbered(parent.id)
    made = (node.made.parameters for node in replies if node is not None and node.made is not None)
    return wanted["seed"] if any(dict(known) == sent for known in made) else None


@command("continue", "", group=GROUP, possible=_has_turns)
async def continue_(chat: Chat, _args: str) -> Outcome:
    """Let the model go on with its last reply.

    For one that was interrupted, cut off, or ended at the token limit. Where the server
    takes it the text is given back to it (prefill), else the model is asked in words;
    either way the two parts become one message, and the cut one stays as a variant. Behind a message
    without a reply, as after a crash, it asks for one; behind one that was added by hand an empty
    line does the same.
    """
    session = chat.talk.session
    head = session.nodes[session.head] if session.head is not None else None
    if head is not None and _has_no_reply(head):
        return Generate(head)
    reply = last_reply(session)
    if reply is None or reply.parent is None or not reply.message.text.strip():
        raise CommandError(say("There is no reply to go on with."), say("/retry asks for one."))
    parent = session.nodes[reply.parent]
    logprobs = reply.made.logprobs if reply.made is not None else ()
    return Generate(parent, prefix=reply.message.text, logprobs=logprobs, asking=True)


def _has_no_reply(head: Node) -> bool:
    """Tell whether the last message waits for a reply: one of the person's, or one that was added by hand."""
    role = head.message.role
    return role == "user" or (head.by_hand is not None and role != "assistant")


@command("undo", "[N]", group=GROUP, everyday=True, possible=_has_turns, known_as=("back",))
async def undo(chat: Chat, args: str) -> Outcome:
    """Step back one turn, or N.

    Nothing is deleted: the turn stays in the session as another branch. Your message comes
    back into the input line, to be changed and sent again.
    """
    count = whole_number(args) if args else 1
    path = chat.talk.session.path()
    users = [key for key, role in zip(path.ids, path.roles(), strict=True) if role == "user"]
    if count is None or not 1 <= count <= len(users):
        raise CommandError(
            say_count(
                "There is {n} turn to step back over.",
                "There are {n} turns to step back over.",
                len(users),
            ),
            say("/undo steps back one."),
        )
    node = chat.talk.session.nodes[users[-count]]
    chat.talk.record({"type": "head", "id": node.parent})
    note = say_count(
        "Stepped back {n} turn; {left} left.",
        "Stepped back {n} turns; {left} left.",
        count,
        left=len(users) - count,
    )
    return Prefill(chat.talk.given_back(node), (Line(note, "good"),))


@command("new", "", group=GROUP, known_as=("clear",))
async def new(chat: Chat, _args: str) -> Outcome:
    """Begin a new session; the one before is saved.

    The settings are those that every session begins with.
    """
    begin_anew(chat)
    told = Line(say("A new session."), "good")
    if chat.talk.session.character is None:
        return Show((told,))
    from zatsudan.commands.cast import opened

    return Show((told, *opened(chat)))


@command("show", "[N|all]", group=GROUP, possible=_has_turns)
async def show(chat: Chat, args: str) -> Outcome:
    """Show the last turn again, the last N, or all."""
    return Show(_last_turns(chat, args))


@command("redraw", "[N|all]", group=GROUP, possible=_has_turns)
async def redraw(chat: Chat, args: str) -> Outcome:
    """Scroll the screen empty and show the last turns anew.

    At the present width: after a resize, rows that were printed before keep their old one.
    """
    return Show(_last_turns(chat, args or "3"), afresh=True)


def _last_turns(chat: Chat, args: str) -> tuple[Part, ...]:
    path = chat.talk.session.path()
    starts = starts_of(path)
    count = len(starts) if args == "all" else whole_number(args or "1")
    if count is None or (not count and starts):
        raise CommandError(
            say("{text!r} is no number of turns.", text=one_line(args, 30)),
            say("Write a number, or all."),
        )
    above = starts[-count] if count < len(starts) else 0
    shown = Talk(tuple(path[above:]), above, frozenset(chat.talk.session.withheld))
    return shown_anew(chat, shown)


def _raw_choices(chat: Chat, args: str) -> Iterable[Choice]:
    yield Choice("said", say("your last message, unfolded"))
    session = chat.talk.session
    yield from numbers(session, reversed(session.path().ids), args)


@command("raw", "[said|N]", group=GROUP, complete=_raw_choices, possible=_has_turns)
async def raw(chat: Chat, args: str) -> Outcome:
    """Show the last reply as the model wrote it.

    `/raw said` shows your last message whole, where it was folded, with all that was sent of its
    files; `/raw N` any message, by its number in /tree.
    """
    if args:
        from zatsudan.commands.branches import node_named

        said = chat.talk.last_user() if args == "said" else None
        node = said if said is not None else node_named(chat, args)
        return Show((Line(_written(node)),))
    reply = next(
        (node for node in reversed(chat.talk.session.path()) if node.message.role == "assistant"),
        None,
    )
    if reply is None:
        raise CommandError(say("There is no reply yet."), say("Write a message first."))
    return Show((Line(_written(reply)),))


def _written(node: Node) -> Printable:
    """Return a message as its writer wrote it: of a model with the mark of the end that its server left there."""
    from zatsudan.wire.endmarks import MARKS

    ended = node.made.stopped if node.made is not None else ""
    return printable(node.message.text + (ended if ended in MARKS else ""))


@command("reasoning", "[show]", group=GROUP, possible=_has_turns)
async def reasoning(chat: Chat, _args: str) -> Outcome:
    """Show what the model thought before its last reply."""
    reply = next(
        (node.made for node in reversed(chat.talk.session.path()) if node.made is not None), None
    )
    if reply is None or not reply.reasoning:
        return tell(say("The last reply came without reasoning."), "dim")
    return Show((Line(printable(reply.reasoning.strip()), "dim"),))
