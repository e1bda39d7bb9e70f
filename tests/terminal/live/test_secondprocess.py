"""The second process itself: what it answers, and that it is never needed."""

import os
import signal
import sys
import time

import pytest

from tests.support.shapes import SHAPES
from zatsudan.base.printable import Styled
from zatsudan.base.styles import Styles
from zatsudan.terminal.live.replies import markdown_streams, whole_rows
from zatsudan.terminal.live.secondprocess import SecondProcess
from zatsudan.terminal.text.widths import TOLD, set_told

pytestmark = pytest.mark.posix  # a pipe that does not wait: on Windows from Python 3.12 on

ENVIRON = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
STYLES = Styles("light", {"strong": "bold magenta"})
TEXT = SHAPES["mixed"](20_000) + "\n```\n\n"


def answered(second: SecondProcess, count: int) -> list[list[Styled]]:
    """Return so many answers, or what came in ten seconds."""
    answers: list[list[Styled]] = []
    for _ in range(1000):
        answers += second.answers()
        if len(answers) >= count:
            break
        time.sleep(0.01)
    return answers


def begun() -> SecondProcess:
    second = SecondProcess(ENVIRON, STYLES)
    second.begin()
    for _ in range(1000):
        second.answers()
        if second.ready:
            break
        time.sleep(0.01)
    assert second.ready
    return second


def test_it_answers_as_this_process_would_in_this_terminal_and_these_styles() -> None:
    set_told({"ambiguous": 2})
    try:
        second = begun()
        make = markdown_streams(ENVIRON, STYLES)
        texts = [TEXT, "→ one\n\n", "\n\n\n", TEXT * 10]
        widths = [80, 40, 80, 100]
        for text, width in zip(texts, widths, strict=True):
            assert second.ask(text, width)
        assert answered(second, 4) == [
            whole_rows(text, make(width).behind())
            for text, width in zip(texts, widths, strict=True)
        ]
        second.end()
    finally:
        set_told({})


def test_nothing_is_asked_of_it_before_it_has_begun_and_behind_its_end() -> None:
    second = SecondProcess(ENVIRON, STYLES)
    assert not second.ask("one\n\n", 80)
    second = begun()
    second.end()
    assert not second.ready
    assert not second.ask("one\n\n", 80)
    assert second.answers() == []
    second.end()


def test_one_that_is_killed_answers_no_more() -> None:
    second = begun()
    assert second._process is not None
    os.kill(second._process.pid, signal.SIGKILL)
    second._process.wait()
    second.ask(TEXT, 80)
    assert second.answers() == []
    assert not second.ready


def test_when_the_terminal_has_told_more_of_its_characters_it_is_not_asked() -> None:
    second = begun()
    set_told({"ambiguous": 2})
    try:
        assert TOLD
        assert not second.ask("→\n\n", 80)
        assert not second.ready
    finally:
        set_told({})


def test_where_no_process_can_be_begun_none_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    second = SecondProcess(ENVIRON, STYLES)
    second.begin()
    assert not second.ready
    assert not second.ask("one\n\n", 80)
    second.end()
