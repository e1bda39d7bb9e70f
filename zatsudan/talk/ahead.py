"""A few tokens that a model would write behind a given text: asked for beside the talk, by prefill."""

from collections.abc import Sequence
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.parameters.chain import NEUTRAL, is_neutral
from zatsudan.parameters.table import BY_NAME, LIMITS
from zatsudan.servers.prefill import NONE, Opening
from zatsudan.sessions.session import Node
from zatsudan.talk.addressee import model_of
from zatsudan.talk.continuing import find_form, refusal
from zatsudan.talk.exchange import asked
from zatsudan.talk.link import Link
from zatsudan.talk.request import compose
from zatsudan.talk.talk import Talk
from zatsudan.wire.ends import STOP, meaning_of
from zatsudan.wire.tokenview import entries_of

#: What is not asked for with it: other lengths, several replies, probabilities behind the samplers, an
#: order of them without the temperature.
_LEFT_OUT = frozenset((*LIMITS, "n", "min_tokens", "ignore_eos", "post_sampling_probs", "samplers"))


class Onward(NamedTuple):
    """A text that a reply to a message can go on from, with the log probabilities of its tokens.

    `session` and `parent` are the ids of the session and of the message.
    """

    session: str
    parent: str
    text: str
    logprobs: Sequence[Json] = ()


class Ahead(NamedTuple):
    """What a model writes behind a text, and the log probabilities as they came; `ended`: nothing follows it."""

    text: str
    told: Sequence[Json]
    ended: bool

    @property
    def entries(self) -> tuple[Json, ...]:
        """The log probabilities of just this text; none where they do not fit."""
        return entries_of(self.text, self.told)


async def ahead(
    talk: Talk, link: Link, parent: Node, given: str, *, tokens: int, alternatives: int
) -> Ahead:
    """Return the likeliest next tokens of a reply to `parent` that begins with `given`, at most so many.

    With the session's settings but no sampler, as the model itself weighs them, and of each token so
    many alternatives. Raises ZatsudanError, also where the server does not go on from a given text.
    """
    model = await model_of(talk, link)
    form = await find_form(link, model) if given else ""
    if form == NONE:
        raise refusal(model)
    kept = {name: value for name, value in talk.session.parameters.items() if name not in _LEFT_OUT}
    holding = {**link.here.own, **kept}
    off = {
        name: value
        for name, value in NEUTRAL.items()
        if name in holding and not is_neutral(BY_NAME[name], holding[name])
    }
    wanted: JsonObject = {
        **kept,
        **off,
        "temperature": 0,
        "max_tokens": tokens,
        "logprobs": True,
        "top_logprobs": alternatives,
    }

    def body() -> JsonObject:
        return compose(talk, link, model, parent.id, wanted, prefix=given, form=form).body

    usage = None
    try:
        reply, usage = await asked(link, body, model, opening=Opening(given))
    finally:
        talk.spend_aside(model, usage)
    text = reply.content.removeprefix(given)
    ended = meaning_of(reply.finish_reason) == STOP
    return Ahead(text, reply.logprobs, ended)
