"""How a turn begins: as an answer to a message, or with the recorded request of a reply once more."""

from collections.abc import Mapping, Sequence

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.sessions.session import Node
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.talk.turn import Turn


def turn_to(
    talk: Talk,
    link: Link,
    parent: Node,
    overrides: Mapping[str, Json] | None = None,
    *,
    prefix: str = "",
    logprobs: Sequence[Json] = (),
    begun: bool = False,
    asking: bool = False,
    anyway: bool = False,
) -> Turn:
    """Return a turn that answers `parent` with the session's parameters, or others for this once.

    Without a `prefix` it begins as the session says; `begun`: a person wrote that prefix.
    """
    parameters = {**talk.session.parameters, **(overrides or {})}
    begin = talk.session.begin if not prefix else None
    return Turn(
        talk,
        link,
        parent,
        parameters,
        prefix=begin.text if begin is not None else prefix,
        logprobs=logprobs,
        asking=asking,
        anyway=anyway,
        begun=begun or begin is not None,
    )


def again(talk: Talk, link: Link, reply: Node) -> Turn:
    """Return a turn that sends the recorded request of a reply once more; raises CommandError."""
    from zatsudan.talk.rebuilding import rebuilt  # no usual turn needs it
    from zatsudan.wire.tokenview import entries_of

    parent = talk.session.nodes[reply.parent] if reply.parent is not None else None
    if parent is None or reply.made is None:
        raise CommandError(say("This message was not made by a request."), say("Name a reply."))
    body = rebuilt(talk.session, reply).body
    given = reply.message.text[: reply.made.given]
    known = entries_of(given, reply.made.logprobs)
    turn = Turn(talk, link, parent, reply.made.parameters, prefix=given, logprobs=known)
    turn.recorded = (body, reply.made)
    turn.thought.over = True  # it is the recorded request or none
    return turn
