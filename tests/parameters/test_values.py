"""Values: written as one would type them."""

import pytest

from zatsudan.base.jsonvalues import Json
from zatsudan.parameters.values import show_value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "on"),
        (False, "off"),
        (0.7, "0.7"),
        (2.0, "2"),
        (7, "7"),
        ("plain", "plain"),
        ("a b", '"a b"'),
        (["\n\n", "User:"], '"\\n\\n" "User:"'),
        ([], "[]"),
        ([1, "a"], '[1, "a"]'),
        ({"é": 1}, '{"é": 1}'),
        (None, "null"),
    ],
)
def test_a_value_is_shown_as_one_would_type_it(value: Json, shown: str) -> None:
    assert show_value(value) == shown
