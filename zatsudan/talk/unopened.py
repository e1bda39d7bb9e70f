"""Thoughts that no tag begins, since the model's template has put it into the prompt.

That a model of a server ends such thoughts with a tag shows with the first; then they are
expected, until a reply ends without a tag.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zatsudan.base.jsonvalues import Json
from zatsudan.servers.thinkforms import wished
from zatsudan.wire.ends import STOP, meaning_of
from zatsudan.wire.protocol import Delta
from zatsudan.wire.refusals import UNOPENED, Repair
from zatsudan.wire.thinking import THOUGHT

if TYPE_CHECKING:
    from zatsudan.talk.link import Link

_LEARNED = Repair(UNOPENED)


def is_known(link: "Link", model: str) -> bool:
    """Tell whether a model of this server is known to begin so."""
    return bool(link.name) and _LEARNED in link.learned.of(link.name, model)


def expected(link: "Link", model: str, body: Mapping[str, Json]) -> bool:
    """Tell whether the reply to a request is expected to begin so.

    Not where it goes on from a text that is given, nor where the model is told not to think.
    """
    if not is_known(link, model) or wished(body) is False:
        return False
    messages = body.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return not (isinstance(last, dict) and last.get("role") == "assistant")


def learn(link: "Link", model: str, delta: Delta) -> None:
    """Learn from what a delta tells of all before it."""
    if delta.before == THOUGHT or delta.reasoning:
        if not is_known(link, model):
            link.learn(model, _LEARNED)
    elif meaning_of(delta.finish_reason) == STOP:  # one that is cut may have been a thought
        link.unlearn(model, _LEARNED)
