"""To whom a talk goes: the model that is asked, and whether an earlier talk may go to a server.

A server that was only found on this machine gets no earlier talk before the person agrees:
whoever holds a port may not be whom the talk was held with.
"""

from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError, ConnectionFailed
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.servers.choice import Server
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.wire.models import choose_model

if TYPE_CHECKING:
    from zatsudan.servers.client import Client


async def client_for(talk: Talk, link: Link) -> "Client":
    """Return the client for what sends a part of the talk; raises ZatsudanError.

    For what asks about the server itself, `link.client()` is enough.
    """
    client = await link.client()
    if is_new_to(talk, client.server):
        raise not_agreed(client.server)
    return client


def is_new_to(talk: Talk, server: Server) -> bool:
    """Tell whether an earlier talk would go to a server that nobody named, and that has none of it."""
    session = talk.session
    if not server.found or server.name == session.server or not is_earlier(talk):
        return False
    return all(node.made is None or node.made.server != server.name for node in session.replies())


def is_earlier(talk: Talk) -> bool:
    """Does the session hold more than words that were typed here and sent nowhere yet?"""
    nodes = talk.session.nodes
    return not talk.fresh or any(nodes.role(node_id) == "assistant" for node_id in nodes)


def not_agreed(server: Server) -> ConnectionFailed:
    """Return the error for a talk that is not sent to a server which was only found."""
    place = server.base_url.removesuffix("/v1")
    return ConnectionFailed(
        say(
            "An earlier talk is not sent unasked to {name}, which was found at {url}.",
            name=one_line(server.name, 40),
            url=place,
        ),
        say("In the chat a message or /retry asks first; --base-url {url} names it.", url=place),
    )


async def agree(talk: Talk, link: Link) -> None:
    """Let the talk go to the server at hand from now on: the person said so."""
    name, server = await model_of(talk, link), (await link.client()).server
    talk.use_model(name, server.name)


async def model_of(talk: Talk, link: Link) -> str:
    """Return the model to ask, choosing one if none is named yet; raises ZatsudanError.

    A session that was held at another server goes on with this one's model; that is
    recorded when it may.
    """
    server = (await link.client()).server
    session = talk.session
    if not session.model or session.server not in ("", server.name):
        name = server.model
        if not name:
            chosen = choose_model(await link.fetch_models())
            if chosen is None:
                raise CommandError(
                    say("The server names no model."), say("Choose one with /model NAME.")
                )
            name = chosen.id
        if is_new_to(talk, server):
            return name
        talk.use_model(name, server.name)
    return talk.session.model


def use_model(talk: Talk, link: Link, name: str) -> None:
    """Ask this model from now on. A server that is not agreed to is not recorded."""
    server = link.server
    known = server is not None and not is_new_to(talk, server)
    talk.use_model(name, link.name if known else "")
