"""How far a download is, in a line."""

import pytest

from zatsudan.servers.engine.progress import Progress, in_bytes


def test_progress_is_one_line() -> None:
    line = Progress(41_000_000, 98_400_000, 3_400_000).line()

    assert line == "▰▰▰▰▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱ 41 % · 41 MB of 98 MB · 3.4 MB/s · 0:16 left"
    assert Progress(0, 10, 0).line() == "▱" * 20 + " 0 % · 0 B of 10 B"
    assert "2:46:39 left" in Progress(1, 10**10, 10**6).line()


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (98_362_432, "98 MB"), (7 * 10**15, "7000 TB")],
)
def test_sizes_are_written_short(size: int, text: str) -> None:
    assert in_bytes(size) == text
