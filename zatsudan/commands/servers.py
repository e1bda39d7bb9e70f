"""Commands on the server and its models."""

from collections.abc import Iterable

from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Line, Outcome, Show, Table, tell
from zatsudan.commands.registry import Choice, command
from zatsudan.connect import shown_url
from zatsudan.core.errors import ZatsudanError
from zatsudan.core.printable import one_line


def _models(chat: Chat, _args: str) -> Iterable[Choice]:
    for model in chat.models:
        length = f"{model.context_length:,} tokens" if model.context_length else ""
        yield Choice(model.id, length)


@command("model", "[NAME]", group="The server", everyday=True, complete=_models)
async def model(chat: Chat, args: str) -> Outcome:
    """List the models, or change to one."""
    if args:
        name = args.strip()
        if not chat.models:
            await _try_models(chat)
        fits = [entry.id for entry in chat.models if name in entry.id]
        if len(fits) == 1 and name not in (entry.id for entry in chat.models):
            name = fits[0]
        chat.use_model(name, chat.server)
        unknown = bool(chat.models) and name not in (entry.id for entry in chat.models)
        note = " The server does not list it; it is asked all the same." if unknown else ""
        return tell(f"Model: {one_line(name)}.{note}", "warn" if unknown else "good")
    models = await chat.fetch_models()
    current = chat.session.model or await chat.model()
    rows = tuple(
        (one_line(entry.id, 80), f"{entry.context_length:,}" if entry.context_length else "·")
        for entry in models
    )
    marks = frozenset(i for i, entry in enumerate(models) if entry.id == current)
    server = chat.server
    title = f"{len(models)} models at {shown_url(server.base_url) if server else '?'}; the present one is marked"
    if not models:
        return tell(f"The server lists no models. The present one is {one_line(current)}.", "dim")
    return Show((Table(("model", "context"), rows, title, marks, frozenset({1})),))


async def _try_models(chat: Chat) -> None:
    try:
        await chat.fetch_models()
    except ZatsudanError:
        return  # a server without a list takes any name


def _lessons(chat: Chat, _args: str) -> Iterable[Choice]:
    yield Choice("forget", "all that was learned of this server and model")
    yield Choice("forget all", "of every server")


@command("learned", "[forget [all]]", group="The server", complete=_lessons)
async def learned(chat: Chat, args: str) -> Outcome:
    """Show what servers were found to refuse, or forget it.

    A field that a server refuses is left out or renamed from then on, for that
    server and model. `/learned forget` forgets it for the present ones.
    """
    server = chat.server.name if chat.server is not None else ""
    if args == "forget all":
        return tell(f"Forgotten: {chat.learned.forget()}.", "good")
    if args == "forget":
        return tell(f"Forgotten: {chat.learned.forget(server, chat.session.model)}.", "good")
    rows = tuple(
        (
            one_line(where, 30),
            one_line(name, 30),
            f"{repair.kind} {repair.name} {repair.value}".strip(),
            day,
        )
        for where, name, repair, day in chat.learned.all()
    )
    if not rows:
        return tell("Nothing has been refused yet.", "dim")
    return Show((Table(("server", "model", "what", "since"), rows), Line("/learned forget", "dim")))
