"""Journals on disk: nothing lost, nobody else reads them."""

import asyncio
import errno
import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import any_text
from tests.support.talks import json_values
from zatsudan.base.errors import StoreError
from zatsudan.base.jsonvalues import Json, JsonObject, dumps
from zatsudan.sessions.journal import Journal, begin_record, encode, load
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.sessions.shelf import find, summaries
from zatsudan.wire.logprobs import Entries
from zatsudan.wire.messages import Message


def said(
    node_id: str, parent: str | None = None, text: str = "hi", role: str = "user"
) -> JsonObject:
    return message_record(node_id, parent, Message(role, text), "2026-01-01T00:00:00Z")


BEGIN = begin_record("s", "2026-01-01T00:00:00Z")


def write(path: Path, *records: JsonObject) -> None:
    journal = Journal(path)
    for record in records:
        journal.append(record)
    journal.close()
    assert journal.trouble == ""


def texts(path: Path) -> list[str]:
    return [node.message.text for node in load(path).session.path()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions" / "s.jsonl"


# --- writing --------------------------------------------------------------


@given(st.lists(json_values, min_size=1))
def test_entries_of_a_growing_reply_are_written_as_a_list_is(values: list[Json]) -> None:
    message = Message("assistant", "hi")
    made = Made(model="m", reasoning="r", given=2, request={"a": 1})

    lines = [
        encode(message_record("2", "1", message, "", made._replace(logprobs=logprobs)))
        for logprobs in (values, Entries(values))
    ]

    assert list(map(json.loads, lines)) == [json.loads(lines[0])] * 2
    assert lines[0].index(b'"logprobs":') == lines[1].index(b'"logprobs":')


def test_the_end_of_a_reply_writes_none_of_its_entries_anew(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many came: the end of a reply is one step, and the keys wait for it."""
    made = Made(logprobs=Entries([{"token": "a", "logprob": -1.0}] * 100))
    written: list[Json] = []

    def counted(value: Json) -> bytes:
        written.append(value)
        return dumps(value)

    monkeypatch.setattr("zatsudan.sessions.journal.dumps", counted)
    write(path, BEGIN, message_record("1", None, Message("assistant", "hi"), "", made))

    assert "logprob" not in str(written)
    node = load(path).session.nodes["1"]
    assert node.made == made


def test_what_is_appended_is_loaded(path: Path) -> None:
    write(path, BEGIN, said("1", None, "hi"), said("2", "1", "hello", "assistant"))

    loaded = load(path)

    assert (loaded.session.id, loaded.session.created) == ("s", "2026-01-01T00:00:00Z")
    assert texts(path) == ["hi", "hello"]
    assert (loaded.damaged, loaded.torn) == (0, False)


@given(any_text)
def test_a_record_is_one_line_and_reads_back(text: str) -> None:
    line = encode(said("1", None, text))

    assert line.count(b"\n") == 1
    assert json.loads(line) == said("1", None, text)


def test_each_record_is_in_the_file_at_once(path: Path) -> None:
    journal = Journal(path)
    for record in (BEGIN, said("1")):
        journal.append(record)
    journal.sync()

    assert path.read_bytes() == encode(BEGIN) + encode(said("1"))
    journal.close()


class SlowDisk:
    """Holds what it is told to when it is let: stands for `os.fsync`."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.told = 0

    def __call__(self, fd: int) -> None:
        del fd
        self.told += 1
        if not self.ready.wait(5):
            raise OSError(errno.EIO, "Input/output error")


async def test_a_slow_disk_is_waited_for_only_by_who_asks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SlowDisk()
    monkeypatch.setattr("os.fsync", disk)
    journal = Journal(path)
    journal.append(said("1"))
    journal.sync()
    assert texts(path) == ["hi"]  # of whoever reads it, though the disk does not hold it yet

    waiting = asyncio.ensure_future(journal.synced())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    disk.ready.set()
    await waiting
    assert (disk.told, journal.trouble) == (1, "")
    await journal.synced()  # nothing more to wait for
    journal.close()


def test_to_close_waits_for_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = SlowDisk()
    monkeypatch.setattr("os.fsync", disk)
    journal = Journal(path)
    journal.append(said("1"))
    journal.sync()
    closing = threading.Thread(target=journal.close)
    closing.start()
    closing.join(0.02)
    assert closing.is_alive()
    disk.ready.set()
    closing.join(5)
    assert not closing.is_alive()


async def test_a_disk_that_cannot_hold_it_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("os.fsync", broken)
    journal = Journal(path)
    journal.append(said("1"))
    journal.sync()
    await journal.synced()
    assert journal.trouble == "The session cannot be saved (Input/output error)."
    journal.close()


def test_nothing_is_created_before_the_first_message(path: Path) -> None:
    write(path, BEGIN, {"type": "set", "name": "temperature", "value": 1.0})

    assert not path.exists()


def test_a_private_session_writes_nothing(tmp_path: Path) -> None:
    journal = Journal(None)
    journal.append(said("1"))
    journal.sync()
    journal.close()

    assert [entry for entry in tmp_path.iterdir() if entry.name != "home"] == []
    assert journal.trouble == ""


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.posix  # modes of files
@pytest.mark.usefixtures("umask")
def test_only_the_owner_can_read_it(path: Path) -> None:
    write(path, said("1"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.posix
def test_an_open_file_of_others_is_closed_to_them(path: Path) -> None:
    write(path, said("1"))
    path.chmod(0o644)
    journal = Journal(path)
    journal.take()
    journal.close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_writer_is_refused(path: Path) -> None:
    first = Journal(path)
    first.append(said("1"))
    second = Journal(path)

    with pytest.raises(StoreError, match="open in another terminal") as caught:
        second.take()

    assert caught.value.advice
    first.close()
    second.take()
    second.append(said("2", "1", "later"))
    second.close()
    assert texts(path) == ["hi", "later"]


@pytest.mark.posix
def test_a_session_that_was_deleted_while_it_was_opened_is_gone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, said("1"))

    def late(_fd: int) -> bool:
        path.unlink(missing_ok=True)  # whoever had it deletes it before the lock is ours
        return True

    monkeypatch.setattr("zatsudan.sessions.journal.lock", late)
    with pytest.raises(StoreError, match=r"cannot be opened .*No such file"):
        Journal(path).take()


def test_a_session_leaves_no_file_but_its_journal(path: Path) -> None:
    write(path, said("1"))

    assert list(path.parent.iterdir()) == [path]


def test_taking_a_session_that_is_gone_creates_none(path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Journal(path).take()

    assert not path.exists()


# --- trouble --------------------------------------------------------------


def test_a_directory_that_cannot_be_made_keeps_the_records(path: Path) -> None:
    path.parent.parent.write_text("a file in the way")
    journal = Journal(path)
    journal.append(BEGIN)
    journal.append(said("1"))
    assert journal.trouble.startswith("The session cannot be saved (")

    path.parent.parent.unlink()
    journal.append(said("2", "1", "later"))

    assert journal.trouble == ""
    assert texts(path) == ["hi", "later"]
    journal.close()


def test_a_full_disk_keeps_the_records_and_no_half_of_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    journal.append(said("1"))
    whole = path.read_bytes()
    room = [5, 0]

    def cramped(fd: int, data: bytes | memoryview) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(fd, data[: room.pop(0)])

    real = os.write
    monkeypatch.setattr(os, "write", cramped)
    journal.append(said("2", "1", "later"))
    assert journal.trouble == "The session cannot be saved (No space left on device)."
    assert path.read_bytes() == whole

    monkeypatch.setattr(os, "write", real)
    journal.append(said("3", "2", "last"))
    assert journal.trouble == ""
    assert texts(path) == ["hi", "later", "last"]
    journal.close()


@pytest.mark.posix
def test_an_open_that_fails_leaves_no_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_fd: int, _mode: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    journal = Journal(path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fchmod", refused)
        journal.append(said("1"))
    assert "Input/output error" in journal.trouble

    journal.append(said("2", "1", "later"))
    assert journal.trouble == ""
    assert texts(path) == ["hi", "later"]
    journal.close()


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_modes_takes_a_session(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    journal = Journal(path)
    with monkeypatch.context() as patch:
        for name in ("fchmod", "fsync"):
            patch.setattr(os, name, refused)
        patch.setattr(Path, "chmod", refused)
        journal.append(said("1"))
        journal.sync()
        journal.close()
    assert journal.trouble == ""
    assert texts(path) == ["hi"]


# --- reading what was damaged ---------------------------------------------


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_torn_last_line_is_told_and_cut_off_by_the_next_record(path: Path, cut: int) -> None:
    write(path, said("1"), said("2", "1", "torn"))
    path.write_bytes(path.read_bytes()[:-cut])
    journal = Journal(path)
    journal.take()

    loaded = load(path)
    assert loaded.torn
    assert texts(path) == ["hi"]

    journal.append(said("2", "1", "again"))
    journal.close()
    assert not load(path).torn
    assert texts(path) == ["hi", "again"]


@pytest.mark.parametrize(
    "damage",
    [b"\x00\x00\x00", b'{"type": "mess', b"\xff\xfe", b"[1]", b"[" * 10_000, b'"text"', b"{}"],
)
def test_a_damaged_line_costs_that_record_only(path: Path, damage: bytes) -> None:
    lines = [encode(said("1")), damage + b"\n", encode(said("3", "2", "later"))]
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(lines))

    assert load(path).damaged == 1
    assert texts(path) == ["hi", "later"]


@given(st.binary(max_size=60), st.integers(0, 400))
def test_any_damage_leaves_a_session_or_a_sentence(damage: bytes, place: int) -> None:
    data = b"".join(encode(said(str(n), str(n - 1), f"message {n}")) for n in range(1, 4))
    broken = data[:place] + damage + data[place + len(damage) :]
    path = Path(os.environ["HOME"]) / "broken.jsonl"
    path.write_bytes(broken)
    try:
        loaded = load(path)
    except StoreError as error:
        loaded = None
        sentence = str(error)
    else:
        sentence = ""

    assert (loaded is None) == sentence.startswith("broken.jsonl holds no session")


def test_records_of_a_later_version_are_kept(path: Path) -> None:
    future: JsonObject = {"type": "mood", "value": "calm"}
    write(path, said("1"), future)
    journal = Journal(path)
    journal.take()
    journal.append(said("2", "1", "later"))
    journal.close()

    assert load(path).session.unknown == 1
    assert encode(future) in path.read_bytes()


def test_files_that_are_no_session(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()

    with pytest.raises(StoreError, match=r"empty\.jsonl holds no session"):
        load(empty)
    with pytest.raises(StoreError, match=r"The session none cannot be read \(No such file"):
        load(tmp_path / "none.jsonl")


# --- lists ----------------------------------------------------------------


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """Three sessions; the later in the alphabet, the later in time."""
    directory = tmp_path / "sessions"
    for number, (key, first, title) in enumerate(
        [("20260101-a", "About cats", ""), ("20260102-b", "About dogs", "Pets"),
         ("20260103-c", "Say\n\x1b[2Jhi", "Cats and dogs")]
    ):  # fmt: skip
        path = directory / f"{key}.jsonl"
        records: list[JsonObject] = [
            begin_record(key, ""),
            {"type": "model", "model": f"m{number}", "server": ""},
        ]
        records += [said("1", None, first), said("2", "1", "reply", "assistant"), said("3", "2")]
        if title:
            records.append({"type": "title", "title": "An earlier title"})
            records.append({"type": "title", "title": title})
        write(path, *records)
        os.utime(path, (number, number))
    return directory


def test_summaries_are_the_latest_first(sessions: Path) -> None:
    (sessions / "notes.txt").write_text("not a session")
    (sessions / "empty.jsonl").touch()
    (sessions / "folder.jsonl").mkdir()

    found = summaries(sessions)

    assert [(entry.name, entry.model, entry.turns, entry.modified) for entry in found] == [
        ("Cats and dogs", "m2", 2, 2.0),
        ("Pets", "m1", 2, 1.0),
        ("About cats", "m0", 2, 0.0),
    ]
    assert found[0].first_words == "Say ␛[2Jhi"


def test_no_directory_is_no_session(tmp_path: Path) -> None:
    assert summaries(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("1", "20260103-c"),
        ("3", "20260101-a"),
        ("20260102-b", "20260102-b"),
        ("20260102", "20260102-b"),
        ("Pets", "20260102-b"),
        ("pe", "20260102-b"),
        ("about", "20260101-a"),
        ("cats and", "20260103-c"),
        ("dogs", "20260103-c"),
    ],
)
def test_a_session_is_found_by(sessions: Path, name: str, key: str) -> None:
    assert find(sessions, name).id == key


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("horses", "There is no session 'horses'."),
        ("4", "There is no session '4'."),
        ("0", "There is no session '0'."),
        ("²", "There is no session '²'."),
        ("9" * 5000, "There is no session '999"),
        ("202601", "Several sessions fit '202601': Cats and dogs, Pets, About cats."),
    ],
)
def test_a_session_that_is_not_found(sessions: Path, name: str, sentence: str) -> None:
    with pytest.raises(StoreError) as caught:
        find(sessions, name)

    assert str(caught.value).startswith(sentence)
    assert caught.value.advice


def test_of_two_with_the_same_title_the_latest_is_meant(sessions: Path) -> None:
    path = sessions / "20260104-d.jsonl"
    write(path, said("1"), {"type": "title", "title": "Pets"})

    assert find(sessions, "Pets").id == "20260104-d"
