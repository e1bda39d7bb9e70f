"""The command that shows how two replies to one message differ: in their words and in their settings."""

from collections.abc import Iterable, Mapping

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import whole_number
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.comparing import GROUP
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Diff, Line
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.values import show_value
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat


def _replies(chat: Chat) -> dict[int, Node]:
    """Return the replies to the last user message by their numbers."""
    parent = chat.talk.last_user()
    found = chat.talk.session.numbered(parent.id) if parent is not None else []
    return {at: node for at, node in enumerate(found, 1) if node is not None}


def _variants(chat: Chat, _args: str) -> Iterable[Choice]:
    for number, node in _replies(chat).items():
        yield Choice(str(number), one_line(node.message.text, 50))


@command(
    "diff", "[A B]", group=GROUP, complete=_variants, possible=lambda chat: len(_replies(chat)) > 1
)
async def diff_(chat: Chat, args: str) -> Outcome:
    """Show word by word how two variants differ.

    The first two of the last experiment, or else the one on the path and the latest; or those of
    two numbers. Japanese character by character. `[-was only in the first-]`, `{+is only in the second+}`.
    """
    from zatsudan.lab.diff import NEW, OLD, diff

    found = _replies(chat)
    numbers = {f"#{node.id}": at for at, node in found.items()}
    wanted = [numbers.get(word.text) or whole_number(word.text) for word in split(args)] or _pair(
        chat, found
    )
    pair = [found[at] for at in wanted if at in found]
    if len(wanted) != 2 or len(pair) != 2:
        names = ", ".join(map(str, found))
        raise CommandError(
            say("/diff takes the numbers of two variants."),
            say("There are: {names}. /retry makes another one.", names=names)
            if names
            else say("There are: none. /retry makes another one."),
        )
    old, new = pair
    changes = diff(old.message.text, new.message.text)
    if old.message.text == new.message.text:
        told = say("The two are the same, character for character.")
    else:
        went = sum(len(change.text) for change in changes if change.kind == OLD)
        came = sum(len(change.text) for change in changes if change.kind == NEW)
        told = say("{went:,} characters went, {came:,} came.", went=went, came=came)
    blind = chat.talk.session.lab is not None and chat.talk.session.lab.blind
    settings = say("settings hidden until /pick") if blind else _settings_between(old, new)
    head = Line(printable(f"{wanted[0]} → {wanted[1]} · {settings}"), "bold")
    return Show((head, Line(told, "dim"), *([Diff(changes)] if changes else [])))


def _pair(chat: Chat, found: Mapping[int, Node]) -> list[int | None]:
    """Return the numbers of the two replies that one would compare now; fewer where there are none."""
    if len(found) < 2:
        return list(found)
    session = chat.talk.session
    order = {node_id: at for at, node_id in enumerate(session.nodes)}
    latest = max(found, key=lambda number: order[found[number].id])
    cells = {node_id for _, node_id in session.lab.cells} if session.lab is not None else set()
    made = [number for number, node in found.items() if node.id in cells]
    if latest in made and len(made) > 1:
        return [*made[:2]]
    path = set(session.path().ids)
    here = [number for number, node in found.items() if node.id in path and number != latest]
    earlier = [number for number in found if number != latest]
    before = max(earlier, key=lambda number: order[found[number].id])
    return [(here or [before])[0], latest]


def _settings_between(old: Node, new: Node) -> Printable:
    """Say which settings differ between two replies."""
    if old.made is None or new.made is None:
        return say("settings not known")
    parts: list[str] = []
    if old.made.model != new.made.model:
        was, is_ = one_line(old.made.model, 40), one_line(new.made.model, 40)
        parts.append(say("model {before} → {after}", before=was, after=is_))
    if old.made.server != new.made.server:
        was, is_ = one_line(old.made.server, 40), one_line(new.made.server, 40)
        parts.append(say("server {before} → {after}", before=was, after=is_))
    before, now = old.made.parameters, new.made.parameters
    for name in dict.fromkeys([*before, *now]):
        if before.get(name) != now.get(name):
            was, is_ = (
                one_line(show_value(values[name]), 30) if name in values else say("unset")
                for values in (before, now)
            )
            parts.append(f"{one_line(name, 40)} {was} → {is_}")
    return printable(" · ".join(parts)) or say("the same settings")
