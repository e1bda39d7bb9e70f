"""What a token costs does not grow with the reply; counted, not timed."""

import pytest

from tests.support.looks import DEFAULT
from tests.support.shapes import SHAPES
from zatsudan.terminal.markdown.rendering import Stream

_PIECE = 40  # characters: about ten tokens


def _work(text: str, *, tail: bool) -> tuple[float, float]:
    """Characters parsed and rows made, per token."""
    stream = Stream(80, DEFAULT)
    for at in range(0, len(text), _PIECE):
        stream.feed(text[at : at + _PIECE])
        if tail and at % (40 * _PIECE) == 0:
            stream.tail(12)
    stream.finish()
    tokens = len(text) / 4
    return stream.work.parsed / tokens, stream.rows / tokens


@pytest.mark.parametrize("tail", [False, True], ids=["commits", "with tail"])
@pytest.mark.parametrize("name", SHAPES)
def test_work_per_token_is_constant(name: str, tail: bool) -> None:
    parsed_short, rows_short = _work(SHAPES[name](4_000), tail=tail)
    parsed_long, rows_long = _work(SHAPES[name](128_000), tail=tail)
    assert parsed_long <= 1.2 * parsed_short
    assert rows_long <= 1.2 * rows_short


@pytest.mark.parametrize("name", SHAPES)
def test_no_feed_works_on_more_than_a_few_pages(name: str) -> None:
    text = SHAPES[name](60_000)
    stream = Stream(80, DEFAULT)
    for at in range(0, len(text), _PIECE):
        before = stream.work.parsed
        stream.feed(text[at : at + _PIECE])
        assert stream.work.parsed - before < 40_000


def test_a_line_without_end_costs_what_it_is_long() -> None:
    assert sum(_work("x" * 400_000, tail=True)) < 3 * sum(_work("x" * 12_000, tail=True))
