"""What is remembered of servers is read leniently and written whole or not at all."""

from pathlib import Path

import pytest

from zatsudan.servers.memory import Memory


def test_what_was_written_is_read_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "new" / "known.json"
    Memory(path).write([{"a": 1}, {"b": None}], indent=1)

    assert Memory(path).read() == [{"a": 1}, {"b": None}] == Memory(path).rows()
    assert path.read_text(encoding="utf-8").startswith("[\n {\n")


@pytest.mark.parametrize("text", ["", "[", "\x00", "[" * 200 + "]" * 200])
def test_a_damaged_file_counts_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(text, encoding="utf-8")

    assert Memory(path).read() is None
    assert Memory(path).rows() == []


def test_rows_are_the_objects_of_a_list(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "known.json")
    (tmp_path / "known.json").write_text('[1, {"a": 1}, "b", []]', encoding="utf-8")
    assert memory.rows() == [{"a": 1}]
    memory.write({"a": 1})
    assert memory.rows() == []


def test_a_file_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (None, tmp_path / "file" / "known.json"):
        Memory(path).write({"a": 1})
        assert Memory(path).read() is None
