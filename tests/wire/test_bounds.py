"""What floods is stopped at its bound, and what came before it is kept."""

import json
from collections.abc import Iterable, Iterator
from itertools import repeat

import pytest

from zatsudan.base.errors import StreamError
from zatsudan.wire import bounds
from zatsudan.wire.protocol import Delta, cut
from zatsudan.wire.reader import Reader

READ = 65_536


def content(text: str, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, **more}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def flood(*start: bytes, then: Iterable[bytes], most: int, asked: int = 1) -> tuple[str, str, int]:
    """Return the text that came, the error, and the bytes that were read of the flood."""
    reader, came, read = Reader(asked), list[str](), 0

    def pieces() -> Iterator[bytes]:
        yield from start
        yield from then

    try:
        for piece in pieces():
            read += len(piece)
            assert read <= most, "nothing stops it"
            for chunk in reader.feed(piece):  # one by one: an error may stand behind them
                came += [delta.content for delta in chunk.deltas]
    except StreamError as error:
        return "".join(came), str(error), read
    return "".join(came), "", read


def test_a_line_without_end() -> None:
    came, error, read = flood(
        content("Hel") + b"data: ", then=repeat(b"x" * READ), most=2 * bounds.LINE
    )
    assert came == "Hel"
    assert error == "The server sends a line without end: 8 MB so far."
    assert read <= bounds.LINE + 2 * READ


@pytest.mark.parametrize("line", [b"data:\n", b"data: xxxxxxxxx\n", b"error: x\n"])
def test_an_event_without_end(line: bytes) -> None:
    _, error, _ = flood(content("Hel"), then=repeat(line * 4000), most=8 * bounds.LINE)
    assert "line without end" in error


def test_events_before_a_line_without_end_in_the_same_piece_are_kept() -> None:
    came, error, _ = flood(
        content("Hel") + content("lo") + b"data: " + b"x" * (bounds.LINE + 1),
        then=(),
        most=2 * bounds.LINE,
    )
    assert (came, bool(error)) == ("Hello", True)


def test_a_body_without_end() -> None:
    _, error, read = flood(
        b'{"choices":[{"message":{"content":"', then=repeat(b"x" * READ), most=2 * bounds.BODY
    )
    assert error == "The server's answer has no end: more than 16 MB."
    assert read <= bounds.BODY + 2 * READ


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
@pytest.mark.parametrize("char", ["x", " ", "あ"])
def test_a_reply_without_end(field: str, char: str) -> None:
    event = b"data: " + json.dumps({"choices": [{"delta": {field: char * 100_000}}]}).encode()
    _, error, read = flood(then=repeat(event + b"\n\n"), most=8 * bounds.REPLY)
    assert error == "The reply has no end: it was stopped at 16 MB."
    assert read > bounds.REPLY


def test_logprobs_without_end() -> None:
    entry = {"token": "a", "logprob": -1.0, "bytes": list(range(2000))}
    event = content("a", logprobs={"content": [entry] * 40})
    _, error, read = flood(then=repeat(event), most=2 * bounds.BESIDE)
    assert "has no end" in error
    assert read <= bounds.BESIDE + 2 * len(event)


def test_a_reply_of_two_megabytes_meets_no_bound() -> None:
    word = "word " * 16
    came, error, _ = flood(then=[content(word)] * (2**21 // len(word)), most=bounds.BESIDE)
    assert (len(came), error) == (2**21 // len(word) * len(word), "")
    whole = content("a" * 2**21)
    came, error, _ = flood(
        then=(whole[at : at + READ] for at in range(0, len(whole), READ)), most=2**23
    )
    assert (len(came), error) == (2**21, "")


def test_what_no_parser_takes_in_a_moment_is_not_parsed() -> None:
    """A list of millions of lists: each becomes an object."""
    event = b'data: {"choices":[' + b"[]," * bounds.VALUES + b"[]]}\n\n"
    came, error, _ = flood(content("Hel"), then=[event], most=8 * bounds.VALUES)
    assert came == "Hel"
    assert error == "The server's answer holds more than 2,097,152 values."


def test_choices_that_nobody_asked_for_are_left_out() -> None:
    choices = [{"index": at, "delta": {"content": "a"}} for at in range(50_000)]
    event = b"data: " + json.dumps({"choices": choices}).encode() + b"\n\n"
    for asked in (1, 3):
        reader = Reader(asked)
        deltas = [delta for chunk in reader.feed(event) for delta in chunk.deltas]
        assert [delta.index for delta in deltas] == list(range(asked))


def test_a_long_delta_is_cut_without_loss() -> None:
    delta = Delta(2, "a" * 10, "r" * 7, "stop", (1,), (("tool_calls", []),))
    pieces = list(cut(delta, 4))
    assert "".join(piece.content for piece in pieces) == delta.content
    assert "".join(piece.reasoning for piece in pieces) == delta.reasoning
    assert {piece.index for piece in pieces} == {2}
    assert max(len(piece.content + piece.reasoning) for piece in pieces) == 4
    assert [piece.finish_reason for piece in pieces] == [None] * (len(pieces) - 1) + ["stop"]
    assert [piece.logprobs for piece in pieces] == [(1,)] + [()] * (len(pieces) - 1)
    assert [piece.extra for piece in pieces] == [delta.extra] + [()] * (len(pieces) - 1)
    assert list(cut(delta, 17)) == [delta]
    assert list(cut(Delta(finish_reason="stop"), 4)) == [Delta(finish_reason="stop")]
