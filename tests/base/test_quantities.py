"""Quantities as a person would write them."""

import pytest

from zatsudan.base.quantities import describe_seconds, in_bytes


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 s"), (0.314, "0.31 s"), (4.26, "4.3 s"), (42.4, "42 s"), (119, "119 s"),
        (180, "3 min"), (7200, "2 h"),
    ],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert describe_seconds(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (98_362_432, "98 MB"), (7 * 10**15, "7000 TB")],
)
def test_sizes_are_written_short(size: int, text: str) -> None:
    assert in_bytes(size) == text
