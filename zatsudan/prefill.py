"""Whether a server goes on from a given text: found out once for each server and model."""

from contextlib import aclosing
from typing import TYPE_CHECKING

from zatsudan.core import prefill
from zatsudan.core.errors import CommandError, StatusError
from zatsudan.core.language import say
from zatsudan.core.refusals import PREFILL, Repair, mended
from zatsudan.servers.kinds import kind_of

if TYPE_CHECKING:
    from zatsudan.chat import Chat
    from zatsudan.client import Client

#: Statuses by which a server refuses a form; others say nothing about it.
_REFUSED = (400, 404, 405, 422)


def known_form(chat: "Chat") -> str:
    """Return the form that the present server and model take, `none`, or `` while nobody knows."""
    server = chat.server
    if server is None:
        return ""
    found = (
        repair.name
        for repair in chat.learned.of(server.name, chat.session.model)
        if repair.kind == PREFILL
    )
    known = next(found, "") or kind_of(server.name, server.base_url).prefill
    return known if known in prefill.FORMS or known == prefill.NONE else ""


async def find_form(chat: "Chat") -> str:
    """Return the form that the server takes, or `none`; probes with up to four tokens where unknown.

    Raises ZatsudanError where the server cannot be asked. A model that thinks
    before it writes leaves it open: `trailing` then, and it is not remembered.
    """
    client = await chat.client()
    model = await chat.model()
    known = known_form(chat)
    if known:
        return known
    open_question = False
    found = prefill.NONE
    for form in prefill.FORMS:
        works = await _works(chat, client, model, form)
        if works:
            found = form
            break
        open_question = open_question or works is None
    if found == prefill.NONE and open_question:
        return "trailing"
    chat.learned.add(client.server.name, model, Repair(PREFILL, found), chat.now()[:10])
    return found


async def _works(chat: "Chat", client: "Client", model: str, form: str) -> bool | None:
    body = mended(prefill.probe(model, form), chat.repairs())
    text = ""
    try:
        async with aclosing(client.stream(body)) as chunks:
            async for chunk in chunks:
                text += "".join(delta.content for delta in chunk.deltas)
    except StatusError as error:
        if error.status in _REFUSED or (error.status == 500 and "prefill" in error.message):
            return False
        raise
    return prefill.goes_on(text)


def refusal(model: str) -> CommandError:
    """Return the error for a server that takes a given text in no form."""
    return CommandError(
        say("{model} here begins anew: it does not go on from a given text.", model=model),
        say("llama.cpp, vLLM, Ollama and Mistral do. /learned forget has it asked again."),
    )
