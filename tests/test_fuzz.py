"""A short run of the fuzzing in tests/benchmarks/fuzz.py."""

import pytest

from tests.benchmarks.fuzz import TARGETS, run


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_raises_what_is_not_ours(name: str) -> None:
    run(name, 60)
