"""/think: whether, how hard and how long a model thinks, in the form that its server takes."""

from collections.abc import Callable, Iterable

from zatsudan.base.errors import CommandError
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import split
from zatsudan.commands.knobs import settle
from zatsudan.commands.outcomes import Outcome, Show, Work
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.table import BY_NAME, GROUPS
from zatsudan.parameters.values import show_value
from zatsudan.servers.taking import takes
from zatsudan.servers.thinkforms import (
    ALWAYS,
    FORMS,
    LEVELS,
    NEVER,
    Wish,
    able,
    changed,
    said_by,
    wished,
)
from zatsudan.sessions.session import Setting
from zatsudan.talk.addressee import model_of
from zatsudan.talk.bystate import in_state
from zatsudan.talk.chat import Chat
from zatsudan.talk.thinkingform import find_form, known_form

#: The word that takes back what was said of thinking.
UNSET = "unset"


def _choices(_chat: Chat, args: str) -> Iterable[Choice]:
    if " " not in args:
        yield Choice("on", say("let it think"))
        yield Choice("off", say("let it answer at once"))
        yield from (Choice(level, say("how hard")) for level in LEVELS)
        yield Choice("2000", say("at most so many tokens"))
        yield Choice(UNSET, say("leave it to the model"))


@command("think", "[on|off|LEVEL|TOKENS|unset]", group=GROUPS["reasoning"], complete=_choices)
async def think(chat: Chat, args: str) -> Outcome:
    """Switch thinking, or say how hard or how long.

    `/think off`, `/think high` and `/think 2000` set the parameters by which this server is told;
    /params and /why show them, `/think unset` takes them back. Where it depends on the model, it is asked once
    with a few tokens, and /learned keeps the answer. While it thinks, Ctrl-G has it answer now.
    """
    words = split(args)
    if not words:
        return Show(tuple(_standing(chat)))
    wish = _wish(args)
    if wish is None:
        return Show(tuple(_settled(chat, None, "", "")))
    await chat.link.client()
    model = await model_of(chat.talk, chat.link)
    if known_form(chat.link, model):
        return await _thinking(chat, model, wish)

    async def run(tell: Callable[[Printable], None]) -> Outcome:
        tell(say("asking {model} how it is told to think", model=one_line(model, 40)))
        return await _thinking(chat, model, wish)

    return Work((), run)


def _wish(text: str) -> Wish | None:
    """Read what is wanted; None takes it back. Raises CommandError."""
    word = text.strip().lower()
    if word == UNSET:
        return None
    if word in ("on", "off", "none", "0"):
        return word == "on"
    if word in LEVELS:
        return word
    if word.isascii() and word.isdigit() and len(word) < 10:
        return int(word)
    raise CommandError(
        say("/think does not take {text!r}.", text=one_line(text, 40)),
        say("on, off, a number of tokens, or {levels}.", levels=", ".join(LEVELS)),
    )


async def _thinking(chat: Chat, model: str, wish: Wish) -> Outcome:
    """Set a wish in the form that the server takes; raises CommandError where there is none."""
    found = await find_form(chat.talk, chat.link, model)
    name = one_line(model, 40)
    if found == NEVER:
        if wish is False:
            return Show((Line(say("{model} does not think: nothing is changed.", model=name)),))
        raise CommandError(
            say("{model} does not think: nothing is changed.", model=name),
            say("/model chooses one that does; /learned forget has it asked again."),
        )
    if found == ALWAYS and isinstance(wish, bool):
        if wish:
            return Show((Line(say("{model} thinks, whatever is sent.", model=name)),))
        raise CommandError(
            say("{model} thinks here in every form that is known: nothing is changed.", model=name),
            say("While it thinks, Ctrl-G has it answer now."),
        )
    more = "" if isinstance(wish, bool) else _form_of(chat, found, wish)
    return Show(tuple(_settled(chat, wish, found, more)))


def _form_of(chat: Chat, switch: str, wish: Wish) -> str:
    """Return the form for a level or a number; raises CommandError where the server has none."""
    kind = chat.link.kind
    row = kind.thinking.level if isinstance(wish, str) else kind.thinking.budget
    if row or not kind.name:
        usual = "effort" if isinstance(wish, str) else "budget"
        found = row or (switch if able(switch, wish) else usual)
        parameter = BY_NAME.get(FORMS[found].field)
        if parameter is None or takes(kind, parameter) is not False:
            return found
    server = one_line(kind.label, 40)
    if isinstance(wish, str):
        raise CommandError(
            say("{server} has no word for how hard a model thinks.", server=server),
            say("/think on and /think off switch it."),
        )
    raise CommandError(
        say("{server} takes no number of tokens for a thought.", server=server),
        say("/think low says how hard instead.")
        if kind.thinking.level
        else say("/think on and /think off switch it."),
    )


def _settled(chat: Chat, wish: Wish | None, switch: str, more: str) -> Iterable[Line]:
    """Set it, with the parameters that a preset has for that state, and say what changed."""
    session = chat.talk.session
    before = session.parameters
    after = changed(before, wish, switch, more)
    settings = {name: each for name, each in session.settings.items() if name in after}
    for name, value in after.items():
        if name not in before or before[name] != value:
            settings[name] = Setting(value)
    settings = in_state(chat.talk, settings)
    lines = settle(chat, settings)
    yield from lines or [Line(say("It is so already."), "dim")]
    if wish is None and lines:
        yield Line(say("The model decides whether it thinks."), "dim")


def _standing(chat: Chat) -> Iterable[Line]:
    """Yield how it stands: what is sent, what the model does, and what a preset has for it."""
    session = chat.talk.session
    sent = said_by(session.parameters)
    wish = wished(session.parameters)
    if wish is None:
        yield Line(say("Thinking: as the model does by itself; nothing of it is sent."))
    else:
        values = "  ".join(f"{one_line(name, 30)} {show_value(sent[name])}" for name in sent)
        yield Line(say("Thinking: {wish}  ({values})", wish=_said(wish), values=values))
    model, known = one_line(session.model, 40), known_form(chat.link, session.model)
    if known == NEVER:
        yield Line(say("{model} does not think.", model=model), "dim")
    elif known == ALWAYS:
        yield Line(say("{model} thinks, whatever is sent.", model=model), "dim")
    elif known:
        yield Line(say("Switched here by {name}.", name=FORMS[known].field), "dim")
    if session.by_state is not None:
        values = "  ".join(
            f"{one_line(name, 30)} {one_line(show_value(value), 30)}"
            for name, value in session.by_state.thinking.items()
        )
        yield Line(say("While it is on: {values}", values=values), "dim")
    yield Line(
        say("/think on, off, {levels} or a number of tokens.", levels=", ".join(LEVELS)), "dim"
    )


def _said(wish: Wish) -> Printable:
    if isinstance(wish, bool):
        return say("on") if wish else say("off")
    if isinstance(wish, int):
        return say_count("at most {n:,} token", "at most {n:,} tokens", wish)
    return printable(wish)
