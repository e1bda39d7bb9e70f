"""Commands on what the session at hand is called."""

from contextlib import aclosing

from zatsudan.chat import Chat
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, command
from zatsudan.core.errors import CommandError, StatusError
from zatsudan.core.language import later, say
from zatsudan.core.messages import Json, Message, Usage
from zatsudan.core.printable import Printable, one_line, printable
from zatsudan.core.refusals import understand
from zatsudan.core.reply import Reply
from zatsudan.core.titles import CELLS, title_from
from zatsudan.core.window import turns_of

GROUP = later("Sessions")

#: What a title may cost: few tokens, but enough for a model that thinks first to say something.
TITLE_TOKENS = 64
#: How much of the talk the model sees for it, in characters of each message.
SEEN = 600
ASK = (
    "Give this conversation a title: at most six words, in its own language, "
    "no quotes, no full stop. Answer with the title alone."
)


def _has_messages(chat: Chat) -> bool:
    return bool(chat.session.nodes)


def name_of(chat: Chat) -> Printable:
    """Return what the session at hand is called: its title, or one made of its first words."""
    session = chat.session
    return (
        one_line(session.title, 60) or title_from(session.first_words()) or one_line(session.id, 60)
    )


@command("rename", "NAME", group=GROUP, possible=_has_messages)
async def rename(chat: Chat, args: str) -> Outcome:
    """Change the name of this session.

    Its title is made of its first words until it gets a name. Other sessions are renamed in
    the list that /sessions opens.
    """
    title = one_line(args, 120)
    if not title:
        raise CommandError(say("No name is given."), say("Write /rename NAME."))
    if not chat.session.nodes:
        raise CommandError(
            say("There is nothing to rename yet."),
            say("A session begins with its first message."),
        )
    before = name_of(chat)
    chat.record({"type": "title", "title": title})
    return tell(printable(f"{before} → {name_of(chat)}"), "good")


@command(
    "title",
    "[auto]",
    group=GROUP,
    possible=_has_messages,
    complete=lambda _chat, _args: (Choice("auto", say("ask the model for one")),),
)
async def title(chat: Chat, args: str) -> Outcome:
    """Show this session's title; `auto` asks the model.

    `/title auto` costs one short request, which is no part of the talk. `/rename NAME` sets a
    title by hand.
    """
    if args not in ("", "auto"):
        raise CommandError(
            say("{text!r} is not understood.", text=one_line(args, 30)),
            say("/rename NAME sets a title by hand."),
        )
    if not chat.session.nodes:
        raise CommandError(
            say("There is no talk yet."), say("A session begins with its first message.")
        )
    if not args:
        source = "" if chat.session.title else "  " + say("(its first words)")
        how = say("/rename {name} changes it.", name="NAME")
        return Show((Line(printable(f"{name_of(chat)}{source}")), Line(how, "dim")))
    found, usage = await _asked(chat)
    if not found:
        raise CommandError(say("The model gave no title."), say("/rename NAME sets one by hand."))
    chat.record({"type": "title", "title": found})
    cost = say("What it cost is not known: no count came from the server.")
    if usage is not None:
        cost = say(
            "It cost {input:,} tokens in, {output:,} out, not counted in /usage.",
            input=usage.prompt,
            output=usage.completion,
        )
    return Show((Line(say("Title: {title}", title=name_of(chat)), "good"), Line(cost, "dim")))


async def _asked(chat: Chat) -> tuple[str, Usage | None]:
    """Ask the model for a title, outside the talk; raises ZatsudanError."""
    model = await chat.model()
    turn = turns_of(chat.session.path() or list(chat.session.nodes.values()))[0]
    talk = "\n\n".join(f"{node.message.role}: {node.message.text[:SEEN]}" for node in turn)
    messages = [Message("system", ASK), Message("user", talk)]
    parameters: dict[str, Json] = {"max_tokens": TITLE_TOKENS}
    try:
        reply, usage = await _reply(chat, model, messages, parameters)
    except StatusError as error:
        # Some servers know this limit by another name, or not at all: it is learned, once.
        repair = understand(error, chat.body(model, messages, parameters))
        if repair is None or chat.server is None:
            raise
        chat.learned.add(chat.server.name, model, repair, chat.now()[:10])
        reply, usage = await _reply(chat, model, messages, parameters)
    from zatsudan.markdown.reading import first_line  # takes a while

    return title_from(first_line(reply.content).strip(" \t\"'“”「」『』"), CELLS), usage


async def _reply(
    chat: Chat, model: str, messages: list[Message], parameters: dict[str, Json]
) -> tuple[Reply, Usage | None]:
    client = await chat.client()
    reply, usage = Reply(), None
    async with aclosing(client.stream(chat.body(model, messages, parameters))) as chunks:
        async for chunk in chunks:
            usage = chunk.usage or usage
            for delta in chunk.deltas:
                if delta.index == 0:
                    reply.add(delta)
    return reply, usage
