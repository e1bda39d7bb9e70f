"""Tools that a model may call, and its calls, which are answered by hand. Nothing here runs any."""

import json
from collections.abc import Iterable, Mapping, Sequence

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import Word, split
from zatsudan.commands.outcomes import Calls, Generate, Outcome, Show, tell
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.paths import paths
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.rowpages import about
from zatsudan.parameters.fromfile import inserted
from zatsudan.parameters.table import BY_NAME
from zatsudan.sessions.calls import Call, Waiting, waiting
from zatsudan.talk.answering import DECLINED, record_answer
from zatsudan.talk.chat import Chat

GROUP = later("Tools")

#: What goes with the tools when they are taken back: servers refuse it without them.
_WITH = ("tools", "functions", "tool_choice", "function_call", "parallel_tool_calls")
#: An argument of more characters is shown by its first; /raw shows the message.
LONGEST = 2000


def _tool_choices(chat: Chat, args: str) -> Iterable[Choice]:
    if args.startswith("@"):
        return (Choice(f"@{choice.text}", choice.meta) for choice in paths(args[1:]))
    off = [Choice("off", say("take them back"))] if _listed(chat) else []
    return [*off, Choice("@", say("a file"))] if not args else ()


def _about_tools(chat: Chat | None) -> Printable:
    return about(BY_NAME["tools"], chat)


@command("tools", "[@FILE|JSON|off]", group=GROUP, complete=_tool_choices, more=_about_tools)
async def tools(chat: Chat, args: str) -> Outcome:
    """Set the tools that the model may call, or list them.

    `/tools @FILE` reads a JSON list of tools, or of functions in the older form; /tools lists what
    is set, `/tools off` takes it back. A call is shown and answered by hand: the line you write
    is its answer, or `@FILE`, or the output of `!COMMAND`; /decline or Esc answers with an error.
    When all are answered the model goes on. Nothing is run by itself.
    """
    if not args:
        rows = _listed(chat)
        if not rows:
            return tell(say("No tools are set. /tools @FILE sets them."), "dim")
        table = Table((say("name"), say("parameters"), say("what for")), tuple(rows))
        return Show((table, Line(say("/tools off takes them back."), "dim")))
    words = split(args)
    if words in ([Word("off")], [Word("unset")]):
        gone = [name for name in _WITH if name in chat.talk.session.settings]
        if not gone:
            raise CommandError(say("No tools are set."), say("/tools @FILE sets them."))
        for name in gone:
            chat.talk.record({"type": "unset", "name": name})
        return tell(say("Taken back: {names}.", names=", ".join(gone)), "good")
    name = _name_of(inserted(words))
    return _set(chat, name, chat.link.here.settable(name).read(words))


def _set(chat: Chat, name: str, value: Json) -> Outcome:
    other = "functions" if name == "tools" else "tools"
    if other in chat.talk.session.settings:
        chat.talk.record({"type": "unset", "name": other})
    chat.talk.record({"type": "set", "name": name, "value": value})
    names = [row[0] for row in _listed(chat)]
    note = say_count(
        "The model may call {n} tool: {names}.",
        "The model may call {n} tools: {names}.",
        len(names),
        names=", ".join(names),
    )
    return tell(note, "good")


def _name_of(words: Sequence[Word]) -> str:
    """Return which parameter a value is one of: functions without a type are the older form."""
    try:
        value = json.loads(" ".join(word.text for word in words))
    except (ValueError, RecursionError):
        value = None
    first = value[0] if isinstance(value, list) and value else None
    older = isinstance(first, dict) and "name" in first and "type" not in first
    return "functions" if older else "tools"


def _listed(chat: Chat) -> list[tuple[Printable, Printable, Printable]]:
    """Return what may be called: its name, the names of its parameters, and what it is for."""
    parameters = chat.talk.session.parameters
    values = [parameters.get(name) for name in ("tools", "functions")]
    found = [item for value in values if isinstance(value, list) for item in value]
    return [_row(item) for item in found if isinstance(item, dict)]


def _row(item: Mapping[str, Json]) -> tuple[Printable, Printable, Printable]:
    inner = item.get("function") or item.get("custom") or item
    told = inner if isinstance(inner, dict) else {}
    schema = told.get("parameters")
    given = schema.get("properties") if isinstance(schema, dict) else None
    names = ", ".join(given) if isinstance(given, dict) else ""
    name, about = str(told.get("name") or item.get("type")), str(told.get("description") or "")
    return one_line(name, 64), one_line(names, 80), one_line(about, 200)


@command("decline", "[WORDS|all]", group=GROUP, possible=lambda chat: _waits(chat) is not None)
async def decline(chat: Chat, args: str) -> Outcome:
    """Answer a call of the model with an error.

    The model reads the words, or that the call was declined, and goes on when all its calls are
    answered. `/decline all` declines all that are left. The same as Esc where a call waits.
    """
    waits = _waits(chat)
    if waits is None:
        raise CommandError(
            say("No call waits for an answer."), say("/tree shows what was called and answered.")
        )
    count = len(waits.open) if args == "all" else 1
    text = f"Error: {args}" if args and args != "all" else DECLINED
    outcome: Outcome = Show(())
    for _ in range(count):
        outcome = answered(chat, text)
    return outcome


def _waits(chat: Chat) -> Waiting | None:
    return waiting(chat.talk.session)


def answered(chat: Chat, text: str) -> Outcome:
    """Answer the call that waits; the model goes on when none is left, else the next one is shown."""
    waits = waiting(chat.talk.session)
    if waits is None:
        raise CommandError(say("No call waits for an answer."), say("Write a message."))
    node = record_answer(chat.talk, waits, text)
    further = waiting(chat.talk.session)
    return Calls(further) if further is not None else Generate(node)


def call_parts(waits: Waiting) -> tuple[Part, ...]:
    """Return the call that is to be answered next, and which of how many it is."""
    count, number = len(waits.calls), waits.open[0] + 1
    title = say(
        "The model calls {name} ({number} of {count})",
        name=one_line(waits.call.name, 64),
        number=number,
        count=count,
    )
    if count == 1:
        title = say("The model calls {name}", name=one_line(waits.call.name, 64))
    return (form(waits.call, title),)


def form(call: Call, title: Printable) -> Table:
    """Return a call with its arguments, a row each; as they came where they are no JSON object."""
    try:
        given = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        given = None
    rows = (
        [(one_line(name, 40), _shown(value)) for name, value in given.items()]
        if isinstance(given, dict)
        else [(say("arguments"), _shown(call.arguments))]
    )
    return Table((EMPTY, EMPTY), tuple(rows) or ((say("without arguments"), EMPTY),), title)


def _shown(value: Json) -> Printable:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return printable(text if len(text) <= LONGEST else f"{text[:LONGEST]} …")
