"""The tests by which a parameter is probed: each compares what one that works would change with what came.

A test asks for a few short replies, and says what they tell. Each has a control: what comes without
the parameter, so that a server that ignores it is never taken for one that honours it.
"""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import say
from zatsudan.lab import formtrials
from zatsudan.lab.queries import COUNT, LONG, TOKENS, Queries, choices_of, texts_of
from zatsudan.parameters.values import show_value
from zatsudan.servers.findings import HONOURED, IGNORED, UNCLEAR, Finding
from zatsudan.wire.messages import Usage

_STORY = "Continue with unusual words: Once upon a time"
_SAME = "Repeat: ha ha ha ha ha ha ha ha ha ha ha ha"
_LINES = "Write the letters a to h, each on a line of its own, nothing else."
_SHORT = "yes or no?"


async def _taken(ask: Queries, name: str, value: Json) -> Finding:
    await ask.answer(COUNT, **{name: value})
    return Finding(UNCLEAR, say("taken without an error; whether it does anything cannot be seen"))


async def _limit(ask: Queries, name: str, value: Json) -> Finding:
    del value
    answer = await ask.answer(COUNT, **{name: 3})
    usage = Usage.from_json(answer.get("usage"))
    if usage is not None and usage.completion > 3:
        return Finding(
            IGNORED, say("{count} tokens came where 3 were allowed", count=usage.completion)
        )
    reason = next((choice.get("finish_reason") for choice in choices_of(answer)), None)
    if reason != "length":
        return Finding(UNCLEAR, say("the reply ended by itself"))
    more = await ask.answer(COUNT, **{name: TOKENS})
    if _size(more) <= _size(answer):
        return Finding(UNCLEAR, say("a higher limit brought no more"))
    return Finding(HONOURED, say("cut at 3 tokens"))


def _size(answer: JsonObject) -> int:
    """Return how long an answer is: in tokens where the server counts them, else in characters."""
    usage = Usage.from_json(answer.get("usage"))
    return usage.completion if usage is not None and usage.completion else len(texts_of(answer)[0])


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
    first = await ask.once(_STORY, temperature=1.8, seed=1)
    same = [first == await ask.text(_STORY, temperature=1.8, seed=1) for _ in range(2)]
    if not varied:
        return Finding(UNCLEAR, say("replies do not vary, so no seed can show"))
    if all(same):
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
    if len(choices_of(await ask.answer(COUNT, n=2))) < 2:
        return Finding(IGNORED, say("one choice came for n=2"))
    if len(choices_of(await ask.answer(COUNT))) > 1:
        return Finding(UNCLEAR, say("several choices come without it too"))
    return Finding(HONOURED, say("two choices came"))


async def _logprobs(ask: Queries, name: str, value: Json) -> Finding:
    asked: JsonObject = {"logprobs": True, name: value}
    came = _alternatives(await ask.answer(COUNT, **asked))
    wanted = value if isinstance(value, int) and value is not True else None
    if came is None or (wanted and not came):
        return Finding(IGNORED, say("none came"))
    if wanted and came > wanted:
        return Finding(
            IGNORED, say("{came} came where {wanted} were asked for", came=came, wanted=wanted)
        )
    del asked[name]
    without = _alternatives(await ask.answer(COUNT, **asked))
    if without is not None and (wanted is None or without == came):
        return Finding(UNCLEAR, say("they come without it too"))
    return Finding(HONOURED, say("they came with the reply"))


def _alternatives(answer: JsonObject) -> int | None:
    """Return the most alternatives to a token that an answer has; None where it has no log probabilities."""
    found: int | None = None
    for choice in choices_of(answer):
        entries = choice.get("logprobs")
        content = entries.get("content") if isinstance(entries, dict) else None
        for entry in content if isinstance(content, list) else []:
            top = entry.get("top_logprobs") if isinstance(entry, dict) else None
            found = max(found or 0, len(top) if isinstance(top, list) else 0)
    return found


async def _change(ask: Queries, text: str, **parameters: Json) -> bool | None:
    """Tell whether parameters change a reply; None where it differs without them, or with them, too."""
    without = await ask.once(text, temperature=0)
    changed = [await ask.text(text, temperature=0, **parameters) for _ in range(2)]
    if changed[0] != changed[1] or without != await ask.text(text, temperature=0):
        return None
    return changed[0] != without


def _unsteady() -> Finding:
    return Finding(UNCLEAR, say("the same request brings different replies at temperature 0"))


async def _bias(ask: Queries, name: str, value: Json) -> Finding:
    del name, value
    changed = await _change(ask, COUNT, logit_bias={"1000": 100})
    if changed is None:
        return _unsteady()
    if changed:
        return Finding(HONOURED, say("a token that was forced changed the reply"))
    return Finding(IGNORED, say("a token that was forced changed nothing"))


async def _penalty(ask: Queries, name: str, value: Json) -> Finding:
    """A reply that repeats itself, or with dice, where what is likeliest stays so all the same."""
    found = await _changing(ask, name, value, _SAME, temperature=0)
    if found.state == HONOURED:
        return found
    return await _changing(ask, name, value, _SAME, temperature=1.5, seed=1)


async def _lines(ask: Queries, name: str, value: Json) -> Finding:
    return await _changing(ask, name, value, _LINES, temperature=0)


async def _dice(ask: Queries, name: str, value: Json) -> Finding:
    """With the same seed another reply comes only if the choice of tokens is another."""
    return await _changing(ask, name, value, _STORY, temperature=1.5, seed=1)


async def _changing(ask: Queries, name: str, value: Json, text: str, **fixed: Json) -> Finding:
    """Tell whether a value changes a reply that stays the same without it; that it changes none says little."""
    without = await ask.once(text, **fixed)
    changed = [await ask.text(text, **{**fixed, name: value}) for _ in range(2)]
    if changed[0] != changed[1] or without != await ask.text(text, **fixed):
        return Finding(UNCLEAR, say("the same request brings different replies"))
    shown = show_value(value)
    if changed[0] != without:
        return Finding(
            HONOURED, say("{value} changed a reply that stays as it is without", value=shown)
        )
    return Finding(UNCLEAR, say("{value} changed nothing within {n} tokens", value=shown, n=TOKENS))


async def _longer(ask: Queries, name: str, value: Json) -> Finding:
    """Where a short reply ends by itself, what keeps it from ending makes it longer."""
    short = await ask.answer(_SHORT, temperature=0)
    if any(choice.get("finish_reason") == "length" for choice in choices_of(short)):
        return Finding(UNCLEAR, say("the reply does not end by itself within {n} tokens", n=TOKENS))
    long = await ask.answer(_SHORT, **{"temperature": 0, name: value})
    if _size(long) > _size(short):
        return Finding(HONOURED, say("the reply went on past its own end"))
    return Finding(IGNORED, say("the reply ended where it does without it"))


async def _banned(ask: Queries, name: str, value: Json) -> Finding:
    """A word of a reply, forbidden, is not in the next."""
    del value
    whole = await ask.once(COUNT, temperature=0)
    words = re.findall(r"\w+", whole)
    if not words:
        return Finding(UNCLEAR, say("the reply has no word to forbid"))
    forbidden: JsonObject = {name: [words[0]]}
    came = [await ask.text(COUNT, temperature=0, **forbidden) for _ in range(2)]
    if any(words[0] in text for text in came):
        return Finding(IGNORED, say("a word that was forbidden came all the same"))
    if whole != await ask.text(COUNT, temperature=0):
        return _unsteady()
    return Finding(HONOURED, say("a word that was forbidden did not come"))


class Test(NamedTuple):
    """A test by which a row may be probed: `run(ask, name, value)`, the most requests that it makes, of how many tokens."""

    run: Callable[[Queries, str, Json], Awaitable[Finding]]
    requests: int
    tokens: int = TOKENS


TESTS = {
    "taken": Test(_taken, 1),
    "limit": Test(_limit, 2),
    "temperature": Test(_temperature, 4),
    "seed": Test(_seed, 4),
    "narrowing": Test(_narrowing, 4),
    "stop": Test(_stop, 2),
    "choices": Test(_choices_made, 2),
    "logprobs": Test(_logprobs, 2),
    "bias": Test(_bias, 4),
    "penalty": Test(_penalty, 8),
    "dice": Test(_dice, 4),
    "lines": Test(_lines, 4),
    "longer": Test(_longer, 2),
    "banned": Test(_banned, 4),
    "json": Test(formtrials.as_json, 3, LONG),
    "grammar": Test(formtrials.by_grammar, 1),
    "schema": Test(formtrials.by_schema, 1, LONG),
}
