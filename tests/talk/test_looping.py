"""Loops in replies: found where one is, and only there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.talk.looping import EVERY, LEAST, LONGEST, TIMES, Watch, repeats


@given(st.text("ab c.", min_size=1, max_size=60), st.text(max_size=80))
def test_a_part_that_comes_again_and_again_is_a_loop(part: str, before: str) -> None:
    part += "x"
    assert repeats(before + part * max(TIMES, LEAST))


@given(st.text("ab1-", min_size=1, max_size=12), st.integers(0, 90), st.text("ab1-", max_size=40))
def test_a_loop_is_what_its_definition_says(part: str, times: int, before: str) -> None:
    """Of any size, at its least length, and one character short of it."""
    whole = before + part * times
    for text in (whole, whole[:-1]):
        assert repeats(text) == any(
            text.endswith(text[-size:] * max(TIMES, -(-LEAST // size)))
            and any(map(str.isalnum, text[-size:]))
            for size in range(1, min(LONGEST, len(text) // TIMES) + 1)
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "-" * 300,
        "| | | " * 50,
        "ha ha ha ha ha",
        "\n" * 900,
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    ],
)
def test_rules_and_short_words_are_none(text: str) -> None:
    assert not repeats(text)


def test_numbered_lines_are_none() -> None:
    assert not repeats("".join(f"{number}. A line of a list\n" for number in range(300)))


def test_a_watch_finds_it_while_it_grows_and_sees_it_end() -> None:
    watch = Watch()
    assert watch.remedy(near=True) == ""
    for _ in range(EVERY):
        watch.add("Lunar Eclipse, ")
    assert watch.looping
    assert watch.remedy(near=True) == "/repeat_penalty 1.1"
    assert watch.remedy(near=False) == "/frequency_penalty 0.5"
    watch.add("".join(f"and then {number} " for number in range(EVERY)))
    assert not watch.looping
