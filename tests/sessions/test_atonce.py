"""What the index tells at once is what a look at all journals tells, whatever was done to them and by whom.

A program that writes into a journal where it lies goes unseen until all are looked at again.
"""

import itertools
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.stored import chars, texts, write
from zatsudan.base.errors import StoreError
from zatsudan.sessions import atonce, holding, index, indexing, looked, noted, search, shelf
from zatsudan.sessions.journal import Journal, begin_record, encode
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message


@pytest.fixture(autouse=True)
def _for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an index for a few journals too, and ask it first."""
    monkeypatch.setattr(index, "SMALL", 0)
    monkeypatch.setattr(atonce, "WORTH", 0)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders of which all journals were looked at."""
    found: list[Path] = []
    real = shelf.entries  # type: ignore[attr-defined]

    def counted(directory: Path) -> object:
        found.append(directory)
        return real(directory)

    for module in ("shelf", "search"):
        monkeypatch.setattr(f"zatsudan.sessions.{module}.entries", counted)
    return found


def said(text: str, node_id: str = "9") -> bytes:
    return encode(message_record(node_id, None, Message("user", text), ""))


class Happening(NamedTuple):
    """Something that happens to one journal of a folder, with a text; `unseen` until all are looked at."""

    do: Callable[[Path, str], None]
    unseen: bool = False


def _we_begin(path: Path, text: str) -> None:
    journal = Journal(path.with_name(f"{path.stem}{len(text)}.jsonl"))
    with suppress(StoreError):
        journal.append(begin_record(path.stem, ""))
        journal.append(message_record("1", None, Message("user", text), ""))
    journal.close()


def _we_go_on(path: Path, text: str) -> None:
    journal = Journal(path)
    with suppress(StoreError):
        journal.take()
        journal.append(message_record(text, None, Message("user", text), ""))
        journal.sync()
    journal.close()


def _we_name(path: Path, text: str) -> None:
    with suppress(StoreError):
        shelf.rename(path, text)


def _we_delete(path: Path, text: str) -> None:
    with suppress(StoreError):
        shelf.delete(path)


_later = itertools.count(1)


def _foreign(do: Callable[[Path, str], object]) -> Callable[[Path, str], None]:
    """Let the clock have ticked meanwhile, which the folder's time goes by."""

    def happen(path: Path, text: str) -> None:
        with suppress(OSError):
            do(path, text)
            os.utime(path.parent, ns=(0, next(_later)))

    return happen


def _replace(path: Path, text: str) -> None:
    _keep(path)
    write(path.parent, f"new-{path.stem}", text, title=text.strip()).replace(path)


def _unlink(path: Path, _text: str) -> None:
    _keep(path)
    path.unlink()


def _keep(path: Path) -> None:
    """Have a file go on under another name, so that its inode is not given again."""
    kept = path.with_name("kept")
    kept.mkdir(exist_ok=True)
    with suppress(FileNotFoundError):
        os.link(path, kept / f"{next(_later)}")


def _copy(path: Path, text: str) -> None:
    write(path.parent, f"copy{next(_later)}", text)


def _append(path: Path, text: str) -> None:
    if path.exists():
        with path.open("ab") as file:
            file.write(said(text))


def _name(path: Path, text: str) -> None:
    if path.exists():
        with path.open("ab") as file:
            file.write(encode({"type": "title", "title": text}))


happenings = st.sampled_from([
    Happening(_we_begin),
    Happening(_we_go_on),
    Happening(_we_name),
    Happening(_we_delete),
    Happening(_foreign(_copy)),
    Happening(_foreign(_unlink)),
    Happening(_foreign(lambda path, text: path.rename(path.with_name(f"{len(text)}.jsonl")))),
    Happening(_foreign(_replace)),
    Happening(_append, unseen=True),
    Happening(_name, unseen=True),
    Happening(lambda path, _: indexing.update(path.parent)),
])  # fmt: skip


@settings(max_examples=100)
@given(
    st.lists(st.lists(texts, min_size=1, max_size=3), max_size=4),
    st.lists(st.tuples(happenings, st.integers(0, 3), texts), max_size=6),
    st.lists(st.text(chars, min_size=1, max_size=2), min_size=1, max_size=2),
    st.integers(1, 3),
    st.sampled_from([0, 2, 100]),
)
def test_what_is_told_at_once_is_what_a_look_at_all_tells(
    talks: list[list[str]],
    happened: list[tuple[Happening, int, str]],
    words: list[str],
    count: int,
    known: int,
) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(looked, "_LATEST", known)
        patch.setattr(looked, "_MOST", known or 1)
        directory = Path(name)
        for at, talk in enumerate(talks):
            write(directory, f"s{at}", *talk, age=at, title=talk[-1].strip() if at % 2 else "")
        indexing.update(directory)
        unseen = False
        for happening, at, text in happened:
            happening.do(directory / f"s{at}.jsonl", text)
            unseen = unseen or happening.unseen
            if not unseen:
                _same(directory, words, count)
            _nothing_is_sure(directory, words, text)
        indexing.update(directory)
        _same(directory, words, count)


def _same(directory: Path, words: list[str], count: int) -> None:
    everything = shelf.summaries(directory)
    assert shelf.beginning(directory, count).found == everything[:count]
    assert shelf.beginning(directory, count).whole >= (len(everything) <= count)
    for each in everything:
        for wanted in (each.id, each.name, each.name[1:3], each.id[:1]):
            assert _found(directory, wanted) == _found_by_reading(directory, wanted)
    limit = 1 if count == 1 else 200
    found = search.at_once(directory, words, limit)
    assert found in (None, search.search(directory, words, limit).found)


def _nothing_is_sure(directory: Path, words: list[str], name: str) -> None:
    """What was changed unseen is not said to be missing."""
    found = search.at_once(directory, words, surely=True)
    assert found in (None, search.search(directory, words).found)
    for wanted in (name, *(each.name for each in shelf.summaries(directory))):
        if isinstance(_found(directory, wanted), str):
            assert isinstance(_found_by_reading(directory, wanted), str)


def _found(directory: Path, name: str) -> object:
    try:
        return shelf.find(directory, name)
    except StoreError as error:
        return error.sentence


def _found_by_reading(directory: Path, name: str) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atonce, "WORTH", 10**12)
        return _found(directory, name)


def talks(directory: Path, count: int = 9) -> None:
    for number in range(count):
        write(directory, f"s{number}", f"talk {number}", "the answer", age=number)
    write(directory, "rare", "a quillwort", age=count)
    indexing.update(directory)


def test_nothing_else_is_looked_at(tmp_path: Path, looks: list[Path]) -> None:
    talks(tmp_path)
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s0", "s1"]
    assert shelf.beginning(tmp_path, 2).total == 10
    assert shelf.find(tmp_path, "talk 7").id == shelf.find(tmp_path, "8").id == "s7"
    assert _sessions(search.at_once(tmp_path, ["QUILL"])) == ["rare"]
    assert _sessions(search.at_once(tmp_path, ["talk"], 3)) == ["s0", "s1", "s2"]
    assert _sessions(search.at_once(tmp_path, ["nowhere"])) == []
    assert looks == []


def _sessions(found: tuple[search.Found, ...] | None) -> list[str] | None:
    return None if found is None else [each.session.id for each in found]


def test_what_this_program_does_is_known_at_once(tmp_path: Path, looks: list[Path]) -> None:
    talks(tmp_path)
    _we_begin(tmp_path / "mine.jsonl", "a new talk")
    _we_go_on(tmp_path / "s8.jsonl", "quillwort")
    _we_name(tmp_path / "s3.jsonl", "Three")
    _we_delete(tmp_path / "s0.jsonl", "")
    assert [one.id for one in shelf.latest(tmp_path, 3)] == ["s8", "mine10", "s1"]
    assert shelf.beginning(tmp_path, 1).total == 10
    assert shelf.find(tmp_path, "three").id == "s3"
    assert _sessions(search.at_once(tmp_path, ["quillwort"])) == ["s8", "rare"]
    assert looks == []
    indexing.update(tmp_path)
    looks.clear()
    assert [one.id for one in shelf.latest(tmp_path, 3)] == ["s8", "mine10", "s1"]
    assert looks == []


def test_what_another_program_did_is_known_by_the_folder(
    tmp_path: Path, looks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked, "_LATEST", 0)
    talks(tmp_path)
    (tmp_path / "notes.txt").write_text("a quillwort")
    (tmp_path / "a folder").mkdir()
    for do in (_copy, _replace, _unlink):
        _foreign(do)(tmp_path / f"s{8 if do is _replace else 2}.jsonl", "a quillwort")
    everything = shelf.summaries(tmp_path)
    looks.clear()
    assert shelf.latest(tmp_path, 20) == everything
    assert shelf.beginning(tmp_path, 1).total == 10
    assert shelf.find(tmp_path, "s8").name == "a quillwort"
    assert _sessions(search.at_once(tmp_path, ["quillwort"])) == [
        one.id for one in everything if one.name == "a quillwort"
    ]
    with pytest.raises(StoreError, match="There is no session"):
        shelf.find(tmp_path, "talk 2")
    assert looks == []


@pytest.mark.posix  # numbers that are inodes
def test_what_is_replaced_so_often_that_it_has_its_number_again_is_seen_of_the_latest(
    tmp_path: Path, looks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked, "_LATEST", 3)
    talks(tmp_path)
    for number in (1, 8):
        # Written where it lies, as a file that has the inode of the one that was there.
        _foreign(_append)(tmp_path / f"s{number}.jsonl", "later")
        assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s1", "s0"]
    assert looks == []
    indexing.update(tmp_path)
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s8", "s1"]


def test_of_many_that_another_program_changed_all_are_looked_at(
    tmp_path: Path, looks: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked, "_MOST", 3)
    talks(tmp_path)
    for times in range(4):
        assert search.at_once(tmp_path, ["nowhere"]) == ()
        _foreign(_copy)(tmp_path / "theirs.jsonl", f"a talk {times}")
    assert search.at_once(tmp_path, ["nowhere"]) is None
    assert shelf.find(tmp_path, "a talk 3").id.startswith("copy")
    assert looks
    indexing.update(tmp_path)
    looks.clear()
    assert shelf.find(tmp_path, "a talk 3").id.startswith("copy")
    assert looks == []


@pytest.mark.posix  # names that are no UTF-8
def test_a_name_that_is_no_text_is_one_all_the_same(tmp_path: Path, looks: list[Path]) -> None:
    talks(tmp_path)
    written = (tmp_path / index.NAME).stat().st_ino
    _foreign(lambda path, _: path.rename(path.with_name("\udcff.jsonl")))(tmp_path / "s8.jsonl", "")
    (tmp_path / "\udcfe.jsonl").symlink_to("nowhere")
    for _ in range(2):
        looks.clear()
        assert shelf.find(tmp_path, "talk 8").id == "\udcff"
        assert looks == []
        indexing.update(tmp_path)
    assert (tmp_path / index.NAME).stat().st_ino == written


def test_where_all_are_looked_at_those_that_the_index_knows_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked, "_MOST", 0)
    talks(tmp_path)
    write(tmp_path, "theirs", "a new talk", age=-1)
    os.utime(tmp_path, ns=(0, 1))
    opened: list[str] = []
    real = shelf.read  # type: ignore[attr-defined]

    def counted(path: str) -> object:
        opened.append(Path(path).stem)
        return real(path)

    monkeypatch.setattr(shelf, "read", counted)
    begun = shelf.beginning(tmp_path, 3)
    assert [one.id for one in begun.found] == ["theirs", "s0", "s1"]
    assert begun.total == 11
    assert not begun.whole
    assert opened == ["theirs"]


def test_a_journal_that_is_not_what_the_index_says_is_looked_at(
    tmp_path: Path, looks: list[Path]
) -> None:
    talks(tmp_path)
    _append(tmp_path / "s1.jsonl", "later")
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s1", "s0"]
    assert looks
    # It was not among those that were asked for: it is seen when all are looked at.
    talks(tmp_path)
    _append(tmp_path / "s8.jsonl", "later")
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s0", "s1"]
    indexing.update(tmp_path)
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s8", "s0"]


def test_that_nobody_has_a_name_is_told_without_going_through_all(
    tmp_path: Path, looks: list[Path]
) -> None:
    talks(tmp_path)
    _we_name(tmp_path / "s3.jsonl", "Three")
    _we_delete(tmp_path / "s0.jsonl", "")
    with pytest.raises(StoreError, match="There is no session"):
        shelf.find(tmp_path, "nobody")
    assert search.at_once(tmp_path, ["nowhere"], surely=True) == ()
    assert looks == []
    _append(tmp_path / "s8.jsonl", "later")
    assert search.at_once(tmp_path, ["nowhere"]) == ()
    assert search.at_once(tmp_path, ["nowhere"], surely=True) is None


def test_a_change_that_keeps_size_and_time_is_seen(tmp_path: Path) -> None:
    talks(tmp_path)
    path = tmp_path / "s8.jsonl"
    stat = path.stat()
    path.write_bytes(path.read_bytes().replace(b"talk 8", b"word 8"))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert search.at_once(tmp_path, ["word"]) == ()
    assert search.at_once(tmp_path, ["word"], surely=True) is None
    assert shelf.find(tmp_path, "word").id == "s8"


def test_a_name_that_nobody_has_is_looked_for_everywhere(tmp_path: Path, looks: list[Path]) -> None:
    talks(tmp_path)
    _append(tmp_path / "s8.jsonl", "later")
    with (tmp_path / "s8.jsonl").open("ab") as file:
        file.write(encode({"type": "title", "title": "Theirs"}))
    assert shelf.find(tmp_path, "theirs").id == "s8"
    with pytest.raises(StoreError, match="There is no session"):
        shelf.find(tmp_path, "nobody")
    with pytest.raises(StoreError, match="There is no session"):
        shelf.find(tmp_path, "half \ud83d")
    assert len(looks) == 3


def test_words_in_many_sessions_are_found_in_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "_FEW", 2)
    talks(tmp_path)
    _we_go_on(tmp_path / "s4.jsonl", "another answer")
    for limit in (1, 4, 200):
        found = search.at_once(tmp_path, ["answer", "talk"], limit)
        assert found == search.search(tmp_path, ["answer", "talk"], limit).found == ()
        found = search.at_once(tmp_path, ["answer"], limit)
        assert found == search.search(tmp_path, ["answer"], limit).found != ()


def test_more_that_may_hold_words_than_are_tried_are_left_to_a_look_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atonce, "HOLDING", 3)
    talks(tmp_path)
    assert _sessions(search.at_once(tmp_path, ["talk"], 3)) == ["s0", "s1", "s2"]
    assert search.at_once(tmp_path, ["talk"], 4) is None


def test_what_the_index_lacks_is_looked_at_by_itself(tmp_path: Path, looks: list[Path]) -> None:
    talks(tmp_path)
    _we_go_on(tmp_path / "s5.jsonl", "half \ud83d")
    _we_name(tmp_path / "s5.jsonl", "half \ud83d")
    (tmp_path / "folder.jsonl").mkdir()
    for _ in range(2):
        indexing.update(tmp_path)
        looks.clear()
        assert [one.title for one in shelf.latest(tmp_path)] == ["half \ud83d"]
        assert _sessions(search.at_once(tmp_path, ["half"])) == ["s5"]
        assert search.at_once(tmp_path, ["nowhere"], surely=True) == ()
        assert shelf.beginning(tmp_path, 1).total == 10
        assert looks == []


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE listed SET file = x'ff' WHERE file = 's1.jsonl'",
        "UPDATE listed SET number = 'x'",
        "UPDATE look SET folder = 'x'",
        "UPDATE look SET noted = 'x'",
        "UPDATE look SET lacking = 1",
        "UPDATE look SET lacking = x'ff2f2f'",
        "UPDATE session SET file = x'ff' WHERE file = 's1.jsonl'",
        "UPDATE session SET mtime = 'x'",
        "UPDATE session SET size = 9e999",
        "DELETE FROM listed",
        "DROP TABLE listed",
    ],
)
def test_an_index_that_says_what_cannot_be_costs_no_answer(
    tmp_path: Path, damage: str, *, changed: bool
) -> None:
    talks(tmp_path)
    expected = shelf.summaries(tmp_path)
    with closing(sqlite3.connect(tmp_path / index.NAME)) as db:
        db.execute(damage)
        db.commit()
    if changed:
        os.utime(tmp_path, ns=(0, 1))
    for _ in range(2):
        assert shelf.latest(tmp_path, 20) == expected
        with pytest.raises(StoreError, match="There is no session"):
            shelf.find(tmp_path, "nobody")
        assert search.at_once(tmp_path, ["quillwort"], surely=True) in (
            None,
            search.search(tmp_path, ["quillwort"]).found,
        )
        indexing.update(tmp_path)


# --- what is noted -------------------------------------------------------------------


def test_nothing_is_noted_where_there_is_no_index(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "words")
    _we_go_on(path, "more")
    assert not (tmp_path / noted.FOLDER).exists()
    assert noted.since(tmp_path, 0) is None


@pytest.mark.posix  # modes of files
def test_notes_are_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        talks(tmp_path)
    finally:
        os.umask(before)
    assert (tmp_path / noted.FOLDER).stat().st_mode & 0o777 == 0o700
    assert (tmp_path / noted.FOLDER / noted.NAME).stat().st_mode & 0o777 == 0o600


def test_a_talk_that_goes_on_is_noted_with_each_message(tmp_path: Path) -> None:
    talks(tmp_path)
    journal = Journal(tmp_path / "s5.jsonl")
    journal.take()
    for number in range(3):
        indexing.update(tmp_path)
        journal.append(message_record(f"n{number}", None, Message("user", "more"), ""))
        journal.sync()
        assert shelf.latest(tmp_path)[0].turns == number + 2
    journal.close()


@pytest.mark.parametrize("notes", [b"", b"1 2", b"x y s1.jsonl\n", b"\n\n", None])
def test_notes_that_are_none_leave_it_to_a_look_at_all(
    tmp_path: Path, notes: bytes | None, looks: list[Path]
) -> None:
    talks(tmp_path)
    _we_go_on(tmp_path / "s5.jsonl", "more")
    file = tmp_path / noted.FOLDER / noted.NAME
    indexing.update(tmp_path)
    _we_go_on(tmp_path / "s6.jsonl", "more")
    if notes is None:
        file.unlink()
    else:
        file.write_bytes(notes)
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s6", "s5"]
    assert looks
    indexing.update(tmp_path)
    looks.clear()
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s6", "s5"]
    assert looks == [] or notes not in (None, b"")


def test_long_notes_are_emptied_when_nobody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: list[Path]
) -> None:
    talks(tmp_path)
    file = tmp_path / noted.FOLDER / noted.NAME
    monkeypatch.setattr(noted, "LONG", 10)
    _we_go_on(tmp_path / "s5.jsonl", "more")
    indexing.update(tmp_path)
    assert file.stat().st_size > 10
    os.utime(file, (0, 0))
    indexing.update(tmp_path)
    assert file.stat().st_size == 0
    _we_go_on(tmp_path / "s6.jsonl", "more")
    assert [one.id for one in shelf.latest(tmp_path, 2)] == ["s6", "s5"]
    assert looks == []


steps = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=6)


@given(steps, st.integers(1, 5), st.integers(1, 5))
def test_steps_lead_where_they_were_noted(
    taken: list[tuple[int, int]], begin: int, end: int
) -> None:
    notes = noted.Notes(frozenset(), dict(taken))
    reached, at = [begin], begin
    while at in notes.steps and len(reached) < 7:
        at = notes.steps[at]
        reached.append(at)
    assert notes.lead(begin, end) == (end in reached)


def test_two_that_begin_talks_at_once_are_both_known(tmp_path: Path) -> None:
    talks(tmp_path)
    file = tmp_path / noted.FOLDER / noted.NAME
    size = file.stat().st_size
    with file.open("ab") as written:  # their notes come in the other order
        written.write(b"8 9 b.jsonl\n7 8 a.jsonl\n")
    notes = noted.since(tmp_path, size)
    assert notes is not None
    assert notes.names == {"a.jsonl", "b.jsonl"}
    assert notes.lead(7, 9)
    assert not notes.lead(8, 7)
