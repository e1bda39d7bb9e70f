"""Programs that are run by name are never those of the current directory."""

import base64
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.emulator import sitting
from tests.support.server import says
from zatsudan.base import programs
from zatsudan.base.errors import ConfigError
from zatsudan.commands import desktop
from zatsudan.config.file import load
from zatsudan.config.settings import Config, Places, Profile, platform_places
from zatsudan.servers import choice
from zatsudan.servers.choice import Wishes

NAMES = ("xclip", "wl-copy", "clip.exe", "xdg-open", "wslview", "key", "vi", "nano", "zsh", "sh")


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, full of programs and first on PATH in each way to say so."""
    here = tmp_path / "d"
    for name in NAMES:
        script(here / name, f"touch {here}/PWNED; echo sk-evil")
    monkeypatch.chdir(here)
    monkeypatch.setenv("PATH", f":.::./:../d:{tmp_path / 'bin'}:")
    return here


@pytest.mark.posix  # a script is a program there
def test_only_whole_folders_of_path_are_searched(poisoned: Path, tmp_path: Path) -> None:
    assert [programs.find(name) for name in NAMES] == [""] * len(NAMES)

    there = script(tmp_path / "bin" / "xclip", "")

    assert programs.find("xclip") == str(there)
    assert programs.find(str(there)) == str(there)
    assert programs.find("./xclip") == programs.find("bin/xclip") == programs.find("") == ""
    assert programs.find("xclip", {"PATH": ""}) == ""
    assert programs.find("sh", {}).startswith("/")


@pytest.mark.posix  # a script is a program there
def test_the_systems_tools(poisoned: Path, tmp_path: Path) -> None:
    environ = {"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}
    assert desktop.clipboard_tool(environ) == []
    assert desktop.opener() == ""

    script(tmp_path / "bin" / "xclip", f"cat >{tmp_path}/copied")
    tool = desktop.clipboard_tool(environ)
    assert tool == [str(tmp_path / "bin" / "xclip"), "-selection", "clipboard"]
    assert not (poisoned / "PWNED").exists()


@pytest.mark.posix
def test_shell_and_editor(poisoned: Path, tmp_path: Path) -> None:
    path = os.environ["PATH"]
    assert programs.shell({"SHELL": "zsh", "PATH": path}) == "/bin/sh"
    assert programs.shell({"SHELL": "./zsh", "PATH": path}) == "/bin/sh"
    assert programs.shell({"SHELL": "/bin/bash", "PATH": path}) == "/bin/bash"
    there = str(script(tmp_path / "bin" / "ed it", ""))
    assert programs.editor({"VISUAL": "nano", "EDITOR": "'ed it' -w", "PATH": path}) == [
        there,
        "-w",
    ]
    assert programs.editor({"EDITOR": "'open", "PATH": path})[:1] in ([], ["/usr/bin/editor"])


@pytest.mark.parametrize("command", ["key", "./key", "../d/key get"])
def test_the_command_that_gives_a_key(command: str, poisoned: Path) -> None:
    profile = Profile(base_url="https://x.example/v1", api_key_command=command)

    with pytest.raises(ConfigError, match="failed"):
        choice.choose(Wishes(profile="x"), {}, Config(profiles={"x": profile}))

    assert not (poisoned / "PWNED").exists()


@pytest.mark.posix  # a script is a program there
async def test_the_editor_changes_the_line_and_leaves_nothing(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    edit = script(
        tmp_path / "bin" / "edit", f'cp -p "$2" {seen}; printf "%s, changed\\n" "$(cat "$2")" >"$2"'
    )
    environ = {"TERM": "xterm-256color", "VISUAL": f"{edit} -w", "PATH": os.environ["PATH"]}
    async with sitting(says("fine"), environ=environ) as person:
        person.type("日本\x18\x05")
        await person.until("日本, changed")
        person.type("\r")
        await person.until("fine")

    assert seen.read_text(encoding="utf-8") == "日本"
    assert stat.S_IMODE(seen.stat().st_mode) == 0o600
    assert person.server.requests[-1].body["messages"][-1]["content"] == "日本, changed"


@pytest.mark.posix  # a script is a program there
@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("exit 1", ""),
        ('head -c 5 /dev/urandom >"$1"; printf "\\377" >>"$1"', "The editor cannot be used"),
        ('rm "$1"', "The editor cannot be used"),
    ],
)
async def test_an_editor_that_fails_leaves_the_line(end: str, told: str, tmp_path: Path) -> None:
    edit = script(tmp_path / "bin" / "edit", end)
    environ = {"TERM": "xterm-256color", "EDITOR": str(edit), "PATH": os.environ["PATH"]}
    async with sitting(says("fine"), environ=environ) as person:
        person.type("kept\x18\x05")
        await person.until(told)
        await person.at_rest()
        assert "kept" in person.screen.shown()
        person.type("\r")
        await person.until("fine")
        assert person.server.requests[-1].body["messages"][-1]["content"] == "kept"


def test_on_windows_a_program_has_an_ending_and_a_whole_folder(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first / "tool", second / "tool.exe", second / "tool.cmd", second / "a.b.EXE"):
        script(path, "")
    folders = [str(first), str(second)]
    endings = [".COM", ".EXE", ".BAT", ".CMD", ".exe", ".cmd"]

    assert programs.found_in("tool", folders, endings) == str(second / "tool.exe")
    assert programs.found_in("tool.cmd", folders, endings) == str(second / "tool.cmd")
    assert programs.found_in("a.b", folders, endings) == str(second / "a.b.EXE")
    assert programs.found_in("other", folders, endings) == ""
    assert programs.found_in("", folders, endings) == ""


@pytest.mark.parametrize(
    ("name", "relative"),
    [
        (".\\key", True), ("./key", True), ("..\\d\\key", True), ("bin\\key", True), ("C:key", True),
        ("key", False), ("/bin/key", False), ("~\\key", False), ("$env:HOME\\key", False),
    ],
)  # fmt: skip
def test_on_windows_a_program_of_the_current_directory_is_told_by_either_slash(
    name: str, relative: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert programs.is_relative(name) == relative


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (r'"C:\Program Files\ed.exe" -w', [r"C:\Program Files\ed.exe", "-w"]),
        (r"& '.\my key' get", [r".\my key", "get"]),
        (r"C:\bin\key.exe get", [r"C:\bin\key.exe", "get"]),
    ],
)
def test_words_of_windows_keep_their_backslashes(
    command: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert programs.words(command) == words


def test_each_shell_gets_a_command_as_it_wants_it() -> None:
    command = "echo \"a b\" 'c' $d"
    assert programs.by_shell(command, "/bin/zsh") == ["/bin/zsh", "-c", command]
    assert programs.by_shell(command, "cmd.exe") == ["cmd.exe", "/d", "/c", command]
    for shell in ("pwsh", "powershell.exe"):
        *flags, encoded = programs.by_shell(command, shell)
        script = base64.b64decode(encoded).decode("utf-16-le")
        assert flags[0] == shell
        assert flags[-1] == "-EncodedCommand"
        assert command in script.split(";", 3)[3].split("\n")
        assert "LASTEXITCODE" in script


# --- what is read by a bare name ---------------------------------------------------


def test_a_config_of_the_current_directory_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean_environment: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, ".")
    home = clean_environment
    assert platform_places() == Places(
        home / ".config/zatsudan", home / ".local/share/zatsudan",
        home / ".local/state/zatsudan", home / ".cache/zatsudan",
    )  # fmt: skip

    monkeypatch.setenv("HOME", ".")
    assert not any(
        path.is_relative_to(tmp_path) or not path.is_absolute() for path in platform_places()
    )


def test_the_files_that_a_config_names_lie_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "own" / "config.toml"
    path.parent.mkdir()
    path.write_text(
        '[local]\nmodel_file = "m.gguf"\n[profiles.a]\nca_file = "ca.pem"\n'
        '[profiles.b]\nca_file = "~/ca.pem"\n[profiles.c]\nca_file = "/ca.pem"\n[profiles.d]\n'
    )
    monkeypatch.chdir(tmp_path)

    config = load(Path("own/config.toml"))

    assert config.local.model_file == str(path.with_name("m.gguf"))
    assert [profile.ca_file for profile in config.profiles.values()] == [
        str(path.with_name("ca.pem")), str(Path.home() / "ca.pem"), "/ca.pem", "",
    ]  # fmt: skip


def test_the_program_in_a_poisoned_directory(poisoned: Path) -> None:
    """`zatsudan` itself, as its script starts it."""
    for name in ("json", "secrets", "keyring", "tiktoken", "httpx"):
        (poisoned / f"{name}.py").write_text(f"open({str(poisoned / 'PWNED')!r}, 'w')\n")
    program = Path(sys.executable).with_name("zatsudan")
    if not program.exists():
        pytest.skip("zatsudan is not installed beside this Python")

    done = subprocess.run([program, "config", "path"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert not (poisoned / "PWNED").exists()


@pytest.mark.posix  # a script is a program there
@pytest.mark.parametrize(
    ("saved", "line"),
    [
        ("日本".encode("utf-16"), "日本"),
        (b"\xef\xbb\xbf" + "日本\r\nb\r\n".encode(), "日本"),
    ],
)
async def test_an_editor_may_save_in_another_encoding(
    saved: bytes, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "saved").write_bytes(saved)
    # As many editors do: a new file takes the place of the old one.
    edit = script(tmp_path / "bin" / "edit", f'rm "$1"; cp {tmp_path}/saved "$1"')
    async with sitting(environ={"TERM": "xterm-256color", "VISUAL": str(edit)}) as person:
        person.type("x\x18\x05")
        await person.until(line)
        await person.at_rest()
        assert "\ufeff" not in person.screen.shown()
    assert not [name for name in os.listdir(tmp_path) if name.startswith("zatsudan-")]  # noqa: PTH208


@pytest.mark.posix  # a script is a program there
@pytest.mark.parametrize(
    "end", ['printf "an hour of work" >"$1"; kill -9 $$', 'printf "caf\\351" >"$1"']
)
async def test_what_an_editor_saved_is_kept_where_it_cannot_be_taken(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    edit = script(tmp_path / "bin" / "edit", end)
    async with sitting(environ={"TERM": "xterm-256color", "VISUAL": str(edit)}) as person:
        person.type("draft\x18\x05")
        await person.until("what was saved stands in")
        assert "draft" in await person.at_rest()
    (kept,) = [name for name in os.listdir(tmp_path) if name.startswith("zatsudan-")]  # noqa: PTH208
    assert (tmp_path / kept).read_bytes() in (b"an hour of work", b"caf\xe9")
