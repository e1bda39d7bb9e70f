"""Which kind of server answers: it is told by what it says, not by its port or its name.

Most write themselves into their list of models, which is asked for anyway. Of the others the
paths are asked that only one kind knows, all at once.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_near
from zatsudan.base.jsonvalues import Json
from zatsudan.servers.kind import ServerKind, Sign
from zatsudan.servers.kinds import KINDS, UNKNOWN, inside
from zatsudan.wire.models import Model

if TYPE_CHECKING:
    from zatsudan.servers.choice import Server
    from zatsudan.servers.client import Client


def by_list(models: Iterable[Model]) -> ServerKind:
    """Return the kind that a list of models names as their owner; UNKNOWN if it names none of ours."""
    owners = {model.owner for model in models}
    return next((kind for kind in KINDS if kind.owners & owners), UNKNOWN)


def by_answers(answers: Mapping[str, Json], kinds: Iterable[ServerKind] = KINDS) -> ServerKind:
    """Return the kind whose sign stands in the answers, by their paths; UNKNOWN for none.

    A text that must begin in some way is the surer sign: what imitates others has one.
    """
    held = [
        (kind, sign)
        for kind in kinds
        for sign in kind.signs
        if _holds(sign, answers.get(sign.path))
    ]
    sure = (kind for kind, sign in held if sign.begins)
    return next(sure, next((kind for kind, _ in held), UNKNOWN))


def left_at(url: str) -> ServerKind:
    """Return the kind at a port of this machine that tells nothing of itself; UNKNOWN for none."""
    silent = (kind for kind in KINDS if not kind.owners and not kind.signs)
    return next((kind for kind in silent if url in kind.addresses), UNKNOWN)


def _holds(sign: Sign, answer: Json) -> bool:
    found = inside(answer, sign.keys)
    if sign.begins:
        return isinstance(found, str) and found.startswith(sign.begins)
    return found is not None


async def kind_by_asking(
    client: "Client", models: Sequence[Model], before: ServerKind = UNKNOWN
) -> ServerKind:
    """Return the kind of a server by its list of models, and where that tells nothing by its answers.

    `before` is what it was known for: one question tells whether that still holds.
    """
    told = by_list(models)
    if told is not UNKNOWN:
        return told
    if before.signs:
        still = await _answers(client, before.signs)
        if by_answers(still, (before,)) is not UNKNOWN:
            return before
    found = by_answers(await _answers(client, [sign for kind in KINDS for sign in kind.signs]))
    if found is UNKNOWN and models and not any(model.owner for model in models):
        return left_at(client.server.base_url)
    return found


async def _answers(client: "Client", signs: Iterable[Sign]) -> dict[str, Json]:
    paths = list(dict.fromkeys(sign.path for sign in signs))
    return dict(zip(paths, await asyncio.gather(*map(client.native, paths)), strict=True))


def may_be_asked(server: "Server") -> bool:
    """Tell whether a server may be asked for paths that it may not know: one of this machine or its network.

    Elsewhere only its list tells. What is spoken to in a dialect is known by that.
    """
    return not server.dialect and is_near(urlsplit(server.base_url).hostname or "")
