"""Titles made of first words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import telling_text
from zatsudan.base.printable import one_line
from zatsudan.sessions.titles import cells, title_from


@pytest.mark.parametrize(
    ("text", "limit", "title"),
    [
        ("  Hello\nthere ", 60, "Hello there"),
        ("one two three four", 12, "one two…"),
        ("What is this? And what is that thing?", 20, "What is this?"),
        ("Supercalifragilistic", 10, "Supercali…"),
        ("温度を下げると返事はどう変わりますか", 20, "温度を下げると…"),
        ("雑談は楽しい。でも難しい話もある", 24, "雑談は楽しい。"),
        ("東京都庭園美術館案内図書", 12, "東京都庭園…"),
        ("スーパーコンピューター", 8, "スー…"),  # no row ends before ー
        ("\x1b[31mred", 60, "␛[31mred"),
        ("", 60, ""),
    ],
)
def test_a_title(text: str, limit: int, title: str) -> None:
    assert title_from(text, limit) == title


@given(
    telling_text | st.text(st.sampled_from("雑談は楽しい。a bー😀e\u0301"), max_size=60),
    st.integers(4, 40),
)
def test_a_title_is_the_beginning_and_fits(text: str, limit: int) -> None:
    title = title_from(text, limit)
    assert cells(title) <= limit
    assert one_line(text.strip(), 1000).startswith(title.removesuffix("…"))
    assert bool(title) == bool(text.strip())
