"""The whole program in a real pseudo-terminal: start, ask, interrupt, resize, leave."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import kills
from tests.support.program import Program
from zatsudan.servers.choice import Server

pytestmark = [pytest.mark.tty, pytest.mark.model]


@pytest.fixture
def start(model: Server, clean_environment: Path) -> Iterator[list[Program]]:
    """Programs that a test starts, ended with it; the first is there already."""
    programs = [
        Program("--base-url", model.base_url, "-o", "max_tokens=40", home=clean_environment)
    ]
    yield programs
    for program in programs:
        program.close()


def test_ask_interrupt_resize_leave_and_go_on(
    start: list[Program], model: Server, clean_environment: Path
) -> None:
    program = start[0]
    program.until("just write")
    program.until(r"SmolLM2")
    program.press("Say hello.\r")
    program.until(r"in, \d+ out")
    program.press("/set max_tokens 400\r")
    program.until("→ 400")
    program.press("Write a very long story about the sea.\r")
    program.until(r"\d+ tok ·")
    program.resize(60, 20)
    program.press("\x03")
    program.until("interrupted")
    program.press("\x04")
    assert program.wait() == 0
    assert program.sane
    assert "Traceback" not in program.seen

    again = Program("--base-url", model.base_url, "--continue", home=clean_environment)
    start.append(again)
    again.until("2 turns(.|\n)*Write a very long story")
    again.press("/usage\r")
    again.until("session")
    again.press("/quit\r")
    assert again.wait() == 0


def test_a_signal_from_outside_stops_the_reply_and_nothing_else(start: list[Program]) -> None:
    program = start[0]
    program.until(r"SmolLM2")
    program.press("/set max_tokens 400\rWrite a very long story.\r")
    program.until(r"\d+ tok ·")
    program.process.send_signal(signal.SIGINT)
    program.until("interrupted")
    program.press("Say hi.\r")
    program.until(r"in, \d+ out")
    program.press("\x04")
    assert program.wait() == 0


def test_the_terminal_is_sane_after_sigterm(start: list[Program]) -> None:
    program = start[0]
    program.until(r"SmolLM2")
    program.process.send_signal(signal.SIGTERM)
    assert program.wait() == 128 + signal.SIGTERM
    assert program.sane
    assert program.seen.rindex("\x1b[?2004l") > program.seen.rindex("\x1b[?2004h")


def test_kill_minus_nine_loses_a_second_of_a_reply_at_most() -> None:
    """A few kills; `python -m tests.benchmarks.kills` does 200."""
    result = kills.run(4, seed=7)
    assert result.lost == []
    assert result.kills == 4
