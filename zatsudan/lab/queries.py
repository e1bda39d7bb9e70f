"""The smallest requests that can tell something of a model: few tokens, the whole answer at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.parameters.table import LIMITS
from zatsudan.servers.kind import ServerKind
from zatsudan.servers.kinds import UNKNOWN, kind_at, renames
from zatsudan.talk.exchange import Policy, Sending, answer
from zatsudan.talk.link import Link
from zatsudan.wire.messages import Usage, content_text
from zatsudan.wire.refusals import Repair, mended

if TYPE_CHECKING:
    from zatsudan.servers.client import Client

#: The most tokens that one request of a probe may make.
TOKENS = 8
#: The most tokens of a reply in which a key of a schema is looked for: blanks and a fence may come first.
LONG = 4 * TOKENS
#: What is asked where the words do not matter.
COUNT = "Count from 1 to 20, with commas, nothing else."


@dataclass(slots=True)
class Queries:
    """Requests to one model at one server. `sent` counts them, `usage` their tokens; `body` is the last that went out.

    `beside` is sent with each.
    """

    link: Link
    model: str
    sent: int = 0
    body: JsonObject = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    beside: Mapping[str, Json] = field(default_factory=dict)
    _kept: dict[str, str] = field(default_factory=dict)

    def known(self) -> tuple[Repair, ...]:
        """Return the names that this kind of server has of its own."""
        return renames(self.kind())

    def kind(self) -> ServerKind:
        """Return the kind of the server that is asked."""
        server = self.link.server
        return kind_at(server) if server is not None else UNKNOWN

    async def answer(self, text: str, **parameters: Json) -> JsonObject:
        """Return the whole answer to a request."""
        self.sent += 1
        limit = {} if set(LIMITS) & set(parameters) else {"max_tokens": TOKENS}
        body: JsonObject = {
            "model": self.model,
            "messages": [{"role": "user", "content": text}],
            **limit,
            **self.beside,
            **parameters,
        }
        # The limit is ours, not the test's: a server may want it under another name.
        policy = Policy(waits=False, only=frozenset(limit))

        async def prepare(_client: "Client") -> Sending:
            # What is tested is sent even if it was refused before: that is the question.
            known = self.link.learned.of(self.link.name, self.model)
            learned = (repair for repair in known if repair.name not in parameters)
            self.body = mended(body, [*self.known(), *learned])
            return Sending(self.body, self.model)

        found = await answer(self.link, prepare, policy)
        self.usage = self.usage.plus(Usage.from_json(found.get("usage")) or Usage())
        return found

    async def text(self, text: str, **parameters: Json) -> str:
        """Return what a request says."""
        return texts_of(await self.answer(text, **parameters))[0]

    async def once(self, text: str, **parameters: Json) -> str:
        """Return what a request says that several tests compare with: it is sent once."""
        key = f"{text}{parameters}{dict(self.beside)}"
        if key not in self._kept:
            self._kept[key] = await self.text(text, **parameters)
        return self._kept[key]


def choices_of(answer: JsonObject) -> list[JsonObject]:
    """Return the choices of an answer, none where it has no such thing."""
    choices = answer.get("choices")
    return (
        [choice for choice in choices if isinstance(choice, dict)]
        if isinstance(choices, list)
        else []
    )


def texts_of(answer: JsonObject) -> list[str]:
    """Return what each choice says, reasoning first; one empty text where there is no choice."""
    texts: list[str] = []
    for choice in choices_of(answer):
        message = choice.get("message")
        thought = ""
        if isinstance(message, dict):
            thought = content_text(message.get("reasoning_content") or message.get("reasoning"))
        content = message.get("content") if isinstance(message, dict) else choice.get("text")
        texts.append(thought + content_text(content))
    return texts or [""]
