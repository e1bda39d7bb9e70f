"""The command line, run in this process."""

import gc
import io
import json
import sys
from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

from tests.support.stored import write
from zatsudan.cli import main
from zatsudan.cli.subcommands import SUBCOMMANDS
from zatsudan.config.settings import platform_places


@pytest.fixture
def sessions(clean_environment: Path) -> Path:
    directory = platform_places().sessions
    assert clean_environment in directory.parents
    directory.mkdir(parents=True)
    return directory


def run(*argv: str) -> int:
    """Run the program; return its exit code."""
    try:
        with pytest.raises(SystemExit) as ended:
            main.main(list(argv))
    finally:
        gc.enable()  # which the start of the program puts off
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_sessions_is_a_table(sessions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(50):
        write(sessions, f"s{number}", "雑談しよう", "はい", age=number)
    write(sessions, "named", "first", "reply", "second", title="名前")

    assert run("sessions") == 0

    rows = capsys.readouterr().out.splitlines()
    assert rows[0].split() == ["title", "age", "turns", "model"]
    assert rows[1].split()[:2] == ["1", "名前"]
    assert rows[1].split()[-2:] == ["2", "needle-model"]
    assert len(rows) == 52
    assert "\x1b" not in "".join(rows)


def test_sessions_for_programs(sessions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sessions", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    path = write(sessions, "s", "雑談\nしよう", "はい")

    assert run("sessions", "--json") == 0

    out = capsys.readouterr().out
    assert "雑談" in out
    assert json.loads(out) == [
        {
            "id": "s",
            "name": "雑談 しよう",
            "title": "",
            "first_words": "雑談 しよう",
            "model": "needle-model",
            "turns": 1,
            "modified": "1970-01-12T13:46:40+00:00",
            "path": str(path),
        }
    ]


def test_no_sessions(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sessions") == 0
    assert capsys.readouterr().out == "No session is saved yet.\n"
    assert run("sessions", "--nonsense") == 2


def test_help_names_the_subcommands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    shown = capsys.readouterr().out
    for name, entry in SUBCOMMANDS.items():
        assert f"  {name:<26} {entry.help}" in shown


@pytest.mark.parametrize("locale", ["C.UTF-8", "ja_JP.UTF-8"])
def test_each_page_fits_its_screen(
    locale: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    pages = [(["-h"], 24), (["--help"], 66), *(([name, "-h"], 24) for name in SUBCOMMANDS)]
    for words, rows in pages:
        assert run(*words) == 0
        shown = capsys.readouterr().out.splitlines()
        assert len(shown) <= rows, words
        assert max(map(get_cwidth, shown)) <= 80, words
        assert ("対話" in "".join(shown)) is (locale != "C.UTF-8" and len(words) == 1)


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--resume", "nowhere"], "There is no session 'nowhere'."),
        (["--resume"], "There is no screen here to choose a session on."),
        (["-m", "x", "--resume"], "Flags that change a session need its name."),
    ],
)
def test_resume_that_cannot_be(
    sessions: Path,
    argv: list[str],
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(sessions, "s", "hello")
    monkeypatch.setattr(sys, "stdin", io.StringIO("a question"))
    assert run("--base-url", "http://127.0.0.1:9/v1", *argv) == 2
    assert sentence in capsys.readouterr().err


def test_a_fault_of_ours_is_a_sentence_that_steers_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_words: object) -> int:
        raise ValueError("\x1b]0;owned\x07 in a file")

    monkeypatch.setattr(main, "_subcommand", fails)
    with pytest.raises(SystemExit) as ended:
        main.main(["sessions"])

    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "zatsudan: zatsudan has a fault here (ValueError: ␛]0;owned␇ in a file).\n"
        "Please report it.\n"
    )
