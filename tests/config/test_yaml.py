"""What is written as YAML is read so."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from zatsudan.config.yaml import parse, scalar


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
@example("😀 日本 \x85\u2028\ufeff\x7f")
@example("half \ud83d of one")
@example("yes: [no] # 'so' \"so\" \\u0041 \x00\x1b")
def test_any_text_comes_back(text: str) -> None:
    assert parse(f"a: {scalar(text)}\n") == {"a": re.sub("[\ud800-\udfff]", "\ufffd", text)}


_NUMBERS = st.floats(-1000, 1000).map(lambda number: round(number, 4))


@given(st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), _NUMBERS))
def test_so_do_numbers_and_words(value: float | None) -> None:
    assert parse(f"a: {scalar(value)}\n") == {"a": value}
