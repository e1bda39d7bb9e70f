"""How a request is put together: the window, the parameters, and what is known of the server."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.core.messages import Json, JsonObject
from zatsudan.core.prefill import NONE, asked, prefilled
from zatsudan.core.tokens import PER_MESSAGE, raw_count
from zatsudan.core.trace import facts
from zatsudan.core.window import Window

if TYPE_CHECKING:
    from zatsudan.chat import Chat


class Composed(NamedTuple):
    """A request's body, the window in it, and what a record needs to put it together again."""

    body: JsonObject
    window: Window
    told: JsonObject

    @property
    def raw_tokens(self) -> float:
        """The tokens of what is sent, estimated without what was learned."""
        return sum(raw_count(message.text) + PER_MESSAGE for message in self.window.messages)


def compose(
    chat: "Chat",
    model: str,
    last: str | None,
    parameters: Mapping[str, Json],
    *,
    prefix: str = "",
    form: str = "",
) -> Composed:
    """Return the request to a model that follows the message `last`; raises TooLong.

    With a `prefix` it goes on from that text, in one of the forms of core/prefill.py,
    or is asked to in words where the server takes none.
    """
    window = chat.window(last, reserve=chat.estimator.count(prefix), model=model)
    body = chat.body(model, window.messages, parameters)
    reasoning = chat.server.reasoning if chat.server is not None else ""
    told = facts(window, chat.session.system, body, form=form, reasoning=reasoning)
    if form == NONE:
        body = asked(body, prefix)
    elif form:
        body = prefilled(body, prefix, form)
    return Composed(body, window, told)
