"""Commands on how a reply was made, and on which reply is meant."""

from collections.abc import Iterable, Sequence

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.counts import describe_end, describe_speed, lore_names
from zatsudan.commands.knobs import settle, settle_model
from zatsudan.commands.messagenumbers import numbers
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.registry import Choice, command
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import show_value
from zatsudan.servers.wirenames import own_names
from zatsudan.sessions.byhand import ByHand
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node, Setting
from zatsudan.sessions.tree import last_reply
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import character_of, lore_in, rebuilt

GROUP = later("The lab")


def reply_choices(chat: Chat, args: str) -> Iterable[Choice]:
    """Complete the number of a reply."""
    if " " in args:
        return ()
    session = chat.talk.session

    return numbers(
        session, reversed(session.made), args, lambda node: one_line(node.message.text, 50)
    )


def has_reply(chat: Chat) -> bool:
    """Tell whether there is a reply to speak of."""
    return bool(chat.talk.session.made)


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
    rows += _character(chat, made)
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


def _character(chat: Chat, made: Made) -> list[tuple[Printable, Printable]]:
    """Return whom the model was to play, what of the request is from its card, and which of its lore."""
    session = chat.talk.session
    try:
        character = character_of(session, made.request)
    except CommandError:  # /why says it where it tells of the window
        return []
    if character is None:
        return []
    rows = [
        (
            say("character"),
            say(
                "{name}, from {file}: the system message{last}",
                name=one_line(character.name, 40),
                file=one_line(character.source, 60),
                last=say(", and one behind the talk") if character.post_history.strip() else EMPTY,
            ),
        )
    ]
    lore = lore_in(made.request)
    if lore:
        rows.append((say("lore"), lore_names(character, lore)))
    return rows


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
            span=span_of(found.left_out),
        )
    rows = [(say("window"), text)]
    first = messages[0] if isinstance(messages, list) and messages else None
    if isinstance(first, dict) and first.get("role") == "system":
        rows.append((say("system"), one_line(str(first.get("content")), 70)))
    return rows


def span_of(nodes: Sequence[Node]) -> Printable:
    """Return the numbers of the first and the last of some messages."""
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
