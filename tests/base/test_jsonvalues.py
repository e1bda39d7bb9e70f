"""JSON as it comes: of any depth, with numbers of any size."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import DEPTH, Json, dumps, loads, loads_lines


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


@given(st.lists(_values))
def test_lines_read_together_are_what_each_is(values: list[Json]) -> None:
    lines = list(map(dumps, values))
    assert loads_lines(lines) == list(map(loads, lines))


_pieces = st.sampled_from([b"{", b"}", b"[", b"]", b'"', b",", b":", b"1", b'"a"', b" ", b"\xff"])


@given(st.lists(st.lists(_pieces).map(b"".join), max_size=4))
def test_no_line_is_read_with_the_next_one(lines: list[bytes]) -> None:
    read = loads_lines(lines)
    if read is not None:
        assert read == list(map(loads, lines))


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
def test_where_a_line_is_odd_none_is_read_together(odd: bytes) -> None:
    assert loads_lines([b'{"a":1}', odd, b"[2]"]) is None


def test_what_only_looks_deep_is_read_together() -> None:
    lines = [dumps({"text": "{[" * DEPTH}), dumps("half \ud83d"), b"1" + b"0" * 400]
    assert loads_lines(lines) == [{"text": "{[" * DEPTH}, "half \ud83d", float("inf")]
