"""/import, as one would use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.commands import table, told
from tests.support.doubles import chat_over
from tests.support.places import DATA
from zatsudan.base.errors import CommandError, ImportRefused, StoreError
from zatsudan.commands import COMMANDS
from zatsudan.servers.client import Client
from zatsudan.talk.chat import Chat


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    async def connect() -> Client:
        raise AssertionError("no server is asked")

    talk = chat_over(connect, tmp_path / "sessions")
    talk.talk.new()
    talk.talk.say("Hello")
    yield talk
    await talk.aclose()


async def test_import_makes_sessions_and_leaves_the_talk(chat: Chat) -> None:
    before = chat.talk.session.id
    lines = await told(chat, f"import {DATA / 'conversations.json'}")
    assert lines[:3] == ["2 sessions imported.", "  Names for a 猫", "  Second"]
    assert lines[-1] == "/sessions lists them, /load NAME goes on with one."
    assert chat.talk.session.id == before
    await told(chat, "load Names")
    assert chat.talk.session.path()[-1].message.text == "Tamasaburo."


async def test_what_a_file_holds_is_listed_and_chosen(chat: Chat) -> None:
    file = DATA / "conversations.json"
    listed = table(await COMMANDS["import"].run(chat, f"{file} list"))
    assert [(row[0], row[1], row[-1]) for row in listed.rows] == [
        ("1", "ChatGPT", "Names for a 猫"),
        ("2", "ChatGPT", "Second"),
    ]
    assert chat.talk.folder is not None
    assert len([*chat.talk.folder.glob("*.jsonl")]) == 1
    for wanted in ("2", "sec"):
        lines = await told(chat, f"import {file} {wanted}")
        assert lines[:2] == ["1 session imported.", "  Second"]
    with pytest.raises(CommandError, match="no numbers 3"):
        await told(chat, f"import {file} 3")


async def test_one_imported_session_is_named_with_the_way_to_it(chat: Chat) -> None:
    *_, last = await told(chat, f"import {DATA / 'aichat.yaml'}")
    assert last.startswith("/load ")
    await told(chat, last.removesuffix(" goes on with it.").removeprefix("/"))
    assert chat.talk.session.system == "You are a poet."


async def test_import_needs_a_file_and_a_place_for_sessions(chat: Chat) -> None:
    with pytest.raises(CommandError, match="A file"):
        await told(chat, "import")
    with pytest.raises(ImportRefused, match="cannot be read"):
        await told(chat, "import ~nobody/none.json")
    chat.talk.folder = None
    with pytest.raises(StoreError, match="private"):
        await told(chat, f"import {DATA / 'aichat.yaml'}")


@pytest.mark.posix  # the system's names of descriptors
@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
async def test_import_in_a_chat_reads_no_keys(chat: Chat, name: str) -> None:
    with pytest.raises(ImportRefused):
        await told(chat, f"import {name}")
