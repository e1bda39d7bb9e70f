"""Completion in shells: what is offered where, and each script run by its shell."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stored import write
from zatsudan.cli.arguments import parser
from zatsudan.cli.parsing import NONE
from zatsudan.cli.scripts import SCRIPTS
from zatsudan.cli.shells import FILES, OPEN, WHOLE, answer, candidates
from zatsudan.cli.subcommands import SUBCOMMANDS, parser_of
from zatsudan.config.presetfiles import Preset, Presets
from zatsudan.config.settings import platform_places
from zatsudan.parameters.table import BY_NAME
from zatsudan.servers.catalogue import Catalogue
from zatsudan.sessions.exports import FORMATS
from zatsudan.wire.models import Model

BREAKS = " \t\n\"'@><=;|&(:"


@pytest.fixture
def kept(clean_environment: Path) -> Path:
    """A profile, a preset, sessions and models to be named."""
    places = platform_places()
    places.config.mkdir(parents=True)
    places.config_file.write_text('[profiles.work]\nbase_url = "http://x/v1"\n')
    Presets(places.presets).write("warm", Preset({"temperature": 1.0}))
    Catalogue(places.cache / "models.json").keep(
        "http://x/v1", [Model("llama3.2:3b"), Model("gpt 4"), Model("a\x1b[2J")]
    )
    places.sessions.mkdir(parents=True)
    for number, text in enumerate(("雑談しよう", "stop me", "twice", "twice")):
        write(places.sessions, f"s{number}", text, "yes", age=number)
    return clean_environment


def offered(*words: str) -> list[str]:
    return [value for value, _ in candidates(words).rows]


def test_the_first_word_is_a_subcommand_or_a_flag() -> None:
    assert offered("") == list(SUBCOMMANDS)
    assert offered("se") == ["sessions"]
    assert offered("-c", "se") == []  # a message, which nobody can guess
    assert offered("hello", "") == []


def test_every_flag_of_every_parser_is_offered_once() -> None:
    for before, found in (((), parser()), *(((name,), parser_of(name)) for name in SUBCOMMANDS)):
        flags = [flag for argument in found.arguments for flag in argument.flags]
        assert offered(*before, "-") == flags
        assert "--help" in flags
    assert "-c" not in offered("--continue", "-")
    assert "-o" in offered("-o", "top_p=1", "-")
    assert offered("--", "-") == []


def test_every_argument_that_takes_a_name_says_of_what() -> None:
    free = {"base_url", "api_key_env", "system", "message", "reply", "name", "only"}
    for found in (parser(), *map(parser_of, SUBCOMMANDS)):
        for argument in found.arguments:
            if argument.count != NONE and not argument.values:
                assert bool(argument.offers) is not (argument.dest in free), argument.dest


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("-p", ""), ["work"]),
        (("--profile=",), ["--profile=work"]),
        (("--preset", "w"), ["warm"]),
        (("-m", ""), ["llama3.2:3b", "gpt 4"]),
        (("-r", ""), ["雑談しよう", "stop me", "s2", "s3"]),
        (("--resume=st",), ["--resume=stop me"]),
        (("-r", "--pl"), ["--plain"]),
        (("--stream", ""), ["json"]),
        (("-o", "temp"), ["temperature="]),
        (("-o", "stream="), ["stream=on", "stream=off"]),
        (("--set=stream=of",), ["--set=stream=off"]),
        (("-o", "nothing="), []),
        (("--local", "--pla"), ["--plain"]),
        (("--local=",), []),
        (("export", "", ""), list(FORMATS)),
        (("export", "s"), ["stop me", "s2", "s3"]),
        (("export", "--reply", "1", "stop me", "ht"), ["html", "http"]),
        (("export", "a", "json", "b", ""), []),
        (("config", ""), ["path", "show", "check", "example"]),
        (("completion", ""), list(SCRIPTS)),
        (("models", "-p", ""), ["work"]),
    ],
)
def test_values(words: tuple[str, ...], values: list[str], kept: Path) -> None:
    assert kept.exists()
    assert offered(*words) == values


def test_how_they_are_meant() -> None:
    assert candidates(["--config", "x"]).kind == FILES
    assert candidates(["import", "a", "b"]).kind == FILES
    assert candidates(["export", "a", "json", ""]).kind == FILES
    assert candidates(["-o", ""]).kind == OPEN
    assert len(candidates(["-o", ""]).rows) == len(BY_NAME)
    assert candidates(["-o", "seed="]).kind == WHOLE


def test_a_damaged_config_is_no_noise(clean_environment: Path) -> None:
    path = platform_places().config_file
    assert clean_environment in path.parents
    path.parent.mkdir(parents=True)
    path.write_text("profile = [")

    assert candidates(["-p", ""]).rows == ()


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("zatsudan -m llama3.2:", ["3b"]),
        ("zatsudan --profile=w", ["work"]),
        ("zatsudan -o stream=", ["on", "off"]),
        ("zatsudan -r sto", ["stop\\ me"]),
        ("zatsudan -r stop\\ ", ["stop\\ me"]),
        ('zatsudan -r "stop ', ["stop me"]),
        ("zatsudan -r 'stop ", ["stop me"]),
        ('zatsudan --resume="st', ["stop me"]),
        ("zatsudan -r 雑", ["雑談しよう"]),
        ("zatsudan  ses", ["sessions"]),
    ],
)
def test_bash_gets_the_piece_that_it_breaks_off(line: str, rows: list[str], kept: Path) -> None:
    assert kept.exists()
    assert answer("bash", (line, BREAKS)) == "".join(f"{row}\n" for row in ("whole", *rows))


# --- the scripts, in their shells ----------------------------------------------------------

BASH = """
eval "$(zatsudan completion bash)"
COMP_LINE=$1 COMP_POINT=${#1}
_zatsudan
printf '%s\\n' "${COMPREPLY[@]}"
"""

#: Zsh completes at a prompt only: what it would be given is printed.
ZSH = """
compdef() { :; }
compadd() { print -rl -- "${values[@]}"; }
_files() { print files; }
eval "$(zatsudan completion zsh)"
words=(${(z)1}); [[ $1 == *' ' ]] && words+=('')
CURRENT=$#words PREFIX=$words[-1]
_zatsudan
"""

FISH = """
zatsudan completion fish | source
complete -C $argv[1] | string replace -r '\\t.*' ''
"""

SHELLS = {
    "bash": ("bash", "--norc", "-c", BASH, "bash"),
    "zsh": ("zsh", "-f", "-c", ZSH, "zsh"),
    "fish": ("fish", "--no-config", "-c", FISH),
}


def test_each_script_has_its_shell() -> None:
    assert {*SHELLS, "powershell"} == set(SCRIPTS)


def test_powershell_gets_the_word_at_the_cursor_behind_a_colon(kept: Path) -> None:
    script = SCRIPTS["powershell"]
    assert '":$typed"' in script
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")

    assert answer("powershell", ["config", ":sh"]) == "whole\nshow\n"
    assert answer("powershell", ["import", ":"]) == "files\n"
    assert "--model\t" in answer("powershell", [":--mod"])
    assert answer("powershell", ["completion", ":'power"]) == "whole\npowershell\n"


@pytest.mark.posix  # shells of POSIX
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes(shell: str, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    program = kept / "bin" / "zatsudan"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zatsudan "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")

    def complete(line: str) -> list[str]:
        done = subprocess.run(
            [*SHELLS[shell], line], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stderr == ""
        return sorted(done.stdout.split("\n")[:-1])

    assert complete("zatsudan ") == sorted(SUBCOMMANDS)
    assert complete("zatsudan --pre") == ["--preset"]
    assert complete("zatsudan -p ") == ["work"]
    assert complete("zatsudan -o temp") == ["temperature="]
    assert complete("zatsudan -r 雑") == ["雑談しよう"]
    assert complete("zatsudan export x ht") == ["html", "http"]
    assert complete("zatsudan -m gpt") == ["gpt\\ 4" if shell == "bash" else "gpt 4"]
    assert complete("zatsudan nothing nowhere") in ([], [""])


#: What takes the place of the program while the script is loaded, and of it alone later.
HERE = {
    "bash": ("bash", "--norc", "-c", BASH.replace("$(zatsudan completion bash)", "$(cat script)"), "bash"),
    "zsh": ("zsh", "-f", "-c", ZSH.replace("$(zatsudan completion zsh)", "$(cat script)"), "zsh"),
    "fish": ("fish", "--no-config", "-c", FISH.replace("zatsudan completion fish", "cat script")),
}  # fmt: skip


@pytest.mark.posix  # shells of POSIX
@pytest.mark.parametrize("path", [".", "", "./"])
@pytest.mark.parametrize("shell", SHELLS)
def test_a_mere_tab_runs_no_program_of_the_current_directory(
    shell: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(SCRIPTS[shell])
    program = tmp_path / "zatsudan"
    program.write_text("#!/bin/sh\ntouch PWNED\necho whole\necho evil\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{path}:/usr/bin:/bin")

    done = subprocess.run(
        [*HERE[shell], "zatsudan "], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stderr == ""
    assert "evil" not in done.stdout
    assert not (tmp_path / "PWNED").exists()
