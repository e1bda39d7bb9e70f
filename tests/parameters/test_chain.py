"""The chain of samplers: what runs in which order, and what does nothing beside what is set."""

import pytest

from zatsudan.base.jsonvalues import Json
from zatsudan.parameters.chain import NEUTRAL, chain, why_idle
from zatsudan.parameters.table import BY_NAME, PARAMETERS


def on(order: list[str], values: dict[str, Json]) -> list[str]:
    return [step.name for step in chain(order, values) if step.on]


ORDER = [
    "penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature",
]  # fmt: skip


def test_steps_stand_in_the_order_and_only_those_that_act_are_on() -> None:
    values: dict[str, Json] = {"temperature": 0.8, "top_k": 40, "top_p": 1.0, "repeat_last_n": 64}
    assert on(ORDER, values) == ["top_k", "temperature"]
    assert on(ORDER[::-1], values) == ["temperature", "top_k"]
    assert on(ORDER, {**values, "dry_multiplier": 0.8, "repeat_penalty": 1.1}) == [
        "penalties", "dry", "top_k", "temperature",
    ]  # fmt: skip


def test_nothing_is_on_with_the_neutral_values() -> None:
    steps = list(dict.fromkeys(row.sampler for row in PARAMETERS if row.sampler))
    assert on(steps, dict(NEUTRAL)) == []
    assert {"temperature", "top_k", "mirostat", "dry_multiplier", "smoothing_factor"} <= set(
        NEUTRAL
    )
    assert NEUTRAL["temperature"] == 1


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("dry_base", {}, "dry_multiplier is off"),
        ("dry_base", {"dry_multiplier": 0}, "dry_multiplier is off"),
        ("dry_base", {"dry_multiplier": 0.8}, ""),
        ("xtc_threshold", {"xtc_probability": 0.5}, ""),
        ("xtc_probability", {"xtc_probability": 0.5, "xtc_threshold": 0.6}, "above 0.5"),
        ("mirostat_tau", {"mirostat": 0}, "mirostat is off"),
        ("top_p", {"top_p": 0.5, "mirostat": 2}, "mirostat is on"),
        ("temperature", {"temperature": 0.5, "mirostat": 2}, ""),
        ("mirostat", {"mirostat": 2}, ""),
        ("top_k", {"top_k": 40, "temperature": 0}, "at temperature 0"),
        ("repeat_penalty", {"repeat_penalty": 1.1, "temperature": 0}, ""),
        ("repeat_penalty", {"repeat_penalty": 1.1, "repeat_last_n": 0}, "repeat_last_n is 0"),
        ("min_p", {"min_p": 0.1, "samplers": ["top_k"]}, "not among the samplers"),
        ("adaptive_decay", {"adaptive_target": -1}, "adaptive_target is off"),
        ("stop", {"temperature": 0}, ""),
        ("a_field", {"temperature": 0}, ""),
    ],
)
def test_why_a_value_does_nothing(name: str, values: dict[str, Json], why: str) -> None:
    said = why_idle(name, values)
    assert (why in said) if why else said == ""


def test_what_the_server_takes_by_itself_counts_too() -> None:
    assert why_idle("dry_base", {}, {"dry_multiplier": 0.5}) == ""
    assert "mirostat" in why_idle("top_p", {}, {"mirostat": 1})


def test_each_step_of_a_chain_has_rows() -> None:
    steps = chain([row.sampler for row in BY_NAME.values() if row.sampler], {})
    assert all(step.rows for step in steps)
