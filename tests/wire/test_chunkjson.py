"""A chunk from its JSON: lenient in what is read."""

import pytest

from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.chunkjson import read_chunk
from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Chunk, Delta


def test_a_chunk_with_all_its_fields() -> None:
    chunk = read_chunk(
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m-1",
            "system_fingerprint": "fp",
            "choices": [
                {
                    "index": 1,
                    "delta": {"role": "assistant", "content": "hi", "reasoning_content": "hm"},
                    "logprobs": {"content": [{"token": "hi", "logprob": -0.1}]},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 3, "completion_tokens": 1},
        }
    )

    assert chunk == Chunk(
        (Delta(1, "hi", "hm", "stop", ({"token": "hi", "logprob": -0.1},)),),
        Usage(3, 1),
        "c1",
        "m-1",
        "fp",
    )


def choice(**fields: Json) -> JsonObject:
    return {"choices": [dict(fields)]}


@pytest.mark.parametrize(
    ("value", "delta"),
    [
        (choice(delta={"content": "a"}), Delta(content="a")),
        (choice(delta={"role": "assistant", "content": None}), Delta()),
        (choice(delta={}), Delta()),
        (choice(delta=None), Delta()),
        (choice(), Delta()),
        (choice(index=None, delta={"content": "a"}), Delta(content="a")),
        (choice(index="2", delta={"content": "a"}), Delta(2, "a")),
        (choice(index=-1, delta={"content": "a"}), Delta(0, "a")),
        (choice(delta={"content": [{"type": "text", "text": "a"}, "b"]}), Delta(content="ab")),
        (choice(delta={"content": {"type": "text", "text": "a"}}), Delta(content="a")),
        (choice(delta={"content": 5}), Delta(content="5")),
        (choice(delta={"reasoning": "r"}), Delta(reasoning="r")),
        (choice(delta={"reasoning_content": "r", "reasoning": "r"}), Delta(reasoning="r")),
        (choice(delta={"reasoning": {"odd": 1}}), Delta()),
        (choice(delta={"refusal": "no"}), Delta(content="no")),
        (choice(delta={"content": "a", "refusal": None}), Delta(content="a")),
        (choice(text="a"), Delta(content="a")),
        (choice(message={"content": "a"}, finish_reason="length"), Delta(0, "a", "", "length")),
        (choice(delta={}, finish_reason=""), Delta()),
        (choice(delta={}, finish_reason=7), Delta()),
        (choice(delta={}, logprobs=None), Delta()),
        (choice(delta={}, logprobs={"content": None}), Delta()),
        (choice(delta={}, logprobs=[1]), Delta()),
        (choice(delta={"tool_calls": []}), Delta()),
        (
            choice(delta={"tool_calls": [{"index": 0}]}),
            Delta(extra=(("tool_calls", [{"index": 0}]),)),
        ),
    ],
)
def test_odd_choices(value: JsonObject, delta: Delta) -> None:
    assert read_chunk(value).deltas == (delta,)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"choices": []},
        {"choices": None},
        {"choices": "x"},
        {"choices": [None, 5, "x"]},
        {"error": None, "choices": []},
        {"id": 5, "model": [], "system_fingerprint": None},
    ],
)
def test_chunks_that_say_nothing(value: JsonObject) -> None:
    assert read_chunk(value) == Chunk()


def test_the_last_chunk_has_the_usage_and_no_choice() -> None:
    chunk = read_chunk({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}})

    assert chunk == Chunk(usage=Usage(3, 4))


def test_choices_without_an_index_are_numbered() -> None:
    deltas = read_chunk({"choices": [{"delta": {"content": c}} for c in "ab"]}).deltas

    assert deltas == (Delta(0, "a"), Delta(1, "b"))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"error": {"message": "out of memory", "code": 500}}, "broke off: out of memory"),
        ({"error": "out of memory"}, "broke off: out of memory"),
        ({"error": ["out of memory"]}, "broke off: out of memory"),
        ({"error": True}, "broke off: it gave no reason"),
        ({"error": {"message": "m"}, "choices": []}, "broke off: m"),
        ([{"error": {"message": "m"}}], "broke off: m"),
        ({"object": "error", "message": "m"}, "broke off: m"),
        (
            {"error": {"message": "m"}, "choices": [{"delta": {}, "finish_reason": "error"}]},
            "broke off: m",
        ),
        ({"error": {"message": "\x1b[2J<b>"}}, "broke off: ␛[2J<b>"),
        ([], "something that is not a reply"),
        ("text", "something that is not a reply"),
        (None, "something that is not a reply"),
        (7, "something that is not a reply"),
    ],
)
def test_errors_within_a_stream(value: Json, sentence: str) -> None:
    with pytest.raises(StreamError) as caught:
        read_chunk(value)

    assert sentence in str(caught.value)
    assert caught.value.advice


def test_an_empty_error_beside_a_choice_is_none() -> None:
    value: Json = {"error": {}, "choices": [{"delta": {"content": "a"}}]}

    assert read_chunk(value).deltas == (Delta(content="a"),)


@pytest.mark.parametrize("name", ["data", "result", "response", "body"])
def test_a_response_in_an_envelope_is_one(name: str) -> None:
    inner: JsonObject = {
        "id": "c1",
        "choices": [{"index": 0, "message": {"content": "Paris."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }
    assert read_chunk({name: inner, "success": True}) == read_chunk(inner)


def test_what_stands_beside_choices_is_no_envelope() -> None:
    other: JsonObject = {"choices": [{"delta": {"content": "no"}}]}
    chunk = read_chunk({"choices": [{"delta": {"content": "yes"}}], "data": other})
    assert [delta.content for delta in chunk.deltas] == ["yes"]
    with pytest.raises(StreamError):
        read_chunk({"data": {"choices": []}, "success": False, "message": "no credit"})
