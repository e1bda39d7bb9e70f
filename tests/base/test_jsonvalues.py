"""JSON as it comes: of any depth, with numbers of any size."""

import json

import pytest

from zatsudan.base.jsonvalues import loads


@pytest.mark.parametrize("depth", [101, 900, 10_000, 1_000_000])
def test_json_that_is_nested_too_deep_is_a_value_error(depth: int) -> None:
    with pytest.raises(ValueError, match="nested too deep"):
        loads("[" * depth + "]" * depth)


def test_json_of_a_usual_depth_is_read() -> None:
    text = "[" * 100 + "]" * 100

    assert json.dumps(loads(text)) == text


def test_integers_without_end_are_read() -> None:
    assert loads("[" + "9" * 5000 + ", 12]") == [float("inf"), 12]
    assert float(str(loads("9" * 299))) == 1e299
