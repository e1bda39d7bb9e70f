"""The tests by which a parameter is probed: each compares what one that works would change with what came.

A test asks for a few short replies, and says what they tell.
"""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.lab.queries import Queries, choices_of
from zatsudan.servers.findings import HONOURED, IGNORED, UNCLEAR, Finding
from zatsudan.wire.messages import Usage

_STORY = "Continue with unusual words: Once upon a time"
COUNT = "Count from 1 to 20, with commas, nothing else."
_SAME = "Write only the word ha again and again: ha ha ha ha"


async def _taken(ask: Queries, name: str, value: Json) -> Finding:
    await ask.answer(COUNT, **{name: value})
    return Finding(UNCLEAR, say("taken without an error; whether it does anything cannot be seen"))


async def _limit(ask: Queries, name: str, value: Json) -> Finding:
    del value
    answer = await ask.answer(COUNT, **{name: 3})
    usage = Usage.from_json(answer.get("usage"))
    reason = next((choice.get("finish_reason") for choice in choices_of(answer)), None)
    if reason == "length" and (usage is None or usage.completion <= 3):
        return Finding(HONOURED, say("cut at 3 tokens"))
    if usage is not None and usage.completion > 3:
        return Finding(
            IGNORED, say("{count} tokens came where 3 were allowed", count=usage.completion)
        )
    return Finding(UNCLEAR, say("the reply ended by itself"))


async def _varied(ask: Queries) -> bool:
    """Tell whether replies differ at a high temperature; where they do not, nothing can be told from them."""
    first = await ask.once(_STORY, temperature=1.8, seed=1)
    return first != await ask.once(_STORY, temperature=1.8, seed=2)


async def _temperature(ask: Queries, name: str, value: Json) -> Finding:
    del name, value
    cold = {await ask.text(_STORY, temperature=0, seed=seed) for seed in (1, 2)}
    varied = await _varied(ask)
    if len(cold) == 1 and varied:
        return Finding(HONOURED, say("the same twice at 0, not at 1.8"))
    if varied:
        return Finding(IGNORED, say("replies differ at 0 as they do at 1.8"))
    return (
        Finding(IGNORED, say("the same reply at 0 and 1.8"))
        if cold == {await ask.once(_STORY, temperature=1.8, seed=1)}
        else Finding(UNCLEAR, say("replies do not vary"))
    )


async def _seed(ask: Queries, name: str, value: Json) -> Finding:
    del name, value
    varied = await _varied(ask)
    again = await ask.text(_STORY, temperature=1.8, seed=1)
    same = again == await ask.once(_STORY, temperature=1.8, seed=1)
    if not varied:
        return Finding(UNCLEAR, say("replies do not vary, so no seed can show"))
    if same:
        return Finding(HONOURED, say("the same seed gave the same reply, another another"))
    return Finding(IGNORED, say("the same seed gave two replies"))


async def _narrowing(ask: Queries, name: str, value: Json) -> Finding:
    """With one token left to choose from, the seed cannot matter."""
    if not await _varied(ask):
        return Finding(UNCLEAR, say("replies do not vary without it either"))
    texts = {
        await ask.text(_STORY, **{"temperature": 1.8, "seed": seed, name: value}) for seed in (1, 2)
    }
    if len(texts) == 1:
        return Finding(HONOURED, say("{value} leaves one token: the same reply twice", value=value))
    return Finding(IGNORED, say("replies still differ at {value}", value=value))


async def _stop(ask: Queries, name: str, value: Json) -> Finding:
    del name, value
    whole = await ask.once(COUNT, temperature=0)
    if len(whole) < 4:
        return Finding(UNCLEAR, say("the reply is too short to be stopped"))
    mark = whole[len(whole) // 2 :][:2]
    text = await ask.text(COUNT, temperature=0, stop=[mark])
    if text == whole[: whole.index(mark)]:
        return Finding(HONOURED, say("the reply ended before the stop text"))
    if mark in text:
        return Finding(IGNORED, say("the reply went on past the stop text"))
    return Finding(UNCLEAR, say("another reply came"))


async def _choices_made(ask: Queries, name: str, value: Json) -> Finding:
    del name, value
    count = len(choices_of(await ask.answer(COUNT, n=2)))
    if count >= 2:
        return Finding(HONOURED, say("two choices came"))
    return Finding(IGNORED, say("one choice came for n=2"))


async def _logprobs(ask: Queries, name: str, value: Json) -> Finding:
    answer = await ask.answer(COUNT, **{"logprobs": True, name: value})
    for choice in choices_of(answer):
        entries = choice.get("logprobs")
        content = entries.get("content") if isinstance(entries, dict) else None
        for entry in content if isinstance(content, list) else []:
            top = entry.get("top_logprobs") if isinstance(entry, dict) else None
            if value is True or (isinstance(top, list) and top):
                return Finding(HONOURED, say("they came with the reply"))
    return Finding(IGNORED, say("none came"))


async def _changes(ask: Queries, text: str, **parameters: Json) -> bool:
    return await ask.once(text, temperature=0) != await ask.text(text, temperature=0, **parameters)


async def _bias(ask: Queries, name: str, value: Json) -> Finding:
    del name, value
    if await _changes(ask, COUNT, logit_bias={"1000": 100}):
        return Finding(HONOURED, say("a token that was forced changed the reply"))
    return Finding(IGNORED, say("a token that was forced changed nothing"))


async def _penalty(ask: Queries, name: str, value: Json) -> Finding:
    del value
    if await _changes(ask, _SAME, **{name: 2.0}):
        return Finding(HONOURED, say("2 changed a reply that repeats itself"))
    return Finding(UNCLEAR, say("2 changed nothing within 8 tokens"))


async def _json(ask: Queries, name: str, value: Json) -> Finding:
    del name, value
    if (await ask.once(COUNT, temperature=0)).lstrip().startswith(("{", "[")):
        return Finding(UNCLEAR, say("the reply is JSON without it too"))
    text = await ask.text(
        COUNT + " (as JSON)", temperature=0, response_format={"type": "json_object"}
    )
    if text.lstrip().startswith(("{", "[")):
        return Finding(HONOURED, say("the reply began as JSON"))
    return Finding(IGNORED, say("the reply did not begin as JSON"))


async def _grammar(ask: Queries, name: str, value: Json) -> Finding:
    """A grammar that leaves one text: the reply is it, whatever the model would say."""
    del value
    if (await ask.text(COUNT, temperature=0, **{name: 'root ::= "zqx"'})).strip() == "zqx":
        return Finding(HONOURED, say("the reply was the only one that the grammar leaves"))
    return Finding(IGNORED, say("the reply is none that the grammar leaves"))


async def _schema(ask: Queries, name: str, value: Json) -> Finding:
    """A schema that wants a key which nobody would write."""
    del value
    schema: Json = {
        "type": "object",
        "properties": {"zqx": {"type": "integer"}},
        "required": ["zqx"],
        "additionalProperties": False,
    }
    text = await ask.text(COUNT, temperature=0, **{name: schema})
    if re.match(r'\s*\{\s*"zqx"', text):
        return Finding(HONOURED, say("the reply began with the key that the schema wants"))
    return Finding(IGNORED, say("the reply did not begin with the key that the schema wants"))


class Test(NamedTuple):
    """A test by which a row may be probed: `run(ask, name, value)`, and the most requests that it makes."""

    run: Callable[[Queries, str, Json], Awaitable[Finding]]
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
    "grammar": Test(_grammar, 1),
    "schema": Test(_schema, 1),
}
