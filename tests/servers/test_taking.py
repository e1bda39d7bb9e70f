"""What a kind of server does with a parameter is told by its row."""

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.parameters.table import find
from zatsudan.servers.kind import ServerKind
from zatsudan.servers.kinds import KINDS, UNKNOWN
from zatsudan.servers.taking import Here, takes, why_not

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


def test_what_a_server_tells_of_is_taken_whatever_its_kind() -> None:
    here = Here(BY_KIND["llama.cpp"], {"top_a": 0.0, "n_keep": 0, "messages": []})
    assert here.settable("top_a").name == "top_a"
    assert here.settable("n_keep").kind.check(3)
    assert not here.find("n_keep").kind.check("x")
    with pytest.raises(CommandError):
        here.find("messages")
    with pytest.raises(CommandError):
        Here(BY_KIND["llama.cpp"]).settable("top_a")
    assert Here(BY_KIND["llama.cpp"]).find("top_a").name == "top_a", "to be sent all the same"


def test_a_shorter_name_and_a_name_of_others_mean_the_row() -> None:
    assert [Here().find(name).name for name in ("temp", "freq", "rep_pen", "nsigma")] == [
        "temperature", "frequency_penalty", "repeat_penalty", "top_n_sigma",
    ]  # fmt: skip
    for name in ("te", "top", "dry_", ""):
        with pytest.raises(CommandError):
            Here().find(name)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_of_two_names_of_one_thing_each_kind_shows_one(kind: ServerKind) -> None:
    rows = Here(kind).rows
    sent = [kind.names.get(row.name, row.name) for row in rows]
    assert len(set(sent)) == len(sent)
    # Where nobody described the server, the usual ones.
    assert all(takes(kind, row) or (kind.takes is None and row.probe.usual) for row in rows)
