"""Does a parameter take effect? Found out with the smallest requests that can tell.

llama.cpp says itself what it uses, if asked (`verbose`). Of other servers only
the replies tell: each test asks for at most 8 tokens, and compares what a
parameter that works would change with what came.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zatsudan.core.errors import StatusError
from zatsudan.core.language import say
from zatsudan.core.messages import Json, JsonObject, Usage, content_text
from zatsudan.core.refusals import REFUSALS, mended, understand
from zatsudan.findings import HONOURED, IGNORED, REFUSED, UNCLEAR, Finding
from zatsudan.talk.exchange import Policy, Sending, answer
from zatsudan.talk.link import Link

if TYPE_CHECKING:
    from zatsudan.client import Client

#: The most tokens that one request of a probe may make.
TOKENS = 8

#: What is sent to see whether the server uses it: unlike every server's default.
VALUES: dict[str, Json] = {
    "temperature": 0.7, "top_p": 0.6, "top_k": 7, "min_p": 0.15, "presence_penalty": 0.5,
    "frequency_penalty": 0.5, "seed": 4711, "stop": ["zqx"], "repeat_penalty": 1.2,
    "typical_p": 0.8, "top_n_sigma": 2.0, "xtc_probability": 0.2, "xtc_threshold": 0.2,
    "dry_multiplier": 0.4, "mirostat": 1, "repeat_last_n": 32,
}  # fmt: skip

_STORY = "Continue with unusual words: Once upon a time"
_COUNT = "Count from 1 to 20, with commas, nothing else."
_SAME = "Write only the word ha again and again: ha ha ha ha"


@dataclass(slots=True)
class Probe:
    """The tests on one model at one server. `sent` counts the requests, `hint` hears of each."""

    link: Link
    model: str
    hint: Callable[[str], None] = lambda _: None
    sent: int = 0
    _body: JsonObject = field(default_factory=dict)
    _kept: dict[str, str] = field(default_factory=dict)

    async def run(self, name: str) -> Finding:
        """Test one parameter; raises ApiError where the server is not to be had at all."""
        self.hint(say("probing {name} …", name=name))
        try:
            return await _TESTS.get(name, _only_taken)(self, name)
        except StatusError as error:
            if error.status not in REFUSALS:
                raise
            repair = understand(error, self._body)
            if repair is not None and repair.name not in ("", name):
                needs = say("the test needs {name}, which is refused", name=repair.name)
                return Finding(UNCLEAR, needs)
            return Finding(REFUSED, error.message or str(error))

    async def told(self) -> JsonObject:
        """Return the settings that llama.cpp says it used for `VALUES`; empty for other servers."""
        self.hint(say("asking the server itself …"))
        try:
            answer = await self.answer(_COUNT, max_tokens=1, verbose=True, **VALUES)
        except StatusError as error:
            if error.status in REFUSALS:
                return {}  # one of the fields is refused: each is tried alone
            raise
        verbose = answer.get("__verbose")
        settings = verbose.get("generation_settings") if isinstance(verbose, dict) else None
        return settings if isinstance(settings, dict) else {}

    async def answer(self, text: str, **parameters: Json) -> JsonObject:
        """Return the whole answer to a request."""
        self.sent += 1
        limit = (
            {}
            if {"max_tokens", "max_completion_tokens"} & set(parameters)
            else {"max_tokens": TOKENS}
        )
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
            repairs = [repair for repair in known if repair.name not in parameters]
            self._body = mended(body, repairs)
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


def read_told(name: str, settings: JsonObject) -> Finding | None:
    """Return what llama.cpp's own answer says of a parameter; None where it says nothing."""
    if name not in VALUES or name not in settings:
        return None
    used, asked = settings[name], VALUES[name]
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


def requests(name: str, *, told: bool) -> int:
    """Return how many requests a test makes at most; `told`: the server itself speaks of `VALUES`."""
    if told and name in VALUES:
        return 0
    return {"temperature": 4, "seed": 3, "top_p": 4, "top_k": 4, "min_p": 4, "stop": 2,
            "logit_bias": 2, "presence_penalty": 2, "frequency_penalty": 2,
            "response_format": 2}.get(name, 1)  # fmt: skip


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


async def _only_taken(probe: Probe, name: str) -> Finding:
    values: dict[str, Json] = {
        **VALUES, "verbosity": "low", "reasoning_effort": "low", "user": "probe", "stream": False,
        "repetition_penalty": 1.2, "logprobs": True,
    }  # fmt: skip
    await probe.answer(_COUNT, **{name: values.get(name, 1)})
    return Finding(UNCLEAR, say("taken without an error; whether it does anything cannot be seen"))


async def _limit(probe: Probe, name: str) -> Finding:
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


async def _temperature(probe: Probe, name: str) -> Finding:
    del name
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


async def _seed(probe: Probe, name: str) -> Finding:
    del name
    varied = await _varied(probe)
    again = await probe.text(_STORY, temperature=1.8, seed=1)
    same = again == await probe.once(_STORY, temperature=1.8, seed=1)
    if not varied:
        return Finding(UNCLEAR, say("replies do not vary, so no seed can show"))
    if same:
        return Finding(HONOURED, say("the same seed gave the same reply, another another"))
    return Finding(IGNORED, say("the same seed gave two replies"))


def _narrowing(value: Json) -> Callable[[Probe, str], Awaitable[Finding]]:
    async def test(probe: Probe, name: str) -> Finding:
        """With one token left to choose from, the seed cannot matter."""
        if not await _varied(probe):
            return Finding(UNCLEAR, say("replies do not vary without it either"))
        texts = {
            await probe.text(_STORY, **{"temperature": 1.8, "seed": seed, name: value})
            for seed in (1, 2)
        }
        if len(texts) == 1:
            return Finding(
                HONOURED, say("{value} leaves one token: the same reply twice", value=value)
            )
        return Finding(IGNORED, say("replies still differ at {value}", value=value))

    return test


async def _stop(probe: Probe, name: str) -> Finding:
    del name
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


async def _n(probe: Probe, name: str) -> Finding:
    del name
    count = len(_choices(await probe.answer(_COUNT, n=2)))
    if count >= 2:
        return Finding(HONOURED, say("two choices came"))
    return Finding(IGNORED, say("one choice came for n=2"))


async def _logprobs(probe: Probe, name: str) -> Finding:
    more: dict[str, Json] = {"top_logprobs": 2} if name == "top_logprobs" else {}
    answer = await probe.answer(_COUNT, logprobs=True, **more)
    for choice in _choices(answer):
        entries = choice.get("logprobs")
        content = entries.get("content") if isinstance(entries, dict) else None
        for entry in content if isinstance(content, list) else []:
            top = entry.get("top_logprobs") if isinstance(entry, dict) else None
            if name == "logprobs" or (isinstance(top, list) and top):
                return Finding(HONOURED, say("they came with the reply"))
    return Finding(IGNORED, say("none came"))


async def _changes(probe: Probe, text: str, **parameters: Json) -> bool:
    return await probe.once(text, temperature=0) != await probe.text(
        text, temperature=0, **parameters
    )


async def _logit_bias(probe: Probe, name: str) -> Finding:
    del name
    if await _changes(probe, _COUNT, logit_bias={"1000": 100}):
        return Finding(HONOURED, say("a token that was forced changed the reply"))
    return Finding(IGNORED, say("a token that was forced changed nothing"))


async def _penalty(probe: Probe, name: str) -> Finding:
    if await _changes(probe, _SAME, **{name: 2.0}):
        return Finding(HONOURED, say("2 changed a reply that repeats itself"))
    return Finding(UNCLEAR, say("2 changed nothing within 8 tokens"))


async def _response_format(probe: Probe, name: str) -> Finding:
    del name
    if (await probe.once(_COUNT, temperature=0)).lstrip().startswith(("{", "[")):
        return Finding(UNCLEAR, say("the reply is JSON without it too"))
    text = await probe.text(
        _COUNT + " (as JSON)", temperature=0, response_format={"type": "json_object"}
    )
    if text.lstrip().startswith(("{", "[")):
        return Finding(HONOURED, say("the reply began as JSON"))
    return Finding(IGNORED, say("the reply did not begin as JSON"))


_TESTS: dict[str, Callable[[Probe, str], Awaitable[Finding]]] = {
    "max_tokens": _limit, "max_completion_tokens": _limit, "temperature": _temperature,
    "seed": _seed, "top_p": _narrowing(0.0001), "top_k": _narrowing(1), "min_p": _narrowing(1.0),
    "stop": _stop, "n": _n, "logprobs": _logprobs, "top_logprobs": _logprobs,
    "logit_bias": _logit_bias, "presence_penalty": _penalty, "frequency_penalty": _penalty,
    "response_format": _response_format,
}  # fmt: skip

#: What is probed where no name is given.
USUAL = (
    "temperature", "top_p", "top_k", "min_p", "seed", "stop", "max_tokens", "max_completion_tokens",
    "n", "logprobs", "logit_bias", "presence_penalty", "frequency_penalty",
)  # fmt: skip
