"""The table of numbers: how one is named, and what it is of a row."""

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.base.printable import printable
from zatsudan.lab.numbers import NUMBERS, known, legend, measured, named, numbers_with
from zatsudan.lab.sheet import Row

ROWS = [
    Row(1, "a", "one two", tokens=2, ended="stop", metrics={"distinct_pairs": 1.0}, replied=True),
    Row(2, "b"),
    Row(3, "c", "one", tokens=1, ended="length", replied=True),
]


def test_a_number_is_named_by_its_head_or_its_key() -> None:
    assert named(NUMBERS, "dist-2") == named(NUMBERS, "distinct_pairs")
    with pytest.raises(CommandError, match="There is no number nothing") as caught:
        named(NUMBERS, "nothing")
    assert "dist-2" in caught.value.advice


def test_what_ended_by_itself() -> None:
    stopped = named(NUMBERS, "stop")
    assert [stopped.of(row) for row in ROWS] == [1.0, None, 0.0]
    assert stopped.share


def test_only_numbers_that_some_row_has_are_shown() -> None:
    assert [number.key for number in known(NUMBERS, ROWS)] == [
        "tokens",
        "stopped",
        "distinct_pairs",
    ]
    told = legend(known(NUMBERS, ROWS), printable("words"))
    assert told == "stop: share that ended by themselves; dist-2: share of distinct pairs of words."


def test_a_persons_own_numbers_stand_at_the_end_and_before_ours_of_that_name() -> None:
    numbers = numbers_with(["mine", "likeness"])
    assert [number.key for number in numbers[-2:]] == ["mine", "likeness"]
    assert len(numbers) == len(NUMBERS) + 1
    rows = measured(ROWS, {"mine": [4.0, None]})
    assert [numbers[-2].of(row) for row in rows] == [4.0, None, None]
    assert numbers[-2].text(1234.5) == "1,234.50"
    assert numbers[-2].text(None) == "·"
