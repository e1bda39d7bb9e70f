"""Patterns of strangers: they match as written, and end whatever they are."""

import asyncio
import signal

import pytest

from zatsudan.sessions.characters.patterns import LENGTH, Patterns, is_written


def found(key: str, text: str, *, case_sensitive: bool = False) -> bool:
    with Patterns() as patterns:
        return patterns.found(key, text, case_sensitive=case_sensitive)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("/drag[oO]ns?/", "two dragons"),
        ("/DRAGON/i", "a dragon"),
        ("dragons?", "A DRAGON"),
        ("plain", "it is PLAIN"),
        ("/^b$/m", "a\nb\nc"),
        ("/a.c/s", "a\nc"),
        ("/(?<name>owl)/u", "an owl"),
        ("[[a]", "a ["),
        ("竜.?王", "竜の王"),
    ],
)
def test_a_pattern_matches_as_it_is_written(key: str, text: str) -> None:
    assert found(key, text)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("/DRAGON/", "a dragon"),
        ("/(/", "("),
        ("/\\p{L}/", "x"),
        ("(?P<n>a)(?P<n>b)", "ab"),
        ("(" * 500, "("),
        ("a{999999999999}", "a"),
        ("a?" * LENGTH, "a"),
    ],
)
def test_a_pattern_that_is_broken_or_too_long_matches_nothing(key: str, text: str) -> None:
    assert not found(key, text)


def test_case_counts_where_it_is_to() -> None:
    assert not found("dragons?", "DRAGON", case_sensitive=True)
    assert not found("plain", "PLAIN", case_sensitive=True)
    assert is_written("/a/")
    assert not is_written("/a")


@pytest.mark.parametrize("evil", ["(a+)+$", "/(a|aa)+$/", "(.*)(.*)(.*)(.*)z", "(x+x+)+y"])
def test_an_evil_pattern_is_stopped_and_not_tried_again(evil: str) -> None:
    late: set[str] = set()
    text = "a" * 20_000 + "xx" * 5_000 + "b"

    with Patterns(late, 0.02) as patterns:
        assert not patterns.found(evil, text, case_sensitive=False)
    assert late == {evil}
    again = Patterns(late)
    assert not again.found(evil, text, case_sensitive=False)
    assert again.seconds == Patterns().seconds


def test_all_patterns_together_have_one_time() -> None:
    with Patterns(None, 0.05) as patterns:
        for at in range(200):
            assert not patterns.found(f"(a+)+{at}$", "a" * 5_000 + "b", case_sensitive=False)
    assert patterns.seconds <= 0
    assert len(patterns.late) < 10


@pytest.mark.posix  # timers that send signals
def test_the_signals_of_others_stay_as_they_were() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    found("(a+)+$", "a" * 40 + "b")

    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


async def test_in_a_thread_where_no_timer_ends_a_pattern_a_process_looks_for_it() -> None:
    assert await asyncio.to_thread(found, "drag.n", "dragon")
    assert not await asyncio.to_thread(found, "drag.n", "wyrm")
    assert not await asyncio.to_thread(found, "(a+)+$", "a" * 5_000 + "b")
