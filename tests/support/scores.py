"""A scripted reply whose tokens bring their probabilities."""

import math
from typing import NamedTuple

from tests.support.server import DONE, Script, chunk, event
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.servers.choice import Server as Address

SERVER = Address("ollama", "", model="llama3.2", reason="found at http://localhost:11434")


def _chunk(text: str, **more: Json) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None, **more}
    return event({"id": "c1", "model": SERVER.model, "choices": [choice]})


def _script(chunks: list[bytes], prompt: int) -> Script:
    end = chunk(finish="stop", model=SERVER.model)
    counted = {"prompt_tokens": prompt, "completion_tokens": len(chunks)}
    counts = event({"id": "c1", "model": SERVER.model, "choices": [], "usage": counted})
    return Script([*chunks, end, counts, DONE])


class Scored(NamedTuple):
    """A token with its probability, and others that might have stood there."""

    text: str
    p: float
    others: tuple[tuple[str, float], ...] = ()


def scored(tokens: list[Scored], prompt: int) -> Script:
    """Stream a reply whose tokens bring their probabilities."""
    chunks = []
    for token in tokens:
        options: list[JsonObject] = [
            {"token": text, "bytes": list(text.encode()), "logprob": math.log(p)}
            for text, p in ((token.text, token.p), *token.others)
        ]
        entry: JsonObject = {**options[0], "top_logprobs": list[Json](options)}
        chunks.append(_chunk(token.text, logprobs={"content": [entry]}))
    return _script(chunks, prompt)


WARM = [
    Scored("The", 0.61),
    Scored(" sea", 0.55),
    Scored(" folds", 0.04, ((" keeps", 0.31), (" is", 0.22))),
    Scored(" the", 0.58),
    Scored(" moon", 0.17, ((" light", 0.2), (" sky", 0.13))),
    Scored(" into", 0.72),
    Scored(" a", 0.64),
    Scored(" thousand", 0.22, ((" single", 0.3), (" hundred", 0.14))),
    Scored(" silver", 0.31, ((" small", 0.2), (" bright", 0.08))),
    Scored(" spoons", 0.02, ((" fish", 0.34), (" coins", 0.21))),
    Scored(".", 0.91),
]
