"""SIGTSTP and SIGCONT from outside, in a real pseudo-terminal."""

import signal
from pathlib import Path

import pytest

from tests.support.program import Program

pytestmark = pytest.mark.tty


def test_who_was_stopped_from_outside_goes_on_as_it_was(clean_environment: Path) -> None:
    program = Program("--base-url", "http://127.0.0.1:9/v1", "-m", "m", home=clean_environment)
    try:
        program.until("just write")
        program.press("half a draft")
        program.until("half a draft")
        raw = program.modes()
        program.process.send_signal(signal.SIGSTOP)
        program.cook()  # as a shell does when it takes the terminal
        assert program.modes() != raw
        program.process.send_signal(signal.SIGCONT)
        program.until("half a draft")
        assert program.modes() == raw
        program.press(" more\x01\x0b\x04")
        assert program.process.wait(20) == 0
    finally:
        program.close()
