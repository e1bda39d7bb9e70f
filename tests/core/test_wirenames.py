"""Names that servers have of their own."""

import pytest

from zatsudan.core.parameters import BY_NAME
from zatsudan.core.refusals import RENAME, Repair, mended
from zatsudan.core.wirenames import NAMES, kind_of, own_names, renames, wire_name


@pytest.mark.parametrize(
    ("name", "url", "kind"),
    [
        ("x", "https://api.mistral.ai/v1", "mistral"),
        ("x", "http://127.0.0.1:8080/v1", "llama.cpp"),
        ("x", "http://far.example:8080/v1", ""),
        ("local", "http://127.0.0.1:40000/v1", "llama.cpp"),
        ("ollama", "http://box:11434/v1", "ollama"),
        ("x", "https://openrouter.ai/api/v1", "openrouter"),
    ],
)
def test_the_kind_of_a_server(name: str, url: str, kind: str) -> None:
    assert kind_of(name, url) == kind


@pytest.mark.parametrize("kind", NAMES)
def test_what_is_sent_comes_back_under_a_name_that_can_be_set(kind: str) -> None:
    repairs = renames(kind)
    for name in NAMES[kind]:
        sent = mended({name: 7}, repairs)
        assert sent == {wire_name(name, repairs): 7}
        assert set(own_names(sent, repairs, BY_NAME)) <= set(BY_NAME)


def test_mistrals_seed_comes_back_as_seed() -> None:
    assert own_names({"random_seed": 7, "top_p": 1}, renames("mistral"), BY_NAME) == {
        "seed": 7,
        "top_p": 1,
    }
    learned = (Repair(RENAME, "max_tokens", "limit"),)
    assert wire_name("max_tokens", learned) == "limit"
