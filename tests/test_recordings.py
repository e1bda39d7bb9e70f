"""The script that reads foreign recordings: it finds them in every form, and sees what is wrong."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import recordings
from tests.recordings import Recording, differences, main

ANSWER = {"object": "chat.completion", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}  # fmt: skip
CHUNK = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}  # fmt: skip
STREAM = f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n"
REFUSED = {"error": {"message": "no such model"}}
URI = "https://api.groq.com/openai/v1/chat/completions"


def folder(path: Path) -> Path:
    """One recording in each form."""
    packed = base64.b64encode(STREAM.encode()).decode()
    vcrpy: Any = {
        "interactions": [
            {"request": {"uri": URI}, "response": {"status": {"code": 200}, "parsed_body": ANSWER}},
            {"request": {"uri": URI}, "response": {"status": {"code": 200}, "body": {"string": STREAM}}},
            {"request": {"uri": URI}, "response": {"status": {"code": 404}, "parsed_body": REFUSED}},
            {"request": {"uri": "https://api.groq.com/v1/models"}, "response": {"body": {"string": "{}"}}},
        ]
    }  # fmt: skip
    vcr: Any = {
        "http_interactions": [
            {"request": {"uri": "https://<HOST>/chat/completions"}, "response": {"status": {"code": 200}, "body": {"base64_string": packed}}}
        ]
    }  # fmt: skip
    (path / "a.yaml").write_text(yaml.safe_dump(vcrpy))
    (path / "b.yml").write_text(yaml.safe_dump(vcr))
    fixtures = path / "packages" / "alibaba"
    fixtures.mkdir(parents=True)
    (fixtures / "text.chunks.txt").write_text(json.dumps(CHUNK))
    (fixtures / "text.json").write_text(json.dumps(ANSWER))
    (fixtures / "other.json").write_text('{"object": "list"}')
    return path


def test_every_form_is_found_and_counted_by_vendor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder(tmp_path))]) == 0
    counts = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert sorted(counts) == [
        ["<host>", "1", "1"], ["alibaba", "2", "2"], ["all", "6", "6"], ["groq", "3", "3"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "field", ["content", "reasoning", "finish_reason", "calls", "usage", "service tier", "beside"]
)
def test_what_is_lost_is_seen(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    delta: Any = {
        "content": "a", "reasoning": "b", "annotations": [{}],
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}],
    }  # fmt: skip
    full: Any = {"choices": [{"delta": delta, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1}, "service_tier": "x"}  # fmt: skip
    empty: Any = {"choices": [{"delta": {}}]}
    read = recordings._read
    body = f"data: {json.dumps(full)}\n\n"
    assert differences(Recording("own", "x", 200, body)) == []

    monkeypatch.setattr(recordings, "_read", lambda _: read(f"data: {json.dumps(empty)}\n\n"))
    assert any(line.startswith(field) for line in differences(Recording("own", "x", 200, body)))
