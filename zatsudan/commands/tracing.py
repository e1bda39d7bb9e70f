"""Commands on how a reply was made: its settings and its request."""

import json
import re
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.counts import describe_end, describe_speed
from zatsudan.commands.knobs import settle, settle_model
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Part, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import show_value
from zatsudan.servers.choice import Server
from zatsudan.servers.dialects import address, written
from zatsudan.servers.wirenames import own_names
from zatsudan.sessions.byhand import ByHand
from zatsudan.sessions.calls import ANSWERS
from zatsudan.sessions.session import Made, Node, Session, Setting
from zatsudan.sessions.tree import last_reply
from zatsudan.talk.addressee import client_for, model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import begun
from zatsudan.talk.request import Composed, compose, rebuilt

GROUP = later("The lab")

#: What stands in `/request` for the message that is not written yet.
NOT_WRITTEN = later("(what you write next)")


def reply_choices(chat: Chat, args: str) -> Iterable[Choice]:
    """Complete the number of a reply."""
    if " " not in args:
        for node in reversed(list(chat.talk.session.replies())):
            yield Choice(node.id, one_line(node.message.text, 50))


def has_reply(chat: Chat) -> bool:
    """Tell whether there is a reply to speak of."""
    return any(True for _ in chat.talk.session.replies())


def reply_at(chat: Chat, args: str) -> Node:
    """Return the reply of that number, or to the message of that number; the last one for ``.

    Raises CommandError.
    """
    session = chat.talk.session
    if not args:
        last = next((node for node in reversed(session.path()) if node.made is not None), None)
        if last is None:
            raise CommandError(say("There is no reply yet."), say("Write a message first."))
        return last
    node = session.nodes.get(args.removeprefix("#"))
    if node is not None and node.made is None:
        children = [session.nodes[key] for key in session.children.get(node.id, ())]
        node = next((child for child in reversed(children) if child.made is not None), None)
    if node is None:
        raise CommandError(
            say("There is no reply {name!r}.", name=one_line(args, 20)),
            say("Replies are numbered as the messages of the session; Tab lists them."),
        )
    return node


@command("why", "[N]", group=GROUP, complete=reply_choices, possible=has_reply)
async def why(chat: Chat, args: str) -> Outcome:
    """Show how a reply was made: with what settings.

    Parameters, window, model, server, fingerprint and seconds of reply N, or of the last one.
    `/use N` takes its settings over, `/request N` shows what was sent, `/replay N` sends it again.
    """
    written = chat.talk.session.nodes.get(args.removeprefix("#"))
    written = written if args else last_reply(chat.talk.session)
    if written is not None and written.by_hand is not None:
        return _by_hand(written, written.by_hand)
    reply = reply_at(chat, args)
    made = reply.made or Made()
    text = one_line(reply.message.text, 60) or say("(no text)")
    rows = [(say("reply"), one_line(f"{reply.id}: {text}", 80))]
    asked = made.request.get("model")
    model = one_line(made.model, 60)
    if isinstance(asked, str) and asked != made.model:
        model = say("{asked}, which answered as {model}", asked=one_line(asked, 60), model=model)
    rows += [(say("model"), model), (say("server"), one_line(made.server, 60))]
    marks: set[int] = set()
    own = own_names(made.parameters, chat.link.repairs(chat.talk.session.model), BY_NAME)
    for name, value in own.items():
        if chat.talk.session.parameters.get(name) != value:
            marks.add(len(rows))
        rows.append((one_line(name, 30), one_line(show_value(value), 100)))
    if not own:
        rows.append((say("parameters"), say("none was sent: the server's own held")))
    rows += _window(chat, reply)
    if made.given:
        given = say_count(
            "{text} ({n} character was given)",
            "{text} ({n} characters were given)",
            made.given,
            text=one_line(reply.message.text[: made.given], 60),
        )
        rows.append((say("begun with") if reply.begun else say("goes on from"), given))
    rows += _cut_thought(made)
    rows += _told(made)
    ended = describe_end(made) + (f", {made.finish_reason}" if made.finish_reason else "")
    rows.append(
        (say("ended"), one_line(ended + (f": {say(made.error)}" if made.error else ""), 100))
    )
    rows.append((say("took"), describe_speed(reply)))
    if reply.at:
        rows.append((say("at"), one_line(reply.at, 30)))
    hint = say("* not so now") + "    " if marks else ""
    notes = Line(
        printable(f"{hint}/use {reply.id}    /request {reply.id}    /replay {reply.id}"), "dim"
    )
    return Show((Table((EMPTY, EMPTY), tuple(rows), marks=frozenset(marks)), notes))


def _by_hand(node: Node, by_hand: ByHand) -> Outcome:
    """Say of a message that nobody was asked for it."""
    text = one_line(node.message.text, 60) or say("(no text)")
    rows = [
        (say("message"), one_line(f"{node.id}: {text}", 80)),
        (say("role"), one_line(node.message.role, 20)),
        (say("made"), by_hand.said()),
    ]
    if node.at:
        rows.append((say("at"), one_line(node.at, 30)))
    note = say("No request was sent for it.")
    if by_hand.source:
        note = say(
            "No request was sent for it; /why {id} tells of the one before.", id=by_hand.source
        )
    return Show((Table((EMPTY, EMPTY), tuple(rows)), Line(note, "dim")))


#: How a thought was ended, by the word of the record.
_ENDED_BY = {
    "control": later("ended here after {n:,} characters: the server was told to answer"),
    "prefill": later(
        "ended here after {n:,} characters, and the reply goes on behind it (prefill)"
    ),
    "words": later("ended here after {n:,} characters: asked in words to answer"),
}


def _cut_thought(made: Made) -> list[tuple[Printable, Printable]]:
    """Return how its thought was ended, where the person had it answer."""
    how, size = made.request.get("answered"), made.request.get("thought")
    if not isinstance(how, str) or how not in _ENDED_BY or not isinstance(size, int):
        return []
    return [(say("thought"), say(_ENDED_BY[how], n=size))]


def _told(made: Made) -> list[tuple[Printable, Printable]]:
    """Return what the server told beside the text, by what it is."""
    rows: list[tuple[Printable, Printable]] = []
    back = made.request.get("went_back")
    if isinstance(back, int):
        count = say_count("went back {n} time", "went back {n} times", back)
        rows.append((say("banned phrases"), count))
    if made.fingerprint:
        rows.append((say("fingerprint"), one_line(made.fingerprint, 60)))
    if made.tier:
        rows.append((say("service tier"), one_line(made.tier, 30)))
    if made.stopped:
        rows.append((say("stopped at"), one_line(show_value(made.stopped), 60)))
    rows += _work(made)
    if made.usage is not None and made.usage.cost is not None:
        rows.append((say("cost"), one_line(f"{made.usage.cost:g}", 30)))
    if made.beside:
        from zatsudan.wire.cited import addresses, counts

        rows += [
            (say("source {number}", number=number), one_line(address, 300))
            for number, address in enumerate(addresses(made.beside), 1)
        ]
        rows += [
            (one_line(name, 30), printable(str(count)))
            for name, count in counts(made.beside).items()
        ]
    return rows


def _work(made: Made) -> list[tuple[Printable, Printable]]:
    """Return how long the server read and wrote by its own account, and what it had kept of the prompt."""
    told = {
        name: value
        for name, value in made.timings.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    cached = told.get("cache_n", made.usage.cached if made.usage is not None else 0)
    rows: list[tuple[Printable, Printable]] = []
    for label, count, time in (
        (say("reading"), told.get("prompt_n"), told.get("prompt_ms")),
        (say("writing"), told.get("predicted_n"), told.get("predicted_ms")),
    ):
        if count and time:
            text = say(
                "{count:,} tokens in {seconds:.2f} s, {speed:,.1f} a second",
                count=int(count),
                seconds=time / 1000,
                speed=count / time * 1000,
            )
            rows.append((label, text))
    if told.get("load_ms"):
        loading = say("{seconds:.2f} s", seconds=told["load_ms"] / 1000)
        rows.insert(0, (say("loading the model"), loading))
    if cached:
        rows.append((say("from the cache"), say("{count:,} tokens", count=int(cached))))
    return rows


def _window(chat: Chat, reply: Node) -> list[tuple[Printable, Printable]]:
    made = reply.made or Made()
    try:
        found = rebuilt(chat.talk.session, reply)
    except CommandError as error:
        left = error.sentence
        if made.left_out:
            left = say_count(
                "{n} message was left out", "{n} messages were left out", made.left_out
            )
        return [(say("window"), left)]
    messages = found.body["messages"]
    count = len(messages) if isinstance(messages, list) else 0
    text = say_count("{n} message sent", "{n} messages sent", count)
    if found.left_out:
        text = say(
            "{sent}, {n} left out ({span})",
            sent=text,
            n=len(found.left_out),
            span=_span(found.left_out),
        )
    rows = [(say("window"), text)]
    first = messages[0] if isinstance(messages, list) and messages else None
    if isinstance(first, dict) and first.get("role") == "system":
        rows.append((say("system"), one_line(str(first.get("content")), 70)))
    return rows


def _span(nodes: tuple[Node, ...]) -> Printable:
    first, last = nodes[0].id, nodes[-1].id
    return printable(first) if first == last else say("{first} to {last}", first=first, last=last)


@command("use", "[N]", group=GROUP, complete=reply_choices, possible=has_reply)
async def use(chat: Chat, args: str) -> Outcome:
    """Take over the settings a reply was made with.

    Its parameters and its model; parameters that it did not have are taken back. Without a number
    of the reply that stands here, as after /pick; `#2` is message 2, as in /pick and /diff.
    """
    reply = reply_at(chat, args)
    made = reply.made or Made()
    own = own_names(made.parameters, chat.link.repairs(chat.talk.session.model), BY_NAME)
    lines = settle(chat, {name: Setting(value) for name, value in own.items()})
    asked = made.request.get("model", made.model)
    here = chat.link.server is None or made.server in ("", chat.link.server.name)
    if here:
        lines += settle_model(chat, asked if isinstance(asked, str) else "")
    else:
        at = one_line(made.server, 40)
        lines.append(Line(say("It was made at {server}: the model stays.", server=at), "dim"))
    if not lines:
        return tell(say("The settings are those already."), "dim")
    text = one_line(reply.message.text, 40) or say("(no text)")
    head = say("The settings of reply #{id}: {text}", id=reply.id, text=text)
    return Show((Line(head, "dim"), *lines))


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
    left_out = tuple(node for node in chat.talk.session.path() if node.id not in sent)
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
    title: Printable, body: JsonObject, left_out: tuple[Node, ...]
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
            span=_span(left_out),
        )
        parts.append(Line(note, "dim"))
    return tuple(parts)
