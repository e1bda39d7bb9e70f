"""Files and folders of the program's own: who may read them, and what is no file at all."""

import asyncio
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.oneshot import run
from tests.support.program import Program
from tests.support.server import Script, fails, says, serve
from zatsudan.base import files
from zatsudan.base.errors import StoreError, ZatsudanError
from zatsudan.config.presetfiles import Presets
from zatsudan.config.settings import platform_places
from zatsudan.servers.catalogue import Catalogue
from zatsudan.servers.findings import Findings
from zatsudan.servers.learned import Learned
from zatsudan.servers.wirelog import wire_log
from zatsudan.sessions import journal, shelf, summary
from zatsudan.terminal.live.history import LineHistory


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(root: Path) -> list[str]:
    """Return what below a folder another user could read, write or enter."""
    found = [path for path in root.rglob("*") if not path.is_symlink()]
    return [f"{mode(path):o} {path.relative_to(root)}" for path in found if mode(path) & 0o077]


@pytest.fixture(params=[0o000, 0o022, 0o277], ids=lambda mask: f"umask {mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


# --- who may read them ----------------------------------------------------------


@pytest.mark.posix
def test_folders_and_files_are_for_their_owner_under_any_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "a" / "b" / "c" / "x.json"

    files.replace(path, b"1")
    files.replace(path, b"22", durable=True)
    os.close(files.descriptor(path.with_name("log"), os.O_WRONLY | os.O_CREAT, private=True))

    assert path.read_bytes() == b"22"
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["log", "x.json"]
    assert {mode(entry) for entry in (path, path.with_name("log"))} == {0o600}
    assert {mode(tmp_path / name) for name in ("a", "a/b", "a/b/c")} == {0o700}
    assert os.umask(umask) == umask


@pytest.mark.tty
async def test_all_that_a_talk_makes_is_for_its_owner(clean_environment: Path) -> None:
    refusal = fails(400, "Unsupported parameter: 'seed' is not supported with this model.")
    places = platform_places()
    reply = {"choices": [{"message": {"role": "assistant", "content": "probed"}}]}
    whole = Script([json.dumps(reply).encode()], headers=(("Content-Type", "application/json"),))
    scripts = [says("hi there"), refusal, says("again"), *[whole] * 12]
    before = os.umask(0)
    try:
        async with serve(*scripts) as server:
            log = clean_environment / "wire.log"
            program = Program(
                "--base-url", server.base_url, "--log", str(log), home=clean_environment
            )
            try:
                for keys, seen in (
                    ("", "scripted at"),
                    ("hello\r", "hi there"),
                    ("/seed 7\r", "seed"),
                    ("once more\r", "again"),
                    ("/preset save warm system\r", "warm"),
                    ("/probe temperature\r", "the same reply at"),
                ):
                    program.press(keys)
                    await asyncio.to_thread(program.until, seen)
                program.press("\x04")
                assert await asyncio.to_thread(program.wait) == 0
            finally:
                program.close()
    finally:
        os.umask(before)

    made = {
        *(places.history, places.presets / "warm.toml", log, places.cache / "models.json"),
        *(places.state / "findings.json", places.state / "learned.json"),
        *places.sessions.glob("*.jsonl"),
    }
    assert [path for path in made if not path.is_file()] == []
    assert len(made) == 7
    assert open_to_others(clean_environment) == []


@pytest.mark.posix
def test_what_was_open_to_others_is_narrowed_when_it_is_used(tmp_path: Path) -> None:
    history, log = tmp_path / "history", tmp_path / "log"
    for path in (history, log):
        path.touch()
        path.chmod(0o644)

    LineHistory(history).store_string("a line")
    write = wire_log(log)
    assert write is not None
    write({})

    assert (mode(history), mode(log)) == (0o600, 0o600)


def test_the_null_device_is_an_empty_file_and_stays_as_it_is() -> None:
    before = Path(os.devnull).stat().st_mode

    write = wire_log(Path(os.devnull))
    assert write is not None
    write({"x": 1})
    LineHistory(Path(os.devnull)).store_string("x")

    assert files.read(os.devnull, 10) == b""
    assert Path(os.devnull).stat().st_mode == before


def test_a_link_in_the_place_of_what_is_being_written_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept")
    (tmp_path / f".x.json.{os.getpid()}").symlink_to(victim)

    files.replace(tmp_path / "x.json", b"new")

    assert victim.read_text() == "kept"
    assert (tmp_path / "x.json").read_bytes() == b"new"
    assert not (tmp_path / "x.json").is_symlink()


def test_a_link_that_is_written_over_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "presets").mkdir()
    target, link = tmp_path / "dotfiles/warm.toml", tmp_path / "presets/warm.toml"
    link.symlink_to("../dotfiles/warm.toml")  # what it leads to need not be there yet
    for text in (b"one", b"two"):
        files.replace(link, text)
        assert link.is_symlink()
        assert target.read_bytes() == text
    assert [path.name for path in (tmp_path / "presets").iterdir()] == ["warm.toml"]


def test_what_cannot_be_written_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d" / "x.json"
    files.replace(path, b"before")

    def full(_old: Path, _new: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        files.replace(path, b"after")

    assert [(entry.name, entry.read_bytes()) for entry in path.parent.iterdir()] == [
        ("x.json", b"before")
    ]


# --- what is no file ------------------------------------------------------------


@pytest.fixture(params=["pipe", "zero", "huge"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A path at which to read would wait for ever, or never end, or fill the memory."""
    path = tmp_path / "odd"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "zero":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 2**41)
    return path


def test_it_is_refused_before_anything_is_read(no_file: Path) -> None:
    with pytest.raises(files.Refused) as caught:
        files.read(no_file, 1_000_000)

    assert str(caught.value) in ("it is no ordinary file", "it is larger than 1.0 MB")


def test_a_file_that_tells_no_size_is_read_within_its_limit() -> None:
    assert files.read("/proc/self/status", 1_000_000).startswith(b"Name:")
    with pytest.raises(files.Refused):
        files.read("/proc/self/status", 10)


READERS: dict[str, Callable[[Path], object]] = {
    "shelf": lambda path: summary.read(path)[0],
    "learned": lambda path: Learned(path).all(),
    "findings": lambda path: Findings(path).of("s", "m"),
    "catalogue": lambda path: Catalogue(path).everywhere(),
    "history": lambda path: list(LineHistory(path).load_history_strings()),
}


@pytest.mark.parametrize("name", READERS)
def test_what_is_kept_beside_the_talk_is_then_as_if_it_were_not_there(
    name: str, no_file: Path
) -> None:
    assert not READERS[name](no_file)


LOADERS: dict[str, Callable[[Path], object]] = {
    "session": journal.load,
    "preset": lambda path: Presets(path.rename(path.with_name("odd.toml")).parent).read("odd"),
}


@pytest.mark.parametrize("name", LOADERS)
def test_what_was_asked_for_is_a_sentence(name: str, no_file: Path) -> None:
    with pytest.raises(ZatsudanError, match="cannot be read"):
        LOADERS[name](no_file)


def test_a_pipe_among_the_sessions_holds_up_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.jsonl")

    assert shelf.summaries(tmp_path) == []
    assert shelf.ending(tmp_path / "x.jsonl", 3) == []
    with pytest.raises(StoreError, match="no ordinary file"):
        shelf.rename(tmp_path / "x.jsonl", "name")


ARGUMENTS = [
    ("-s", "@{odd}"),
    ("--config", "{odd}"),
    ("--gguf", "{odd}"),
    ("--log", "{odd}"),
    ("import", "{odd}"),
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda words: words[0])
@pytest.mark.parametrize("kind", ["pipe", "zero"])
async def test_on_the_command_line_it_is_a_sentence(
    kind: str, arguments: tuple[str, ...], clean_environment: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "odd"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to("/dev/zero")
    words = [word.format(odd=odd) for word in arguments]
    if words[0] != "import":
        words += ["--base-url", "http://127.0.0.1:9/v1", "Hi"]

    code, out, err = await run(words, clean_environment, {}, b"")

    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert "no ordinary file" in err or "is no file" in err


async def test_an_export_over_a_pipe_is_refused(clean_environment: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out")
    async with serve(says("fine")) as server:
        await run(("--base-url", server.base_url, "Hi"), clean_environment, {}, b"")

    words = ("export", "1", "markdown", str(tmp_path / "out"), "--force")
    code, _, err = await run(words, clean_environment, {}, b"")

    assert code == 2
    assert "no ordinary file" in err


async def test_an_export_follows_the_umask_as_any_tools_file_does(
    clean_environment: Path, tmp_path: Path
) -> None:
    async with serve(says("fine")) as server:
        await run(("--base-url", server.base_url, "Hi"), clean_environment, {}, b"")
    before = os.umask(0o027)
    try:
        words = ("export", "1", "markdown", str(tmp_path / "out.md"))
        assert (await run(words, clean_environment, {}, b""))[0] == 0
    finally:
        os.umask(before)

    assert mode(tmp_path / "out.md") == 0o640


@pytest.mark.posix  # such files are made
@pytest.mark.parametrize(
    "name", ["con", "CON.txt", "aux .x", "nul.toml", "COM1", "lpt9.log", "conin$"]
)
def test_a_device_of_windows_is_never_opened(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    monkeypatch.setattr("sys.platform", "win32")
    assert files.is_device(tmp_path / name)
    with pytest.raises(files.Refused, match="no files of that name"):
        files.read(tmp_path / name, 10)
    with pytest.raises(files.Refused, match="no files of that name"):
        files.replace(tmp_path / name, b"y")
    assert (tmp_path / name).read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("name", ["10:30.txt", "a?", "notes.", "notes ", "a\x01"])
def test_no_file_is_made_that_windows_would_call_otherwise(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(files.Refused, match="no files of that name"):
        files.replace(tmp_path / name, b"y")
    with pytest.raises(files.Refused, match="no files of that name"):
        files.descriptor(tmp_path / name, os.O_WRONLY | os.O_CREAT)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["control.txt", "nul", "console", "a.con", "com0", "é:\\a b.txt"])
def test_other_names_are_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert not files.is_device(name)
