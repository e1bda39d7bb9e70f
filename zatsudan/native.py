"""What some servers tell beyond /v1: llama.cpp's defaults, and tokenizers.

Each function returns None where the server does not know the question.
"""

import importlib
import importlib.util
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from zatsudan.core.messages import Json

if TYPE_CHECKING:
    from zatsudan.client import Client

#: What llama.cpp's defaults hold that is no parameter of a request.
_NO_PARAMETERS = {
    *("chat_format", "generation_prompt", "reasoning_in_content", "lora", "speculative.types"),
    *("stream", "max_tokens", "backend_sampling", "n_predict", "n_discard"),
}
#: llama.cpp draws a seed of its own where it holds this.
_NO_SEED = 0xFFFFFFFF


async def defaults(client: "Client") -> dict[str, Json] | None:
    """Return the server's own value of each parameter (llama.cpp's /props)."""
    value = await client.native("/props")
    settings = value.get("default_generation_settings") if isinstance(value, dict) else None
    found = settings.get("params") if isinstance(settings, dict) else None
    if not isinstance(found, dict):
        return None
    result: dict[str, Json] = {}
    for name, item in found.items():
        if name not in _NO_PARAMETERS:
            # Its floats are single: 0.800000011920929.
            result[name] = (
                float(f"{item:.6g}") if isinstance(item, float) and math.isfinite(item) else item
            )
    if result.get("seed") == _NO_SEED:
        result["seed"] = -1
    if isinstance(found.get("n_predict"), int):
        result["max_tokens"] = found["n_predict"]
    return result


async def tokenize(client: "Client", model: str, text: str) -> list[int] | None:
    """Return the token ids of a text, by the server's tokenizer or by tiktoken for its models."""
    bodies: tuple[Mapping[str, Json], ...] = (
        {"content": text, "add_special": False},  # llama.cpp
        {"model": model, "prompt": text, "add_special_tokens": False},  # vLLM
    )
    for body in bodies:
        value = await client.native("/tokenize", body)
        ids = value.get("tokens") if isinstance(value, dict) else None
        if isinstance(ids, list) and (ids or not text) and all(isinstance(i, int) for i in ids):
            return [i for i in ids if isinstance(i, int)]
    encoding = _tiktoken(model)
    return list(encoding.encode(text, disallowed_special=())) if encoding is not None else None


async def texts_of(client: "Client", model: str, ids: Sequence[int]) -> dict[int, str]:
    """Return the texts of token ids, of those that somebody knows."""
    found: dict[int, str] = {}
    encoding = None
    for number in ids:
        text = None
        value = await client.native("/detokenize", {"model": model, "tokens": [number]})
        if isinstance(value, dict):
            text = value.get("content", value.get("prompt"))
        elif encoding is None:
            encoding = _tiktoken(model)
            if encoding is None:
                break
        if not isinstance(text, str) and encoding is not None:
            text = encoding.decode([number])
        if isinstance(text, str):
            found[number] = text
    return found


def _tiktoken(model: str):  # type: ignore[no-untyped-def]
    """Return OpenAI's tokenizer for one of its models, if the package and its tables are there."""
    if importlib.util.find_spec("tiktoken") is None:
        return None
    try:
        return importlib.import_module("tiktoken").encoding_for_model(model)
    except Exception:  # noqa: BLE001  another's model, or tables that cannot be fetched
        return None
