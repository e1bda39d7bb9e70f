"""The index beside the journals: it answers what they would, reads less, and can be lost at any time."""

import io
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.stored import chars, texts, write
from zatsudan.base import files
from zatsudan.sessions import holding, index, indexing, noted, shelf, upkeep
from zatsudan.sessions.journal import Journal, encode
from zatsudan.sessions.records import message_record
from zatsudan.sessions.search import Result, search
from zatsudan.sessions.summary import Summary
from zatsudan.wire.messages import Message


@pytest.fixture(autouse=True)
def _for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an index for a few journals too."""
    monkeypatch.setattr(index, "SMALL", 0)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The journals that are read, by their ids, as they are read."""
    found: list[str] = []
    real = shelf.read  # type: ignore[attr-defined]

    def counted(path: Path | str) -> tuple[bytes, float]:
        found.append(Path(path).stem)
        data, modified = real(path)
        return data, modified

    def opened(path: Path) -> BinaryIO:
        found.append(path.stem)
        return files.opened(path)

    for module in ("shelf", "search"):
        monkeypatch.setattr(f"zatsudan.sessions.{module}.read", counted)
    monkeypatch.setattr("zatsudan.sessions.indexing._journal", opened)
    return found


def test_the_index_of_an_earlier_version_does_not_stay(tmp_path: Path) -> None:
    write(tmp_path, "one", "about the sea")
    for name in ("index.sqlite3", "index.sqlite3-wal"):
        (tmp_path / name).write_bytes(b"about the sea")

    indexing.update(tmp_path)

    assert (tmp_path / index.NAME).exists()
    assert not list(tmp_path.glob("index.sqlite3*"))


def add(path: Path, text: str, role: str = "user", node_id: str = "new") -> None:
    with path.open("ab") as file:
        file.write(encode(message_record(node_id, None, Message(role, text), "")))


def said(result: Result) -> list[tuple[str, list[str]]]:
    return [(found.session.id, [hit.text for hit in found.hits]) for found in result.found]


def answers(directory: Path, words: list[str], limit: int = 200) -> tuple[list[Summary], Result]:
    return shelf.summaries(directory), search(directory, words, limit)


def without(directory: Path, words: list[str], limit: int = 200) -> tuple[list[Summary], Result]:
    """What is answered if there is no index."""
    hidden = directory / noted.FOLDER / "hidden"
    file = directory / index.NAME
    if file.exists():
        file.rename(hidden)
    try:
        return answers(directory, words, limit)
    finally:
        if hidden.exists():
            hidden.rename(file)


# --- what it answers -----------------------------------------------------------------


def _append(path: Path, text: str) -> None:
    add(path, text)


def _rewrite(path: Path, text: str) -> None:
    write(path.parent, path.stem, text, "again", title=text.strip())


def _rename(path: Path, text: str) -> None:
    path.rename(path.with_name(f"moved-{path.name}"))


def _cut(path: Path, text: str) -> None:
    path.write_bytes(path.read_bytes()[: -1 - len(text)])


def _delete(path: Path, text: str) -> None:
    path.unlink()


def _nothing(path: Path, text: str) -> None:
    pass


changes = st.lists(
    st.tuples(st.sampled_from([_append, _rewrite, _rename, _cut, _delete, _nothing]), texts),
    max_size=3,
)


@settings(max_examples=60)
@given(st.lists(st.lists(texts, min_size=1, max_size=4), max_size=4), changes, st.data())
def test_it_answers_what_the_journals_say_whatever_happens_to_them(
    talks: list[list[str]],
    happened: list[tuple[Callable[[Path, str], None], str]],
    data: st.DataObject,
) -> None:
    said = [text for talk in talks for text in talk if text.strip()]
    word = st.text(chars, min_size=1, max_size=3)
    if said:
        text = data.draw(st.sampled_from(said))
        start = data.draw(st.integers(0, len(text) - 1))
        word |= st.sampled_from([text[start : start + 2], text[start:].swapcase()]).filter(bool)
    words = data.draw(st.lists(word, min_size=1, max_size=2))
    limit = data.draw(st.sampled_from([1, 200]))
    with TemporaryDirectory() as name:
        directory = Path(name)
        paths = [write(directory, f"s{at}", *talk, age=at) for at, talk in enumerate(talks)]
        indexing.update(directory)
        _same(directory, words, limit)
        for (change, text), path in zip(happened, paths, strict=False):
            change(path, text)
        _same(directory, words, limit)
        indexing.update(directory)
        _same(directory, words, limit)


def _same(directory: Path, words: list[str], limit: int) -> None:
    listed, found = answers(directory, words, limit)
    summaries, result = without(directory, words, limit)
    assert listed == summaries
    assert found.found == result.found
    # Those that were not looked at may hold the words: none that does is missing.
    everything = len(without(directory, words)[1].found)
    journals = len(list(directory.glob("*.jsonl")))
    assert everything - len(result.found) <= found.older <= journals - len(result.found)


def test_a_lone_word_is_read_where_it_stands(tmp_path: Path, reads: list[str]) -> None:
    for number in range(9):
        write(tmp_path, f"s{number}", "common words", f"こんにちは{number}", age=number)
    write(tmp_path, "rare", "the Quillwort", "蜃気楼", age=20)
    indexing.update(tmp_path)
    reads.clear()

    assert len(shelf.summaries(tmp_path)) == 10
    assert shelf.find(tmp_path, "the quill").id == "rare"
    assert reads == []
    for word in ("quillwort", "ＱＵＩＬＬ", "蜃気", "楼"):
        assert [found.session.id for found in search(tmp_path, [word]).found] == ["rare"]
    assert reads == ["rare"] * 4
    reads.clear()
    assert search(tmp_path, ["nowhere"]).found == search(tmp_path, ["蜃楼"]).found == ()
    assert reads == []
    result = search(tmp_path, ["common"], limit=3)
    assert (result.count, result.older) == (3, 6)
    assert reads == ["s0", "s1", "s2"]


def test_only_journals_that_were_changed_are_read(tmp_path: Path, reads: list[str]) -> None:
    for number in range(5):
        write(tmp_path, f"s{number}", "words")
    indexing.update(tmp_path)
    reads.clear()
    indexing.update(tmp_path)
    assert reads == []

    add(tmp_path / "s1.jsonl", "later")
    assert len(shelf.summaries(tmp_path)) == 5
    assert said(search(tmp_path, ["later"])) == [("s1", ["later"])]
    assert reads == ["s1", "s1"]
    indexing.update(tmp_path)
    reads.clear()
    assert said(search(tmp_path, ["nowhere"])) == []
    assert reads == []


def test_of_a_journal_that_grew_only_the_end_is_indexed(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "the beginning")
    indexing.update(tmp_path)
    add(path, "and the end")
    indexing.update(tmp_path)
    with closing(sqlite3.connect(tmp_path / index.NAME)) as db:
        assert db.execute("SELECT term, doc FROM place ORDER BY doc, term").fetchall() == [
            ("beginning", 1), ("the", 1), ("and", 2), ("end", 2), ("the", 2),
        ]  # fmt: skip
    assert said(search(tmp_path, ["the"])) == [("s", ["the beginning", "and the end"])]


def test_a_session_renamed_by_a_command_keeps_its_place(tmp_path: Path) -> None:
    old = write(tmp_path, "old", "words", age=100)
    write(tmp_path, "new", "other")
    indexing.update(tmp_path)
    shelf.rename(old, "A new name")
    assert [entry.name for entry in shelf.summaries(tmp_path)] == ["other", "A new name"]
    indexing.update(tmp_path)
    assert [entry.name for entry in shelf.summaries(tmp_path)] == ["other", "A new name"]


def test_what_was_said_in_a_deleted_session_stands_nowhere(tmp_path: Path) -> None:
    words = ["hunter2", "secretly", "蜃気楼"]
    write(tmp_path, "kept", "kept words")
    path = write(tmp_path, "s", "my password is hunter2", "secretly 蜃気楼", title="hunter2")
    indexing.update(tmp_path)
    assert all(_stands(tmp_path, word) for word in words[:2])
    shelf.delete(path)
    indexing.update(tmp_path)
    assert not any(_stands(tmp_path, word) for word in words)
    assert said(search(tmp_path, ["kept"])) == [("kept", ["kept words"])]


def _stands(directory: Path, word: str) -> bool:
    # Terms are kept in their order, less what they share with the one before.
    end = word[-4:].encode()
    return any(end in path.read_bytes() for path in directory.glob(f"{index.NAME}*"))


def test_what_sqlite_cannot_hold_is_read(tmp_path: Path, reads: list[str]) -> None:
    write(tmp_path, "odd", "words", title="half \ud83d")
    write(tmp_path, "plain", "words")
    indexing.update(tmp_path)
    reads.clear()
    assert {entry.title for entry in shelf.summaries(tmp_path)} == {"half \ud83d", ""}
    assert reads == ["odd"]


def _unreadable(_path: Path) -> BinaryIO:
    raise PermissionError


@pytest.mark.parametrize("opened", [_unreadable, lambda _path: io.BytesIO()])
def test_what_cannot_be_read_for_once_is_not_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Callable[[Path], BinaryIO]
) -> None:
    write(tmp_path, "s", "words")
    with monkeypatch.context() as patch:
        patch.setattr(indexing, "_journal", opened)
        indexing.update(tmp_path)
    assert [entry.id for entry in shelf.summaries(tmp_path)] == ["s"]
    indexing.update(tmp_path)
    add(tmp_path / "s.jsonl", "more")
    with monkeypatch.context() as patch:
        patch.setattr(indexing, "_journal", opened)
        indexing.update(tmp_path)
    assert said(search(tmp_path, ["words"])) == [("s", ["words"])]
    assert shelf.summaries(tmp_path)[0].turns == 2


# --- its file ------------------------------------------------------------------------


def test_few_journals_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "SMALL", 10_000)
    write(tmp_path, "s", "words")
    indexing.update(tmp_path)
    assert not (tmp_path / index.NAME).exists()
    indexing.update(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_a_list_of_few_and_the_latest_need_no_database(tmp_path: Path) -> None:
    write(tmp_path, "s", "words")
    code = (
        "import sys; from pathlib import Path; from zatsudan.sessions import shelf;"
        f"at = Path({str(tmp_path)!r});"
        "print(shelf.latest(at)[0].id, shelf.find(at, 'words').id, 'sqlite3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "s s False\n"


def test_a_change_that_leaves_size_and_time_of_its_bytes_is_seen(tmp_path: Path) -> None:
    for word in ("one", "two", "six"):
        write(tmp_path, "s", f"{word} words")
        assert said(search(tmp_path, [word])) == [("s", [f"{word} words"])]
        indexing.update(tmp_path)
        assert [entry.name for entry in shelf.summaries(tmp_path)] == [f"{word} words"]


@pytest.mark.posix  # modes of files
def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    write(tmp_path, "s", "words")
    before = os.umask(0)
    try:
        indexing.update(tmp_path)
        file = tmp_path / index.NAME
        assert file.stat().st_mode & 0o777 == 0o600
        file.chmod(0o644)
        add(tmp_path / "s.jsonl", "more")
        with closing(sqlite3.connect(file)) as db:  # while it is open, there are files beside it
            db.execute("SELECT * FROM session").fetchall()
            indexing.update(tmp_path)
            modes = {path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{index.NAME}*")}
        assert modes == {0o600}
    finally:
        os.umask(before)


def _is_whole(directory: Path) -> bool:
    with closing(sqlite3.connect(directory / index.NAME)) as db:
        checked = db.execute("PRAGMA integrity_check").fetchall()
        docs = db.execute("SELECT count(*) FROM session").fetchone()
    return bool(checked == [("ok",)] and docs == (len(shelf.summaries(directory)),))


def _other_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 99")
        db.commit()


def _other_tables(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("DROP TABLE session")
        db.commit()


def _other_values(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("UPDATE session SET model = x'ff', modified = 'x', length = 'x', mtime = 1")
        db.commit()


def _zeroed(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:4096] + bytes(len(data) - 4096))


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"no database at all" * 500),
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        lambda file: file.write_bytes(bytes(100) + file.read_bytes()[100:]),
        lambda file: file.unlink(),
        _zeroed,
        _other_version,
        _other_tables,
        _other_values,
    ],
)
def test_a_damaged_one_is_made_anew_and_costs_no_answer(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    for number in range(40):
        write(tmp_path, f"s{number}", f"cat {number} " + "many words " * 9, "雑談", age=number)
    indexing.update(tmp_path)
    expected = without(tmp_path, ["cat", "7"])
    damage(tmp_path / index.NAME)
    assert answers(tmp_path, ["cat", "7"]) == expected
    indexing.update(tmp_path)
    assert answers(tmp_path, ["cat", "7"]) == expected
    assert _is_whole(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.integers(0, 60_000), st.binary(min_size=1, max_size=64))
def test_whatever_stands_in_it_nothing_fails(
    indexed: tuple[Path, bytes], at: int, junk: bytes
) -> None:
    directory, whole = indexed
    file = directory / index.NAME
    at %= len(whole)
    index.discard(file)
    file.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    answers(directory, ["cat"])
    indexing.update(directory)
    add(directory / "s1.jsonl", "cat")
    indexing.update(directory)
    answers(directory, ["cat"])


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    directory = tmp_path_factory.mktemp("indexed")
    for number in range(20):
        write(directory, f"s{number}", f"cat {number} " + "many words " * 9, "雑談", age=number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "SMALL", 0)
        indexing.update(directory)
    return directory, (directory / index.NAME).read_bytes()


def test_what_is_no_file_is_let_be(tmp_path: Path) -> None:
    write(tmp_path, "s", "words")
    (tmp_path / index.NAME).mkdir(parents=True)
    indexing.update(tmp_path)
    assert [entry.id for entry in shelf.summaries(tmp_path)] == ["s"]


def test_without_full_text_search_the_list_is_kept_and_the_search_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]
) -> None:
    write(tmp_path, "s", "words")
    with monkeypatch.context() as patch:
        patch.setattr(indexing, "_has_search", lambda _: False)
        indexing.update(tmp_path)
        reads.clear()
        assert len(shelf.summaries(tmp_path)) == 1
        assert reads == []
        assert search(tmp_path, ["nowhere"]).found == ()
        assert reads == ["s"]
    # A build that has it makes the index anew.
    indexing.update(tmp_path)
    reads.clear()
    assert search(tmp_path, ["nowhere"]).found == ()
    assert reads == []


# --- two at once ---------------------------------------------------------------------


def test_who_asks_does_not_wait_for_who_writes_nor_two_who_write(tmp_path: Path) -> None:
    write(tmp_path, "s", "words")
    indexing.update(tmp_path)
    write(tmp_path, "t", "other words")
    with closing(sqlite3.connect(tmp_path / index.NAME, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        db.execute("DELETE FROM session")
        assert said(search(tmp_path, ["words"])) == [("t", ["other words"]), ("s", ["words"])]
        indexing.update(tmp_path)  # left to the other
        db.execute("ROLLBACK")
    indexing.update(tmp_path)
    assert _is_whole(tmp_path)


def test_what_is_written_while_somebody_asks_is_no_part_of_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "s", "a cat")
    indexing.update(tmp_path)
    write(tmp_path, "t", "another cat", age=1)
    real = holding._queries

    def meanwhile(db: sqlite3.Connection, words: holding.Forms) -> list[str]:
        found = real(db, words)
        indexing.update(tmp_path)
        return found

    monkeypatch.setattr(holding, "_queries", meanwhile)
    assert said(search(tmp_path, ["cat"])) == [("s", ["a cat"]), ("t", ["another cat"])]


def test_several_write_at_once(tmp_path: Path) -> None:
    for number in range(60):
        write(tmp_path, f"s{number}", f"words {number}", age=number)
    threads = [threading.Thread(target=indexing.update, args=(tmp_path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    indexing.update(tmp_path)
    assert _is_whole(tmp_path)
    with closing(sqlite3.connect(tmp_path / index.NAME)) as db:
        assert db.execute("SELECT count(*), count(DISTINCT file) FROM doc").fetchone() == (60, 60)


def test_it_stops_when_it_is_told_and_goes_on_the_next_time(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_TOGETHER", 16)
    for number in range(60):
        write(tmp_path, f"s{number}", "words", age=number)
    asked = iter([False, True])
    indexing.update(tmp_path, lambda: next(asked))
    done = len(reads)
    assert 0 < done < 60
    indexing.update(tmp_path)
    assert len(reads) == 60


def finish(kept: upkeep.Upkeep) -> None:
    thread = kept._thread
    if thread is not None:
        thread.join()


def test_it_is_followed_in_the_background_and_once_more_if_that_was_asked(tmp_path: Path) -> None:
    kept = upkeep.Upkeep(pause=0)
    write(tmp_path, "s", "words")
    for _ in range(3):
        kept.begin(tmp_path)
    finish(kept)
    assert _is_whole(tmp_path)
    kept.end()
    write(tmp_path, "t", "words")
    kept.begin(tmp_path)
    kept.end()
    assert not _is_whole(tmp_path)


def test_a_fault_is_no_end_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = upkeep.Upkeep(pause=0)
    write(tmp_path, "s", "words")
    with monkeypatch.context() as patch:
        patch.setattr(indexing, "entries", lambda _: 1 // 0)
        kept.begin(tmp_path)
        finish(kept)
    kept.begin(tmp_path)
    finish(kept)
    assert _is_whole(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_a_session_being_written_is_no_hindrance(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "words")
    journal = Journal(path)
    journal.take()
    indexing.update(tmp_path)
    journal.append(message_record("9", None, Message("user", "later words"), ""))
    assert said(search(tmp_path, ["later"])) == [("s", ["later words"])]
    journal.close()
