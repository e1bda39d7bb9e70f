"""Questions on the screen: asked above the prompt, answered by keys, gone afterwards."""

import asyncio
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.emulator import Sitting, sitting
from tests.support.oneshot import run
from tests.support.program import Program
from tests.support.server import Request, Script, fails, says, serve
from zatsudan.config.file import load
from zatsudan.config.settings import Config
from zatsudan.servers.choice import Wishes
from zatsudan.servers.discovery import Finder
from zatsudan.servers.kinds import OFFERED

KEY = "sk-very-secret-123456"


def wants_key(request: Request) -> Script:
    given = request.headers.get("authorization", "")
    return says("hello") if given == f"Bearer {KEY}" else fails(401, {"error": f"bad {given}"})


@asynccontextmanager
async def seated(tmp_path: Path, *, rows: int = 24) -> AsyncIterator[Sitting]:
    """A person at the live terminal who may connect another server."""
    async with sitting(says("hi"), rows=rows) as person:
        config, models = tmp_path / "config.toml", tmp_path / "models"
        finder = Finder(Wishes(), {}, Config(), config_file=config, models=models)
        person.chat.finder = finder
        person.chat.link.finder = finder
        yield person
        await finder.aclose()


async def test_a_server_is_connected_by_answers_that_are_typed(tmp_path: Path) -> None:
    async with seated(tmp_path) as person, serve(wants_key) as server:
        person.type("/connect\r")
        shown = await person.until("1 of 4 · Which server? »")
        assert "▸ OpenAI" in shown
        assert "» /connect" in shown
        person.type(server.base_url + "\r")
        await person.until("3 of 4")
        person.type("\r")
        await person.until("▸ Another key")
        person.type("\r")
        await person.until("2 of 4")
        person.type(KEY)
        shown = await person.until("•" * len(KEY))
        assert "Enter takes what you typed" in shown
        person.type("\r")
        await person.until("4 of 4 · What")
        person.type("mine\r")
        await person.until("4 of 4 · Is it")
        person.type("\x1b[B\r")  # down: no
        await person.until("scripted at mine answers from now on.")
        shown = await person.at_rest()

        assert load(tmp_path / "config.toml").profiles["mine"].api_key == KEY
        assert "of 4" not in shown
        assert KEY not in "".join(person.screen.raw)
        shown = await person.say("Hi")
        assert "hello" in shown
        assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
        person.type("\x1b[A\x1b[A")
        await person.until("» /connect")  # the history holds lines, and no answers


@pytest.mark.parametrize("key", ["\x1b", "\x03"])
async def test_leaving_a_question_leaves_the_talk_as_it_was(tmp_path: Path, key: str) -> None:
    async with seated(tmp_path) as person:
        person.type("/connect\r")
        await person.until("1 of 4")
        person.type("openai\r")
        await person.until("2 of 4")
        person.type("sk-ab")
        await person.until("•••••")
        person.type(key)
        await person.until("All is as it was.")
        shown = await person.at_rest()

        assert "of 4" not in shown
        assert not (tmp_path / "config.toml").exists()
        assert "hi" in await person.say("Hi")


@pytest.mark.posix  # Windows sends no program a SIGINT
async def test_a_signal_leaves_the_question_and_is_the_prompts_again(tmp_path: Path) -> None:
    async with seated(tmp_path) as person:
        for _ in range(2):
            person.type("/connect\r")
            await person.until("1 of 4")
            signal.raise_signal(signal.SIGINT)
            await person.until(lambda: "of 4" not in person.screen.shown())
            await person.at_rest()
            signal.raise_signal(signal.SIGINT)
            await person.until("Ctrl-D or /quit leaves")
            person.type("x\x7f")


async def test_on_a_small_screen_the_marked_row_stays_in_sight(tmp_path: Path) -> None:
    async with seated(tmp_path, rows=8) as person:
        person.type("/connect\r")
        shown = await person.until("▸ OpenAI")
        assert f"· and {len(OFFERED) + 2 - 4} more" in " ".join(shown.split())
        # Below the kinds stand the embedded model and another server.
        person.type("\x1b[B" * (len(OFFERED) + 1))
        await person.until("▸ Another server")
        person.type("\x1b")
        await person.until("All is as it was.")


async def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    async with seated(tmp_path) as person, serve(fails(503, "")) as server:
        person.type("/connect\r")
        await person.until("1 of 4")
        person.type(server.base_url + "\r")
        await person.until("3 of 4")
        person.type("\r")
        await person.until("What is to be changed?")
        person.type("zzz\r")
        await person.until("Nothing of the list fits")
        person.type("\x7f\x7f\x7f")
        await person.until("▸ Try again")
        person.type("\x03")
        await person.until("All is as it was.")


async def until(program: Program, pattern: str) -> None:
    """Wait for the screen without holding up the server."""
    await asyncio.to_thread(program.until, pattern)


def holders(home: Path) -> list[Path]:
    """Return the files that hold a key; the journal is among those that were looked at."""
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".jsonl" for path in files)
    return [path for path in files if b"sk-" in path.read_bytes()]


@pytest.mark.tty
async def test_setup_comes_before_the_talk(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        program = Program("--setup", home=clean_environment)
        try:
            for pattern, keys in (
                ("1 of 4", server.base_url), ("3 of 4", ""), ("4 of 4 · What", "mine"),
                ("4 of 4 · Is it", ""), ("scripted at mine answers", "Hi"), ("fine", "/quit"),
            ):  # fmt: skip
                await until(program, pattern)
                program.press(keys + "\r")
            assert await asyncio.to_thread(program.wait) == 0
            assert program.sane
        finally:
            program.close()
    assert load(clean_environment / ".config" / "zatsudan" / "config.toml").profile == "mine"


@pytest.mark.tty
async def test_the_plain_terminal_asks_by_numbers_and_echoes_no_key(
    clean_environment: Path,
) -> None:
    async with serve(wants_key) as server:
        program = Program("--plain", "--setup", home=clean_environment)
        try:
            for pattern, keys in (
                ("1 of 4", str(len(OFFERED) + 2)), ("Its address", server.base_url), ("3 of 4", "1"),
                ("What is to be changed", "0"), ("Write a number or a name", "1"),
                ("2 of 4.*\n(.*\n)*» ", KEY), ("4 of 4 · What", "mine"),
                ("4 of 4 · Is it", "yes"), ("answers from now on", "Hi"), ("hello", "/connect"),
                ("1 of 4", "openai"), ("2 of 4.*\n(.*\n)*» ", "sk-part\x04\x04"),
                ("All is as it was", "/quit"),
            ):  # fmt: skip
                await until(program, pattern)
                program.press(keys if keys.endswith("\x04\x04") else keys + "\n")
            assert await asyncio.to_thread(program.wait) == 0
            assert program.sane
            assert KEY not in program.seen
            assert "sk-part" not in program.seen
        finally:
            program.close()
    path = clean_environment / ".config" / "zatsudan" / "config.toml"
    assert load(path).profiles["mine"].api_key == KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert holders(clean_environment) == [path]


async def test_without_a_terminal_there_are_no_questions(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        code, out, err = await run(("--setup",), clean_environment, {}, b"")
        assert (code, out) == (2, "")
        assert "no terminal to ask them in" in err

        code, _, err = await run(
            ("--base-url", server.base_url, "--typed", "/connect"), clean_environment, {}, b""
        )
        assert code == 2
        assert "There is nobody here to answer questions." in err
