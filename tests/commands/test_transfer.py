"""/export, as one would use it; and what is completed for it and for /import."""

import errno
import io
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.commands import told
from tests.support.doubles import chat_over
from zatsudan.base.errors import CommandError
from zatsudan.commands import COMMANDS
from zatsudan.config.settings import Config, Network, Profile
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.talk.chat import Chat


@pytest.fixture
async def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chat]:
    server = Server("mine", "http://127.0.0.1:9/v1", api_key="sk-secret", model="scripted")

    async def connect() -> Client:
        return Client(server, Network())

    config = Config(profiles={"mine": Profile("http://127.0.0.1:9/v1", api_key_env="MINE")})
    talk = chat_over(connect, tmp_path / "sessions", config=config)
    talk.talk.new()
    talk.talk.say("Hello")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    yield talk
    await talk.aclose()


def _text(name: str) -> str:
    return Path(name).read_text(encoding="utf-8")


def _mode(name: str) -> int:
    return stat.S_IMODE(Path(name).stat().st_mode)


def _choices(chat: Chat, name: str, args: str) -> list[str]:
    return [choice.text for choice in COMMANDS[name].complete(chat, args)]


@pytest.mark.posix  # modes of files
async def test_export_shows_and_writes_the_same(chat: Chat) -> None:
    shown, _ = await told(chat, "export markdown")
    assert "## User\n\nHello" in shown
    mask = os.umask(0o027)
    try:
        (said,) = await told(chat, 'export markdown "a talk.md"')
    finally:
        os.umask(mask)
    assert said == "Written: a talk.md"
    assert _text("a talk.md") == f"{shown}\n"
    assert _mode("a talk.md") == 0o640


async def test_export_never_writes_over_a_file_unless_told(chat: Chat) -> None:
    await told(chat, "export json there.md")
    before = _text("there.md")
    with pytest.raises(CommandError, match=r"a file there\.md already") as caught:
        await told(chat, "export text there.md")
    assert caught.value.advice == "/export! text there.md overwrites it."
    assert _text("there.md") == before
    await told(chat, "export! text there.md")
    assert _text("there.md").startswith("Hello\n=====")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ("", "No format is named"),
        ("docx", "no format 'docx'"),
        ("text a b", "3 words are too many"),
        ("text none/such/folder.txt", "cannot be written"),
        ("text .", "already|cannot be written"),
        ("curl reply=9", "no reply '9'"),
    ],
)
async def test_an_export_that_cannot_be_says_what_to_do(
    chat: Chat, args: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as caught:
        await told(chat, f"export {args}")
    assert caught.value.advice


async def test_a_request_names_the_variable_of_the_profile(chat: Chat) -> None:
    shown, hint = await told(chat, "export curl")
    assert hint == "/export curl FILE writes it, lines uncut."
    assert "Authorization: Bearer ${MINE:?}" in shown
    assert '"model": "scripted"' in shown
    assert "sk-secret" not in shown


def _fill() -> None:
    Path("a b.md").write_text("")
    Path("folder").mkdir()
    Path("folder/in.json").write_text("")
    Path(".hidden").write_text("")


async def test_formats_and_files_complete(chat: Chat) -> None:
    _fill()
    assert "python-openai" in _choices(chat, "export", "py")
    assert _choices(chat, "export", "text ") == ['"a b.md"', "folder/"]
    assert _choices(chat, "import", "") == ['"a b.md"', "folder/"]
    assert _choices(chat, "import", "folder/i") == ["folder/in.json"]
    assert ".hidden" in _choices(chat, "import", ".h")
    assert _choices(chat, "import", "none/such/") == []
    assert _choices(chat, "import", "~nobody/") == []


async def test_a_full_disk_leaves_nothing_and_takes_nothing(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def __init__(self, fd: int, *_: object, **__: object) -> None:
            super().__init__()
            self._fd = fd

        def fileno(self) -> int:
            return self._fd

        def close(self) -> None:
            super().close()
            os.close(self._fd)

        def write(self, _text: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    await told(chat, "export text old.md")
    before = _text("old.md")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdopen", Full)
        for line in ("export markdown new.md", "export! markdown old.md"):
            with pytest.raises(CommandError, match="No space left"):
                await told(chat, line)
    assert os.listdir() == ["old.md"]  # noqa: PTH208
    assert _text("old.md") == before
    await told(chat, "export markdown new.md")
