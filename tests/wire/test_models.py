"""Model lists in all their forms, and the model to begin with."""

import pytest

from zatsudan.base.jsonvalues import Json
from zatsudan.wire.models import LIMIT, Model, choose_model, read_models


@pytest.mark.parametrize(
    ("value", "models"),
    [
        ({"object": "list", "data": [{"id": "a"}, {"id": "b"}]}, [Model("a"), Model("b")]),
        ({"models": [{"name": "a"}, {"model": "b"}]}, [Model("a"), Model("b")]),
        ([{"id": "a"}, "b"], [Model("a"), Model("b")]),
        ({"data": None}, []),
        ({"success": True, "data": {"models": [{"model_id": "a"}]}}, [Model("a")]),
        (None, []),
        ("nonsense", []),
        ({"data": [None, 5, "", {}, {"id": 5}, {"id": "a"}]}, [Model("a")]),
        ({"data": [{"id": "a"}, {"id": "a"}]}, [Model("a")]),
        ({"data": [{"id": "vllm", "max_model_len": 4096}]}, [Model("vllm", 4096)]),
        ({"data": [{"id": "openrouter", "context_length": "8192"}]}, [Model("openrouter", 8192)]),
        ({"data": [{"id": "llama", "meta": {"n_ctx_train": 2048}}]}, [Model("llama", 2048)]),
        (
            {"data": [{"id": "llama", "meta": {"n_ctx": 512, "n_ctx_train": 2048}}]},
            [Model("llama", 512)],
        ),
        ({"data": [{"id": "odd", "context_length": -1, "meta": "x"}]}, [Model("odd")]),
    ],
)
def test_lists(value: Json, models: list[Model]) -> None:
    assert read_models(value) == models


def test_a_list_without_end_is_cut() -> None:
    assert len(read_models([f"m{number}" for number in range(LIMIT + 10)])) == LIMIT


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["llama", "qwen"], "llama"),
        (["text-embedding-3", "whisper-1", "llama"], "llama"),
        (["text-embedding-3"], "text-embedding-3"),
        (["gpt-4o-mini", "gpt-5-mini", "gpt-4.1-mini", "gpt-5"], "gpt-5-mini"),
        (["gpt-4o-mini", "gpt-4o-mini-tts", "gpt-4o-mini-realtime"], "gpt-4o-mini"),
    ],
)
def test_the_model_to_begin_with(names: list[str], chosen: str) -> None:
    assert choose_model([Model(name) for name in names]) == Model(chosen)


def test_no_model_is_none() -> None:
    assert choose_model([]) is None
