"""The chain of samplers that settings make at the server, and a reply as one is computed over it."""

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.commands.chainline import steps
from zatsudan.commands.tokens import tokens_of
from zatsudan.parameters.chain import chain as steps_in
from zatsudan.parameters.table import BY_NAME
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.lab.reshaping import Chain, Reading

#: The order of samplers where a server's is not known: that of most programs that are not llama.cpp.
USUAL = ("penalties", "temperature", "top_k", "top_p", "min_p")


def as_one(chat: Chat, values: Mapping[str, Json]) -> dict[str, Json]:
    """Return values under one name each where the server has one thing under two."""
    names = chat.link.here.kind.names
    return {
        other if (other := names.get(name, "")) in BY_NAME else name: value
        for name, value in values.items()
    }


def chain_of(chat: Chat, values: Mapping[str, Json]) -> "Chain":
    """Return the chain that these values make at the server: over its own, in its order."""
    from zatsudan.lab.reshaping import Chain

    here = chat.link.here
    holding = {**here.own, **as_one(chat, values)}
    order = steps(here, holding) or USUAL
    if "smoothing" not in order and "temperature" in order:
        order = (*order, "smoothing")
    return Chain(order, holding, window=here.takes(BY_NAME["repeat_last_n"]) is not False)


async def read_reply(chat: Chat, reply: Node, *chains: "Chain") -> "tuple[Reading, bool]":
    """Take the reply's tokens, and those of its prompt where that matters; tell whether all is known."""
    from zatsudan.lab.reshaping import read
    from zatsudan.talk.rebuilding import rebuilt

    prompt, made = None, reply.made or Made()
    if chat.link.server is not None and made.server == chat.link.server.name:
        with contextlib.suppress(ZatsudanError):  # it makes the bounds narrower, and no more
            prompt = await prompt_before(chat, rebuilt(chat.talk.session, reply).body, *chains)
    repeats = any(_looks_back(chain.values) for chain in chains)
    return read(tokens_of(reply), prompt), not repeats or prompt is not None


async def prompt_before(
    chat: Chat, body: Mapping[str, Json], *chains: "Chain"
) -> list[bytes] | None:
    """Return the tokens of a request's prompt, where a chain looks back at them and the server tells them."""
    from zatsudan.servers.native import prompt_of, token_texts
    from zatsudan.talk.addressee import client_for

    if not any(_looks_back(chain.values) for chain in chains):
        return None
    try:
        client = await client_for(chat.talk, chat.link)
        text = await prompt_of(client, body, free=True)
        return await token_texts(client, text) if text is not None else None
    except ZatsudanError:  # it makes the bounds narrower, and no more
        return None


def _looks_back(values: Mapping[str, Json]) -> bool:
    """Tell whether a step of the chain depends on the tokens before."""
    return any(step.on for step in steps_in(("penalties", "dry"), values))
