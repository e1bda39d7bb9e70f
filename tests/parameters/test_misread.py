"""What may have been meant by a value that cannot be read."""

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.base.words import split
from zatsudan.parameters.assignments import read_assignments


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("temperature 0,7", "0.7"),
        ("temperature 0.7,", "0.7"),
        ("temperature :0.7", "0.7"),
        ("temperature .7%", "0.007"),
        ("top_p 90%", "0.9"),
        ("top_p 95 %", ""),
        ("max_tokens 2k", "2000"),
        ("max_tokens 1.5K", "1500"),
        ("temperature 12,5", ""),  # it would be out of its range as well
        ('temperature "0,7"', ""),
        ("temperature hot", ""),
    ],
)
def test_what_was_meant_is_named_and_nothing_where_that_is_open(typed: str, meant: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_assignments(split(typed), {})
    assert refused.value.advice.startswith(f"Did you mean {meant}? " if meant else "/help")


@pytest.mark.parametrize("word", ["off", "None", "default"])
def test_who_wants_a_parameter_out_of_the_way_is_told_how(word: str) -> None:
    with pytest.raises(CommandError) as refused:
        read_assignments(split(f"temperature {word}"), {})
    assert refused.value.advice.startswith("/unset temperature leaves it to the server.")


def test_an_equals_sign_between_blanks_stands_between_name_and_value() -> None:
    found = read_assignments(split("temperature = 0.7 top_p= 0.9 stop = a b"), {})
    assert found == {"temperature": 0.7, "top_p": 0.9, "stop": ["a", "b"]}
    assert read_assignments(split('stop "="'), {}) == {"stop": ["="]}
    assert read_assignments(split("stop ="), {}) == {"stop": ["="]}
    with pytest.raises(CommandError, match="needs a value"):
        read_assignments(split("temperature="), {})
