"""Where characters come from, without a live screen: plain and dumb terminals, arguments, pipes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.entering import asked_for
from tests.support.oneshot import run
from tests.support.program import Program
from tests.support.server import Server, fails, says, serve
from zatsudan.terminal.plain.linereader import BEGIN, END
from zatsudan.terminal.text.rows import PASTES_OFF, PASTES_ON


@pytest.fixture
def home(clean_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is the current folder, with a file that nobody should send."""
    monkeypatch.chdir(clean_environment)
    (clean_environment / "secret.txt").write_text("the key")
    return clean_environment


def there(home: Path) -> bool:
    """Was something made that only a command makes?"""
    return any((home / name).exists() for name in ("P", "Q"))


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serve(says("fine")) as found:
        yield found


async def with_program(server: Server, home: Path, arguments: list[str], use: Callable[[Program], None]) -> Program:  # fmt: skip
    """Run the program in a terminal of its own, and close it."""

    def whole() -> Program:
        program = Program("--base-url", server.base_url, "-m", "m", *arguments, home=home)
        try:
            use(program)
        finally:
            program.close()
        return program

    return await asyncio.to_thread(whole)


async def test_a_paste_into_a_plain_terminal(server: Server, home: Path) -> None:
    def use(program: Program) -> None:
        program.until("m at")
        program.press(f"{BEGIN}!touch P\n!touch Q{END}\n")
        program.until(r"Run touch P \(and 1 more line\)\? Enter runs it, n sends it as text\.")
        program.press("n\n")
        program.until("fine")
        program.press(f"{BEGIN}see @secret.txt{END} now\n")
        program.until("Attach secret.txt")
        program.press("n\n")
        program.until("fine")
        program.press(f"{BEGIN}!touch P{END}\n")
        program.until("Run touch P")
        program.process.send_signal(signal.SIGINT)
        program.until("Nothing was sent")
        assert not there(home)
        program.press(f"{BEGIN}!touch Q{END}\n")
        program.until("Run touch Q")
        program.press("\n")
        program.until("no output")
        program.press("/quit\n")
        assert program.wait() == 0
        assert program.sane

    program = await with_program(server, home, ["--plain"], use)
    assert asked_for(server) == ["!touch P\n!touch Q", "see @secret.txt now"]
    assert (home / "Q").exists()
    assert not (home / "P").exists()
    assert program.seen.count(PASTES_ON) == program.seen.count(PASTES_OFF) == 1


async def test_lines_that_come_at_once_into_a_dumb_terminal(
    server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")

    def use(program: Program) -> None:
        program.until("m at")
        program.press("!touch P\nsee @secret.txt\n/quit\n")
        program.until("fine(.|\n)*fine(.|\n)*fine")
        program.press("/quit\n")
        assert program.wait() == 0

    program = await with_program(server, home, [], use)
    assert asked_for(server) == ["!touch P", "see @secret.txt", "/quit"]
    assert not there(home)
    assert "\x1b" not in program.seen
    assert program.seen.count("sent as text") == 3


async def test_an_argument_in_a_terminal(server: Server, home: Path) -> None:
    def says_fine(program: Program) -> None:
        program.until("fine")
        assert program.wait() == 0

    def is_asked(words: str, answer: str, then: str) -> Callable[[Program], None]:
        def use(program: Program) -> None:
            program.until(words)
            program.press(answer)
            program.until(then)
            assert program.wait() == 0

        return use

    await with_program(server, home, ["!touch P"], says_fine)
    await with_program(server, home, ["--", "/help", "@secret.txt"], says_fine)
    await with_program(
        server, home, ["sum up: @secret.txt"], is_asked("Attach secret.txt", "n\n", "fine")
    )
    await with_program(
        server, home, ["sum up: @secret.txt"], is_asked("Attach secret.txt", "\n", "fine")
    )
    await with_program(server, home, ["/help seed"], is_asked("Carry out /help seed", "\n", "same"))
    assert asked_for(server) == [
        "!touch P",
        "/help @secret.txt",
        "sum up: @secret.txt",
        "sum up: @secret.txt\n\n```secret.txt\nthe key\n```",
    ]
    assert not there(home)


async def test_a_question_about_an_argument_can_be_left(server: Server, home: Path) -> None:
    def use(program: Program) -> None:
        program.until("Carry out /help")
        program.process.send_signal(signal.SIGINT)
        assert program.wait() == 130
        assert program.sane

    await with_program(server, home, ["/help"], use)
    assert asked_for(server) == []


async def test_an_argument_in_a_script(server: Server, home: Path) -> None:
    at = ("--base-url", server.base_url)
    note = "Sent as text: {what}. --typed makes it count.\n"
    for arguments, stdin, content, err in (
        (("hi",), b"", "hi", ""),
        (("-c", "/write! P"), b"", "/write! P", note.format(what="/write! P")),
        (("/system @/etc/passwd",), b"", "/system @/etc/passwd", note.format(what="/system @/etc/passwd")),
        (("!touch P",), b"", "!touch P", ""),
        (("sum up: @secret.txt",), b"", "sum up: @secret.txt", note.format(what="secret.txt")),
        (("--", "/write! P", "@secret.txt"), b"", "/write! P @secret.txt", ""),
        (("-c", "--", "/help"), b"", "/help", ""),
        (("sum up",), b"/write! P", "sum up\n\n/write! P", ""),
        ((), b"@secret.txt", "@secret.txt", ""),
        (("--typed", "see @secret.txt"), b"@secret.txt", "see @secret.txt\n\n@secret.txt\n\n```secret.txt\nthe key\n```", "[file secret.txt, 1 line]\n"),
    ):  # fmt: skip
        assert await run((*at, *arguments), home, {}, stdin) == (0, "fine\n", err)
        assert asked_for(server)[-1] == content
    assert not there(home)
    code, _, _ = await run((*at, "-c", "--typed", "/write! P"), home, {}, b"")
    assert code == 0
    assert (home / "P").read_text() == "fine\n"


async def test_a_refused_argument_is_no_command(home: Path) -> None:
    async with serve(fails(400, "no")) as server:
        code, _, err = await run(("--base-url", server.base_url, "!touch P"), home, {}, b"")
    assert code == 1
    assert "Traceback" not in err
    assert not there(home)
