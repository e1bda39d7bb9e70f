"""Constructs of code that go over several lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.terminal.markdown.look import TokenKind
from zatsudan.terminal.markdown.spanning import openings, shortened


@pytest.mark.parametrize(
    ("line", "pos", "shell", "found"),
    [
        ("x = 1", 0, False, []),
        ("a /* b */ c", 0, False, []),
        ("a /* b", 0, False, [(2, "*/")]),
        ("a /* b", 3, False, []),
        ("/* a */ /* b", 0, False, [(8, "*/")]),
        ('""" and <!--', 0, False, [(0, '"""'), (8, "-->")]),
        ("it's", 0, False, []),
        ("echo 'a", 0, True, [(5, "'")]),
        ("cat <<-'END' | sort", 0, True, [(4, "END")]),
        ("cat <<END", 0, False, []),
    ],
)
def test_what_opens_and_what_would_close_it(
    line: str, pos: int, found: list[tuple[int, str]], *, shell: bool
) -> None:
    assert openings(line, pos, shell=shell) == found


@given(st.lists(st.text("ab", max_size=4), max_size=5), st.integers(0, 12))
def test_shortened_tokens_are_the_first_characters(values: list[str], size: int) -> None:
    tokens = [(TokenKind(), value) for value in values]
    kept = shortened(tokens, size)
    assert "".join(value for _, value in kept) == "".join(values)[:size]
