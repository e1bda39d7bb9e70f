"""Ollama's own API: what of a request arrives in which form, and what its lines become."""

import pytest

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.chunkjson import read_chunk
from zatsudan.wire.ollama import chunk, request
from zatsudan.wire.reply import Reply

SAID: list[Json] = [{"role": "user", "content": "hi"}]


def body(**parameters: Json) -> JsonObject:
    return {"model": "qwen3:4b", "messages": SAID, "stream": True, **parameters}


def test_all_parameters_arrive_as_options() -> None:
    sent = request(
        body(temperature=0.7, top_k=20, min_p=0.1, max_tokens=9, num_ctx=8192, stop=["x"])
    )

    assert sent == {
        "model": "qwen3:4b",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "options": {
            "temperature": 0.7, "top_k": 20, "min_p": 0.1, "num_predict": 9,
            "num_ctx": 8192, "stop": ["x"],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "named", "value"),
    [
        ({"response_format": {"type": "json_object"}}, "format", "json"),
        ({"response_format": {"type": "text"}}, "format", None),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}},
            "format",
            {"type": "object"},
        ),
        ({"json_schema": {"type": "array"}}, "format", {"type": "array"}),
        ({"reasoning_effort": "none"}, "think", False),
        ({"reasoning_effort": "high"}, "think", "high"),
        ({"reasoning_effort": "max"}, "think", True),
        ({"reasoning": {"effort": "low"}}, "think", "low"),
        ({"reasoning": {"enabled": False}}, "think", False),
        ({"reasoning": {"max_tokens": 100}}, "think", None),
        ({"stop": "x"}, "options", {"stop": ["x"]}),
        ({"keep_alive": "10m"}, "keep_alive", "10m"),
        ({"tools": []}, "tools", []),
        ({"stream_options": {"include_usage": True}}, "options", None),
        ({"stream": False}, "stream", False),
    ],
)  # fmt: skip
def test_what_stands_at_the_top(parameters: JsonObject, named: str, value: Json) -> None:
    assert request(body(**parameters)).get(named) == value


def test_pictures_calls_and_thoughts_of_messages() -> None:
    messages: list[Json] = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "what is it"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "hm",
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c", "name": "f", "content": "42"},
    ]
    assert request({"model": "m", "messages": messages})["messages"] == [
        {"role": "user", "content": "what is it", "images": ["AAAA"]},
        {
            "role": "assistant",
            "content": "",
            "thinking": "hm",
            "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}],
        },
        {"role": "tool", "content": "42", "tool_name": "f", "tool_call_id": "c"},
    ]


def test_lines_are_chunks() -> None:
    thought = read_chunk(chunk({"model": "m", "message": {"role": "assistant", "content": "", "thinking": "hm"}, "done": False}))  # fmt: skip
    assert [(delta.content, delta.reasoning) for delta in thought.deltas] == [("", "hm")]
    last = read_chunk(
        chunk(
            {
                "model": "m", "message": {"role": "assistant", "content": "."}, "done": True,
                "done_reason": "length", "prompt_eval_count": 26, "eval_count": 298,
                "eval_duration": 4_709_213_000,
            }
        )
    )  # fmt: skip
    assert last.deltas[0].content == "."
    assert last.deltas[0].finish_reason == "length"
    assert last.usage is not None
    assert (last.usage.prompt, last.usage.completion) == (26, 298)
    assert last.pace == pytest.approx(63.28, abs=0.01)


def test_a_call_has_an_id_and_its_arguments_as_text() -> None:
    line: Json = {
        "message": {
            "role": "assistant",
            "tool_calls": [{"function": {"name": "f", "arguments": {"city": "京都"}}}],
        },
        "done": False,
    }
    (extra,) = read_chunk(chunk(line)).deltas[0].extra
    assert extra[0] == "tool_calls"
    assert '"f"' in str(extra).replace("'", '"')
    assert "京都" in str(extra)


@pytest.mark.parametrize("value", [{"error": "model not found"}, None, 7, [], "x"])
def test_what_is_no_message_stays_as_it_came(value: Json) -> None:
    assert chunk(value) == value


#: Written after recorded streams: two calls in lines of their own, with and without an index.
CALLS: list[list[JsonObject]] = [
    [{"function": {"name": "f", "arguments": {"a": 1}}}],
    [{"function": {"index": 0, "name": "f", "arguments": {"a": 1}}}],
    [{"id": "call_x", "function": {"index": 0, "name": "f", "arguments": {"a": 1}}}],
]


@pytest.mark.parametrize("first", CALLS)
def test_calls_of_two_lines_are_two(first: list[JsonObject]) -> None:
    reply = Reply()
    second: list[Json] = [{"function": {"index": 0, "name": "g", "arguments": {}}}]
    for time, calls in (("t1", first), ("t2", second)):
        message: Json = {"role": "assistant", "content": "", "tool_calls": [*calls]}
        line: Json = {"model": "m", "created_at": time, "message": message, "done": False}
        for delta in read_chunk(chunk(line)).deltas:
            reply.add(delta)
    calls_made = reply.calls["tool_calls"]
    assert isinstance(calls_made, list)
    assert [call["function"] for call in calls_made if isinstance(call, dict)] == [
        {"name": "f", "arguments": '{"a": 1}'},
        {"name": "g", "arguments": "{}"},
    ]


def test_the_last_line_counts_though_it_has_no_message() -> None:
    last = read_chunk(
        chunk(
            {
                "model": "qwen3:8b", "done": True, "done_reason": "stop",
                "load_duration": 1_000_000_000, "prompt_eval_count": 12,
                "prompt_eval_duration": 500_000_000, "eval_count": 20,
                "eval_duration": 2_000_000_000,
            }
        )
    )  # fmt: skip
    assert last.deltas[0].finish_reason == "stop"
    assert last.usage is not None
    assert (last.usage.prompt, last.usage.completion) == (12, 20)
    assert last.timings == {
        "prompt_n": 12, "prompt_ms": 500.0, "predicted_n": 20, "predicted_ms": 2000.0,
        "load_ms": 1000.0,
    }  # fmt: skip
    assert last.pace == pytest.approx(10.0)
