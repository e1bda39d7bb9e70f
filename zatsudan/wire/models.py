"""What a server says of its models."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, whole_number

#: The most models that a list may hold: a hostile list is cut here.
LIMIT = 5_000


class Model(NamedTuple):
    """A model's id, its context length in tokens (0: the server does not tell), and who owns it.

    Servers that people run write their own name there (`servers.knowing`).
    """

    id: str
    context_length: int = 0
    owner: str = ""


def read_models(value: Json) -> list[Model]:
    """Read a model list in any of its forms: `{"data": [...]}`, `{"models": [...]}`, a bare list, null.

    Gateways put one of them into another.
    """
    for _ in range(2):
        if isinstance(value, dict):
            value = value.get("data") or value.get("models") or value.get("result")
    models: dict[str, Model] = {}
    for entry in (value if isinstance(value, list) else [])[:LIMIT]:
        model = _read_model(entry)
        if model is not None:
            models.setdefault(model.id, model)
    return list(models.values())


def _read_model(entry: Json) -> Model | None:
    if isinstance(entry, str):
        return Model(entry) if entry else None
    if not isinstance(entry, dict):
        return None
    name = next(filter(None, map(entry.get, ("id", "name", "model", "model_id"))), None)
    if not isinstance(name, str):
        return None
    owner, meta = entry.get("owned_by"), entry.get("meta")
    owner = owner[:100] if isinstance(owner, str) else ""
    # vLLM, OpenRouter, LM Studio, Mistral; llama.cpp keeps its own under `meta`.
    names = ("max_model_len", "context_length", "loaded_context_length", "max_context_length")
    for source, keys in ((entry, names), (meta, ("n_ctx", "n_ctx_train"))):
        if isinstance(source, dict):
            for key in keys:
                length = whole_number(source.get(key))
                if length:
                    return Model(name[:500], length, owner)
    return Model(name[:500], 0, owner)


_NOT_FOR_CHAT = r"(?i)embed|whisper|tts|dall-e|image|moderation|rerank|transcri|audio|realtime|davinci|babbage|sora"
_SMALL_OPENAI = r"gpt-(\d+(?:\.\d+)?)(?:o|)-mini"


def choose_model(models: Sequence[Model]) -> Model | None:
    """Return the model to begin with where none is named: the first that can chat.

    OpenAI lists its models in no useful order: there the newest small one.
    """
    able = [model for model in models if not re.search(_NOT_FOR_CHAT, model.id)] or list(models)
    small = [
        (float(match[1]), model)
        for model in able
        if (match := re.fullmatch(_SMALL_OPENAI, model.id))
    ]
    if small:
        return max(small, key=lambda pair: pair[0])[1]
    return able[0] if able else None
