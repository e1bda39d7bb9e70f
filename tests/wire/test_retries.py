"""When a request is sent again, and after how long."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.errors import ConnectionFailed, StatusError
from zatsudan.base.printable import printable
from zatsudan.wire.retries import ATTEMPTS, LONGEST, STALE, pause, read_delay, read_retry_after

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Fri, 02 Jan 2026 00:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        ("Thu, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Thu, 01 Jan 2026 99:99:99 GMT", None),
        ("Thu, 01 Jan 2026 00:00:00 +99999999999", None),
        ("Thu, 99999999999999999999 Jan 2026 00:00:00 GMT", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("\xff\xfe", None),
        ("9" * 400, None),
        (" " * 100_000, None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        # googleapis/python-genai 1875, dcdpr/jp 1061, earendil-works/pi 352
        ('{"error":{"details":[{"@type":"x.RetryInfo","retryDelay": "45.5s"}]}}', 45.5),
        ("You exceeded your current quota. Please retry in 53.25s.", 53.25),
        ("Rate limit reached for model `m`. Please try again in 1m2.5s.", 62.5),  # Groq
        ("Please try again in 2h3m", 7380.0),
        ("Please try again in 450ms.", 0.45),  # OpenAI
        ("Please try again in a while.", None),
        ("try again in 1.2.3s", None),
        ("", None),
    ],
)
def test_how_long_a_body_says_to_wait(body: str, seconds: float | None) -> None:
    assert read_delay(body) == seconds


@given(
    st.one_of(
        st.text(max_size=80),
        st.from_regex(
            r"(Mon|Thu)?,? ?\d{1,22} (Jan|Dec) -?\d{1,22} \d{1,6}:\d{1,6}(:\d{1,22})? ?([+-]\d{1,22}|GMT)?",
            fullmatch=True,
        ),
        st.integers().map(str),
        st.floats().map(str),
    )
)
def test_no_retry_after_is_a_fault_or_waits_for_ever(value: str) -> None:
    seconds = read_retry_after(value, NOW)
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))
    error = StatusError(429, "no", retry_after=seconds)
    assert len(error.advice) < 100
    wait = pause(error, 1, 0.5)
    assert wait is None or wait <= LONGEST + 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_what_passes_is_sent_again_near_and_far(status: int) -> None:
    for near in (True, False):
        waits = [
            pause(StatusError(status), attempt, 0.5, near=near)
            for attempt in range(1, ATTEMPTS + 2)
        ]
        assert [wait is None for wait in waits] == [False] * ATTEMPTS + [True]


def test_what_may_have_been_made_elsewhere_is_not_sent_again() -> None:
    error = StatusError(504)
    assert pause(error, 1, 0.5, near=True) is not None
    assert pause(error, 1, 0.5, near=False) is None
    assert "/retry" in error.advice
    cut = ConnectionFailed(printable("cut"), passing=True)
    assert pause(cut, 1, 0.5, near=False, after=STALE / 2) is not None  # it was closed before
    assert pause(cut, 1, 0.5, near=False, after=STALE * 2) is None
    assert pause(cut, 1, 0.5, near=True, after=STALE * 2) is not None
