"""Messages of other programs become messages that the API takes, and what is none is named."""

import json

import pytest

from tests.support.talks import talk
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions import imports
from zatsudan.sessions.exports import export
from zatsudan.sessions.exports.transcript import messages_of
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Session


def read(value: Json) -> tuple[Session, list[str]]:
    notes: list[str] = []
    (draft,) = imports.read(json.dumps(value), notes.append)
    return replay(draft.records), notes


def sent(value: Json) -> list[JsonObject]:
    return [message.to_json() for message in messages_of(read(value)[0])]


def test_foreign_fields_are_not_sent() -> None:
    value: Json = [
        {"role": "user", "content": "Q", "timestamp": 1744577557, "parentId": None, "files": []},
        {"role": "assistant", "content": "A", "weight": 0, "reasoning_content": "Hm.",
         "annotations": [{"type": "url_citation"}], "refusal": None, "tool_calls": []},
    ]  # fmt: skip
    session, notes = read(value)
    assert [node.message.to_json() for node in session.path()] == [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "A"},
    ]
    assert session.path()[0].at == "2025-04-13T20:52:37Z"
    made = session.path()[1].made
    assert made is not None
    assert made.reasoning == "Hm."
    assert notes == ["Left out, since no server takes them in a message: weight, annotations."]


def test_fields_of_the_api_stay() -> None:
    call: Json = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    value: Json = [
        {"role": "user", "name": "ada", "content": "Q"},
        {"role": "assistant", "content": None, "tool_calls": [call], "refusal": "No."},
        {"role": "tool", "tool_call_id": "c", "content": "42"},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "assistant", "content": None, "audio": {"id": "a"}},
    ]
    assert sent(value) == value
    assert read(value)[1] == []


def test_calls_have_the_form_of_the_api() -> None:
    calls: Json = [{"id": "c", "index": 0, "function": {"name": "f", "arguments": {"a": 1}}}]
    assert sent([{"role": "assistant", "content": "", "tool_calls": calls}])[0]["tool_calls"] == [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
    ]


def test_a_request_to_anthropic_is_translated() -> None:
    value: Json = {
        "system": [{"type": "text", "text": "Be terse.", "cache_control": {"type": "ephemeral"}}],
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "Hi"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}},
            ]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "x"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}},
            ]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t",
                                          "content": [{"type": "text", "text": "42"}]},
                                         {"type": "text", "text": "And?"}]},
            {"role": "assistant", "content": [{"type": "server_tool_use", "id": "s"}]},
        ],
    }  # fmt: skip
    session, notes = read(value)
    assert sent(value) == [
        {"role": "system", "content": "Be terse."},
        {"role": "user", "content": [
            {"type": "text", "text": "Hi"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]},
        {"role": "assistant", "content": "I look.", "tool_calls": [
            {"id": "t", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}]},
        {"role": "tool", "content": "42", "tool_call_id": "t"},
        {"role": "user", "content": "And?"},
        {"role": "assistant", "content": "[server_tool_use]"},
    ]  # fmt: skip
    assert session.parameters == {"max_tokens": 9}
    made = session.path()[1].made
    assert made is not None
    assert made.reasoning == "Hm."
    assert notes == ["Left out: 1 part of another kind, its place is marked."]


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ({"type": "input_text", "text": "a"}, "a"),
        ({"type": "output_text", "text": "a", "annotations": []}, "a"),
        ({"type": "text", "text": {"value": "a", "annotations": []}}, "a"),
        ({"text": "a"}, [{"type": "text", "text": "a"}]),
        ("a", "a"),
        ({"type": "text", "text": "a", "cache_control": {}}, [{"type": "text", "text": "a"}]),
        ({"type": "input_image", "image_url": "https://x.example/a.png"},
         [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]),
        ({"type": "image_url", "image_url": "https://x.example/a.png"},
         [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]),
        ({"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
         [{"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}]),
        ({"type": "document", "title": "a.pdf", "source": {"type": "base64", "data": "AA"}}, "[a.pdf]"),
        ({"type": "document", "source": {"type": "text", "data": "words"}}, "words"),
        ({"type": "hologram", "of": "a cat"}, "[hologram]"),
    ],
)  # fmt: skip
def test_parts(part: Json, kept: Json) -> None:
    assert sent([{"role": "user", "content": [part]}]) == [{"role": "user", "content": kept}]


@pytest.mark.parametrize(
    ("role", "ours"), [("human", "user"), ("ai", "assistant"), ("model", "assistant")]
)
def test_what_others_call_the_roles(role: str, ours: str) -> None:
    value: Json = [{"role": role, "parts": [{"text": "a"}]}]
    (message,) = sent(value)
    assert (message["role"], message["content"]) == (ours, [{"type": "text", "text": "a"}])


def test_a_message_without_a_content_is_counted() -> None:
    value: Json = [{"role": "user", "content": "Q"}, {"role": "assistant", "state": "gone"}]
    assert len(sent(value)) == 1
    assert read(value)[1] == ["Left out: 1 message without a text that can be read."]


def test_our_own_journals_lose_what_no_server_takes() -> None:
    lines = export(talk("one", "ok"), "jsonl").replace(
        '"content":"ok"', '"content":"ok","weight":0'
    )
    notes: list[str] = []
    (draft,) = imports.read(lines, notes.append)
    assert replay(draft.records).path()[1].message.to_json() == {
        "role": "assistant",
        "content": "ok",
    }
    assert notes == ["Left out, since no server takes them in a message: weight."]


def test_lines_of_windows_end_as_all_lines_do() -> None:
    table = "| a |\r\n|---|\r\n| 1 |\r\n\r\n```py\r\nx=1\r\n```\r\n"
    value: Json = [
        {"role": "user", "content": "a\r\nb"},
        {"role": "assistant", "content": table},
        {"role": "user", "content": [{"type": "text", "text": "c\r\nd"}]},
    ]
    session, _ = read(value)
    assert [node.message.text for node in session.path()] == [
        "a\nb",
        table.replace("\r", ""),
        "c\nd",
    ]
    for name in ("markdown", "html", "text", "json"):
        written = export(session, name)
        assert "\r" not in written
        assert "\\r" not in written
        assert "␍" not in written
    assert "<table>" in export(session, "html")


def test_lines_of_arrays_are_talks() -> None:
    lines = "\n".join(json.dumps([{"role": "user", "content": word}]) for word in ("a", "b"))
    drafts = imports.read(lines)
    assert [replay(draft.records).first_words() for draft in drafts] == ["a", "b"]
