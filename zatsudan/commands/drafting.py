"""The model writes for the person: a draft of their next message."""

from collections.abc import Callable

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, printable
from zatsudan.commands.conversation import GROUP
from zatsudan.commands.outcomes import Outcome, Prefill, Work
from zatsudan.commands.parts import Line
from zatsudan.commands.registry import command
from zatsudan.parameters.table import BY_NAME
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.entered import TEXT, Entered
from zatsudan.talk.exchange import asked
from zatsudan.talk.request import compose

ASK = (
    "Leave your own part for a moment: write the next message that I would send to you in this "
    "conversation, in my words, my language and my manner. Answer with that message alone, "
    "without quotes and without a comment."
)
HINT = "It is to say: {hint}"
_QUOTES = ('""', "“”", "「」", "『』", "''")


@command("me", "[HINT]", group=GROUP)
async def me(chat: Chat, args: str) -> Outcome:
    """Have the model draft your next message.

    It comes into the input line and is never sent by itself. `/me ask about the weather` says what it is about; Alt-M does
    the same with what stands in the line. It is no part of the talk; /usage counts it beside. Esc stops it.
    """

    async def run(hint: Callable[[Printable], None]) -> Outcome:
        hint(say("drafting your message … · Esc stops"))
        return _offered(await _drafted(chat, args))

    return Work((), run)


def _offered(text: str) -> Outcome:
    return Prefill(Entered.of(text, TEXT), instead=(Line(printable(text)),))


async def _drafted(chat: Chat, hint: str) -> str:
    """Ask the model for a message of the person's, outside the talk; raises ZatsudanError."""
    talk, link = chat.talk, chat.link
    await client_for(talk, link)
    model = await model_of(talk, link)
    wish = "\n\n".join([ASK, *([HINT.format(hint=hint)] if hint else [])])
    parameters = {
        name: value for name, value in talk.session.parameters.items() if _makes_words(name)
    }

    def body() -> JsonObject:
        composed = compose(talk, link, model, talk.session.head, parameters)
        return _asking(composed.body, wish)

    try:
        reply, usage = await asked(link, body, model)
    except BaseException:
        talk.spend_aside(model, None)  # it may have cost something
        raise
    talk.spend_aside(model, usage)
    text = reply.content.strip()
    if len(text) > 1 and text[0] + text[-1] in _QUOTES:
        text = text[1:-1].strip()
    if not text:
        raise CommandError(
            say("The model drafted nothing."), say("Say what it is about: /me HINT.")
        )
    return text


def _makes_words(name: str) -> bool:
    """Tell whether a parameter that is meant for replies would make a message of a person too: one, in words."""
    row = BY_NAME.get(name)
    return row is None or not (row.form or (row.group == "format" and not row.delivery))


def _asking(body: JsonObject, wish: str) -> JsonObject:
    """Return a request whose last message asks for the draft; no two of the person's follow each other."""
    messages = body.get("messages")
    before: list[Json] = list(messages) if isinstance(messages, list) else []
    last = before[-1] if before else None
    said = last.get("content") if isinstance(last, dict) and last.get("role") == "user" else None
    if isinstance(last, dict) and isinstance(said, str):
        return {**body, "messages": [*before[:-1], {**last, "content": f"{said}\n\n{wish}"}]}
    return {**body, "messages": [*before, {"role": "user", "content": wish}]}
