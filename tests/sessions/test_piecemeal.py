"""A journal in pieces says what it says whole."""

import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import records
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.sessions import piecemeal as module
from zatsudan.sessions.journal import encode
from zatsudan.sessions.piecemeal import Pieces, goes_on, texts_of
from zatsudan.sessions.summary import summary_by, summary_of


@pytest.mark.parametrize("size", [1, 30, 500_000])
@given(st.lists(records, max_size=12), st.binary(max_size=9).filter(lambda end: b"\n" not in end))
def test_a_journal_in_pieces_says_what_it_says_whole(
    size: int, ops: list[JsonObject], torn: bytes
) -> None:
    whole = b"".join(map(encode, ops))
    data = whole + torn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BYTES", size)
        found = Pieces(io.BytesIO(data), 0, len(data))
        summary = summary_by(Path("x"), "a.jsonl", found, 5.0)

        assert summary == summary_of(Path("x"), "a.jsonl", data, 5.0)
        assert (found.end, found.sum) == (len(whole), zlib.crc32(whole))
        assert b"".join(Pieces(io.BytesIO(data), 0, len(data))) == whole
        assert goes_on(io.BytesIO(data), len(data), len(whole), zlib.crc32(whole))
        assert not goes_on(io.BytesIO(data), len(data), len(whole), zlib.crc32(whole) ^ 1)
        assert not goes_on(io.BytesIO(b""), 0, len(whole) + 1, 0)
        assert list(texts_of(Pieces(io.BytesIO(data), 0, len(data)))) == [
            message["content"]
            for record in ops
            if record["type"] == "message" and isinstance(message := record["message"], dict)
        ]


def test_pieces_begin_and_end_where_they_are_told_to() -> None:
    data = b"one\ntwo\nthree\nfour\n"

    assert b"".join(Pieces(io.BytesIO(data), 4, 17)) == b"two\nthree\n"
