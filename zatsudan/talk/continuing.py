"""Whether a server goes on from a given text: found out once for each server and model."""

from contextlib import aclosing
from typing import TYPE_CHECKING

from zatsudan.base.errors import CommandError, StatusError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import later, say
from zatsudan.servers import prefill
from zatsudan.servers.kinds import kind_at
from zatsudan.talk.exchange import ONCE, Sending, exchange
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.wire.refusals import PREFILL, Repair
from zatsudan.wire.statuscodes import REFUSALS

if TYPE_CHECKING:
    from zatsudan.servers.client import Client

#: What is said while the server is asked for the form in which it goes on.
ASKING = later("asking the server whether it goes on from a given text · Esc stops")


def known_form(link: Link, model: str) -> str:
    """Return the form that the present server and a model take, `none`, or `` while nobody knows."""
    server = link.server
    if server is None:
        return ""
    found = (
        repair.name for repair in link.learned.of(server.name, model) if repair.kind == PREFILL
    )
    known = next(found, "") or kind_at(server).prefill
    return known if known in prefill.FORMS or known == prefill.NONE else ""


async def find_form(link: Link, model: str) -> str:
    """Return the form that the server takes, or `none`; probes with up to four tokens where unknown.

    Raises ZatsudanError where the server cannot be asked. A model that thinks
    before it writes leaves it open: `trailing` then, and it is not remembered.
    """
    await link.client()
    known = known_form(link, model)
    if known:
        return known
    open_question = False
    found = prefill.NONE
    for form in prefill.FORMS:
        works = await _works(link, model, form)
        if works:
            found = form
            break
        open_question = open_question or works is None
    if found == prefill.NONE and open_question:
        return "trailing"
    link.learn(model, Repair(PREFILL, found))
    return found


def begun(talk: Talk, link: Link, body: JsonObject) -> JsonObject:
    """Return the next request with the words that its reply is to begin with, where some are given."""
    begin = talk.session.begin
    form = known_form(link, str(body["model"])) if begin is not None else ""
    if begin is None or form not in prefill.FORMS:
        return body
    return prefill.prefilled(body, begin.text, form)


async def must_go_on(link: Link, model: str) -> None:
    """Raise where the server begins a reply anew: it is to be known before anything is sent."""
    if await find_form(link, model) == prefill.NONE:
        raise refusal(model)


async def _works(link: Link, model: str, form: str) -> bool | None:
    async def prepare(_client: "Client") -> Sending:
        return Sending(link.mended(prefill.probe(model, form), model), model)

    text = ""
    try:
        async with aclosing(exchange(link, prepare, ONCE)) as chunks:
            async for chunk in chunks:
                text += "".join(delta.content for delta in chunk.deltas)
    except StatusError as error:
        if error.status in REFUSALS or (error.status == 500 and "prefill" in error.message):
            return False
        raise
    return prefill.goes_on(text)


def refusal(model: str, *, begun: bool = False) -> CommandError:
    """Return the error for a server that takes a given text in no form; `begun`: that of /begin."""
    sentence = say("{model} here begins anew: it does not go on from a given text.", model=model)
    if begun:
        return CommandError(
            sentence, say("Nothing was sent. /begin off has it begin by itself again.")
        )
    return CommandError(
        sentence,
        say("llama.cpp, vLLM, Ollama and Mistral do. /learned forget has it asked again."),
    )
