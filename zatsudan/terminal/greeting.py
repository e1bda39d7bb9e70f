"""What a talk begins with: who we are, who answers and why."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from zatsudan import __version__
from zatsudan.base.language import say
from zatsudan.base.printable import one_line, printable
from zatsudan.commands.parts import Line, Part
from zatsudan.servers.choice import BY_ITSELF, Server

if TYPE_CHECKING:
    from zatsudan.talk.chat import Chat


def greeting(*, private: bool) -> tuple[Part, ...]:
    """Return the first line of the greeting."""
    parts = [
        say("zatsudan {version} · just write; /help helps, Ctrl-D leaves", version=__version__)
    ]
    if private:
        parts.append(say("private, nothing is saved"))
    return (Line(printable(" · ".join(parts)), "dim"),)


def wanted_embedded(chat: "Chat") -> bool:
    """Was the embedded model asked for, rather than found as the last that there is?"""
    return chat.finder is not None and chat.finder.wants_embedded


def answering(
    server: Server, model: str, *, wanted: bool, others: Sequence[Server] = ()
) -> Iterator[Line]:
    """Say who answers, and why: what the greeting says when that is known.

    `others` were found and not taken, since they are another user's.
    """
    name = one_line(model, 60)
    if server.reason != BY_ITSELF or wanted:
        told = say(
            "{model} at {server} ({reason})",
            model=name,
            server=one_line(server.name),
            reason=say(server.reason),
        )
        yield Line(told, "dim")
        if server.missing_key and server.reason != BY_ITSELF:
            yield Line(say("No key is sent: {why}.", why=server.missing_key), "dim")
    else:
        yield Line(
            say("A chat with a language model, and every knob of it: try /temperature 1.3"), "dim"
        )
        if others:
            from zatsudan.servers.discovery import not_taken

            yield Line(say("{model} answers, on this machine.", model=name), "dim")
            yield Line(not_taken(others[0]), "dim")
        else:
            told = say("{model} answers, on this machine: no server was found.", model=name)
            yield Line(told, "dim")
        yield Line(say("It is tiny, for trying things out. /connect connects a better one."), "dim")


def connected(chat: "Chat", server: Server, model: str, before: str, there: str) -> Iterator[Line]:
    """Say who answers, and whether the session was held with another: the model `before`, at `there`."""
    from zatsudan.talk.addressee import is_new_to  # not needed to start

    others = chat.finder.others if chat.finder is not None else ()
    yield from answering(server, model, wanted=wanted_embedded(chat), others=others)
    if before and before != model:
        told = say(
            "This session was held with {model} at {server}.",
            model=one_line(before),
            server=one_line(there),
        )
        yield Line(told, "dim")
    if is_new_to(chat.talk, server):
        yield Line(say("Nothing of it goes there before you say so."), "dim")
