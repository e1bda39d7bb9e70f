"""Lanes: how many requests a server gets at a time."""

import pytest

from zatsudan.lab.lanes import AT_ONCE, AT_ONCE_EMBEDDED, AT_ONCE_LOOPBACK, Lanes, at_once
from zatsudan.servers.choice import Server as Address


@pytest.mark.parametrize(
    ("url", "reason", "count"),
    [
        ("https://api.openai.com/v1", "", AT_ONCE),
        ("http://127.0.0.1:8080/v1", "found", AT_ONCE_LOOPBACK),
        ("http://localhost:1234/v1", "found", AT_ONCE_LOOPBACK),
        ("http://127.0.0.1:9/v1", "embedded model", AT_ONCE_EMBEDDED),
    ],
)
def test_requests_at_a_time(url: str, reason: str, count: int) -> None:
    assert at_once(Address("s", url, reason=reason)) == count
    # The profile says otherwise, and the person goes before it.
    assert at_once(Address("s", url, reason=reason, concurrency=16)) == 16
    assert at_once(Address("s", url, reason=reason, concurrency=16), 8) == 8


def test_two_profiles_of_one_server_share_its_lane() -> None:
    lanes = Lanes(3)
    one, count = lanes.of(Address("a", "http://127.0.0.1:9/v1"))
    other, _ = lanes.of(Address("b", "http://127.0.0.1:9/v1/"))
    assert one is other
    assert (count, lanes.count) == (3, 3)
