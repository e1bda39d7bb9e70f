"""Does a parameter take effect? Found out with the smallest requests that can tell.

Some servers say themselves what they use, if asked (llama.cpp). Of others only the
replies tell: each test asks for at most 8 tokens, and compares what a
parameter that works would change with what came.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.parameters.row import Recipe
from zatsudan.parameters.table import BY_NAME, LIMITS, PARAMETERS
from zatsudan.servers.findings import HONOURED, IGNORED, REFUSED, UNCLEAR, Finding
from zatsudan.servers.kinds import KINDS, UNKNOWN, ServerKind, inside, kind_of, own_first, renames
from zatsudan.servers.wirenames import own_names, wire_name
from zatsudan.talk.exchange import Policy, Sending, answer
from zatsudan.talk.link import Link
from zatsudan.wire.messages import Usage, content_text
from zatsudan.wire.refusals import REFUSALS, Repair, mended, understand

if TYPE_CHECKING:
    from zatsudan.servers.client import Client

#: The most tokens that one request of a probe may make.
TOKENS = 8

#: Fields without a row, of which some server says what it used, each with a value to be seen again.
_EXTRAS = {
    name: value
    for kind in KINDS
    if kind.echo is not None
    for name, value in kind.echo.extras.items()
}
#: What is sent to see whether a server says that it used it.
_TOLD = {
    **{row.name: row.probe.told for row in PARAMETERS if row.probe.told is not None},
    **_EXTRAS,
}

_STORY = "Continue with unusual words: Once upon a time"
_COUNT = "Count from 1 to 20, with commas, nothing else."
_SAME = "Write only the word ha again and again: ha ha ha ha"


@dataclass(slots=True)
class Probe:
    """The tests on one model at one server. `sent` counts the requests, `hint` hears of each."""

    link: Link
    model: str
    hint: Callable[[Printable], None] = lambda _: None
    sent: int = 0
    _body: JsonObject = field(default_factory=dict)
    _kept: dict[str, str] = field(default_factory=dict)

    async def run(self, name: str) -> Finding:
        """Test one parameter; raises ApiError where the server is not to be had at all."""
        self.hint(say("probing {name} …", name=name))
        try:
            recipe = recipe_of(name)
            return await TESTS[recipe.test].run(self, name, recipe.value)
        except StatusError as error:
            if error.status not in REFUSALS:
                raise
            repair = understand(error, self._body)
            if repair is not None and repair.name not in ("", wire_name(name, self._known())):
                needs = say("the test needs {name}, which is refused", name=repair.name)
                return Finding(UNCLEAR, needs)
            return Finding(REFUSED, error.message or str(error))

    async def told(self) -> JsonObject:
        """Return the settings that the server says it used for what it was asked; empty if it says nothing."""
        self.hint(say("asking the server itself …"))
        for kind in own_first(self._kind()):
            if kind.echo is None:
                continue
            asked = {**_TOLD, **kind.echo.ask}
            try:
                answer = await self.answer(_COUNT, max_tokens=1, **asked)
            except StatusError as error:
                if error.status in REFUSALS:
                    continue  # one of the fields is refused: each is tried alone
                raise
            settings = inside(answer, kind.echo.within)
            if isinstance(settings, dict):
                return own_names(settings, self._known(), BY_NAME)
        return {}

    def _known(self) -> tuple[Repair, ...]:
        """Return the names that this kind of server has of its own."""
        return renames(self._kind())

    def _kind(self) -> ServerKind:
        server = self.link.server
        return kind_of(server.name, server.base_url) if server is not None else UNKNOWN

    async def answer(self, text: str, **parameters: Json) -> JsonObject:
        """Return the whole answer to a request."""
        self.sent += 1
        limit = {} if set(LIMITS) & set(parameters) else {"max_tokens": TOKENS}
        body: JsonObject = {
            "model": self.model,
            "messages": [{"role": "user", "content": text}],
            **limit,
            **parameters,
        }
        # The limit is ours, not the test's: a server may want it under another name.
        policy = Policy(waits=False, only=frozenset(limit))

        async def prepare(_client: "Client") -> Sending:
            # What is tested is sent even if it was refused before: that is the question.
            known = self.link.learned.of(self.link.name, self.model)
            learned = (repair for repair in known if repair.name not in parameters)
            self._body = mended(body, [*self._known(), *learned])
            return Sending(self._body, self.model)

        return await answer(self.link, prepare, policy)

    async def text(self, text: str, **parameters: Json) -> str:
        """Return what a request says."""
        return _texts(await self.answer(text, **parameters))[0]

    async def once(self, text: str, **parameters: Json) -> str:
        """Return what a request says that several tests compare with: it is sent once."""
        key = f"{text}{parameters}"
        if key not in self._kept:
            self._kept[key] = await self.text(text, **parameters)
        return self._kept[key]


def recipe_of(name: str) -> Recipe:
    """Return how a parameter is tested, with the value to be sent; a field without a row by whether it is taken."""
    row = BY_NAME.get(name)
    if row is None:
        return Recipe(value=_EXTRAS.get(name, 1))
    values = (row.probe.value, row.probe.told, row.neutral)
    return row.probe._replace(value=next((value for value in values if value is not None), None))


def usual(settings: Iterable[str]) -> list[str]:
    """Return what is probed where no name is given: the usual ones, and what is set."""
    rows = [row.name for row in PARAMETERS if row.probe.usual]
    return [*rows, *(name for name in settings if name not in rows)]


def read_told(name: str, settings: JsonObject) -> Finding | None:
    """Return what a server's own answer says of a parameter; None where it says nothing."""
    if name not in _TOLD or name not in settings:
        return None
    used, asked = settings[name], _TOLD[name]
    near = (
        abs(used - asked) < 1e-4
        if isinstance(used, int | float) and isinstance(asked, int | float)
        else used == asked
    )
    if near:
        return Finding(HONOURED, say("the server says that it used it"))
    return Finding(
        IGNORED, say("the server says that it used {used} for {asked}", used=used, asked=asked)
    )


def requests(name: str) -> int:
    """Return how many requests the test of a parameter makes at most."""
    return TESTS[recipe_of(name).test].requests


def _choices(answer: JsonObject) -> list[JsonObject]:
    choices = answer.get("choices")
    return (
        [choice for choice in choices if isinstance(choice, dict)]
        if isinstance(choices, list)
        else []
    )


def _texts(answer: JsonObject) -> list[str]:
    texts: list[str] = []
    for choice in _choices(answer):
        message = choice.get("message")
        thought = ""
        if isinstance(message, dict):
            thought = content_text(message.get("reasoning_content") or message.get("reasoning"))
        content = message.get("content") if isinstance(message, dict) else choice.get("text")
        texts.append(thought + content_text(content))
    return texts or [""]


# --- the tests ----------------------------------------------------------------------


async def _taken(probe: Probe, name: str, value: Json) -> Finding:
    await probe.answer(_COUNT, **{name: value})
    return Finding(UNCLEAR, say("taken without an error; whether it does anything cannot be seen"))


async def _limit(probe: Probe, name: str, value: Json) -> Finding:
    del value
    answer = await probe.answer(_COUNT, **{name: 3})
    usage = Usage.from_json(answer.get("usage"))
    reason = next((choice.get("finish_reason") for choice in _choices(answer)), None)
    if reason == "length" and (usage is None or usage.completion <= 3):
        return Finding(HONOURED, say("cut at 3 tokens"))
    if usage is not None and usage.completion > 3:
        return Finding(
            IGNORED, say("{count} tokens came where 3 were allowed", count=usage.completion)
        )
    return Finding(UNCLEAR, say("the reply ended by itself"))


async def _varied(probe: Probe) -> bool:
    """Tell whether replies differ at a high temperature; where they do not, nothing can be told from them."""
    first = await probe.once(_STORY, temperature=1.8, seed=1)
    return first != await probe.once(_STORY, temperature=1.8, seed=2)


async def _temperature(probe: Probe, name: str, value: Json) -> Finding:
    del name, value
    cold = {await probe.text(_STORY, temperature=0, seed=seed) for seed in (1, 2)}
    varied = await _varied(probe)
    if len(cold) == 1 and varied:
        return Finding(HONOURED, say("the same twice at 0, not at 1.8"))
    if varied:
        return Finding(IGNORED, say("replies differ at 0 as they do at 1.8"))
    return (
        Finding(IGNORED, say("the same reply at 0 and 1.8"))
        if cold == {await probe.once(_STORY, temperature=1.8, seed=1)}
        else Finding(UNCLEAR, say("replies do not vary"))
    )


async def _seed(probe: Probe, name: str, value: Json) -> Finding:
    del name, value
    varied = await _varied(probe)
    again = await probe.text(_STORY, temperature=1.8, seed=1)
    same = again == await probe.once(_STORY, temperature=1.8, seed=1)
    if not varied:
        return Finding(UNCLEAR, say("replies do not vary, so no seed can show"))
    if same:
        return Finding(HONOURED, say("the same seed gave the same reply, another another"))
    return Finding(IGNORED, say("the same seed gave two replies"))


async def _narrowing(probe: Probe, name: str, value: Json) -> Finding:
    """With one token left to choose from, the seed cannot matter."""
    if not await _varied(probe):
        return Finding(UNCLEAR, say("replies do not vary without it either"))
    texts = {
        await probe.text(_STORY, **{"temperature": 1.8, "seed": seed, name: value})
        for seed in (1, 2)
    }
    if len(texts) == 1:
        return Finding(HONOURED, say("{value} leaves one token: the same reply twice", value=value))
    return Finding(IGNORED, say("replies still differ at {value}", value=value))


async def _stop(probe: Probe, name: str, value: Json) -> Finding:
    del name, value
    whole = await probe.once(_COUNT, temperature=0)
    if len(whole) < 4:
        return Finding(UNCLEAR, say("the reply is too short to be stopped"))
    mark = whole[len(whole) // 2 :][:2]
    text = await probe.text(_COUNT, temperature=0, stop=[mark])
    if text == whole[: whole.index(mark)]:
        return Finding(HONOURED, say("the reply ended before the stop text"))
    if mark in text:
        return Finding(IGNORED, say("the reply went on past the stop text"))
    return Finding(UNCLEAR, say("another reply came"))


async def _choices_made(probe: Probe, name: str, value: Json) -> Finding:
    del name, value
    count = len(_choices(await probe.answer(_COUNT, n=2)))
    if count >= 2:
        return Finding(HONOURED, say("two choices came"))
    return Finding(IGNORED, say("one choice came for n=2"))


async def _logprobs(probe: Probe, name: str, value: Json) -> Finding:
    answer = await probe.answer(_COUNT, **{"logprobs": True, name: value})
    for choice in _choices(answer):
        entries = choice.get("logprobs")
        content = entries.get("content") if isinstance(entries, dict) else None
        for entry in content if isinstance(content, list) else []:
            top = entry.get("top_logprobs") if isinstance(entry, dict) else None
            if value is True or (isinstance(top, list) and top):
                return Finding(HONOURED, say("they came with the reply"))
    return Finding(IGNORED, say("none came"))


async def _changes(probe: Probe, text: str, **parameters: Json) -> bool:
    return await probe.once(text, temperature=0) != await probe.text(
        text, temperature=0, **parameters
    )


async def _bias(probe: Probe, name: str, value: Json) -> Finding:
    del name, value
    if await _changes(probe, _COUNT, logit_bias={"1000": 100}):
        return Finding(HONOURED, say("a token that was forced changed the reply"))
    return Finding(IGNORED, say("a token that was forced changed nothing"))


async def _penalty(probe: Probe, name: str, value: Json) -> Finding:
    del value
    if await _changes(probe, _SAME, **{name: 2.0}):
        return Finding(HONOURED, say("2 changed a reply that repeats itself"))
    return Finding(UNCLEAR, say("2 changed nothing within 8 tokens"))


async def _json(probe: Probe, name: str, value: Json) -> Finding:
    del name, value
    if (await probe.once(_COUNT, temperature=0)).lstrip().startswith(("{", "[")):
        return Finding(UNCLEAR, say("the reply is JSON without it too"))
    text = await probe.text(
        _COUNT + " (as JSON)", temperature=0, response_format={"type": "json_object"}
    )
    if text.lstrip().startswith(("{", "[")):
        return Finding(HONOURED, say("the reply began as JSON"))
    return Finding(IGNORED, say("the reply did not begin as JSON"))


class Test(NamedTuple):
    """A test by which a row may be probed: `run(probe, name, value)`, and the most requests that it makes."""

    run: Callable[[Probe, str, Json], Awaitable[Finding]]
    requests: int


TESTS = {
    "taken": Test(_taken, 1),
    "limit": Test(_limit, 1),
    "temperature": Test(_temperature, 4),
    "seed": Test(_seed, 3),
    "narrowing": Test(_narrowing, 4),
    "stop": Test(_stop, 2),
    "choices": Test(_choices_made, 1),
    "logprobs": Test(_logprobs, 1),
    "bias": Test(_bias, 2),
    "penalty": Test(_penalty, 2),
    "json": Test(_json, 2),
}
