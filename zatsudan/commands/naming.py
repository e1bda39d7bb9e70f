"""Commands on what the session at hand is called."""

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import Choice, command
from zatsudan.sessions.nodes import Chain
from zatsudan.sessions.titles import CELLS, title_from
from zatsudan.sessions.window import turns_of
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.exchange import asked
from zatsudan.wire.messages import Message, Usage
from zatsudan.wire.protocol import build_request

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
    return bool(chat.talk.session.nodes)


def name_of(chat: Chat) -> Printable:
    """Return what the session at hand is called: its title, or one made of its first words."""
    session = chat.talk.session
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
    if not chat.talk.session.nodes:
        raise CommandError(
            say("There is nothing to rename yet."),
            say("A session begins with its first message."),
        )
    before = name_of(chat)
    chat.talk.record({"type": "title", "title": title})
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
    if not chat.talk.session.nodes:
        raise CommandError(
            say("There is no talk yet."), say("A session begins with its first message.")
        )
    if not args:
        source = "" if chat.talk.session.title else "  " + say("(its first words)")
        how = say("/rename {name} changes it.", name="NAME")
        return Show((Line(printable(f"{name_of(chat)}{source}")), Line(how, "dim")))
    found, usage = await _asked(chat)
    if not found:
        raise CommandError(say("The model gave no title."), say("/rename NAME sets one by hand."))
    chat.talk.record({"type": "title", "title": found})
    cost = say("What it cost is not known: no count came from the server.")
    if usage is not None:
        cost = say(
            "It cost {input:,} tokens in, {output:,} out; /usage counts them beside the talk.",
            input=usage.prompt,
            output=usage.completion,
        )
    return Show((Line(say("Title: {title}", title=name_of(chat)), "good"), Line(cost, "dim")))


async def _asked(chat: Chat) -> tuple[str, Usage | None]:
    """Ask the model for a title, outside the talk; raises ZatsudanError."""
    await client_for(chat.talk, chat.link)
    model = await model_of(chat.talk, chat.link)
    session = chat.talk.session
    nodes = session.path() or Chain(session.nodes, list(session.nodes))
    turn = turns_of(nodes.without(session.withheld) or nodes)[0]
    talk = "\n\n".join(f"{node.message.role}: {node.message.text[:SEEN]}" for node in turn)
    messages = [Message("system", ASK), Message("user", talk)]
    parameters: dict[str, Json] = {"max_tokens": TITLE_TOKENS}

    def body() -> JsonObject:
        return chat.link.mended(build_request(model, messages, parameters), model)

    reply, usage = await asked(chat.link, body, model)
    chat.talk.spend_aside(model, usage)
    from zatsudan.markdown.reading import first_line  # takes a while

    return title_from(first_line(reply.content).strip(" \t\"'“”「」『』"), CELLS), usage
