"""Sessions renamed and deleted; their summaries against sessions read whole."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.stored import write
from zatsudan.base.errors import StoreError
from zatsudan.sessions import shelf
from zatsudan.sessions.journal import Journal, begin_record, encode, load
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject


def test_rename_keeps_the_place_in_the_list(tmp_path: Path) -> None:
    old = write(tmp_path, "old", "first words", age=100)
    write(tmp_path, "new", "other")

    shelf.rename(old, "新しい名前 “x”\n")

    names = [entry.name for entry in shelf.summaries(tmp_path)]
    assert names == ["other", "新しい名前 “x”"]
    assert load(old).session.title == "新しい名前 “x”\n"


def test_what_was_changed_since_another_session_is_found(tmp_path: Path) -> None:
    last = write(tmp_path, "last", "words", age=5)
    for number in range(3):
        write(tmp_path, f"s{number}", "other words", age=10 * number)
    since = last.stat().st_mtime_ns
    found = shelf.changed_since(last, since)
    assert found is not None
    assert found.id == "s0"
    write(tmp_path, "s0", age=0)  # in which nobody says anything
    assert shelf.changed_since(last, since) is None
    write(tmp_path, "s0", "words", age=5)
    assert shelf.changed_since(last, since) is None


def test_delete(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "words")
    shelf.delete(path)
    assert shelf.summaries(tmp_path) == []
    with pytest.raises(StoreError, match="cannot be opened"):
        shelf.delete(path)


def test_what_is_open_elsewhere_is_left_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "words")
    journal = Journal(path)
    journal.take()
    for change in (shelf.delete, lambda path: shelf.rename(path, "x")):
        with pytest.raises(StoreError, match="open in another terminal"):
            change(path)
    journal.close()
    assert [entry.name for entry in shelf.summaries(tmp_path)] == ["words"]


words = st.text(st.sampled_from('雑a "\\\n{}:,'), max_size=6)


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant", "title", "model"]), words)), words)
def test_a_summary_says_what_the_session_says(changes: list[tuple[str, str]], torn: str) -> None:
    made: list[JsonObject] = [begin_record("s", "")]
    for number, (kind, text) in enumerate(changes, 1):
        if kind in ("title", "model"):
            made.append({"type": kind, kind: text, "server": text})
        else:
            made.append(message_record(str(number), None, Message(kind, text), ""))
    said = [text for kind, text in changes if kind == "user"]
    with TemporaryDirectory() as directory:
        path = Path(directory) / "s.jsonl"
        path.write_bytes(
            b"".join(map(encode, made)) + encode({"type": "title", "title": torn})[:-9]
        )
        found = shelf.summaries(Path(directory))
        session = load(path).session if said else None
    assert bool(found) == bool(said)
    for entry in found:
        assert session is not None
        assert entry.turns == len(said)
        assert entry.first_words == " ".join(said[0].split())
        assert (entry.title, entry.model) == (session.title, session.model)
