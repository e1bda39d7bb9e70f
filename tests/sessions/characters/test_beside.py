"""Patterns of strangers in a process of their own, which ends whatever they are."""

import re
import sys
from collections.abc import Iterator

import pytest

from zatsudan.sessions.characters import beside as module
from zatsudan.sessions.characters.beside import Beside


@pytest.fixture
def beside() -> Iterator[Beside]:
    it = Beside()
    yield it
    it.close()


def test_searches_follow_each_other_in_one_process(beside: Beside) -> None:
    assert beside.search("drag.n", 0, "a dragon", 1.0)[0] is True
    first = beside._process
    assert beside.search("DRAG.N", re.IGNORECASE, "a dragon", 1.0)[0] is True
    assert beside.search("竜.?王", 0, "竜の\n王", 1.0)[0] is False
    assert beside.search("(", 0, "(", 1.0)[0] is False
    assert beside._process is first


def test_one_that_takes_too_long_is_ended_and_the_next_is_looked_for(beside: Beside) -> None:
    assert beside.search("(a+)+$", 0, "a" * 5_000 + "b", 0.05) == (None, 0.05)
    assert beside.search("b$", 0, "ab", 1.0)[0] is True


def test_where_no_process_can_be_run_nothing_is_found(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert beside.search("a", 0, "a", 1.0) == (False, 0.0)


def test_one_that_ends_by_itself_is_no_fault(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PROGRAM", "print(flush=True)")
    assert beside.search("a", 0, "a", 1.0) == (False, 0.0)
