"""What is compared and swept, as it is typed."""

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.base.words import split
from zatsudan.lab.grid import read_setting, read_sweep, read_values
from zatsudan.lab.variation import Variation


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0..1.5:0.25", ["0", "0.25", "0.5", "0.75", "1", "1.25", "1.5"]),
        ("0..0.3:0.1", ["0", "0.1", "0.2", "0.3"]),
        ("1..4", ["1", "2", "3", "4"]),
        ("2..0:1", ["2", "1", "0"]),
        ("0..1:0.4", ["0", "0.4", "0.8"]),
        ("10..10", ["10"]),
        ("-1..1:1", ["-1", "0", "1"]),
        ("0,0.7,1", ["0", "0.7", "1"]),
        ("high", ["high"]),
        ("a,b", ["a,b"]),
    ],
)
def test_ranges_and_lists(text: str, values: list[str]) -> None:
    assert read_values(text) == values


@pytest.mark.parametrize("text", ["0..1.5", "0..1:0", "0..1:0.0000001"])
def test_a_range_without_an_end_is_refused(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        read_values(text)
    assert caught.value.advice


def labels(line: str) -> list[str]:
    return [variation.label for variation in read_sweep(split(line), {}).variations]


def test_one_parameter() -> None:
    assert labels("temperature 0 0.4..0.8:0.4 unset") == [
        "temperature 0",
        "temperature 0.4",
        "temperature 0.8",
        "temperature unset",
    ]


def test_two_parameters_are_crossed() -> None:
    assert labels("temperature 0 1 x top_p 0.5 1") == [
        "temperature 0 · top_p 0.5",
        "temperature 0 · top_p 1",
        "temperature 1 · top_p 0.5",
        "temperature 1 · top_p 1",
    ]


def test_runs_and_what_holds_for_all() -> None:
    sweep = read_sweep(split("temperature 0 0 runs=3 seed=7 max_tokens=20"), {})
    assert sweep.runs == 3
    assert sweep.common.values == {"seed": 7, "max_tokens": 20}
    assert len(sweep.variations) == 2


def test_a_field_without_a_row_and_quoted_texts() -> None:
    assert [v.values for v in read_sweep(split("+top_k 1 40"), {}).variations] == [
        {"top_k": 1},
        {"top_k": 40},
    ]
    assert [v.values for v in read_sweep(split('stop "a,b" "1,2"'), {}).variations] == [
        {"stop": ["a,b"]},
        {"stop": ["1,2"]},
    ]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "temperature",
        "temperature 0 x",
        "temperature 0 x top_p",
        "temperature 9",
        "nonsense 1",
        "temperature 0 runs=0",
        "temperature 0 runs=x",
        "temperature 0 x top_p 1 x seed 1",
    ],
)
def test_what_makes_no_sweep_is_said(line: str) -> None:
    if line == "temperature 0 x":
        assert labels(line) == ["temperature 0"]  # nothing was crossed with it
        return
    with pytest.raises(CommandError) as caught:
        read_sweep(split(line), {})
    assert caught.value.advice


def setting(line: str) -> Variation:
    return read_setting(split(line)[0], {})


def test_settings_of_a_side() -> None:
    assert setting("temperature=1.2,top_p=0.9").values == {"temperature": 1.2, "top_p": 0.9}
    assert setting("model=m-2,temperature=0") == Variation({"temperature": 0}, model="m-2")
    assert setting("temperature=unset").unset == {"temperature"}
    assert setting('stop="a,b"').values == {"stop": ["a,b"]}
    assert setting('+opts={"a":1,"b":2}').values == {"opts": {"a": 1, "b": 2}}


def test_a_variation_over_the_settings() -> None:
    now = {"temperature": 1, "seed": 3}
    assert setting("temperature=0").over(now) == {"temperature": 0, "seed": 3}
    assert setting("temperature=unset").over(now) == {"seed": 3}
    assert Variation().over(now) == now
    assert Variation().label == "as it is now"
