"""The command that shows a request: the next one, or that of a reply."""

import json
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit, urlunsplit

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.registry import Choice, command
from zatsudan.commands.tracing import GROUP, reply_at, reply_choices, span_of
from zatsudan.servers.choice import Server
from zatsudan.servers.dialects import address, written
from zatsudan.sessions.calls import ANSWERS
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node, Session
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import begun
from zatsudan.talk.rebuilding import rebuilt
from zatsudan.talk.request import Composed, compose

#: What stands in `/request` for the message that is not written yet.
NOT_WRITTEN = later("(what you write next)")


def request_choices(chat: Chat, args: str) -> Iterable[Choice]:
    """Complete `prompt`, or the number of a reply."""
    if "prompt".startswith(args):
        yield Choice("prompt", say("as the model sees it"))
    yield from reply_choices(chat, args.removeprefix("prompt "))


@command("request", "[prompt] [N]", group=GROUP, complete=request_choices)
async def request(chat: Chat, args: str) -> Outcome:
    """Show the next request, or that of reply N.

    The JSON as it is sent, without the key, and what the window leaves out. `/request prompt` shows
    the text that the server's template makes of it, as the model sees it, with its special tokens
    marked (llama.cpp and vLLM).
    """
    first, _, rest = args.partition(" ")
    if first == "prompt":
        return await _prompt(chat, rest.strip())
    if args:
        reply = reply_at(chat, args)
        found = rebuilt(chat.talk.session, reply)
        made = reply.made or Made()
        title = say(
            "The request of reply {id}, to {server}", id=reply.id, server=one_line(made.server, 60)
        )
        return Show(_request_parts(title, written(found.dialect, found.body), found.left_out))
    composed = await _next(chat)
    body = composed.body
    sent = {node.id for node in composed.window.nodes}
    left_out = chat.talk.session.path().without(sent)
    server = chat.link.server
    url = _address(server) if server is not None else ""
    title = say("The next request: POST {url}", url=url)
    body = written(server.dialect, body) if server is not None else body
    return Show(_request_parts(title, body, left_out))


async def _next(chat: Chat) -> Composed:
    """Return the next request, with words of ours where the message is not written yet."""
    composed = compose(
        chat.talk,
        chat.link,
        await model_of(chat.talk, chat.link),
        chat.talk.session.head,
        chat.talk.session.parameters,
    )
    body, messages = composed.body, composed.body["messages"]
    last = messages[-1] if isinstance(messages, list) and messages else None
    if isinstance(messages, list) and not _ends_asking(chat.talk.session, last):
        asking: JsonObject = {"role": "user", "content": say(NOT_WRITTEN)}
        body = {**body, "messages": [*messages, asking]}
    return composed._replace(body=begun(chat.talk, chat.link, body))


#: How the tokens are written that templates set between messages: ChatML and its like, DeepSeek's
#: wide bars, Llama 2 and Mistral, Gemma, and the marks of thoughts and of calls.
_SPECIAL = re.compile(
    r"<\|[^|<>\n]{1,60}\|>|<\uff5c[^\uff5c<>\n]{1,60}\uff5c>|</?s>|<(?:bos|eos|pad|unk)>"
    r"|<(?:start|end)_of_(?:turn|image)>|<</?SYS>>|\[/?[A-Z]{3,}(?:_[A-Z]+)*\]"
    r"|</?(?:think|tool_call|tool_response|tools)>"
)


async def _prompt(chat: Chat, number: str) -> Outcome:
    from zatsudan.servers.native import prompt_of

    if number:
        reply = reply_at(chat, number)
        body = rebuilt(chat.talk.session, reply).body
        title = say("The prompt of reply {id}, as the model sees it", id=reply.id)
    else:
        body = (await _next(chat)).body
        title = say("The next prompt, as the model sees it")
    found = await prompt_of(await client_for(chat.talk, chat.link), body)
    if found is None:
        raise CommandError(
            say("This server does not tell the prompt that its template makes."),
            say("llama.cpp and vLLM do; /request shows what is sent."),
        )
    text = printable(found)
    spans = tuple(match.span() for match in _SPECIAL.finditer(text))
    return Show((Line(title, "dim"), Line(text, spans=spans)))


def _ends_asking(session: Session, message: object) -> bool:
    """Tell whether a request that ends with a message asks for a reply to it."""
    head = session.nodes[session.head] if session.head is not None else None
    if head is not None and head.by_hand is not None and head.message.role != "assistant":
        return True
    return isinstance(message, dict) and message.get("role") in ("user", *ANSWERS)


def _address(server: Server) -> Printable:
    """Return the address of a request, without a name, password or query that may be secret."""
    parts = urlsplit(server.base_url)
    host = parts.netloc.rpartition("@")[2]
    plain = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    return one_line(address(server.dialect, plain))


def _request_parts(
    title: Printable, body: JsonObject, left_out: Sequence[Node]
) -> tuple[Part, ...]:
    parts: list[Part] = [Line(title, "dim")]
    # The settings first: they are what one looks for, and messages are long.
    messages = body["messages"]
    ordered = {
        **{key: value for key, value in body.items() if key != "messages"},
        "messages": messages,
    }
    parts.append(Line(printable(json.dumps(ordered, indent=2, ensure_ascii=False))))
    if left_out:
        note = say_count(
            "{n} earlier message left out ({span}): /context tells why.",
            "{n} earlier messages left out ({span}): /context tells why.",
            len(left_out),
            span=span_of(left_out),
        )
        parts.append(Line(note, "dim"))
    return tuple(parts)
