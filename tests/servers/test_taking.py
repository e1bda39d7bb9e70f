"""What a kind of server does with a parameter is told by its row."""

import pytest

from zatsudan.parameters.table import find
from zatsudan.servers.kinds import KINDS, UNKNOWN
from zatsudan.servers.taking import takes, why_not

BY_KIND = {kind.name: kind for kind in KINDS}


@pytest.mark.parametrize(
    ("kind", "name", "taken"),
    [
        ("llama.cpp", "dry_multiplier", True),
        ("llama.cpp", "repetition_penalty", True),  # under its name for it
        ("llama.cpp", "top_a", False),
        ("vllm", "repeat_penalty", True),
        ("vllm", "banned_strings", True),
        ("vllm", "dry_multiplier", False),
        ("ollama", "top_k", False),
        ("ollama", "temperature", True),
        ("ollama", "logit_bias", False),
        ("lmstudio", "logprobs", False),
        ("openai", "min_p", False),
        ("openai", "seed", True),
    ],
)
def test_who_takes_what(kind: str, name: str, taken: bool) -> None:
    assert takes(BY_KIND[kind], find(name)) is taken
    assert bool(why_not(BY_KIND[kind], find(name))) is not taken


def test_of_an_unknown_server_nothing_is_said() -> None:
    assert takes(UNKNOWN, find("top_k")) is None
    assert takes(UNKNOWN, find("temperature")) is True
    assert why_not(UNKNOWN, find("top_k")) == ""
