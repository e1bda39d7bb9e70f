"""Places of real texts at the embedded engine: its raw log probabilities, and its shares after sampling.

llama.cpp's own `/completion` tells both: `n_probs` alone gives what the model thinks, with
`post_sampling_probs` what is left after the samplers.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import NamedTuple

import httpx

from zatsudan.base.jsonvalues import Json
from zatsudan.lab.reshaping import Chain, read, shares_at
from zatsudan.servers.athome import LLAMA_CPP
from zatsudan.servers.choice import Server
from zatsudan.wire.logprobs import read_logprobs
from zatsudan.wire.tokenview import Option, Token, read_tokens

#: Texts at whose ends the model is sure, in doubt, in the middle of a word, and in a repetition.
TEXTS = (
    "The capital of Italy is Rome. The capital of Spain is Madrid",
    "Once upon a time a small grey cat lived by the sea and",
    "def divide(a, b):\n    if b == 0:\n        return",
    "The sea is blue, the sky is blue, the sea is blue, the",
    "To bake bread you need flour, water, salt and yeast; then",
)

#: How each kind of sampler may be set, alone and together.
SETTINGS: tuple[Mapping[str, Json], ...] = (
    {"temperature": 0.7},
    {"temperature": 1.4, "min_p": 0.1},
    {"temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05},
    {"temperature": 1.0, "top_k": 5},
    {"temperature": 1.2, "top_k": 20, "typical_p": 0.7},
    {"temperature": 0.0, "top_k": 10},
    {"temperature": 0.9, "dynatemp_range": 0.5, "dynatemp_exponent": 1.5, "top_k": 20},
    {"temperature": 1.0, "top_k": 20, "xtc_probability": 1.0, "xtc_threshold": 0.08},
    {"temperature": 1.0, "presence_penalty": 0.6, "frequency_penalty": 0.3, "top_k": 20},
    {"temperature": 1.0, "dry_multiplier": 0.8, "dry_penalty_last_n": 200, "top_k": 20},
    {"temperature": 1.3, "top_p": 0.8, "samplers": ["temperature", "top_p"]},
    {"temperature": 1.0, "top_n_sigma": 1.0, "samplers": ["top_k", "top_n_sigma", "temperature"], "top_k": 30},
    {"temperature": 2.0, "top_k": 30},
    {"temperature": 0.3, "top_p": 0.5},
    {"temperature": 1.0, "top_p": 0.9, "min_keep": 3},
    {"temperature": 1.0, "min_p": 0.3, "min_keep": 4},
    {"temperature": 1.0, "min_p": 0.02},
    {"temperature": 1.0, "top_k": 1},
    {"temperature": 1.0, "typical_p": 0.3, "top_k": 40, "min_keep": 2},
    {"temperature": 0.5, "dynatemp_range": 0.5, "top_k": 10},
    {"temperature": 1.0, "top_k": 40, "xtc_probability": 1.0, "xtc_threshold": 0.02},
    {"temperature": 1.0, "top_k": 40, "xtc_probability": 1.0, "xtc_threshold": 0.2, "min_keep": 2},
    {"temperature": 1.0, "presence_penalty": -0.5, "top_k": 20},
    {"temperature": 0.8, "frequency_penalty": 1.0, "repeat_last_n": 200, "top_k": 40, "top_p": 0.9},
    {"temperature": 0.8, "frequency_penalty": 1.0, "repeat_last_n": 8, "min_p": 0.05, "top_k": 40},
    {"temperature": 1.0, "dry_multiplier": 1.5, "dry_base": 1.2, "dry_allowed_length": 1, "top_k": 40},
    {"temperature": 1.0, "dry_multiplier": 0.5, "dry_sequence_breakers": [",", " is"], "top_k": 40, "dry_penalty_last_n": 200},
    {"temperature": 0.7, "top_p": 0.6, "min_p": 0.1, "samplers": ["min_p", "temperature", "top_p"]},
    {"temperature": 1.5, "min_p": 0.05, "top_k": 60, "samplers": ["top_k", "temperature", "min_p"]},
    {"temperature": 1.0, "logit_bias": {"28": 2.0, "30": -3.0}, "top_k": 20},
)  # fmt: skip

#: What is off unless a setting says otherwise, so that no default of the engine's steps in.
OFF: Mapping[str, Json] = {
    "top_k": 0,
    "top_p": 1.0,
    "min_p": 0.0,
    "typical_p": 1.0,
    "repeat_penalty": 1.0,
    "seed": 1,
    "cache_prompt": True,
    "id_slot": 0,
}
ORDER = LLAMA_CPP.order


#: The engine's numbers are single, and two requests differ in their last digits.
PRECISION = 2e-5


class Somewhere(NamedTuple):
    """A place: the tokens before it, and what the model thinks of the next."""

    ids: tuple[int, ...]
    before: tuple[bytes, ...]
    token: Token


def asking(server: Server) -> httpx.AsyncClient:
    """A client for llama.cpp's own questions."""
    headers = {"authorization": f"Bearer {server.api_key}"}
    return httpx.AsyncClient(
        base_url=server.base_url.removesuffix("/v1"), headers=headers, timeout=50, verify=False
    )


async def ask(client: httpx.AsyncClient, path: str, body: Mapping[str, Json]) -> Mapping[str, Json]:
    """The answer to one of llama.cpp's own questions."""
    answer = await client.post(path, json=dict(body))
    assert answer.status_code == 200, answer.text
    found: Mapping[str, Json] = json.loads(answer.content)
    return found


async def places(
    client: httpx.AsyncClient, each: int, told: int, texts: Sequence[str] = TEXTS
) -> AsyncIterator[Somewhere]:
    """The last places of each text, with so many alternatives told.

    What was read in another batch has other last digits. So each place is asked for twice: then
    its prompt is known but for the last token, as it is whenever it is asked for again. At
    temperature 0 the token taken is among those that are told.
    """
    for text in texts:
        asked: Mapping[str, Json] = {"content": text, "with_pieces": True}
        given = (await ask(client, "/tokenize", asked))["tokens"]
        assert isinstance(given, list)
        ids, data = zip(*_pieces(given), strict=True)
        for end in range(len(ids) - each + 1, len(ids) + 1):
            body = {
                **OFF,
                "temperature": 0,
                "prompt": list(ids[:end]),
                "n_predict": 1,
                "n_probs": told,
            }
            await ask(client, "/completion", body)
            for token in read_tokens(_entries(await ask(client, "/completion", body))):
                yield Somewhere(ids[:end], data[:end], token)


def _pieces(given: Sequence[Json]) -> Iterator[tuple[int, bytes]]:
    for item in given:
        assert isinstance(item, dict)
        piece, number = item["piece"], item["id"]
        assert isinstance(number, int)
        if isinstance(piece, str):
            yield number, piece.encode()
        else:
            assert isinstance(piece, list)
            yield number, bytes(byte for byte in piece if isinstance(byte, int))


def _entries(answer: Mapping[str, Json]) -> tuple[Json, ...]:
    return read_logprobs({}, dict(answer))


async def true_shares(
    client: httpx.AsyncClient, place: Somewhere, values: Mapping[str, Json], told: int
) -> dict[int, float]:
    """The shares after sampling, by the engine's own account, by the ids of tokens."""
    body: dict[str, Json] = {
        **OFF,
        **values,
        "prompt": list(place.ids),
        "n_predict": 1,
        "n_probs": told,
        "post_sampling_probs": True,
    }
    bias = values.get("logit_bias")
    if isinstance(bias, dict):
        body["logit_bias"] = [[int(name), value] for name, value in bias.items()]
    # Where the mark of the end is drawn nothing is told.
    for seed in range(1, 20):
        found = read_tokens(_entries(await ask(client, "/completion", {**body, "seed": seed})))
        if found:
            return {
                option.id: option.p or 0.0 for option in found[0].options if option.id is not None
            }
    return {}


def computed(
    place: Somewhere, values: Mapping[str, Json]
) -> tuple[Sequence[Option], Sequence[float], Sequence[float]]:
    """The tokens told at a place, and what we compute for their shares: bounds."""
    listed = values.get("samplers")
    order = tuple(map(str, listed)) if isinstance(listed, list) else ORDER
    reading = read((place.token,), place.before)
    found = shares_at(reading, 0, Chain(order, {**OFF, **values}))
    return reading.places[0].options, found.low, found.high
