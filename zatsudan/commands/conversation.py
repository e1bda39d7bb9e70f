"""Commands on the talk itself."""

from collections.abc import Iterable
from pathlib import Path

from zatsudan.chat import Chat
from zatsudan.commands import sampling
from zatsudan.commands.files import paths
from zatsudan.commands.outcomes import Generate, Line, Outcome, Prefill, Show, Table, Talk, tell
from zatsudan.commands.registry import Choice, command
from zatsudan.config import read_system
from zatsudan.core.attachments import said
from zatsudan.core.errors import CommandError
from zatsudan.core.messages import Usage, whole_number
from zatsudan.core.parameters import read_assignments, show_value
from zatsudan.core.printable import one_line
from zatsudan.core.session import Node
from zatsudan.core.tree import last_reply
from zatsudan.core.window import turns_of
from zatsudan.core.words import split

GROUP = "The talk"


def _has_turns(chat: Chat) -> bool:
    return chat.session.head is not None


def _system_choices(chat: Chat, args: str) -> Iterable[Choice]:
    if args.startswith("@"):
        return (Choice(f"@{choice.text}", choice.meta) for choice in paths(args[1:]))
    none = [Choice("none", "take it away")] if chat.session.system else []
    return [*none, Choice("@", "a file")] if not args else ()


@command("system", "[TEXT|@FILE|none]", group=GROUP, everyday=True, complete=_system_choices)
async def system(chat: Chat, args: str) -> Outcome:
    """Show or change the system message.

    It leads every request from now on; the earlier one is replaced, never added to.
    `@FILE` reads it from a file, `none` takes it away.
    """
    if not args:
        if not chat.session.system:
            return tell("There is no system message. /system TEXT sets one.", "dim")
        return Show((Line(chat.session.system),))
    text = "" if args == "none" else read_system(args, Path.cwd())
    chat.record({"type": "system", "content": text})
    return tell(
        f"System message: {one_line(text, 70)}" if text else "No system message is sent now.",
        "good",
    )


@command(
    "retry",
    "[NAME=VALUE…]",
    group=GROUP,
    everyday=True,
    complete=sampling.assignments,
    possible=_has_turns,
)
async def retry(chat: Chat, args: str) -> Outcome:
    """Ask again; the earlier reply is kept.

    `/retry temperature=1.2 seed=7`
    changes parameters for this one reply only.
    """
    parent = chat.last_user()
    if parent is None:
        raise CommandError("There is no message to ask again about.", "Write one first.")
    overrides = read_assignments(split(args), chat.session.parameters)
    changed = "  ".join(f"{name} {show_value(value)}" for name, value in overrides.items())
    note = f"Again: {one_line(parent.message.text, 50)}" + (f"  ({changed})" if changed else "")
    return Generate(parent, overrides, (Line(note, "dim"),))


@command("continue", "", group=GROUP, possible=_has_turns)
async def continue_(chat: Chat, _args: str) -> Outcome:
    """Let the model go on with its last reply.

    For one that was interrupted, cut off, or ended at the token limit. Where the server
    takes it the text is given back to it (prefill), else the model is asked in words;
    either way the two parts become one message, and the cut one stays as a variant.
    """
    reply = last_reply(chat.session)
    if reply is None or reply.parent is None or not reply.message.text.strip():
        raise CommandError("There is no reply to go on with.", "/retry asks for one.")
    parent = chat.session.nodes[reply.parent]
    logprobs = reply.made.logprobs if reply.made is not None else ()
    return Generate(parent, prefix=reply.message.text, logprobs=logprobs, asking=True)


@command("undo", "[N]", group=GROUP, everyday=True, possible=_has_turns)
async def undo(chat: Chat, args: str) -> Outcome:
    """Step back one turn, or N.

    Nothing is deleted: the turn stays in the session as another branch. Your message comes
    back into the input line, to be changed and sent again.
    """
    count = whole_number(args) if args else 1
    users = [node for node in chat.session.path() if node.message.role == "user"]
    if count is None or not 1 <= count <= len(users):
        raise CommandError(
            f"There are {len(users)} turns to step back over.", "/undo steps back one."
        )
    node = users[-count]
    chat.record({"type": "head", "id": node.parent})
    left = len(users) - count
    turns = f"{count} turn{'s' if count > 1 else ''}"
    return Prefill(
        said(node.message.content).again, (Line(f"Stepped back {turns}; {left} left.", "good"),)
    )


@command("new", "", group=GROUP)
async def new(chat: Chat, _args: str) -> Outcome:
    """Begin a new session; the one before is saved.

    The settings are those that every session begins with.
    """
    model, server = chat.session.model, chat.server
    chat.new()
    if model:
        chat.use_model(model, server)
    return tell("A new session.", "good")


@command("show", "[N|all]", group=GROUP, possible=_has_turns)
async def show(chat: Chat, args: str) -> Outcome:
    """Show the last turn again, the last N, or all."""
    return Show((_last_turns(chat, args),))


@command("redraw", "[N|all]", group=GROUP, possible=_has_turns)
async def redraw(chat: Chat, args: str) -> Outcome:
    """Scroll the screen empty and show the last turns anew.

    At the present width: after a resize, rows that were printed before keep their old one.
    """
    return Show((_last_turns(chat, args or "3"),), afresh=True)


def _last_turns(chat: Chat, args: str) -> Talk:
    turns = turns_of(chat.session.path())
    count = len(turns) if args == "all" else whole_number(args or "1")
    if count is None or (not count and turns):
        raise CommandError(
            f"{one_line(args, 30)!r} is no number of turns.", "Write a number, or all."
        )
    shown = [node for turn in turns[-count or len(turns) :] for node in turn]
    return Talk(tuple(shown), len(chat.session.path()) - len(shown))


def _raw_choices(chat: Chat, _args: str) -> Iterable[Choice]:
    yield Choice("said", "your last message, unfolded")
    for node in reversed(chat.session.path()):
        yield Choice(node.id, f"{node.message.role}: {one_line(node.message.text, 60)}")


@command("raw", "[said|N]", group=GROUP, complete=_raw_choices, possible=_has_turns)
async def raw(chat: Chat, args: str) -> Outcome:
    """Show the last reply as the model wrote it.

    `/raw said` shows your last message whole, where it was folded, with all that was sent of its
    files; `/raw N` any message, by its number in /tree.
    """
    if args:
        node = chat.last_user() if args == "said" else chat.session.nodes.get(args.lstrip("#"))
        if node is None:
            raise CommandError(
                f"There is no message {one_line(args, 20)!r}.", "/tree shows the numbers of all."
            )
        return Show((Line(node.message.text),))
    reply = next(
        (node for node in reversed(chat.session.path()) if node.message.role == "assistant"), None
    )
    if reply is None:
        raise CommandError("There is no reply yet.", "Write a message first.")
    return Show((Line(reply.message.text),))


@command("reasoning", "[show]", group=GROUP, possible=_has_turns)
async def reasoning(chat: Chat, _args: str) -> Outcome:
    """Show what the model thought before its last reply."""
    reply = next(
        (node.made for node in reversed(chat.session.path()) if node.made is not None), None
    )
    if reply is None or not reply.reasoning:
        return tell("The last reply came without reasoning.", "dim")
    return Show((Line(reply.reasoning.strip(), "dim"),))


@command("context", "", group=GROUP)
async def context(chat: Chat, _args: str) -> Outcome:
    """Show what the next request sends, and what it leaves out."""
    window = chat.window()
    sent = {node.id for node in window.nodes}
    rows: list[tuple[str, ...]] = []
    if chat.session.system:
        rows.append(
            ("", "system", _about(chat, chat.session.system), one_line(chat.session.system, 60))
        )
    path = chat.session.path()
    for node in path:
        mark = "pinned" if node.id in chat.session.pinned else "" if node.id in sent else "left out"
        text = node.message.text
        rows.append((mark, node.message.role, _about(chat, text), one_line(text, 60)))
    length = chat.context_length
    total = f"about ~{window.tokens:,} tokens in {len(window.messages)} messages"
    if length:
        total += f", of {length:,} that {chat.session.model or 'the model'} takes"
    if window.left_out:
        total += f"; {window.left_out} earlier messages are left out"
    table = Table(("", "role", "tokens", "begins"), tuple(rows), right=frozenset({2}))
    return Show((table, Line(f"{total}.", "dim")))


def _about(chat: Chat, text: str) -> str:
    return f"~{chat.estimator.count(text):,}"


@command("usage", "", group=GROUP, everyday=True)
async def usage(chat: Chat, _args: str) -> Outcome:
    """Show the tokens of this reply and session.

    `in` is what was sent, `out` what came; `cached` and `reasoning` are parts of them.
    A `~` marks an estimate, where the server sent no count.
    """
    rows: list[tuple[str, ...]] = []
    last = next((node for node in reversed(chat.session.path()) if node.made is not None), None)
    if last is not None and last.made is not None and last.made.usage is not None:
        rows.append((f"this reply ({one_line(last.made.model, 40)})", *_counts(last.made.usage)))
    totals = chat.usage()
    whole = Usage()
    for name, total in totals.items():
        whole += total
        if len(totals) > 1:
            rows.append((f"session, {one_line(name, 40)}", *_counts(total)))
    if not totals:
        return tell("No tokens yet in this session.", "dim")
    rows.append(("session", *_counts(whole)))
    table = Table(
        ("", "in", "out", "cached", "reasoning", "total"), tuple(rows), right=frozenset(range(1, 6))
    )
    notes = [describe_speed(last)] if last is not None else []
    cost = chat.cost()
    if cost is not None:
        notes.append(f"cost of this session, by the profile's prices: {cost:.4f}")
    return Show((table, *(Line(note, "dim") for note in notes)))


def _counts(usage: Usage) -> tuple[str, ...]:
    mark = "~" if usage.estimated else ""
    return (
        f"{mark}{usage.prompt:,}",
        f"{mark}{usage.completion:,}",
        f"{usage.cached:,}" if usage.cached else "·",
        f"{usage.reasoning:,}" if usage.reasoning else "·",
        f"{mark}{usage.total:,}",
    )


def describe_speed(node: Node) -> str:
    """Return how fast a reply came: seconds to the first token and in all, tokens a second."""
    made = node.made
    if made is None:
        return ""
    parts = [f"first token after {made.first:.2f} s"] if made.first is not None else []
    parts.append(f"{made.seconds:.1f} s in all")
    if made.usage is not None and made.first is not None and made.seconds > made.first:
        speed = made.usage.completion / (made.seconds - made.first)
        parts.append(f"{'~' if made.usage.estimated else ''}{speed:.1f} tok/s")
    return " · ".join(parts)
