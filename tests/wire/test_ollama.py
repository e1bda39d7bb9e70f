"""Ollama's own API: what of a request arrives in which form, and what its lines become."""

import pytest

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.ollama import chunk, request
from zatsudan.wire.protocol import read_chunk

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
            "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}],
        },
        {"role": "tool", "content": "42", "tool_name": "f"},
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
