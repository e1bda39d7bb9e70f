"""A short run of the soak in tests/benchmarks/soak.py."""

from pathlib import Path

from tests.benchmarks.soak import soak


async def test_a_talk_with_a_moody_server(tmp_path: Path) -> None:
    result = await soak(60, tmp_path)

    assert result.wrong == []
    assert result.failed > 3
    assert len(result.faults) > 8
