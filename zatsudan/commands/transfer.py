"""Sessions out to other programs."""

from collections.abc import Iterable
from pathlib import Path

from zatsudan.base.errors import ApiError, CommandError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.base.words import Word, quote, split
from zatsudan.commands.outcomes import Outcome, Show
from zatsudan.commands.parts import Line
from zatsudan.commands.paths import paths, write_file
from zatsudan.commands.registry import Choice, command
from zatsudan.servers.choice import BY_ITSELF
from zatsudan.sessions import journal
from zatsudan.sessions.calls import to_answer
from zatsudan.sessions.records import recovery
from zatsudan.talk.addressee import model_of, use_model
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import begun
from zatsudan.talk.rebuilding import rebuilt
from zatsudan.talk.request import compose

GROUP = later("Sessions")


def _has_messages(chat: Chat) -> bool:
    return bool(chat.talk.session.nodes)


def _last(args: str) -> str:
    return args.rpartition(" ")[2]


def _export_choices(chat: Chat, args: str) -> Iterable[Choice]:
    from zatsudan.sessions import exports  # the writers of all formats: no part of the start

    name, blank, _ = args.partition(" ")
    if not blank:
        rows = [Choice(row.name, say(row.help)) for row in exports.FORMATS.values()]
        return [*rows, Choice("key", say("how the key of the embedded model is set"))]
    if (
        name in exports.FORMATS
        and exports.FORMATS[name].request
        and _last(args).startswith("reply")
    ):
        replies = (node for node in chat.talk.session.path() if node.made is not None)
        return (Choice(f"reply={node.id}", one_line(node.message.text, 60)) for node in replies)
    return paths(_last(args))


def _formats(_chat: Chat | None) -> Printable:
    from zatsudan.sessions.exports import FORMATS

    width = max(map(len, FORMATS))
    return printable("\n".join(f"{row.name:{width}}  {say(row.help)}" for row in FORMATS.values()))


@command(
    "export",
    "FORMAT [FILE] [reply=ID]",
    group=GROUP,
    complete=_export_choices,
    possible=_has_messages,
    more=_formats,
)
async def export(chat: Chat, args: str) -> Outcome:
    """Write the talk, or its request, for elsewhere.

    Without FILE it is shown. A request is the one that /retry would send, runnable as it is;
    `reply=ID` takes the one that made that reply. A key stands as an environment variable. A
    file that is there stays; /export! overwrites it.
    """
    return await _export(chat, args, overwrite=False)


@command(
    "export!",
    "FORMAT FILE [reply=ID]",
    group=GROUP,
    complete=_export_choices,
    possible=_has_messages,
)
async def export_anyway(chat: Chat, args: str) -> Outcome:
    """Export over a file that is there."""
    return await _export(chat, args, overwrite=True)


async def _export(chat: Chat, args: str, *, overwrite: bool) -> Outcome:
    name, file, reply = _arguments(split(args))
    if name == "key":
        return await _key(chat)
    text = await export_text(chat, name, reply)
    if not file:
        hint = say("/export {format} FILE writes it, lines uncut.", format=name)
        return Show((Line(printable(text.rstrip("\n"))), Line(hint, "dim"), *_runs(chat, name)))
    path = Path(file)
    instead = say("{command} overwrites it.", command=f"/export! {name} {quote(file)}")
    write_file(path, text, overwrite=overwrite, instead=instead)
    done = Line(say("Written: {file}", file=one_line(str(path), 200)), "good")
    return Show((done, *_runs(chat, name)))


def _runs(chat: Chat, name: str) -> list[Line]:
    """Say of a request to the embedded model when it can run: its address and key end with us."""
    from zatsudan.sessions import exports

    server = chat.link.server
    if exports.find(name).request is None or server is None or server.reason != BY_ITSELF:
        return []
    note = say("It runs while this zatsudan does: the key of the embedded model is of today only.")
    return [Line(note, "dim"), Line(say("/export key shows the line that sets it."), "dim")]


async def _key(chat: Chat) -> Outcome:
    """Show how the key of the embedded model is set, which nobody else can know."""
    from zatsudan.servers.exported import key_variable

    server = (await chat.link.client()).server
    variable = key_variable(server, chat.config)
    if server.reason != BY_ITSELF:
        raise CommandError(
            say("Only the key of the embedded model is shown; that of this server is yours."),
            say("Put it into {variable}.", variable=variable),
        )
    return Show(
        (
            Line(printable(f"export {variable}={server.api_key}")),
            Line(say("It opens the embedded model on this machine, until zatsudan ends."), "dim"),
        )
    )


async def export_text(chat: Chat, name: str, reply: str = "") -> str:
    """Return the session at hand in the format `name`; connects only where that writes a request.

    With the id of a `reply`, the request is the one that made it. Raises ZatsudanError.
    """
    from zatsudan.servers.exported import key_variable, request_to
    from zatsudan.sessions import exports

    if exports.find(name).request is None:
        return exports.export(chat.talk.session, name)
    server = (await chat.link.client()).server
    model = await model_of(chat.talk, chat.link)
    body = _body_of(chat, reply) if reply else _next_body(chat, model)
    request = request_to(server, body, key_variable(server, chat.config))
    return exports.export(chat.talk.session, name, request)


async def export_saved(chat: Chat, path: Path, name: str, reply: str = "") -> str:
    """Return a session from disk in the format `name`, by a `chat` that saves nothing.

    Its file is only read, so that it may be open in another terminal. Raises ZatsudanError.
    """
    from zatsudan.sessions import exports

    chat.talk.session = journal.load(path).session
    for record in recovery(chat.talk.session):
        chat.talk.record(record)
    if exports.find(name).request is not None:
        server = (await chat.link.client()).server
        before = chat.talk.session.model
        if chat.talk.session.server not in ("", server.name):
            use_model(chat.talk, chat.link, server.model)  # another server knows other models
            try:
                await model_of(chat.talk, chat.link)
            except ApiError:  # it does not run now: what is written is for later
                if not before:
                    raise
                use_model(chat.talk, chat.link, before)
    return await export_text(chat, name, reply)


def _next_body(chat: Chat, model: str) -> JsonObject:
    """Return the body of the request that /retry would send: the next one that is known."""
    node = to_answer(chat.talk.session)
    if node is None:
        raise CommandError(
            say("There is no request yet: no message was written."),
            say("Write one, then export it."),
        )
    body = compose(chat.talk, chat.link, model, node.id, chat.talk.session.parameters).body
    return begun(chat.talk, chat.link, body)


def _body_of(chat: Chat, reply: str) -> JsonObject:
    """Return the body of the request that made a reply; raises CommandError."""
    session = chat.talk.session
    node = session.nodes.get(reply)
    if node is None or node.made is None or node.parent is None:
        known = ", ".join(found.id for found in session.path() if found.made is not None)
        raise CommandError(
            say("There is no reply {name!r} in this session.", name=one_line(reply, 40)),
            say("Replies of this path: {known}.", known=one_line(known, 120))
            if known
            else say("Ask for one first."),
        )
    return rebuilt(session, node).body


def _arguments(words: list[Word]) -> tuple[str, str, str]:
    """Return format, file and reply."""
    reply = "".join(word.value for word in words if word.name == "reply")
    rest = [word.text for word in words if word.name != "reply"]
    if not rest:
        from zatsudan.sessions import exports

        known = ", ".join(exports.FORMATS)
        raise CommandError(
            say("No format is named."),
            say("Write /export FORMAT [FILE]. Formats: {known}.", known=known),
        )
    if len(rest) > 2:
        raise CommandError(
            say("{n} words are too many.", n=len(rest)),
            say('Write /export FORMAT [FILE]; a file name with blanks stands in "quotes".'),
        )
    return rest[0], rest[1] if len(rest) > 1 else "", reply
