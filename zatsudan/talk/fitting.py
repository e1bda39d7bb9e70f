"""What of a talk fits a model over a link: its context length, and the window that is sent."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from zatsudan.base.errors import TooLong
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.parameters.table import LIMITS
from zatsudan.servers.choice import Server
from zatsudan.sessions.estimate import PER_MESSAGE, Gauge
from zatsudan.sessions.session import Node, Session
from zatsudan.sessions.window import Frame, Window, choose
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.wire.messages import Message

if TYPE_CHECKING:
    from zatsudan.servers.client import Client

#: Tokens kept free for the reply where max_tokens does not say.
REPLY_TOKENS = 1024


def context_length(talk: Talk, link: Link) -> int:
    """Return the tokens that the session's model takes; 0 where nobody says."""
    return link.length_of(talk.session.model)


def window_of(
    talk: Talk,
    link: Link,
    last: str | None = None,
    *,
    reserve: int = 0,
    model: str = "",
    parameters: Mapping[str, Json] | None = None,
    system: str | None = None,
    anyway: bool = False,
) -> Window:
    """Return what would be sent of the path to `last`, `reserve` tokens kept free; raises TooLong.

    `parameters` and `system` are those of this request, where they are not the session's. What
    is too long by the estimate is sent `anyway`.
    """
    session, gauge = talk.session, link.gauge(talk.session)
    lore = lore_of(session, last, gauge)
    length, budget = link.length_of(model or session.model), None
    if length:
        sent = session.parameters if parameters is None else parameters
        wanted = next((sent[name] for name in LIMITS if name in sent), None)
        reply = wanted if isinstance(wanted, int) else min(REPLY_TOKENS, length // 4)
        budget = max(length - reply, length // 8) - reserve
    field = reasoning_field(link.server)
    chain = session.chain(last)
    path = chain.without(session.withheld) if session.withheld else chain
    window = choose(
        path,
        frame_of(session, session.system if system is None else system, lore),
        session.pinned,
        budget=budget,
        count=gauge.estimator.count,
        start=gauge.window_start,
        sent=lambda node: as_sent(node, field),
        ahead=bool(path) and path[-1].message.role == "assistant",
        anyway=anyway,
    )
    withheld = tuple(key for key in chain.ids if key in session.withheld)
    return window._replace(withheld=withheld, lore=lore) if withheld or lore else window


def frame_of(session: Session, system: str, lore: Sequence[int]) -> Frame:
    """Return what stands around the messages: the person's system message, or what a character makes of it."""
    if session.character is None:
        return Frame(system)
    from zatsudan.sessions.characters.framing import framed

    return framed(session.character, system, lore)


def lore_of(session: Session, last: str | None, gauge: Gauge) -> tuple[int, ...]:
    """Return which entries of the character's lorebook hold for the path to `last`, by number."""
    character = session.character
    if character is None or not character.book.entries:
        return ()
    from zatsudan.sessions.characters.lorebook import Scene, active
    from zatsudan.sessions.characters.patterns import Patterns

    path = session.chain(last).without(session.withheld)
    first = path[0].message.text if path else ""
    greetings = character.greetings
    scene = Scene(
        [node.message.text for node in path],
        sum(role == "assistant" for role in path.roles()),
        greetings.index(first) if first in greetings else None,
    )
    with Patterns(gauge.late) as patterns:
        return active(character.book, scene, gauge.estimator.count, patterns)


async def counted(client: "Client", model: str, messages: Sequence[Message]) -> int | None:
    """Return the tokens of messages by the server's own tokenizer; None where it has none."""
    from zatsudan.servers.native import prompt_of, tokenize

    asked: JsonObject = {"messages": [message.to_json() for message in messages]}
    prompt = await prompt_of(client, asked, free=True)
    if prompt is not None:
        ids = await tokenize(client, model, prompt)
        return None if ids is None else len(ids)
    total = 0
    for message in messages:
        ids = await tokenize(client, model, message.text)
        if ids is None:
            return None
        total += len(ids) + PER_MESSAGE
    return total


async def fits(client: "Client", model: str, window: Window, length: int) -> bool:
    """Ask the server's own tokenizer whether the model takes a window; False where it has none.

    `length` is the model's context length. Raises TooLong by the server's count.
    """
    tokens = await counted(client, model, window.messages)
    if tokens is not None and tokens >= length:
        raise TooLong(
            say(
                "This message needs {needed:,} tokens, and {model} takes {length:,}"
                " with its reply.",
                needed=tokens,
                model=model,
                length=length,
            ),
            say("Shorten it, unpin messages, or choose a model with a longer context (/model)."),
        )
    return tokens is not None


def reasoning_field(server: Server | None) -> str:
    """Return the field in which a server wants earlier reasoning back; `` for none."""
    return server.reasoning if server is not None else ""


def as_sent(node: Node, field: str) -> Message:
    """Return a message with its reasoning in the field where the server wanted it."""
    if not field or node.made is None or not node.made.reasoning:
        return node.message
    return node.message.with_field(field, node.made.reasoning)
