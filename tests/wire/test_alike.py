"""Events that are like others are read as they are read by themselves."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.strategies import any_text
from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json, JsonObject, loads
from zatsudan.wire.alike import Alike
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.reader import Reader

_WORDS = any_text | st.sampled_from(
    ("word", " a", '"', "\\", "\n", "日本", "😀", "\ud83d", "\ude00", "other", "<think>", "</think>", '"}', "}{", "")
)  # fmt: skip


def _envelope(kind: str, text: str, number: int) -> JsonObject:
    delta: dict[str, Json] = {"content": text}
    if kind == "reasoning":
        delta = {"reasoning_content": text}
    elif kind == "both":
        delta = {"content": text, "reasoning_content": text}
    elif kind == "role":
        delta = {"role": "assistant", "content": text}
    elif kind == "details":
        delta = {"content": "", "reasoning_details": [{"text": text}]}
    choice: JsonObject = {"index": number if kind == "many" else 0, "delta": delta}
    if kind == "ends":
        choice["finish_reason"] = "stop"
    if kind == "whole":
        choice["message"] = {"content": text}
    told: JsonObject = {"id": "x", "model": "other", "choices": [choice]}
    if kind == "filled":
        told["obfuscation"] = text
    if kind == "counted":
        told["usage"] = {"prompt_tokens": number, "completion_tokens": number}
    return told


_KINDS = ("plain", "reasoning", "both", "role", "details", "many", "ends", "whole", "filled", "counted")  # fmt: skip
_EVENTS = st.lists(
    st.tuples(st.sampled_from(_KINDS), st.lists(_WORDS, min_size=1, max_size=6), st.booleans()),
    max_size=8,
)


def _read(lines: list[str], asked: int | None) -> tuple[list[Chunk], str]:
    reader, found = Reader(asked), list[Chunk]()
    try:
        for line in lines:
            found += reader.feed(line.encode("utf-8", "replace"))
        found += reader.close()
    except ZatsudanError as error:
        return found, str(error)
    return found, ""


@settings(max_examples=300, deadline=None)
@given(_EVENTS, st.sampled_from([None, 1, 2]), st.booleans())
def test_a_stream_is_the_same_with_and_without(
    events: list[tuple[str, list[str], bool]], asked: int | None, done: bool
) -> None:
    lines = [
        f"data: {json.dumps(_envelope(kind, text, number % 2), ensure_ascii=escaped)}\n\n"
        for kind, texts, escaped in events
        for number, text in enumerate(texts)
    ] + ["data: [DONE]\n\n"] * done
    shown = _read(lines, asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Alike, "read", lambda *_: None)
        assert _read(lines, asked) == shown


def test_what_is_alike_is_read_so(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []
    plainly = Alike.read

    def counted(*args: object) -> Chunk | None:
        found: Chunk | None = plainly(*args)  # type: ignore[arg-type]
        read.append(found is not None)
        return found

    monkeypatch.setattr(Alike, "read", counted)
    words = ["one", " two", "\n", "「三」", '"four"', "\\"]
    lines = [f"data: {json.dumps(_envelope('plain', word, 0))}\n\n" for word in words]
    chunks, error = _read(lines, 1)
    assert [chunk.deltas[0].content for chunk in chunks] == words
    assert read == [False, *[True] * 5]
    assert not error


def test_what_is_never_alike_is_seldom_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def counted(text: str) -> Json:
        tried.append(text)
        return loads(text)

    monkeypatch.setattr("zatsudan.wire.alike.loads", counted)
    lines = []
    for number in range(1000):
        told = {**_envelope("plain", f"w{number}", 0), "obfuscation": f"filling{number}"}
        lines.append(f"data: {json.dumps(told)}\n\n")
    chunks, _ = _read(lines, 1)
    assert len(chunks) == 1000
    assert len(tried) < 15
