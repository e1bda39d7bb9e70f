"""Commands on sessions as a whole: what completing their names looks at."""

from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over
from tests.support.stored import write
from zatsudan.commands import COMMANDS
from zatsudan.commands import sessions as commands
from zatsudan.commands.finding import search_
from zatsudan.commands.outcomes import Pick
from zatsudan.commands.sessions import load
from zatsudan.sessions import atonce, folder, index, indexing
from zatsudan.sessions.folder import Entry
from zatsudan.sessions.journal import encode
from zatsudan.sessions.records import message_record
from zatsudan.terminal.plain.terminal import PlainTerminal
from zatsudan.wire.messages import Message


def test_while_a_name_is_typed_the_sessions_are_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def counted(directory: Path) -> list[Entry]:
        looked.append(directory)
        return folder.entries(directory)

    monkeypatch.setattr("zatsudan.sessions.shelf.entries", counted)
    chat = chat_over(ScriptedClient().connect, tmp_path)

    def offered(typed: str) -> list[str]:
        return [choice.text for choice in load.complete(chat, typed)]

    old = write(tmp_path, "s", "the beginning", age=9)
    for typed in ("", "t", "th", "the"):
        assert offered(typed) == ["the beginning"]
    assert looked == [tmp_path]
    write(tmp_path, "t", "another")
    assert offered("x") == ["the beginning"]
    assert offered("") == offered("a") == ["another", "the beginning"]
    old.unlink()
    assert offered("") == offered("a") == ["another"]


def test_a_name_that_is_pasted_is_completed_too(tmp_path: Path) -> None:
    write(tmp_path, "s", "the beginning")
    chat = chat_over(ScriptedClient().connect, tmp_path)
    assert [choice.text for choice in load.complete(chat, "the be")] == ["the beginning"]


@pytest.fixture
def indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five sessions that an index knows, of which two are listed first."""
    monkeypatch.setattr(index, "SMALL", 0)
    monkeypatch.setattr(atonce, "WORTH", 0)
    monkeypatch.setattr(commands, "FIRST", 2)
    for number in range(5):
        write(tmp_path, f"s{number}", f"talk number {number}", age=number)
    indexing.update(tmp_path)
    return tmp_path


async def test_the_first_sessions_are_listed_and_all_of_them_then(indexed: Path) -> None:
    pick = await commands.sessions.run(chat_over(ScriptedClient().connect, indexed), "")
    assert isinstance(pick, Pick)
    assert [row.key for row in pick.rows] == ["s0", "s1"]
    assert pick.total == 5
    assert pick.whole is not None
    whole = await pick.whole()
    assert [row.key for row in whole.rows] == ["s0", "s1", "s2", "s3", "s4"]
    assert whole.whole is None


async def test_what_is_written_once_is_the_whole_list(
    indexed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = chat_over(ScriptedClient().connect, indexed)
    pick = await commands.sessions.run(chat, "")
    assert isinstance(pick, Pick)
    assert await PlainTerminal(chat, COMMANDS).pick(pick) is None
    seen = "".join(capsys.readouterr())
    assert all(f"talk number {number}" in seen for number in range(5))


async def test_that_words_stand_nowhere_is_told_at_once_and_mended(indexed: Path) -> None:
    chat = chat_over(ScriptedClient().connect, indexed)
    with (indexed / "s3.jsonl").open("ab") as file:
        file.write(encode(message_record("9", None, Message("user", "a quillwort"), "")))
    pick = await search_.run(chat, "quillwort")
    assert isinstance(pick, Pick)
    assert (pick.rows, pick.instead[0].text) == ((), "quillwort stands in no session.")  # type: ignore[union-attr]
    assert pick.whole is not None
    assert [row.key for row in (await pick.whole()).rows] == ["s3#9"]
    pick = await search_.run(chat, "zzyzx")
    assert isinstance(pick, Pick)
    assert pick.whole is not None
    whole = await pick.whole()
    assert (whole.rows, whole.instead, whole.whole) == ((), pick.instead, None)


async def test_that_words_stand_nowhere_is_written_when_all_were_looked_at(
    indexed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = chat_over(ScriptedClient().connect, indexed)
    with (indexed / "s3.jsonl").open("ab") as file:
        file.write(encode(message_record("9", None, Message("user", "a quillwort"), "")))
    terminal = PlainTerminal(chat, COMMANDS)
    for words in ("quillwort", "zzyzx"):
        pick = await search_.run(chat, words)
        assert isinstance(pick, Pick)
        assert await terminal.pick(pick) is None
    seen = "".join(capsys.readouterr())
    assert "#9 user: a quillwort" in seen
    assert "quillwort stands in no session." not in seen
    assert "zzyzx stands in no session." in seen
