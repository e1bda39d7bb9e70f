"""Commands on sessions as a whole: what completing their names looks at."""

from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over
from tests.support.stored import write
from zatsudan.commands.sessions import load
from zatsudan.sessions import summary
from zatsudan.sessions.summary import Entry


def test_while_a_name_is_typed_the_sessions_are_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def counted(directory: Path) -> list[Entry]:
        looked.append(directory)
        return summary.entries(directory)

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
