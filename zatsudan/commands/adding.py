"""Commands on messages by hand: added, hidden, deleted, and with what a reply begins."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zatsudan.base import files
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import Printable, one_line
from zatsudan.base.words import quote, split
from zatsudan.commands.branches import GROUP, has_messages, ids, node_named
from zatsudan.commands.outcomes import Outcome, Show, tell
from zatsudan.commands.parts import Line, Talk
from zatsudan.commands.paths import paths
from zatsudan.commands.registry import Choice, command
from zatsudan.sessions.byhand import DELETED, HIDDEN, Begin
from zatsudan.sessions.session import Node, Session
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import ROLES, Message

if TYPE_CHECKING:
    from collections.abc import Mapping


# --- messages added ---------------------------------------------------------------


def _roles(_chat: Chat, args: str) -> Iterable[Choice]:
    role, blank, rest = args.partition(" ")
    if not blank:
        yield from (Choice(name) for name in ROLES)
        return
    begin = rest.rpartition(" ")[2] if role == "function" else rest
    if begin.startswith("@"):
        yield from (Choice(f"@{choice.text}", choice.meta) for choice in paths(begin[1:]))


@command("add", "ROLE TEXT|@FILE", group=GROUP, complete=_roles)
async def add(chat: Chat, args: str) -> Outcome:
    """Add a message by hand; nothing is asked yet.

    ROLE is system, developer, user, assistant, function NAME or tool. It stands behind the last message and is marked as
    made by hand; a system message may stand in the middle. `tool` answers the first call that is open. `@FILE` reads
    the text from a file. /continue, or an empty line, asks for the reply.
    """
    role, _, rest = args.partition(" ")
    role = role.lower()
    if role not in ROLES:
        raise CommandError(
            say("{role!r} is no role.", role=one_line(role, 20))
            if role
            else say("No role is named."),
            say("Write /add ROLE TEXT. Roles: {names}.", names=", ".join(ROLES)),
        )
    extra: Mapping[str, Json] = {}
    if role == "function":
        name, _, rest = rest.strip().partition(" ")
        extra = {"name": name}
    elif role == "tool":
        extra = {"tool_call_id": _open_call(chat.talk.session)}
    text = await _text_of(rest.strip())
    if not text.strip():
        raise CommandError(
            say("No text is given."),
            say("Write /add function NAME TEXT.")
            if role == "function"
            else say("Write /add {role} TEXT, or @FILE in its place.", role=role),
        )
    node = chat.talk.add(Message(role, text, extra), chat.talk.session.head)
    note = say("#{id} was added by hand. An empty line asks for the reply.", id=node.id)
    if role == "assistant":
        note = say(
            "#{id} was added by hand. An empty line lets the model go on from it.", id=node.id
        )
    return Show((Talk((node,)), Line(note, "good")))


async def _text_of(text: str) -> str:
    if not text.startswith("@"):
        return text
    import asyncio

    from zatsudan.talk.attaching import read_file

    read = await asyncio.to_thread(lambda: read_file(files.expanded(text[1:])))
    if not isinstance(read, str):
        raise CommandError(say("A picture is no text."), say("Attach it with @FILE in a message."))
    return read.removesuffix("\n")


def _open_call(session: Session) -> Json:
    """Return the id of the first call on the path that no message answers; raises CommandError."""
    open_: dict[str, None] = {}
    for node in session.path():
        calls = node.message.extra.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict) and isinstance(call.get("id"), str):
                open_.setdefault(str(call["id"]))
        open_.pop(str(node.message.extra.get("tool_call_id")), None)
    found = next(iter(open_), None)
    if found is None:
        raise CommandError(
            say("There is no call that a tool could answer."),
            say("/add function NAME TEXT adds the answer of a function without one."),
        )
    return found


# --- messages withheld ------------------------------------------------------------


def _together(session: Session, node: Node) -> list[Node]:
    """Return a message with those without which servers refuse it: a call and all that answers it."""
    chain = session.chain(node.id)
    at = len(chain) - 1
    while at and chain[at].message.role == "tool":
        at -= 1
    if not chain[at].message.extra.get("tool_calls"):
        return [node]
    found = [chain[at]]
    followers = session.children.get(found[-1].id, ())
    while followers:
        answer = next((key for key in followers if session.nodes[key].message.role == "tool"), None)
        if answer is None:
            break
        # Of several branches the one that leads to the message.
        ways = {one.id for one in chain}
        answer = next((key for key in followers if key in ways), answer)
        if session.nodes[answer].message.role != "tool":
            break
        found.append(session.nodes[answer])
        followers = session.children.get(answer, ())
    return found


def _withhold(chat: Chat, args: str, how: str) -> list[Node]:
    """Withhold a message, or send it again; return it and those that go with it."""
    if not args:
        raise CommandError(say("No message is named."), say("/tree shows the numbers of all."))
    session = chat.talk.session
    nodes = _together(session, node_named(chat, args))
    for node in nodes:
        if session.withheld.get(node.id, "") != how:
            chat.talk.record({"type": "withhold", "id": node.id, "how": how})
    return nodes


def _told(text: str, nodes: list[Node]) -> Outcome:
    first = nodes[0]
    shown = one_line(first.message.text, 40) or say("(no text)")
    lines = [Line(say(text, id=first.id, text=shown), "good")]
    if len(nodes) > 1:
        note = say_count(
            "{n} answer goes with its call.", "{n} answers go with their call.", len(nodes) - 1
        )
        lines.append(Line(note, "dim"))
    return Show(tuple(lines))


@command("hide", "N", group=GROUP, complete=ids, possible=has_messages)
async def hide(chat: Chat, args: str) -> Outcome:
    """Keep a message in the talk, but do not send it.

    /context and /tree mark it; /unhide N sends it again.
    """
    nodes = _withhold(chat, args, HIDDEN)
    return _told(later("#{id} is not sent from now on, /unhide {id} sends it again: {text}"), nodes)


@command("unhide", "N", group=GROUP, complete=ids, possible=has_messages)
async def unhide(chat: Chat, args: str) -> Outcome:
    """Send a message again that was hidden or deleted."""
    nodes = _withhold(chat, args, "")
    return _told(later("#{id} is sent again: {text}"), nodes)


@command("delete", "N", group=GROUP, complete=ids, possible=has_messages, known_as=("remove", "rm"))
async def delete(chat: Chat, args: str) -> Outcome:
    """Take one message out of the talk; what follows stays.

    It is neither shown nor sent. The session keeps it: /tree shows it, /unhide N brings it back.
    """
    nodes = _withhold(chat, args, DELETED)
    return _told(later("#{id} is out of the talk, /unhide {id} brings it back: {text}"), nodes)


# --- with what a reply begins -------------------------------------------------------


def _begins(chat: Chat, args: str) -> Iterable[Choice]:
    if not args and chat.talk.session.begin is not None:
        yield Choice("off", say("let replies begin by themselves"))


def words_of(args: str) -> str:
    """Read the text: in quotes with its escapes, else as it stands."""
    if args[:1] not in ('"', "'"):
        return args
    words = split(args)
    if len(words) > 1:
        raise CommandError(
            say("More stands behind the quotes."), say('Write all of it as one: /begin "Well, "')
        )
    return words[0].text


def shown_begin(begin: Begin) -> Printable:
    """Return the text with which a reply begins, as it is typed."""
    text = quote(begin.text)
    return one_line(text if text.startswith('"') else f'"{text}"', 60)


async def _begin(chat: Chat, args: str, *, always: bool) -> Outcome:
    session = chat.talk.session
    if args == "off":
        if session.begin is None:
            return tell(say("Replies begin by themselves."), "dim")
        chat.talk.record(Begin("").to_json())
        return tell(say("Replies begin by themselves again."), "good")
    if not args:
        if session.begin is None:
            return tell(say('Replies begin by themselves. /begin "Well, " begins the next.'), "dim")
        return tell(_said(session.begin))
    text = words_of(args)
    if not text.strip():
        raise CommandError(
            say("A reply cannot begin with blanks alone."),
            say("/begin off lets replies begin by themselves."),
        )
    from zatsudan.talk.addressee import model_of
    from zatsudan.talk.continuing import must_go_on

    await must_go_on(chat.link, await model_of(chat.talk, chat.link))
    begin = Begin(text, always)
    chat.talk.record(begin.to_json())
    return tell(_said(begin), "good")


def _said(begin: Begin) -> Printable:
    shown = shown_begin(begin)
    if begin.always:
        return say("Every reply begins with {text}, until /begin off.", text=shown)
    return say("The next reply begins with {text}.", text=shown)


@command("begin", "[TEXT|off]", group=GROUP, complete=_begins)
async def begin_(chat: Chat, args: str) -> Outcome:
    """Give the next reply its first words.

    `/begin "Well, "`: in quotes, blanks at the end count. The model goes on from there; what was given is dim. Where the
    server begins anew it is said at once, and nothing is set. `/begin! TEXT` begins every reply so, until `/begin off`.
    `/sweep begin "Yes" "No"` compares several.
    """
    return await _begin(chat, args, always=False)


@command("begin!", "TEXT", group=GROUP, complete=_begins)
async def begin_always(chat: Chat, args: str) -> Outcome:
    """Give every reply its first words, until /begin off."""
    return await _begin(chat, args, always=True)
