"""Commands on the server and its models."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from zatsudan.base.addresses import shown_url
from zatsudan.base.errors import CommandError, ConfigError, ZatsudanError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.secrets import shown_line
from zatsudan.commands import knobs, presets
from zatsudan.commands.outcomes import Outcome, Show, Work, tell
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.config.settings import EMBEDDED
from zatsudan.servers.engine.embedded import has_engine
from zatsudan.talk.addressee import model_of, use_model
from zatsudan.talk.chat import Chat
from zatsudan.wire.refusals import (
    BARE,
    DROP,
    PREFILL,
    RENAME,
    ROLE,
    SHRINK,
    SYSTEM,
    TEXTS,
    THINK,
    UNOPENED,
)

GROUP = later("The server")

#: What was learned, by the kind of repair.
LESSONS = {
    DROP: later("drop {name}"),
    RENAME: later("rename {name} {value}"),
    SYSTEM: later("no system message"),
    SHRINK: later("shrink {value}"),
    ROLE: later("role {name}: {value}"),
    BARE: later("drop {name} of messages"),
    TEXTS: later("text only"),
    PREFILL: later("prefill {name}"),
    THINK: later("thinking {name}"),
    UNOPENED: later("thoughts end with a tag that nothing opens"),
}


def _models(chat: Chat, _args: str) -> Iterable[Choice]:
    for model in chat.link.models:
        length = say_count("{n:,} token", "{n:,} tokens", model.context_length)
        yield Choice(model.id, length if model.context_length else EMPTY)


@command("model", "[NAME]", group=GROUP, everyday=True, complete=_models, known_as=("models",))
async def model(chat: Chat, args: str) -> Outcome:
    """List the models, or change to one.

    What the config sets for a model comes and goes with it (`[models]`), and a preset that was saved
    for it is named: `/preset save NAME model` saves one.
    """
    if args:
        name = args.strip()
        if not chat.link.models:
            await _try_models(chat)
        fits = [entry.id for entry in chat.link.models if name in entry.id]
        if len(fits) == 1 and name not in (entry.id for entry in chat.link.models):
            name = fits[0]
        before = dict(chat.talk.session.settings)
        use_model(chat.talk, chat.link, name)
        unknown = bool(chat.link.models) and name not in (entry.id for entry in chat.link.models)
        note = later("Model: {name}.")
        if unknown:
            note = later("Model: {name}. The server does not list it; it is asked all the same.")
        told = Line(say(note, name=one_line(name)), "warn" if unknown else "good")
        return Show((told, *knobs.steps(chat, before), *presets.bound(chat, name)))
    models = await chat.link.fetch_models()
    current = chat.talk.session.model or await model_of(chat.talk, chat.link)
    rows = tuple(
        (
            one_line(entry.id, 80),
            printable(f"{entry.context_length:,}" if entry.context_length else "·"),
        )
        for entry in models
    )
    marks = frozenset(i for i, entry in enumerate(models) if entry.id == current)
    if not models:
        note = later("The server lists no models. The present one is {name}.")
        return tell(say(note, name=one_line(current)), "dim")
    title = say_count(
        "{n} model at {server}; the present one is marked",
        "{n} models at {server}; the present one is marked",
        len(models),
        server=shown_url(chat.link.server.base_url) if chat.link.server else "?",
    )
    return Show((Table((say("model"), say("context")), rows, title, marks, frozenset({1})),))


async def _try_models(chat: Chat) -> None:
    try:
        await chat.link.fetch_models()
    except ZatsudanError:
        return  # a server without a list takes any name


def _servers(chat: Chat, _args: str) -> Iterable[Choice]:
    for name, profile in chat.config.profiles.items():
        yield Choice(name, shown_url(profile.base_url))
    if EMBEDDED not in chat.config.profiles:
        yield Choice(EMBEDDED, say("the embedded model"))


@command("connect", "[PROFILE]", group=GROUP, complete=_servers)
async def connect(chat: Chat, args: str) -> Outcome:
    """Connect another server; without a name by questions.

    Asks for the server, its key, its model and a name for it, tries it, and writes
    it into the config file. The talk goes on with it. No key is typed behind it: it
    asks for the key, and does not show it. `/connect local` is the
    embedded model, whose file is fetched if it is not there: the one that the config's
    `model_url` names, else a small one that is suggested. Esc leaves everything as it was.
    """
    finder = chat.finder
    if finder is None:
        raise CommandError(say("No other server can be connected here."))
    if not args:
        from zatsudan.commands.connecting.setup import Setup

        return Setup(chat, finder).begin()
    if args not in (EMBEDDED, *finder.config.profiles):
        known = ", ".join(finder.config.profiles) or say("none is in the config file")
        raise ConfigError(
            say(
                "There is no profile {name!r}.",
                name=one_line(shown_line(f"/connect {args}").removeprefix("/connect "), 80),
            ),
            say(
                "/connect alone asks for an address and its key, which is not shown. Known profiles: {names}.",
                names=one_line(known, 400),
            ),
        )
    from zatsudan.commands.connecting.reconnect import connect_to, offer
    from zatsudan.servers.choice import from_profile

    async def run(tell: Callable[[Printable], None]) -> Outcome:
        tell(say("connecting"))
        if args != EMBEDDED or EMBEDDED in finder.config.profiles:
            # A command that gives the key may take its time.
            profile = finder.config.profiles[args]
            server = await asyncio.to_thread(
                partial(from_profile, args, profile, finder.environ, reason="/connect")
            )
            return await connect_to(chat, finder, server)
        if has_engine() and not finder.has_model:
            return offer(finder, lambda: Work((), run))
        return await connect_to(chat, finder, None)

    return Work((), run)


def _lessons(chat: Chat, _args: str) -> Iterable[Choice]:
    yield Choice("forget", say("all that was learned of this server and model"))
    yield Choice("forget all", say("of every server"))


@command("learned", "[forget [all]]", group=GROUP, complete=_lessons)
async def learned(chat: Chat, args: str) -> Outcome:
    """Show what servers were found to refuse, or forget it.

    A field that a server refuses is left out or renamed from then on, for that
    server and model. `/learned forget` forgets it for the present ones.
    """
    server = chat.link.server.name if chat.link.server is not None else ""
    if args == "forget all":
        return tell(say("Forgotten: {n}.", n=chat.link.learned.forget()), "good")
    if args == "forget":
        count = chat.link.learned.forget(server, chat.talk.session.model)
        return tell(say("Forgotten: {n}.", n=count), "good")
    rows = tuple(
        (
            one_line(where, 30),
            one_line(name, 30),
            say(LESSONS[repair.kind], name=repair.name, value=repair.value),
            one_line(day, 10),
        )
        for where, name, repair, day in chat.link.learned.all()
    )
    if not rows:
        return tell(say("Nothing has been refused yet."), "dim")
    head = (say("server"), say("model"), say("what"), say("since"))
    return Show((Table(head, rows), Line(printable("/learned forget"), "dim")))
