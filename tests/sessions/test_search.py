"""Search by bytes against a search that reads everything."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.stored import chars, texts, write
from zatsudan.sessions.journal import encode
from zatsudan.sessions.search import Words, search
from zatsudan.sessions.shelf import ending

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json, JsonObject


def test_hits_are_grouped_by_session_newest_first(tmp_path: Path) -> None:
    write(tmp_path, "old", "東京の雑談", "雑談は楽しい", age=9, title="むかし")
    write(tmp_path, "new", "何か話そう", "雑談 and Chatter", "none")
    write(tmp_path, "other", "nothing")

    result = search(tmp_path, ["雑談"])

    assert [
        (found.session.name, [hit.node_id for hit in found.hits]) for found in result.found
    ] == [
        ("何か話そう", ["2"]),
        ("むかし", ["1", "2"]),
    ]
    assert result.found[0].hits[0].spans == ((0, 2),)
    assert result.count == 3
    assert search(tmp_path, ["雑談", "CHATTER"]).count == 1  # every word in one message


@pytest.mark.parametrize("word", ["user", "needle", "message", "1970", "model", "ended"])
def test_only_what_was_said_is_found(tmp_path: Path, word: str) -> None:
    write(tmp_path, "s", "hello", "there")
    assert search(tmp_path, [word]).found == ()


def test_lists_of_parts_and_null_are_read(tmp_path: Path) -> None:
    write(tmp_path, "s", [{"type": "text", "text": "in a part"}], None)
    assert search(tmp_path, ["part"]).count == 1
    assert search(tmp_path, ["type"]).count == 0


def test_a_search_ends_where_enough_is_found(tmp_path: Path) -> None:
    for number in range(6):
        write(tmp_path, f"s{number}", "cat", "a cat", age=number)
    result = search(tmp_path, ["cat"], limit=3)
    assert (result.count, len(result.found), result.older) == (4, 2, 4)


def test_damaged_lines_and_strange_files_cost_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "a cat", "no", "cat too")
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"a cat"', b'"a cat') + b'{"type":"message","id":"9","mess cat')
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "empty.jsonl").touch()
    (result,) = search(tmp_path, ["cat"]).found
    assert [hit.node_id for hit in result.hits] == ["3"]
    assert search(tmp_path / "none", ["cat"]).found == ()


@given(st.lists(st.lists(texts, min_size=1, max_size=4), max_size=3), st.data())
def test_it_finds_what_reading_everything_finds(
    talks: list[list[str]], data: st.DataObject
) -> None:
    said = [text for talk in talks for text in talk if text.strip()]
    word = st.text(chars, min_size=1, max_size=3)
    if said:
        # Words that stand somewhere, or nearly.
        text = data.draw(st.sampled_from(said))
        start = data.draw(st.integers(0, len(text) - 1))
        piece = st.sampled_from([text[start : start + 2], text[start:].swapcase()])
        word |= piece.filter(bool)
    words = data.draw(st.lists(word, min_size=1, max_size=2))
    wanted = Words(words)
    with TemporaryDirectory() as directory:
        for number, talk in enumerate(talks):
            write(Path(directory), f"s{number}", *talk, age=number)
        result = search(Path(directory), words)
    expected = {
        (f"s{number}", str(at), wanted.spans(text))
        for number, talk in enumerate(talks)
        for at, text in enumerate(talk, 1)
        if wanted.spans(text)
    }
    assert {
        (found.session.id, hit.node_id, hit.spans) for found in result.found for hit in found.hits
    } == expected


@given(texts, texts.filter(bool))
def test_a_word_matches_itself_in_either_case_and_spans_are_its_places(
    text: str, word: str
) -> None:
    spans = Words([word]).spans(text)
    assert bool(spans) >= (word in text)
    if text.isascii() and word.isascii():
        assert bool(spans) == (word.lower() in text.lower())
    assert all(0 <= begin < end <= len(text) for begin, end in spans)


def test_the_end_of_a_long_session_is_read_alone(tmp_path: Path) -> None:
    many: list[Json] = [f"{number} " + "x" * 900 for number in range(1, 601)]
    path = write(tmp_path, "s", *many)
    assert path.stat().st_size > 500_000
    nodes = ending(path, 3)
    assert [node.message.text.split()[0] for node in nodes] == ["598", "599", "600"]
    assert ending(tmp_path / "none.jsonl", 3) == []


def test_the_end_follows_the_head(tmp_path: Path) -> None:
    path = write(tmp_path, "s", "one", "two", "three", "four")
    record: JsonObject = {"type": "head", "id": "2"}
    path.write_bytes(path.read_bytes() + encode(record))
    assert [node.message.text for node in ending(path, 8)] == ["one", "two"]
