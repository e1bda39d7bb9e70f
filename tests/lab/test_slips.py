"""What is missing in a sweep as it was typed."""

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.base.words import split
from zatsudan.lab.grid import read_sweep


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("temperature 0.2 0.9 min_p 0 0.1", "x stands between two parameters: temperature … x min_p …"),
        ("temperature 0 1 and top_p 0.5 1", "x stands between two parameters: temperature … x top_p …"),
        ("temperature 0 1 by top_p 0.5 1", "x stands between two parameters: temperature … x top_p …"),
        ("temperature 0 1 system a b", "x stands between two parameters: temperature … x system …"),
        ("system hello min_p 0 1", "x stands between two parameters: system … x min_p …"),
        ('system hello begin "Yes" "No"', "x stands between two parameters: system … x begin …"),
        ('temperature 0 1 system "Be brief."', 'Write system="Be brief." for all, or x system … to cross it.'),
        ("begin Yes seed 7", "Write seed=7 for all, or x seed … to cross it."),
        ("temperature 0 1 seed 7", "Write seed=7 for all, or x seed … to cross it."),
        ("temperature 0 1 runs 4", "Write runs=4."),
        ("temperature 0 1 prompts", "Write prompts=8."),
        ("temperature 0 1 run=4", "Did you mean runs=4?"),
        ("temperature=0.2,0.9", "name=value holds for all; values to try stand without =: temperature 0.2 0.9"),
        ("temperature 0.2-0.9", "A range is written 0.2..0.9:0.1."),
        ("temperature 0 to 1", "A range is written 0..1:0.25."),
        ("top_k 1–100", "A range is written 1..100:1."),
        ("temperature 0 x 1", "Behind x stands another parameter with its values: x top_p 0.5 1"),
        ("0.2 0.9", "Name the parameter first: /sweep temperature 0.2 0.9"),
        ("temperature 0 1 say hello", "A message stands behind --, as in -- say hello"),
        ("temperature 0 1 --hello", "A message stands behind --, as in -- hello"),
    ],
)  # fmt: skip
def test_what_to_write_is_named(typed: str, advice: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_sweep(split(typed), {})
    assert refused.value.advice == advice


@pytest.mark.parametrize(
    "typed", ["temperature 0 5", "temperature 0 ?", 'temperature "hot"', "nosuch 0 1", "nosuch=1"]
)
def test_where_nothing_is_known_the_refusal_keeps_its_own_advice(typed: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_sweep(split(typed), {})
    assert "explains it" in refused.value.advice or "/params all" in refused.value.advice


@pytest.mark.parametrize(
    "typed", ['system seed "min_p" 0', "begin Stop seed", "begin The system of", 'system stop "no"']
)
def test_a_text_may_be_called_as_a_parameter_is(typed: str) -> None:
    texts = [word.text for word in split(typed)[1:]]
    read = read_sweep(split(typed), {}).variations
    assert [one.system if one.begin is None else one.begin for one in read] == texts


@pytest.mark.parametrize("cross", ["x", "X", "×", "*"])
def test_two_are_crossed_by_any_usual_sign(cross: str) -> None:
    sweep = read_sweep(split(f"temperature 0 1 {cross} top_p 0.5 1"), {})
    assert len(sweep.variations) == 4
