"""How a model is told whether to think: found out once for each server and model."""

from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.parameters.table import LIMITS
from zatsudan.servers.thinkforms import ALWAYS, FORMS, NEVER, set_by
from zatsudan.talk.exchange import Policy, asked
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk
from zatsudan.talk.unopened import is_known
from zatsudan.wire.refusals import THINK, Repair
from zatsudan.wire.statuscodes import OF_TEMPLATES

#: What is asked to see whether a model thinks: a thought begins within these tokens.
_ASKED = "How much is 17 * 23?"
_TOKENS = 24
#: A refusal is an answer, but for the field that is none of the question's.
_POLICY = Policy(waits=False, only=frozenset(LIMITS))


def known_form(link: Link, model: str) -> str:
    """Return the form that switches a model's thinking here, NEVER, ALWAYS, or `` while nobody knows.

    A maker's own server is not asked: it costs money, and its row tells.
    """
    learned = (repair.name for repair in link.learned.of(link.name, model) if repair.kind == THINK)
    found = next(learned, "")
    if not found and link.kind.hosted and link.kind.thinking.switch:
        found = link.kind.thinking.switch[0]
    return found if found in (NEVER, ALWAYS, *FORMS) else ""


def can_control(link: Link, model: str) -> bool:
    """Tell whether a thought of this model can be ended while it comes, where the request allows it."""
    return link.kind.thinking.control and known_form(link, model) != NEVER


async def find_form(talk: Talk, link: Link, model: str) -> str:
    """Return the form that switches a model's thinking here, NEVER or ALWAYS; asks where that is unknown.

    At most a request of few tokens for each form that the server may take, and one with none:
    a form works if the model thinks with it and not without, or the other way round. Raises
    ZatsudanError where the server cannot be asked.
    """
    await link.client()
    known = known_form(link, model)
    if known:
        return known
    usual = await _thinks(talk, link, model, {})
    found = ALWAYS if usual else NEVER
    for form in link.kind.thinking.switch or tuple(FORMS):
        sent = set_by(form, not usual)
        if sent and await _otherwise(talk, link, model, sent, usual=usual):
            found = form
            break
    link.learn(model, Repair(THINK, found))
    return found


async def _otherwise(
    talk: Talk, link: Link, model: str, parameters: JsonObject, *, usual: bool
) -> bool:
    """Tell whether a model thinks with these parameters where it does not usually, or the other way round."""
    try:
        return await _thinks(talk, link, model, parameters) is not usual
    except StatusError as error:
        if error.status in OF_TEMPLATES:
            return False
        raise


async def _thinks(talk: Talk, link: Link, model: str, parameters: JsonObject) -> bool:
    """Tell whether a model begins with a thought."""
    body: JsonObject = {
        "model": model,
        "messages": [{"role": "user", "content": _ASKED}],
        "max_tokens": _TOKENS,
        "stream": True,
        **parameters,
    }
    reply, usage = await asked(link, lambda: link.mended(body, model), model, _POLICY)
    talk.spend_aside(model, usage)
    if reply.reasoning or (usage is not None and usage.reasoning):
        return True
    # Its tokens went into what is not shown, or into a thought whose end did not come.
    unseen = not reply.content.strip() or is_known(link, model)
    return unseen and reply.finish_reason == "length"
