"""A server with a model of a few words, whose probabilities are known: it goes on from a given text."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.server import DONE, Request, Script, chunk, event, fails, usage

#: What comes behind a text, with its probabilities; behind any other the reply ends.
Words = Mapping[str, Mapping[str, float]]

SEA: Words = {
    "": {"The": 0.9, "A": 0.1},
    "The": {" sea": 0.5, " sky": 0.3, " 海": 0.15, " moon": 0.05},
    "The sea": {" is": 1.0},
    "The sea is": {" calm": 0.6, " deep": 0.4},
    "The sea is calm": {".": 1.0},
    "The sea is deep": {"!": 0.55, ".": 0.45},
    "The sky": {" fell": 0.95, " rose": 0.05},
    "The 海": {"は": 0.7, "も": 0.3},
    "The 海は": {"青い": 1.0},
    "The 海も": {"青い": 1.0},
}


def model(
    words: Words = SEA, *, said: tuple[str, ...] = (), prefill: bool = True
) -> Callable[[Request], Script]:
    """Return what answers requests: the likeliest tokens; `said` where another temperature than 0 is asked for."""

    def answer(request: Request) -> Script:
        body = request.body
        last = body["messages"][-1]
        text = last["content"] if last["role"] == "assistant" and prefill else ""
        if text.endswith("m n"):
            return _stream(body, [(" o", {" o": 1.0}), (" p", {" p": 1.0})], ends=False)
        if not text and last["role"] == "assistant":
            return _stream(body, [("Anew", {"Anew": 1.0})], ends=True)
        tokens: list[tuple[str, Mapping[str, float]]] = []
        told = said if body.get("temperature") != 0 and not text else ()
        while (found := words.get(text)) and len(tokens) < body.get("max_tokens", 100):
            taken = (
                told[len(tokens)] if len(tokens) < len(told) else max(found, key=found.__getitem__)
            )
            tokens.append((taken, found))
            text += taken
        return _stream(body, tokens, ends=not words.get(text))

    return answer


def _stream(
    body: Mapping[str, Any], tokens: list[tuple[str, Mapping[str, float]]], *, ends: bool
) -> Script:
    events = []
    for text, shares in tokens:
        choice: dict[str, object] = {"index": 0, "delta": {"content": text}}
        if body.get("logprobs"):
            most = sorted(shares.items(), key=lambda pair: -pair[1])[: body["top_logprobs"]]
            told = {**_entry(text, shares[text]), "top_logprobs": [_entry(*pair) for pair in most]}
            choice["logprobs"] = {"content": [told]}
        events.append(event({"model": "scripted", "choices": [choice]}))
    finish = chunk(finish="stop" if ends else "length")
    return Script([*events, finish, usage(10, len(tokens)), DONE])


def _entry(token: str, p: float) -> dict[str, object]:
    return {"token": token, "bytes": list(token.encode()), "logprob": math.log(p)}


def failing(after: int) -> Callable[[Request], Script]:
    """Return a model that refuses each request after so many."""
    answer, count = model(), 0

    def refuse(request: Request) -> Script:
        nonlocal count
        count += 1
        return answer(request) if count <= after else fails(403, {"error": {"message": "no more"}})

    return refuse
