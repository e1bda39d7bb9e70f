"""The body of a response: a stream, JSON, or neither, however it was cut."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import cuts, pieces
from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.joining import Joiner
from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Chunk, Delta
from zatsudan.wire.reader import Reader


def read(*parts: bytes) -> tuple[list[Chunk], Reader]:
    reader = Reader()
    chunks: list[Chunk] = []
    for part in parts:
        chunks += reader.feed(part)
    return [*chunks, *reader.close()], reader


def deltas(*parts: bytes) -> list[Delta]:
    return [delta for chunk in read(*parts)[0] for delta in chunk.deltas]


def event(value: Json) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def content(text: str, index: int = 0, finish: str | None = None) -> bytes:
    return event(
        {"choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish}]}
    )


def test_a_stream() -> None:
    usage = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
    chunks, reader = read(content("a") + content("b", finish="stop") + usage + b"data: [DONE]\n\n")

    assert chunks == [
        Chunk((Delta(0, "a"),)),
        Chunk((Delta(0, "b", "", "stop"),)),
        Chunk(usage=Usage(3, 2)),
    ]
    assert reader.complete


@pytest.mark.parametrize(
    ("body", "complete"),
    [
        (b"data: [DONE]\n\n", True),
        (content("a") + b"data: [DONE]", True),
        (content("a") + b"data:  [DONE] \n\n", True),
        (content("a", finish="stop"), True),
        (content("a", 0, "stop") + content("b", 1, "length"), True),
        (content("a", 0, "stop") + content("b", 1), False),
        (content("a"), False),
        (b"", False),
        (b": ping\n\n", False),
    ],
)
def test_how_a_stream_says_that_it_is_whole(body: bytes, complete: bool) -> None:
    assert read(body)[1].complete is complete


@pytest.mark.parametrize(
    "body",
    [
        b'{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}',
        b'\xef\xbb\xbf \r\n{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}\n',
        b'[{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}]',
    ],
)
def test_json_instead_of_a_stream_is_a_reply(body: bytes) -> None:
    chunks, reader = read(body)

    assert chunks == [Chunk((Delta(0, "hi", "", "stop"),))]
    assert reader.complete


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"error": {"message": "no memory"}}', "no memory"),
        (b'[{"error": {"message": "no memory"}}]', "no memory"),
        (b'{"object": "error", "message": "no memory"}', "no memory"),
        (b'{"detail": "Not Found"}', "JSON that holds no reply: Not Found"),
        (b'{"choices": []}', "JSON that holds no reply."),
        (b'{"models": []}', "JSON that holds no reply."),
        (b"<!doctype html><title>Log in</title>", "Log in (a web page"),
        (b'{"choices": [', "something that is not a reply"),
        (b'{"a": 1}\n{"a": 2}\n', "something that is not a reply"),
        (b"[1, 2]", "something that is not a reply"),
        (b"[" * 10_000, "something that is not a reply"),
    ],
)
def test_other_bodies_are_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(StreamError) as caught:
        read(body)

    assert sentence in str(caught.value)
    assert caught.value.advice
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (event({"error": {"message": "overloaded"}}), "broke off: overloaded"),
        (event({"error": "overloaded"}), "broke off: overloaded"),
        (b"event: error\ndata: overloaded\n\n", "broke off: overloaded"),
        (b'event: error\ndata: {"message": "overloaded"}\n\n', "broke off: overloaded"),
        (b"event: error\ndata: {}\n\n", "broke off: it gave no reason"),
        (b'data: {"choices": [\n\n', 'no JSON: {"choices": ['),
        (b"data: " + b"[" * 10_000 + b"\n\n", "no JSON: [["),
        (
            event({"error_type": "Bad", "error_message": "too long", "choices": None}),
            "broke off: too long",
        ),
        (event({"success": False, "errors": [{"code": 7, "message": "no"}]}), "broke off: no"),
        (event({"detail": "no memory"}), "broke off: no memory"),
        (event({"code": 1000, "message": "no memory"}), "broke off: no memory"),
        (
            event({"base_resp": {"status_code": 1004, "status_msg": "no memory"}}),
            "broke off: no memory",
        ),
        (event({"x_groq": {"error": "no memory"}, "choices": []}), "broke off: no memory"),
        (content("", finish="error"), "broke off: it gave no reason"),
        (content("", finish="network_error"), "broke off: network_error"),
        (
            event({"choices": [{"delta": {}, "error": {"message": "no memory"}}]}),
            "broke off: no memory",
        ),
    ],
)
def test_errors_in_the_middle(body: bytes, sentence: str) -> None:
    reader = Reader()
    assert list(reader.feed(content("a"))) == [Chunk((Delta(0, "a"),))]

    with pytest.raises(StreamError) as caught:
        list(reader.feed(body))

    assert sentence in str(caught.value)
    assert caught.value.advice


@pytest.mark.parametrize(
    "data", ["null", "5", "true", '"queued"', "[]", "[1, 2]", ": keepalive", ":", "ping", "[PING]"]
)
def test_data_that_is_no_object_ends_nothing(data: str) -> None:
    body = content("a") + f"data: {data}\n\n".encode() + content("b", finish="stop")

    assert [delta.content for delta in deltas(body)] == ["a", "b"]


@pytest.mark.parametrize("where", ["data: data: ", "data:data:"])
def test_an_event_within_an_event(where: str) -> None:
    assert deltas(content("a").replace(b"data: ", where.encode())) == [Delta(0, "a")]
    assert deltas(b"data: " + json.dumps(json.dumps({"choices": [{"text": "a"}]})).encode()) == [
        Delta(0, "a")
    ]


def test_an_event_within_a_line_of_objects() -> None:
    body = b'{"choices": [{"text": "a"}]}\ndata: data: {"choices": [{"text": "b"}]}\n'
    assert deltas(body) == [Delta(0, "a"), Delta(0, "b")]


def test_text_comes_before_the_error_beside_it() -> None:
    value: Json = {
        "choices": [{"delta": {"content": "b"}}],
        "error": {"code": 502, "message": "gone"},
    }
    reader = Reader()
    seen = iter(reader.feed(content("a") + event(value) + b"data: [DONE]\n\n"))
    came = [next(seen), next(seen)]
    with pytest.raises(StreamError, match="broke off: gone"):
        next(seen)

    assert [delta.content for chunk in came for delta in chunk.deltas] == ["a", "b"]


def test_behind_the_end_only_usage_counts() -> None:
    usage: Json = {"choices": [{"delta": {"content": "late"}}], "usage": {"prompt_tokens": 3}}
    chunks, _ = read(content("a"), b"data: [DONE]\n\n", event(usage), event({"error": "late"}))

    assert [chunk.deltas for chunk in chunks] == [(Delta(0, "a"),), ()]
    assert chunks[-1].usage == Usage(3)


def message(text: str, **more: Json) -> Json:
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, **more}]}


EMPTY: Json = {"role": "assistant", "content": ""}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([message("Paris.", delta=EMPTY)], "Paris."),
        ([message("Paris.", delta={})], "Paris."),
        (
            [message("Pa", delta={"content": "Pa"}), message("Paris.", delta={"content": "ris."})],
            "Paris.",
        ),
        ([message("Pa", delta={"content": "Pa"}), message("Pa", delta=EMPTY)], "Pa"),
        ([message("Pa", delta={"content": "Pa"}), message("Paris.", delta=EMPTY)], "Paris."),
        ([message("\n Pa", delta={"content": "\n Pa"}), message("Pa", delta=EMPTY)], "\n Pa"),
        ([message("Pa"), message("ris.")], "Paris."),
        ([message("", delta={"content": "Paris."}), message("Paris.")], "Paris."),
    ],
)
def test_a_message_beside_a_delta_is_read_once(values: list[Json], text: str) -> None:
    assert "".join(delta.content for delta in deltas(*map(event, values))) == text


def test_sources_that_are_told_in_each_chunk_are_kept_once() -> None:
    body = [
        event({"choices": [{"delta": {"content": c}}], "citations": ["https://a.example"]})
        for c in "ab"
    ]

    assert [delta.beside for delta in deltas(*body)] == [
        (("citations", ["https://a.example"]),), (),
    ]  # fmt: skip


def test_a_lone_choice_may_be_counted_from_one() -> None:
    reader = Reader(1)
    chunks = [*reader.feed(content("a", 1) + content("b", 1, "stop")), *reader.close()]

    assert [(delta.index, delta.content) for chunk in chunks for delta in chunk.deltas] == [
        (0, "a"), (0, "b"),
    ]  # fmt: skip
    assert reader.complete


def test_blank_data_means_nothing() -> None:
    assert deltas(b"data:  \n\ndata\ndata\n\n" + content("a")) == [Delta(0, "a")]


def test_integers_without_end_do_no_harm() -> None:
    body = b'data: {"created": ' + b"9" * 5000 + b', "choices": [{"delta": {"content": "a"}}]}\n\n'

    assert deltas(body) == [Delta(0, "a")]


def test_choices_come_interleaved() -> None:
    got = deltas(content("a", 0), content("x", 1), content("b", 0), content("y", 1))

    assert [(delta.index, delta.content) for delta in got] == [
        (0, "a"), (1, "x"), (0, "b"), (1, "y"),
    ]  # fmt: skip


def test_a_character_in_two_halves_is_put_together() -> None:
    body = content("a\ud83d") + content("\ude00b") + content("c")

    assert [delta.content for delta in deltas(body)] == ["a", "😀b", "c"]


def test_halves_of_different_choices_are_kept_apart() -> None:
    body = content("\ud83d", 0) + content("\ud83c", 1) + content("\ude00", 0) + content("\udf89", 1)

    assert [delta.content for delta in deltas(body)] == ["", "", "😀", "🎉"]


@given(st.lists(st.sampled_from(["a", "\ud83d", "\ude00", "😀", "\ufeff", "あ"]), max_size=8))
def test_joined_text_has_no_halves_and_no_sign_too_many(parts: list[str]) -> None:
    joiner = Joiner()
    joined = "".join(joiner.feed(part) for part in parts) + joiner.feed("|")

    assert joined == "".join(parts).encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    ) + ("|")


STREAM = (
    b"\xef\xbb\xbf\r\n: ping\r\n\r\n"
    + content("é あ 😀", 0)
    + 'data: {"choices": [{"delta": {"content": "é\u2028あ"}}]}\r\n\r\n'.encode()
    + content("\ud83d", 1)
    + content("\ude00", 1, "stop")
    + b"data: [DONE]"
)


@given(cuts(len(STREAM)))
def test_cuts_change_nothing(places: list[int]) -> None:
    chunks, reader = read(*pieces(STREAM, places))

    assert [delta.content for chunk in chunks for delta in chunk.deltas] == [
        "é あ 😀", "é\u2028あ", "", "😀",
    ]  # fmt: skip
    assert reader.done


WHOLE = b'\xef\xbb\xbf {"choices": [{"message": {"content": "\xe3\x81\x82"}}]}'


@given(cuts(len(WHOLE)))
def test_cuts_change_nothing_in_a_json_body(places: list[int]) -> None:
    assert deltas(*pieces(WHOLE, places)) == [Delta(0, "あ")]


@given(st.binary(max_size=200), st.data())
def test_any_bytes_give_chunks_or_a_sentence_the_same_for_any_cut(
    body: bytes, draw: st.DataObject
) -> None:
    def outcome(parts: list[bytes]) -> list[Chunk] | str:
        try:
            return read(*parts)[0]
        except StreamError as error:
            return str(error)

    assert outcome(pieces(body, draw.draw(cuts(len(body))))) == outcome([body])


def details(text: str) -> JsonObject:
    return {"reasoning_details": [{"type": "reasoning.text", "text": text}]}


@pytest.mark.parametrize(
    ("values", "thought"),
    [
        ([details("The user"), details(" greets.")], "The user greets."),
        ([details("The user"), details("The user greets.")], "The user greets."),
        ([details("a"), details("and")], "aand"),
        ([{"reasoning": "Hm", **details("Hm")}], "Hm"),
        ([{"reasoning_content": "Hm"}, {"content": "<think>Hm</think>"}], "Hm"),
        ([{"reasoning_content": "Hm", "content": "<think>Hm"}, {"content": "</think>"}], "Hm"),
        (
            [
                {
                    "content": [
                        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]}
                    ]
                }
            ],
            "Hm",
        ),
        ([{"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]}], "Hm"),
        ([{"content": "<thought>Hm</thought>"}], "Hm"),
        ([{"content": "[THINK]H"}, {"content": "m[/THI"}, {"content": "NK]"}], "Hm"),
        ([{"content": [{"type": "redacted_thinking", "data": "x"}]}], ""),
    ],
)
def test_reasoning_in_every_form_and_once(values: list[Json], thought: str) -> None:
    last: Json = {"content": "Hi"}
    events = [event({"choices": [{"delta": value}]}) for value in (*values, last)]
    got = deltas(*events)

    assert "".join(delta.reasoning for delta in got) == thought
    assert "".join(delta.content for delta in got) == "Hi"


def test_events_that_no_blank_line_parts_are_events() -> None:
    whole = content("a") + b": ping\n" + content("b", finish="stop") + b"data: [DONE]\n\n"
    body = whole.replace(b"\n\n", b"\n")
    chunks, reader = read(body)

    assert [delta.content for chunk in chunks for delta in chunk.deltas] == ["a", "b"]
    assert reader.done


def test_one_event_may_stand_in_several_lines() -> None:
    assert deltas(b'data: {"choices":\ndata: [{"text": "a"}]}\n\n') == [Delta(0, "a")]


@pytest.mark.parametrize("reason", ["ERROR", "ERROR_LIMIT", "failed", "Timeout"])
def test_a_choice_that_ends_in_failure_is_one(reason: str) -> None:
    with pytest.raises(StreamError, match="broke off"):
        read(content("a", finish=reason))


def chunk(text: str, finish: str | None = None) -> Json:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([chunk("a"), chunk("b", "stop")]),
        json.dumps(chunk("a")) + "\n" + json.dumps(chunk("b", "stop")) + "\n",
        json.dumps(chunk("a")) + "\n\n" + json.dumps(chunk("b", "stop")) + "\n[DONE]\n",
    ],
)
def test_a_stream_that_comes_as_json(body: str) -> None:
    chunks, reader = read(body.encode())

    assert [delta.content for chunk in chunks for delta in chunk.deltas] == ["a", "b"]
    assert reader.complete


def test_what_a_gateway_says_in_the_middle_without_a_field() -> None:
    reader = Reader()
    body = content("a") + b'{"error": {"message": "upstream timed out"}}\n'
    seen = iter(reader.feed(body))
    assert next(seen).deltas == (Delta(0, "a"),)
    with pytest.raises(StreamError, match="upstream timed out"):
        next(seen)


@pytest.mark.parametrize("more", [b"", b"data: [DONE]\n\n"])
def test_a_message_that_is_all_that_the_server_says(more: bytes) -> None:
    with pytest.raises(StreamError, match="broke off: Internal server error"):
        read(event({"message": "Internal server error"}), more)
    assert deltas(event({"message": "queued"}), content("a"), more) == [Delta(0, "a")]


def test_a_status_in_words() -> None:
    with pytest.raises(StreamError, match="broke off: no memory"):
        read(event({"status": "error", "message": "no memory"}))


def test_a_line_end_that_was_cut_is_one() -> None:
    joiner = Joiner()
    assert [joiner.feed(text) for text in ("a\r", "\nb\r\n", "c\r", "d\r")] == [
        "a",
        "\nb\n",
        "c",
        "\rd",
    ]
    assert joiner.close() == "\r"


def test_a_usual_chunk_takes_few_steps() -> None:
    def calls(count: int) -> int:
        reader, body = Reader(1), b"".join(content("word ") for _ in range(count))
        made = 0

        def count_calls(_: object, kind: str, __: object) -> None:
            nonlocal made
            made += kind == "call"

        sys.setprofile(count_calls)
        try:
            chunks = sum(1 for _ in reader.feed(body))
        finally:
            sys.setprofile(None)
        assert chunks == count
        return made

    # Functions of ours that are entered, generators each time: 60 by the general reading.
    assert (calls(110) - calls(10)) / 100 <= 30


OLLAMA = [
    {"model": "m", "message": {"role": "assistant", "content": "Hel"}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": "lo"}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"},
]  # fmt: skip


def test_objects_a_line_are_read_as_they_come() -> None:
    reader = Reader()
    lines = [f"{json.dumps(value)}\n".encode() for value in OLLAMA]
    came = [
        ["".join(delta.content for delta in chunk.deltas) for chunk in reader.feed(line)]
        for line in lines
    ]
    assert came == [[], ["Hel", "lo"], [""]]  # one line alone may be a whole body
    assert reader.speaks
    assert not list(reader.close())
    assert reader.complete


@pytest.mark.parametrize("cut", [1, 7, 50, 1000])
def test_such_lines_may_be_cut_anywhere(cut: int) -> None:
    body = "\r\n".join(map(json.dumps, OLLAMA)).encode()
    found, reader = read(*(body[at : at + cut] for at in range(0, len(body), cut)))
    assert "".join(delta.content for chunk in found for delta in chunk.deltas) == "Hello"
    assert reader.complete


def test_a_line_that_is_no_object_ends_them() -> None:
    reader = Reader()
    body = b"\n".join([*(json.dumps(value).encode() for value in OLLAMA[:2]), b"<html>", b""])
    chunks = reader.feed(body)
    came = [next(chunks).deltas[0].content for _ in range(2)]
    assert came == ["Hel", "lo"]
    with pytest.raises(StreamError, match="<html>"):
        next(chunks)
