"""Server-sent events: the same events however the bytes were cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import cuts, pieces
from zatsudan.wire.sse import Decoder, Event


def decode(*parts: bytes) -> list[Event]:
    decoder = Decoder()
    events: list[Event] = []
    for part in parts:
        events += decoder.feed(part)
    return events + decoder.close()


def data(*parts: bytes) -> list[str]:
    return [event.data for event in decode(*parts)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_at_lf_cr_and_crlf(end: bytes) -> None:
    body = end.join([b"data: one", b"", b"data: two", b"data: lines", b"", b""])

    assert data(body) == ["one", "two\nlines"]


def test_line_ends_may_be_mixed() -> None:
    assert data(b"data: a\r\n\rdata: b\n\r\ndata: c\r\r") == ["a", "b", "c"]


def test_no_other_sign_ends_a_line() -> None:
    body = "data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\n\n"

    assert data(body.encode()) == ["a\u2028b\u2029c\x85d\x0be\x0cf\x1cg"]


def test_one_byte_order_mark_is_dropped() -> None:
    assert data(b"\xef\xbb\xbfdata: a\n\ndata: \xef\xbb\xbfb\n\n") == ["a", "\ufeffb"]


def test_comments_ids_and_retries_make_no_event() -> None:
    assert decode(b": ping\n\nid: 7\n\nretry: 10\n\n\n\nevent: ping\n\n") == []


def test_an_event_has_its_type_once() -> None:
    assert decode(b"event: error\ndata: x\n\ndata: y\n\n") == [
        Event("x", "error"),
        Event("y", "message"),
    ]


def test_the_blank_after_the_colon_may_be_missing_and_only_one_is_dropped() -> None:
    assert data(b"data:a\n\ndata:  b\n\n") == ["a", " b"]


def test_other_fields_that_begin_with_data_are_not_data() -> None:
    assert data(b"database: x\ndata: y\n\n") == ["y"]


@pytest.mark.parametrize("body", [b"data: a\n\ndata: b\n", b"data: a\n\ndata: b"])
def test_the_last_event_needs_no_blank_line(body: bytes) -> None:
    assert data(body) == ["a", "b"]


def test_the_last_line_may_end_in_a_cr() -> None:
    assert data(b"data: a\n\ndata: b\r") == ["a", "b"]


def test_a_sign_cut_between_two_pieces_is_whole() -> None:
    assert data(b"data: \xe3\x81", b"\x82\n\n") == ["あ"]


def test_a_sign_cut_by_the_end_becomes_a_replacement() -> None:
    assert data(b"data: a\xe3\x81") == ["a\ufffd"]


def test_an_event_comes_as_soon_as_its_blank_line() -> None:
    decoder = Decoder()

    assert decoder.feed(b"data: a\n") == []
    assert decoder.feed(b"\n") == [Event("a")]
    assert decoder.close() == []


def test_a_crlf_cut_in_two_is_one_line_end() -> None:
    assert data(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == ["a\nb"]


STREAM = (
    '\ufeff: hello\r\nid: 1\r\ndata: {"a":"é あ 😀\u2028"}\r\n\r\n'
    "event: error\rdata: one\rdata:two\r\rretry: 3\n\ndata\ndata: x\n\n"
    "data: no end"
).encode()


@given(cuts(len(STREAM)))
def test_cuts_change_nothing(places: list[int]) -> None:
    assert decode(*pieces(STREAM, places)) == [
        Event('{"a":"é あ 😀\u2028"}'),
        Event("one\ntwo", "error"),
        Event("\nx"),
        Event("no end"),
    ]


_lines = st.sampled_from(
    [b"data: a", b"data:b", b"data", b"event: e", b"id: 1", b": c", b"", b"", "データ".encode()]
)
_ends = st.sampled_from([b"\n", b"\r", b"\r\n"])


@given(st.lists(st.tuples(_lines, _ends), max_size=20), st.data())
def test_cuts_change_nothing_in_any_stream(
    lines: list[tuple[bytes, bytes]], draw: st.DataObject
) -> None:
    body = b"".join(line + end for line, end in lines)
    places = draw.draw(cuts(len(body)))

    assert decode(*pieces(body, places)) == decode(body)


def test_every_byte_alone_gives_the_same() -> None:
    assert decode(*(STREAM[i : i + 1] for i in range(len(STREAM)))) == decode(STREAM)


def test_a_line_of_a_megabyte_in_small_pieces() -> None:
    parts = [b"data: ", *[b"x" * 1000] * 1000, b"\n\n"]

    assert data(*parts) == ["x" * 1_000_000]
