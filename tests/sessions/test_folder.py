"""What a folder tells of its journals without one being opened."""

import os
from pathlib import Path

import pytest

from tests.support.stored import write
from zatsudan.sessions.folder import entries, entry_of, listing, sums


def test_what_is_no_journal_is_none(tmp_path: Path) -> None:
    write(tmp_path, "later", "words")
    write(tmp_path, "earlier", "words", age=9)
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / "index").mkdir()
    assert [entry.name for entry in entries(tmp_path)] == ["later.jsonl", "earlier.jsonl"]
    assert listing(tmp_path).keys() == {"later.jsonl", "earlier.jsonl"}
    assert sums(tmp_path, ()).journals == 2
    assert entry_of(tmp_path, "none.jsonl") is None
    assert entries(tmp_path / "none") == []
    assert listing(tmp_path / "none") == {}


@pytest.mark.posix  # numbers that are inodes
def test_the_listing_tells_of_another_file_and_not_of_more_in_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "words")
    listed, added = listing(tmp_path), sums(tmp_path, ())
    with path.open("ab") as file:
        file.write(b"{}\n")
    assert listing(tmp_path) == listed
    assert sums(tmp_path, ()) != added
    write(tmp_path, "other", "words").replace(path)
    assert listing(tmp_path).keys() == listed.keys()
    assert listing(tmp_path) != listed


@pytest.mark.posix  # Windows has no such time
def test_the_sums_tell_of_a_change_that_leaves_size_and_time(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "words")
    write(tmp_path, "other", "words")
    before, others = sums(tmp_path, ()), sums(tmp_path, {"s.jsonl"})
    assert others.journals == 1
    stat = path.stat()
    while sums(tmp_path, ()) == before:  # clocks tick slowly
        path.write_bytes(path.read_bytes().replace(b"words", b"other"))
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert sums(tmp_path, {"s.jsonl"}) == others
