"""How far a download is, in a line."""

from zatsudan.servers.engine.progress import Progress


def test_progress_is_one_line() -> None:
    line = Progress(41_000_000, 98_400_000, 3_400_000).line()

    assert line == "▰▰▰▰▰▰▰▰▱▱▱▱▱▱▱▱▱▱▱▱ 41 % · 41 MB of 98 MB · 3.4 MB/s · 0:16 left"
    assert Progress(0, 10, 0).line() == "▱" * 20 + " 0 % · 0 B of 10 B"
    assert "2:46:39 left" in Progress(1, 10**10, 10**6).line()
