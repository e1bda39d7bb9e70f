"""What is offered where a command names parameters, and what to know of those that are set."""

import itertools
from collections.abc import Collection, Iterable

from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line
from zatsudan.commands.here import offered
from zatsudan.commands.registry import Choice
from zatsudan.parameters.chain import is_neutral
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import PARAMETERS, UnknownParameter
from zatsudan.parameters.values import show_value
from zatsudan.talk.chat import Chat

GROUP = later("Parameters")
#: Values are offered that so many replies were made with, the latest.
_LATEST = 500


def assignments(chat: Chat, args: str) -> Iterable[Choice]:
    """Complete `name=value` words."""
    last = args.rpartition(" ")[2]
    name, equals, _ = last.partition("=")
    if equals:
        yield from (
            Choice(f"{name}={choice.text}", choice.meta) for choice in values_of(chat, name)
        )
    else:
        yield from (Choice(f"{row.name}=", meta(chat, row)) for row in offered(chat))


def meta(chat: Chat, row: Parameter) -> Printable:
    """Return what the menu says beside a parameter: its value and what it means."""
    setting = chat.talk.session.settings.get(row.name)
    parts = [say("now {value}", value=show_value(setting.value))] if setting is not None else []
    return one_line(" · ".join((*parts, row.kind.short, say(row.help))))


def values_of(chat: Chat, name: str) -> Iterable[Choice]:
    """Complete a parameter's value: the present one, those used before, what its kind offers."""
    try:
        row = chat.link.here.find(name)
    except UnknownParameter:
        return
    name = row.name
    choices: dict[str, Printable] = {}
    setting = chat.talk.session.settings.get(name)
    if setting is not None:
        choices[show_value(setting.value)] = say("the present value")
    for node in itertools.islice(chat.talk.session.replies(latest_first=True), _LATEST):
        if node.made is not None and name in node.made.parameters:
            value = show_value(node.made.parameters[name])
            choices.setdefault(value, say("used for reply #{number}", number=node.id))
    for value in row.kind.values:
        choices.setdefault(value, row.kind.range)
    for text, meta in choices.items():
        if "\n" not in text:
            yield Choice(text, meta)


def warnings(chat: Chat, changed: Collection[str] | None = None) -> list[Printable]:
    """Return what to know of the parameters that are set together.

    Of those that were `changed` just now, once a session; of all where none are named.
    """
    values = chat.talk.session.parameters
    notes: list[Printable] = []
    for row in PARAMETERS:
        if row.name in values:
            acts = not is_neutral(row, values[row.name])
            notes += [
                say(remark.text)
                for remark in row.clashes
                if acts
                and remark.other in values
                and not (remark.hosted and chat.link.server is not None and chat.link.is_near)
                and _is_new(chat, changed, row.name, remark.other)
            ]
            if (
                row.needs is not None
                and not values.get(row.needs.other)
                and (changed is None or {row.name, row.needs.other} & set(changed))
            ):
                notes.append(say(row.needs.text))
    return notes


def _is_new(chat: Chat, changed: Collection[str] | None, *names: str) -> bool:
    """Tell whether a remark on parameters is to be said: after a change of one, the first time."""
    if changed is None:
        return True
    mark = (chat.talk.session.id, *names)
    if mark in chat.remarked or not set(names) & set(changed):
        return False
    chat.remarked.add(mark)
    return True
