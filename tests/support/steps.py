"""Counts what a reading costs, in steps that a clock does not change."""

import sys
from collections.abc import Callable
from typing import Any

_SIZE = 20_000  # characters: more than two pages


def steps(run: Callable[[], object]) -> int:
    """Calls that `run` makes, those of built-in functions too."""
    count = 0

    def profile(_frame: object, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count


def growth(read: Callable[[str], object], unit: str) -> float:
    """How many times the steps are needed for a text of `unit` again and again that is twice as long."""
    short, long = (unit * (size // len(unit)) for size in (_SIZE, 2 * _SIZE))
    read(short)  # what is made at first use
    return steps(lambda: read(long)) / steps(lambda: read(short))
