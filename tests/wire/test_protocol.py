"""The wire: exact in what is sent, lenient in what is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import Json, JsonObject, loads
from zatsudan.wire.came import Came
from zatsudan.wire.errorbodies import error_hint, error_message, read_error
from zatsudan.wire.messages import Message, Usage
from zatsudan.wire.protocol import Chunk, Delta, build_request, read_chunk


def test_a_request_holds_only_what_is_set() -> None:
    assert build_request("m", [Message("user", "hi")], {}) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_parameters_go_under_their_own_names() -> None:
    body = build_request("m", [], {"temperature": 0.0, "stop": ["\n"], "top_k": 40, "x": None})

    assert (body["temperature"], body["stop"], body["top_k"]) == (0.0, ["\n"], 40)
    assert body["x"] is None


def test_without_a_stream_no_stream_options_are_sent() -> None:
    body = build_request("m", [], {"stream": False, "stream_options": {"include_usage": True}})

    assert body == {"model": "m", "messages": [], "stream": False}


def test_stream_options_of_ones_own_are_sent_as_they_are() -> None:
    assert build_request("m", [], {"stream_options": {}})["stream_options"] == {}


def test_the_parameters_given_are_left_alone() -> None:
    parameters: dict[str, Json] = {"temperature": 1.0}
    build_request("m", [], parameters)

    assert parameters == {"temperature": 1.0}


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


@pytest.mark.parametrize("depth", [101, 900, 10_000, 1_000_000])
def test_json_that_is_nested_too_deep_is_a_value_error(depth: int) -> None:
    with pytest.raises(ValueError, match="nested too deep"):
        loads("[" * depth + "]" * depth)


def test_json_of_a_usual_depth_is_read() -> None:
    text = "[" * 100 + "]" * 100

    assert json.dumps(loads(text)) == text


def test_integers_without_end_are_read() -> None:
    assert loads("[" + "9" * 5000 + ", 12]") == [float("inf"), 12]
    assert float(str(loads("9" * 299))) == 1e299


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"error": {"message": "bad", "code": "c", "param": "p"}}', ("bad", "c", "p")),
        (b'{"error": {"message": "bad", "type": "t", "code": null}}', ("bad", "t", "")),
        (b'{"error": "bad"}', ("bad", "", "")),
        (b'[{"error": {"message": "bad", "code": 400}}]', ("bad", "400", "")),
        (b'{"object": "error", "message": "bad", "code": 400}', ("bad", "400", "")),
        (b'{"detail": "Not Found"}', ("Not Found", "", "")),
        (b'{"detail": [{"loc": ["body"], "msg": "field required"}]}', ("field required", "", "")),
        (b"plain words\n", ("plain words", "", "")),
        (b'"words in JSON"', ("words in JSON", "", "")),
        (b"", ("", "", "")),
        (b"{}", ("", "", "")),
        (b"null", ("", "", "")),
        (b"\xff\xfe", ("\ufffd\ufffd", "", "")),
        (
            b"<!DOCTYPE html><html><head><title>502 Bad&nbsp;Gateway</title></head></html>",
            ("502 Bad Gateway (a web page, not an API's reply)", "", ""),
        ),
        (
            b"<html><body><h1>It <i>works</i></h1></body></html>",
            ("It works (a web page, not an API's reply)", "", ""),
        ),
        (b"<html></html>", ("a web page (a web page, not an API's reply)", "", "")),
    ],
)
def test_bodies_of_errors(body: bytes, read: tuple[str, str, str]) -> None:
    assert read_error(body) == read


def test_a_message_without_end_is_cut() -> None:
    assert len(error_message({"error": {"message": "x" * 100_000}})) == 300


def test_hints_are_text_on_one_line() -> None:
    assert error_hint({"error": {"code": ["a\n", 1]}}, "code") == "['a\\n', 1]"
    assert error_hint({"error": "bad"}, "code") == ""
    assert error_hint([], "code") == ""


_TEXTS: st.SearchStrategy[object] = st.sampled_from([None, "", "a", "ab", " b", "\ud83d", 0, ["a"]])
_ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, "", 0, False, True, {}, [], "x", [1], {"content": []}]
)


def _objects(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=fields)


_CHOICE = _objects(
    index=st.sampled_from([None, -1, 0, 1, 2, True, "0"]),
    delta=_objects(
        content=_TEXTS, role=_ODD, reasoning_content=_TEXTS, reasoning=_TEXTS, refusal=_TEXTS
    ),
    finish_reason=st.sampled_from([None, "", "stop", "error"]),
    logprobs=_ODD,
    message=st.sampled_from([None, {"content": "ab"}]),
)
_CHUNK = _objects(
    object=st.sampled_from([None, "chat.completion.chunk", "error"]),
    id=_ODD,
    model=_ODD,
    choices=st.lists(_CHOICE, max_size=2),
    usage=_ODD,
    error=_ODD,
    service_tier=_ODD,
)


@given(st.lists(_CHUNK, max_size=3), st.sampled_from([None, 1, 2]))
def test_the_usual_chunk_is_read_as_any_other(chunks: list[JsonObject], asked: int | None) -> None:
    def read(values: list[JsonObject]) -> list[object]:
        came = Came()
        found: list[object] = []
        for value in values:
            try:
                chunk = read_chunk(value, asked, came)
                found.append((chunk._replace(failure=None), str(chunk.failure)))
            except StreamError as error:
                found.append(str(error))
        return [*found, vars(came)]

    # A field that nobody knows takes the way through the general reading.
    assert read(chunks) == read([{**chunk, "of_nobody": 1} for chunk in chunks])
