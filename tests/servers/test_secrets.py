"""Where the key goes: to its own origin, and nowhere else."""

import asyncio
import contextlib
import json
import os
from pathlib import Path

import pytest

from tests.support.oneshot import run
from tests.support.program import Program
from tests.support.server import DONE, Script, Server, chunk, event, fails, says, serve
from zatsudan.config.settings import Local
from zatsudan.servers.engine import embedded

KEY = "sk-very-secret-123456"
#: What must never be seen: the key in any form that a file or a screen could hold.
TRACES = (KEY, KEY[:12], KEY.encode().hex())


def holds_no_key(text: str) -> None:
    assert [trace for trace in TRACES if trace in text] == []


def files_hold_no_key(home: Path) -> list[Path]:
    """Look into every file; return them. None of them is open to others."""
    files = [path for path in home.rglob("*") if path.is_file()]
    for path in files:
        holds_no_key(path.read_bytes().decode(errors="replace"))
        assert path.stat().st_mode & 0o077 == 0, path
        assert path.parent.stat().st_mode & 0o077 == 0 or path.parent == home, path
    return files


def keys_seen(server: Server) -> set[str]:
    """Return what the server was given as a key, and look that nothing else holds it."""
    for request in server.requests:
        holds_no_key(request.path + json.dumps(request.body))
        others = {name: value for name, value in request.headers.items() if name != "authorization"}
        holds_no_key(str(others))
    return {request.headers.get("authorization", "") for request in server.requests}


async def test_the_key_is_in_one_header_and_in_no_file(clean_environment: Path) -> None:
    home = clean_environment
    log = home / "wire.log"
    async with serve(says("fine")) as server:
        arguments = ("--base-url", server.base_url, "--log", str(log))
        code, out, err = await run(arguments, home, {"ZATSUDAN_API_KEY": KEY})
        assert (code, out, err) == (0, "fine\n", "")
        assert keys_seen(server) == {f"Bearer {KEY}"}

    names = {path.suffix for path in files_hold_no_key(home)}
    assert {".jsonl", ".log"} <= names


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int, clean_environment: Path) -> None:
    async with serve(says("stolen")) as thief:
        away = fails(status, "", Location=f"{thief.base_url}/chat/completions")
        async with serve(away) as server:
            server.listing = fails(status, "", Location=f"{thief.base_url}/models")
            for model in ((), ("-m", "scripted")):
                code, out, err = await run(
                    ("--base-url", server.base_url, *model),
                    clean_environment,
                    {"ZATSUDAN_API_KEY": KEY},
                )
                assert (code, out) == (1, "")
                assert f"points to another address ({status})" in err
            assert keys_seen(server) == {f"Bearer {KEY}"}
        assert thief.requests == []


async def test_the_openai_key_does_not_go_to_another_server(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        environ = {"OPENAI_API_KEY": KEY}
        code, _, err = await run(("--base-url", server.base_url), clean_environment, environ)
        assert code == 0, err
        assert keys_seen(server) == {""}


async def test_each_profile_has_its_own_key(clean_environment: Path) -> None:
    config = clean_environment / "config.toml"
    async with serve(says("one")) as one, serve(says("two")) as two:
        config.write_text(f"""
[profiles.one]
base_url = "{one.base_url}"
api_key = "{KEY}-one"
[profiles.two]
base_url = "{two.base_url}"
api_key_env = "KEY_TWO"
api_key_header = "api-key"
""")
        config.chmod(0o600)
        for name in ("one", "two"):
            code, out, _ = await run(
                ("--config", str(config), "-p", name),
                clean_environment,
                {"KEY_TWO": f"{KEY}-two"},
            )
            assert (code, out) == (0, name + "\n")
        assert {request.headers.get("authorization") for request in one.requests} == {f"Bearer {KEY}-one"}  # fmt: skip
        assert {request.headers.get("authorization") for request in two.requests} == {None}
        assert {request.headers.get("api-key") for request in two.requests} == {f"{KEY}-two"}


@pytest.mark.parametrize(
    "script",
    [
        fails(401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY, "param": KEY}}),
        fails(401, f"<html><title>Bearer {KEY}</title></html>"),
        fails(400, {"error": "x" * 280 + KEY}),
        fails(422, {"detail": [{"loc": ["header", KEY], "msg": f"Bearer {KEY}"}]}),
        Script([chunk("part"), event({"error": {"message": f"key {KEY} has expired"}})]),
        Script([b"data: " + KEY.encode() + b"\n\n"]),
        Script([f"the key {KEY} is bad".encode()]),
        Script([json.dumps({"detail": KEY}).encode()]),
        Script([chunk("part"), b"event: error\ndata: " + KEY.encode() + b"\n\n", DONE]),
    ],
)  # fmt: skip
async def test_a_server_that_repeats_the_key(script: Script, clean_environment: Path) -> None:
    log = clean_environment / "wire.log"
    async with serve(script) as server:
        arguments = ("--base-url", server.base_url, "-m", "scripted", "--log", str(log))
        code, out, err = await run(arguments, clean_environment, {"ZATSUDAN_API_KEY": KEY})

    assert code == (4 if script.status == 401 else 1)
    holds_no_key(out + err)
    assert files_hold_no_key(clean_environment)


@pytest.mark.tty
async def test_the_key_is_not_on_the_screen_nor_in_the_history(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        program = Program("--base-url", server.base_url, home=clean_environment)
        try:
            await until(program, "scripted at")
            for line, answer in (
                ("Hi", "fine"), ("/params", "temperature"), ("/model", "1 model at"),
                ("/export curl", "chat/completions"), ("/export python", "import"), ("/quit", ""),
            ):  # fmt: skip
                program.press(line + "\r")
                await until(program, answer)
            assert "Bearer test-key" not in program.seen
            assert "test-key" not in program.seen
        finally:
            program.close()
        assert {request.headers["authorization"] for request in server.requests} == {
            "Bearer test-key"
        }
    history = [path for path in files_hold_no_key(clean_environment) if path.name == "history"]
    assert len(history) == 1
    assert "test-key" not in history[0].read_text()


@pytest.mark.tty
async def test_a_line_with_a_key_is_neither_echoed_nor_kept(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        program = Program("--base-url", server.base_url, home=clean_environment)
        try:
            await until(program, "scripted at")
            for line, answer in (
                ("/connect https://me:pa55word@host.example/v1", "There is no profile"),
                (f"/connect {KEY}", "asks for an address"),
                (f"/set +api_key={KEY}", "is no setting"),
                ("/model scripted", "Model: scripted"), ("/quit", ""),
            ):  # fmt: skip
                program.press(line + "\r")
                await until(program, answer)
        finally:
            program.close()
    (history,) = [path for path in files_hold_no_key(clean_environment) if path.name == "history"]
    lines = [line for line in history.read_text().splitlines() if line.startswith("+")]
    assert lines == ["+/model scripted", "+/quit"]


async def until(program: Program, pattern: str) -> None:
    """Wait for the screen without holding up the server."""
    await asyncio.to_thread(program.until, pattern) if pattern else await asyncio.sleep(0.5)


def processes_that_know(key: str) -> list[str]:
    """Return the files of /proc that hold it, but for our own process's."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            for name in ("cmdline", "environ"):
                with contextlib.suppress(OSError):  # it has ended, or is not ours to look at
                    if key.encode() in (process / name).read_bytes():
                        found.append(str(process / name))
    return found


@pytest.mark.model
async def test_the_engines_key_is_in_no_process_list() -> None:
    engine = await embedded.start(Local(context_length=512))
    try:
        assert len(engine.server.api_key) >= 32
        assert processes_that_know("child.py") != []  # it would be found
        assert processes_that_know(engine.server.api_key) == []
    finally:
        await engine.stop()
