"""The window: which part of the path is sent.

The system message always; pinned messages always; then as many whole turns
from the end as fit. When turns must go, they go down to three quarters of the
budget at once, so that the start of the prompt stays the same for many turns
and the server's prompt cache keeps working.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from zatsudan.base.errors import TooLong
from zatsudan.base.language import later, say
from zatsudan.sessions.calls import calls_of, paired
from zatsudan.sessions.estimate import PER_MESSAGE
from zatsudan.sessions.nodes import Chain
from zatsudan.sessions.session import Node
from zatsudan.wire.messages import Message

#: What to do about a message that is too long for a model.
SHORTEN = later("Shorten it, unpin messages, or choose a model with a longer context (/model).")


class Placed(NamedTuple):
    """A message in the talk, before the last `depth` messages; 0 is behind all.

    `entry` is the number of the lorebook's entry that it is, None for the post-history instructions.
    """

    depth: int
    message: Message
    entry: int | None = None


class Frame(NamedTuple):
    """What stands around the messages of a talk."""

    system: str = ""
    placed: tuple[Placed, ...] = ()


class Window(NamedTuple):
    """What is sent. `start` is the first node of the unpinned part, None for all of the path.

    `left_out` counts the messages of the path that are not sent for want of room, `withheld`
    are the ids of those that the person wants not sent; `lore` are the entries of the
    character's lorebook that hold, by number; `tokens` is an estimate of all that is sent, `budget` what was allowed (None: unknown).
    """

    messages: tuple[Message, ...]
    nodes: Sequence[Node]
    start: str | None
    left_out: int
    tokens: int
    budget: int | None
    withheld: tuple[str, ...] = ()
    lore: tuple[int, ...] = ()


def starts_of(path: Sequence[Node]) -> list[int]:
    """Return where in a path its turns begin: each with a user message (the first may not)."""
    starts, before = [], "user"
    for at, role in enumerate(_roles(path)):
        if not at or (role == "user" and before != "user"):
            starts.append(at)
        before = role
    return starts


def turns_of(path: Sequence[Node]) -> list[Sequence[Node]]:
    """Group a path into turns."""
    return [path[begin:end] for begin, end in pairwise([*starts_of(path), len(path)])]


def _roles(path: Sequence[Node]) -> Iterable[str]:
    return path.roles() if isinstance(path, Chain) else (node.message.role for node in path)


def _ids(path: Sequence[Node]) -> Sequence[str]:
    return path.ids if isinstance(path, Chain) else [node.id for node in path]


def choose(
    path: Sequence[Node],
    frame: Frame,
    pinned: AbstractSet[str],
    *,
    budget: int | None,
    count: Callable[[str], int],
    start: str | None = None,
    sent: Callable[[Node], Message] = lambda node: node.message,
    ahead: bool = False,
    anyway: bool = False,
) -> Window:
    """Choose what is sent of `path`, within `budget` tokens.

    `frame` is what stands around the messages. `start` is where the last window began: it is kept while that fits. `sent`
    gives a message the form in which it is sent. `ahead`: the next message is not written
    yet, so that every turn may be left out.
    Raises TooLong if the last turn alone does not fit; `anyway` sends it all the same.
    """
    around = [frame.system] if frame.system else []
    around += [placed.message.text for placed in frame.placed]
    tokens = sum(count(text) + PER_MESSAGE for text in around)
    if budget is None:
        first, nodes, messages = None, path, list[Message]()
        for node in path:  # once: to read a long one takes a while
            tokens += tokens_of(node, count) + PER_MESSAGE
            messages.append(sent(node))
    else:
        first, tokens, nodes = _fitting(
            path,
            tokens,
            pinned,
            budget=budget,
            count=count,
            start=start,
            ahead=ahead,
            anyway=anyway,
        )
        messages = [sent(node) for node in nodes]
    messages = framed_by(in_order(messages), frame)
    return Window(tuple(messages), nodes, first, len(path) - len(nodes), tokens, budget)


def framed_by(messages: Sequence[Message], frame: Frame) -> list[Message]:
    """Return the messages of a talk with what stands around them."""
    leading = [Message("system", frame.system)] if frame.system else []
    return [*leading, *(_with_placed(messages, frame.placed) if frame.placed else messages)]


def _with_placed(messages: Sequence[Message], placed: Iterable[Placed]) -> list[Message]:
    """Return messages with those that stand at a depth among them; a call and its answers stay together."""
    at: dict[int, list[Message]] = {}
    for each in placed:
        place = max(len(messages) - each.depth, 0)
        while 0 < place < len(messages) and messages[place].role in ("tool", "function"):
            place -= 1
        at.setdefault(place, []).append(each.message)
    found: list[Message] = []
    for place in range(len(messages) + 1):
        found += at.get(place, ())
        found += messages[place : place + 1]
    return found


def _fitting(
    path: Sequence[Node],
    tokens: int,
    pinned: AbstractSet[str],
    *,
    budget: int,
    count: Callable[[str], int],
    start: str | None,
    ahead: bool,
    anyway: bool,
) -> tuple[str | None, int, Sequence[Node]]:
    """Return where the unpinned part begins, the tokens in all, and what is sent; raises TooLong.

    `tokens` is what stands before the first message. Looked at are those messages alone that may fit.
    """
    ids, starts = _ids(path), [*starts_of(path), len(path)]
    pins = [at for at, node_id in enumerate(ids) if node_id in pinned] if pinned else []
    turns, fit = len(starts) - 1, budget * 3 // 4
    last = turns if ahead else max(turns - 1, 0)
    first = next((turn for turn in range(turns) if ids[starts[turn]] == start), 0)
    # By turns, from the end: the tokens if the window begins there.
    sizes = {turns: tokens + _size([path[at] for at in pins], count)}
    at = turns
    while at and (at > last or sizes[at] <= (budget if at > first else fit)):
        at -= 1
        turn = path[starts[at] : starts[at + 1]]
        more = [node for node in turn if node.id not in pinned] if pins else turn
        sizes[at] = sizes[at + 1] + _size(more, count)
    if not at and sizes[0] <= fit:
        first = 0
    elif first < at or sizes[first] > budget:
        first = next((turn for turn in range(max(first, at), last + 1) if sizes[turn] <= fit), last)
    if sizes[first] > budget and not (anyway or ahead):
        raise TooLong(
            say(
                "This message needs about {needed:,} tokens, and the model takes {budget:,}"
                " besides its reply.",
                needed=sizes[first],
                budget=budget,
            ),
            say(
                "It is an estimate: /retry! sends it all the same. Or shorten it, unpin messages,"
                " or choose a model with a longer context (/model)."
            ),
        )
    begin = starts[first]
    kept = [path[at] for at in pins if at < begin]
    nodes = (*kept, *path[begin:]) if kept else path[begin:]
    return ids[begin] if 0 < first < turns else None, sizes[first], nodes


def _size(nodes: Sequence[Node], count: Callable[[str], int]) -> int:
    return sum(tokens_of(node, count) + PER_MESSAGE for node in nodes)


def tokens_of(node: Node, count: Callable[[str], int]) -> int:
    """Return the tokens of a message: those that were counted when it came, else what `count` estimates.

    A count holds for the text where it is of this text alone: of one choice, without reasoning,
    without a beginning that was given.
    """
    made = node.made
    usage = made.usage if made is not None else None
    if made is None or usage is None or usage.together > 1 or made.reasoning or made.given:
        return count(_text_of(node))
    if made.parameters.get("n") not in (None, 1) or node.message.extra:
        return count(_text_of(node))
    return usage.completion - usage.reasoning or count(node.message.text)


def _text_of(node: Node) -> str:
    """Return all words of a message, those of its calls too."""
    if not node.message.extra:
        return node.message.text
    calls = calls_of(node.message)
    return "\n".join((node.message.text, *(f"{call.name} {call.arguments}" for call in calls)))


def in_order(messages: Iterable[Message]) -> list[Message]:
    """Return messages as every server takes them.

    Calls that no tool has answered are left out, and so are answers to no call and an
    assistant message of blanks alone without a call; user messages in a row become one. All
    are left by turns that went wrong or came from elsewhere, and strict
    servers answer them with a 400.
    """
    groups: list[list[Message]] = []
    for message in paired(list(messages)):
        if message.role == "assistant" and not message.text.strip() and not calls_of(message):
            continue
        if groups and _becomes_one(groups[-1][-1], message):
            groups[-1].append(message)
        else:
            groups.append([message])
    return [
        group[0]._replace(content="\n\n".join(message.text for message in group))
        if len(group) > 1
        else group[0]
        for group in groups
    ]


def _becomes_one(last: Message, message: Message) -> bool:
    return (
        last.role == message.role == "user"
        and isinstance(last.content, str)
        and isinstance(message.content, str)
        and last.extra == message.extra
    )
