"""A process of Python that is talked with by its pipes."""

import sys

import pytest

from zatsudan.base import pythons


def test_it_answers_until_it_is_ended() -> None:
    process = pythons.begin("-c", "print(input() + input(), flush=True); input()")
    assert process is not None
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"a\nb\n")
    process.stdin.flush()
    assert process.stdout.readline().strip() == b"ab"
    pythons.end(process)
    assert process.returncode
    assert process.stdin.closed
    assert process.stdout.closed


def test_there_may_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert pythons.begin("-c", "") is None
