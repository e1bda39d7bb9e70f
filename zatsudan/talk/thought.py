"""A thought that is under way, and how it is ended so that the answer begins ("answer now").

llama.cpp takes the wish while it streams, where the request allowed it. Elsewhere the stream is
stopped and the reply goes on behind the closed thought, which is given to the model as a prefill;
where a server takes none, the model is asked in words.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.servers.prefill import FORMS, prefilled
from zatsudan.servers.thinkforms import CONTROL, CONTROLLED
from zatsudan.wire.protocol import Delta
from zatsudan.wire.statuscodes import OF_TEMPLATES

if TYPE_CHECKING:
    from zatsudan.servers.client import Client

#: How a thought was ended, as a reply's record says it.
BY_CONTROL, BY_PREFILL, BY_WORDS = "control", "prefill", "words"

_NOW = "You have thought enough. Give your answer now, without any further thought."


class Thought:
    """The thought with which a reply begins; `over` when the answer has begun.

    `wanted`: it is to be ended; `how` says by what it was, `` while it was not.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.over = False
        self.wanted = False
        self.how = ""

    def add(self, delta: Delta) -> None:
        """Follow a delta of the first choice: behind the first words of an answer nothing is to be ended."""
        if delta.content.strip() or delta.extra or delta.finish_reason:
            self.over = True
        elif delta.reasoning and not self.over and not self.how:
            self._pieces.append(delta.reasoning)

    @property
    def under_way(self) -> bool:
        """Is a thought coming that nobody has ended yet?"""
        return bool(self._pieces) and not (self.over or self.how or self.wanted)

    @property
    def text(self) -> str:
        """The thought up to where it was ended."""
        return "".join(self._pieces)

    @property
    def given(self) -> str:
        """The thought that a request gives to the model to go on behind; `` for none."""
        return self.text if self.how in (BY_PREFILL, BY_WORDS) else ""

    def end(self) -> None:
        """Have it ended with what comes next."""
        self.wanted = self.under_way or self.wanted

    async def ended(self, client: "Client", reply: str, request: Mapping[str, Json]) -> bool:
        """End it where that is wanted; tell whether the stream `reply` goes on by itself."""
        self.wanted = False
        if self.over:  # it came to its end in the same moment
            return True
        if request.get(CONTROLLED) is True and reply:
            wish: JsonObject = {
                "id": reply,
                "action": "reasoning_end",
                "model": request.get("model"),
            }
            answer = await client.native(CONTROL, wish)
            if isinstance(answer, dict) and answer.get("success") is True:
                self.how = BY_CONTROL
                return True
        self.how = BY_PREFILL
        return False

    def asked_otherwise(self, error: StatusError) -> bool:
        """Tell whether to ask in words, since the server refuses the thought as a prefill."""
        if self.how != BY_PREFILL or error.status not in OF_TEMPLATES:
            return False
        self.how = BY_WORDS
        return True

    def note(self) -> Printable:
        """Say what was done."""
        if self.how == BY_WORDS:
            return say("It takes no prefill here: it is asked in words to answer now.")
        return say("Its thought is ended here: it answers now.")

    def facts(self) -> JsonObject:
        """Return what a reply's record says of it."""
        return {"answered": self.how, "thought": len(self.text)} if self.how else {}


def behind(body: Mapping[str, Json], thought: str, form: str) -> JsonObject:
    """Return a request whose reply goes on behind a closed thought; asked for in words where the server takes no `form`."""
    if form in FORMS:
        return prefilled(body, f"<think>\n{thought.strip()}\n</think>\n\n", form)
    messages = body.get("messages")
    more: list[Json] = [
        {"role": "assistant", "content": thought.strip()},
        {"role": "user", "content": _NOW},
    ]
    return {**body, "messages": [*(messages if isinstance(messages, list) else ()), *more]}


def was_given(told: Mapping[str, Json], reasoning: str) -> str:
    """Return the thought that a recorded request gave to the model; `` for none."""
    size = told.get("thought")
    if told.get("answered") in (BY_PREFILL, BY_WORDS) and isinstance(size, int):
        return reasoning[:size]
    return ""
