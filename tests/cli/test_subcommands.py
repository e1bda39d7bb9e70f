"""What the command line does without a talk."""

import asyncio
import io
import json
import os
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support import oneshot
from tests.support.places import DATA
from tests.support.server import says, serve
from zatsudan.cli.main import main
from zatsudan.config.presetfiles import Presets
from zatsudan.config.settings import platform_places
from zatsudan.servers import nearby
from zatsudan.sessions import shelf, summary
from zatsudan.sessions.journal import Journal, begin_record
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message


@pytest.fixture
def saved(clean_environment: Path) -> Path:
    """A session of one turn, saved."""
    path = platform_places().sessions / "20260101-000000-abc.jsonl"
    journal = Journal(path)
    journal.append(begin_record("20260101-000000-abc", "2026-01-01T00:00:00Z"))
    journal.append(message_record("1", None, Message("user", "雑談とは？"), ""))
    journal.append(
        message_record("2", "1", Message("assistant", "Chit-chat."), "", Made(model="m"))
    )
    journal.close()
    assert clean_environment in path.parents
    return path


def run(*arguments: str) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_export_then_import_is_the_same_talk(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", "雑談", "markdown") == 0
    assert "Chit-chat." in capsys.readouterr().out
    file = tmp_path / "talk.jsonl"
    assert run("export", saved.stem, "jsonl", str(file)) == 0
    assert run("export", saved.stem, "jsonl", str(file)) == 2
    assert "--force overwrites it." in capsys.readouterr().err
    assert run("import", str(file)) == 0
    assert capsys.readouterr().out == f"1 session from {file}\n"
    assert run("sessions", "--json") == 0
    names = [entry["name"] for entry in json.loads(capsys.readouterr().out)]
    assert names == ["雑談とは？", "雑談とは？"]


def test_what_is_not_there_is_said(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert saved.exists()
    assert run("export", "nothing like it", "text") == 2
    assert "There is no session" in capsys.readouterr().err
    assert run("import", "/nowhere/file.json") == 2
    assert "Traceback" not in capsys.readouterr().err


def _messages(*told: str) -> bytes:
    return json.dumps([{"role": "user", "content": text} for text in told]).encode()


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(
    clean_environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean_environment.exists()
    files = [tmp_path / name for name in ("a.json", "group_chats.json", "b.json")]
    for file, data in zip(files, (_messages("a"), b'{"chats": 7}', _messages("b")), strict=True):
        file.write_bytes(data)
    assert run("import", *map(str, files)) == 2
    out, err = capsys.readouterr()
    assert out == f"1 session from {files[0]}\n1 session from {files[2]}\n"
    assert f"{files[1]}: The file is of no kind that can be imported" in err


@pytest.mark.posix  # the system's names of descriptors
@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
async def test_a_pipe_is_imported(name: str, clean_environment: Path) -> None:
    code, out, err = await oneshot.run(["import", name], clean_environment, {}, _messages("Hi"))
    assert (code, out, err) == (0, f"1 session from {name}\n", "")


def test_what_files_hold_is_told_and_chosen_before_anything_is_imported(
    clean_environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean_environment.exists()
    pair, none, one = (tmp_path / name for name in ("pair.json", "none.json", "one.json"))
    talks = [
        {"title": title, "messages": [{"role": "user", "content": "Hi", "timestamp": 1e9}]}
        for title in ("A lion", "About 猫")
    ]
    pair.write_text(json.dumps(talks))
    none.write_text('{"chats": 7}')
    one.write_bytes(_messages("What is a token?", "And a word?"))
    files = [str(pair), str(none), str(one)]

    assert run("import", "--list", *files) == 2
    out, err = capsys.readouterr()
    assert [" ".join(row.split()) for row in out.splitlines() if row.strip()] == [
        "format messages date title",
        str(pair),
        "1 messages 1 2001-09-09 A lion",
        "2 messages 1 2001-09-09 About 猫",
        str(one),
        "3 messages 2 What is a token?",
    ]
    assert f"{none}: The file is of no kind" in err
    assert not platform_places().sessions.exists()

    assert run("import", "--only", "1,4", str(pair), str(one)) == 2
    assert run("import", "--only", "dog", str(pair)) == 2
    err = capsys.readouterr().err
    assert "no numbers 4." in err
    assert "No title here holds 'dog'." in err
    assert not platform_places().sessions.exists()

    assert run("import", "--only", "2-", "--only", "LION", str(pair)) == 0
    assert run("import", "--only", "token", str(pair), str(one)) == 0
    assert capsys.readouterr().out == f"2 sessions from {pair}\n1 session from {one}\n"


async def test_of_a_pipe_a_part_is_chosen(clean_environment: Path) -> None:
    data = json.dumps([json.loads(_messages("One")), json.loads(_messages("Two"))]).encode()
    code, out, _ = await oneshot.run(["import", "--list", "-"], clean_environment, {}, data)
    assert (code, [row.split()[-1] for row in out.splitlines()]) == (0, ["title", "One", "Two"])
    code, out, err = await oneshot.run(
        ["import", "--only", "two", "-"], clean_environment, {}, data
    )
    assert (code, out, err) == (0, "1 session from -\n", "")


@pytest.mark.posix  # bash
async def test_a_substitution_of_bash_is_imported(clean_environment: Path, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_bytes(_messages("Hi"))
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", f'"{sys.executable}" -m zatsudan import <(cat "{tmp_path}/m.json")',
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "HOME": str(clean_environment)},
    )  # fmt: skip
    out, _ = await process.communicate()
    assert out.startswith(b"1 session from /dev/fd/")


def test_a_home_of_nobody_is_a_sentence(
    clean_environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean_environment.exists()
    assert run("import", "~nobody-at-all/x.json") == 2
    assert "cannot be read (No such file or directory)" in capsys.readouterr().err


def test_a_zip_and_its_folder_are_read_where_they_are(
    clean_environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean_environment.exists()
    folder = tmp_path / "export"
    folder.mkdir()
    held = {"user.json": b'{"email": "x"}', "conversations-10.json": _messages("Ten"),
            "conversations-2.json": _messages("Two"), "conversations-3.json": b"[[["}  # fmt: skip
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(f"in/{name}", data)
            (folder / name).write_bytes(data)
    for path in (tmp_path / "export.zip", folder):
        assert run("import", "--list", str(path)) == 0
        out, err = capsys.readouterr()
        assert [row.split()[-1] for row in out.splitlines()] == ["title", "Two", "Ten"]
        assert "conversations-3.json (The file is no JSON" in err
        assert "user.json" not in err
        assert run("import", "--only", "2", str(path)) == 0
        assert capsys.readouterr().out == f"1 session from {path}\n"


def test_a_data_folder_that_is_none_is_named(
    clean_environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clean_environment.exists()
    folder = platform_places().sessions
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file")
    (tmp_path / "m.json").write_bytes(_messages("Hi"))
    assert run("import", str(tmp_path / "m.json")) == 2
    assert f"Is {folder} a folder of yours?" in " ".join(capsys.readouterr().err.split())


def test_a_request_is_exported_for_the_server_that_is_named(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with saved.open("a") as file:
        file.write('{"type":"model","model":"m","server":"elsewhere"}\n')
    flags = ["--base-url", "http://127.0.0.1:9/v1"]
    assert run("export", *flags, saved.stem, "curl") == 0
    assert "http://127.0.0.1:9/v1/chat/completions" in capsys.readouterr().out

    async def nothing(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(nearby, "found", nothing)
    assert run("export", saved.stem, "curl") == 2
    assert "Name one with --base-url or --profile." in capsys.readouterr().err


def test_of_the_last_session_no_other_is_read(
    clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = platform_places().sessions
    assert clean_environment in folder.parents
    for number in range(30):
        journal = Journal(folder / f"{number:03}.jsonl")
        journal.append(begin_record(f"{number:03}", ""))
        # A reply alone is no talk of anybody's: the last but one is the last.
        role = "assistant" if number == 29 else "user"
        journal.append(message_record("1", None, Message(role, f"said {number}"), ""))
        journal.close()
        os.utime(journal.path or "", (number, number))
    read: list[str] = []

    def counted(path: Path | str) -> tuple[bytes, float]:
        read.append(Path(path).stem)
        return summary.read(path)

    monkeypatch.setattr("zatsudan.sessions.shelf.read", counted)
    assert [found.id for found in shelf.latest(folder)] == ["028"]
    assert read == ["029", "028"]

    known: shelf.Known = {}
    assert len(shelf.latest(folder, 5, known)) == 5
    read.clear()
    assert [found.id for found in shelf.latest(folder, 5, known)][:1] == ["028"]
    assert read == []


async def test_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:

    async with serve(says("x")) as server:
        code = await asyncio.to_thread(run, "models", "--base-url", server.base_url)
    assert code == 0
    assert capsys.readouterr().out == "scripted\n"


@pytest.mark.posix
def test_the_config_is_found_checked_and_shown(
    clean_environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("config", "path") == 0
    path = Path(capsys.readouterr().out.strip())
    assert clean_environment in path.parents
    path.parent.mkdir(parents=True)
    path.write_text('[profiles.a]\nbase_url = "http://x"\napi_key = "secret"\n')
    os.chmod(path, 0o644)  # noqa: PTH101
    assert run("config", "check") == 0
    assert "others can read it" in capsys.readouterr().out
    path.write_text("temperatur = 1\n")
    assert run("config", "check") == 2
    assert "line 1" in capsys.readouterr().err


async def test_a_question_on_the_command_line_is_answered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("the notes"))
    async with serve(says("a reply")) as server:
        arguments = ("--base-url", server.base_url, "-m", "scripted", "summarise", "this")
        code = await asyncio.to_thread(run, *arguments)
        asked = server.requests[-1].body["messages"]
    assert code == 0
    assert capsys.readouterr().out == "a reply\n"
    assert asked == [{"role": "user", "content": "summarise this\n\nthe notes"}]


def test_the_config_s_language_is_spoken_where_the_locale_s_is_another(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert saved.exists()
    file = platform_places().config_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('[screen]\nlanguage = "ja"\n')

    assert run("sessions") == 0

    assert "モデル" in capsys.readouterr().out
    file.write_text('[screen]\nlanguage = "tlh"\n')
    assert run("sessions") == 0  # what needs no config does not ask whether it is right
    assert run("config", "check") == 2


SECRETS = ("sk-very-secret", "pa55word", "c0de-9", "hunter22", "t0ken", "old-s3cret", "ab1")
HOLDS_SECRETS = """\
# api_key = "old-s3cret"
profile = "a"
[profiles.a]
base_url = "https://me:pa55word@host/v1?code=c0de-9&v=1"
api_key = "sk-very-secret"
api_key_env = "OPENAI_API_KEY"
headers = { Authorization = "Bearer t0ken", "X-Team" = "chat" }
[profiles.a.query]
'X-Session' = 'hunter22'
[profiles.b]
base_url = "http://far.example/v1"  # not sk-very-secret
api_key = '''ab1'''
parameters = { "stop" = ["abc"], max_tokens = 5 }
"""


def config_file(home: Path) -> Path:
    """Where the config file of this home is to stand."""
    path = platform_places().config_file
    assert home in path.parents
    path.parent.mkdir(parents=True)
    return path


def test_the_config_is_shown_without_its_secrets(
    clean_environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config_file(clean_environment)
    # Also what cannot be read, as somebody shows it who asks for help.
    for text in (HOLDS_SECRETS, HOLDS_SECRETS + "broken = \n"):
        path.write_text(text)
        assert run("config", "show") == 0
        shown = capsys.readouterr().out
        if text == HOLDS_SECRETS:  # in a comment only what is known is found
            assert [secret for secret in SECRETS if secret in shown] == []
        for line in (
            '# api_key = "[key]"', 'profile = "a"', 'base_url = "https://[key]@host/v1?code=[key]&v=1"',
            'api_key = "[key]"', 'api_key_env = "OPENAI_API_KEY"',
            'headers = { Authorization = "[key]", "X-Team" = "chat" }', "'X-Session' = '[key]'",
            'parameters = { "stop" = ["abc"], max_tokens = 5 }',
        ):  # fmt: skip
            assert line in shown.splitlines()


@pytest.mark.posix
@pytest.mark.parametrize(
    "line",
    [
        'api_key = "k"', 'headers = { Authorization = "Bearer x" }', 'headers = { X-Session = "x" }',
        'query = { code = "x" }', 'base_url = "https://me:pw@host/v1"',
        'base_url = "https://host/v1?sig=x"',
    ],
)  # fmt: skip
def test_any_secret_that_others_can_read_is_told(
    line: str, clean_environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config_file(clean_environment)
    for text, mode, told in (
        (line, 0o644, True),
        (line, 0o600, False),
        ("model = 'm'", 0o644, False),
    ):
        path.write_text(f"[profiles.a]\n{text}\n")
        path.chmod(mode)
        assert run("config", "check") == 0
        assert ("others can read it" in capsys.readouterr().out) is told


def test_a_key_that_would_leave_unencrypted_is_told_of_each_profile(
    clean_environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config_file(clean_environment)
    path.write_text(HOLDS_SECRETS)
    path.chmod(0o600)
    assert run("config", "check") == 0
    out = capsys.readouterr().out
    assert out.startswith("b: The key goes to far.example unencrypted")
    assert out.count("\n") == 1


def test_a_key_of_the_wrong_type_is_not_in_the_error(
    clean_environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = config_file(clean_environment)
    for line in ("api_key = 1234567890", "headers = { Authorization = 1234567890 }"):
        path.write_text(f"[profiles.a]\n{line}\n")
        assert run("config", "check") == 2
        assert "1234567890" not in capsys.readouterr().err


def test_a_preset_of_another_program_is_imported(
    capsys: pytest.CaptureFixture[str], clean_environment: Path
) -> None:
    file = DATA / "presets" / "textgen.yaml"

    assert run("preset", "import", str(file), "warm") == 0
    said = capsys.readouterr().out
    assert "Read as TextGen's preset: textgen.yaml" in said
    assert "dropped: penalty_alpha" in said
    assert Presets(platform_places().presets).read("warm").parameters["min_p"] == 0.04

    assert run("preset", "import", str(file), "warm") == 2
    assert "There is a preset 'warm' already." in capsys.readouterr().err
    assert run("preset", "import", str(DATA / "messages.json")) == 2
    assert "no preset of a kind" in capsys.readouterr().err
