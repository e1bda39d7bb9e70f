"""JSON as it comes: of any depth, with numbers of any size."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import DEPTH, Json, dumps, loads, loads_together


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


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.lists(_values, min_size=1))
def test_texts_read_together_are_what_each_is(values: list[Json]) -> None:
    texts = list(map(dumps, values))
    assert loads_together(texts) == list(map(loads, texts))


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"{",
        b"]",
        b"1,2",
        b"\xff",
        b'"',
        b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1),
        b"[" * 100_000,
    ],
)
def test_of_texts_of_which_one_is_odd_none_is_read_together(odd: bytes) -> None:
    assert loads_together([b'{"a":1}', odd, b"[2]"]) is None


def test_what_only_looks_deep_is_read_together() -> None:
    texts = [dumps({"text": "{[" * DEPTH}), dumps("half \ud83d"), b"1" + b"0" * 400]
    assert loads_together(texts) == [{"text": "{[" * DEPTH}, "half \ud83d", float("inf")]
