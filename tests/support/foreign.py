"""Files and answers of strangers: each text in them made hostile, and all else as it should be."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from tests.support.places import DATA
from tests.support.server import DONE, Request, Script, fails
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.messages import ROLES

#: Fields whose value tells the reader what it has before it: hostile, they would only hide the rest.
TYPES = frozenset(("type", "object", "content_type", "ended", "kind", "recipient"))
#: Without these there is no talk at all.
TALKERS = ("user", "assistant")
LINKS = frozenset(("id", "parent", "current_node", "children", "role"))
#: Tables whose keys are texts of their own.
KEYED = frozenset(("mapping", "parameters", "options_json", "everywhere", "metadata"))


class Poison:
    """Puts one of `texts` before or behind each text, the same at the same: links stay links.

    `whole`: into ids and roles too. `count` tells how many texts were made hostile.
    """

    def __init__(self, texts: Sequence[str], *, whole: bool) -> None:
        self._texts = texts
        self._kept = TYPES if whole else TYPES | LINKS
        self._whole = whole
        self._known: dict[str, str] = {}
        self.count = 0

    def text(self, text: str) -> str:
        self.count += 1
        if text not in self._known:
            at = len(self._known)
            evil = self._texts[at % len(self._texts)]
            self._known[text] = text + evil if at % 2 else evil + text
        return self._known[text]

    def value(self, value: Any, name: str = "") -> Any:
        if isinstance(value, str):
            kept = name in self._kept or (name == "role" and value in TALKERS)
            return value if kept else self.text(value)
        if isinstance(value, list):
            return [self.value(item, name) for item in value]
        if not isinstance(value, dict):
            return value
        keyed = name in KEYED and (self._whole or name != "mapping")
        found = {
            self.text(key) if keyed else key: self.value(item, key) for key, item in value.items()
        }
        return {**found, self.text("of a later version"): self.text("its value")}


#: Two sessions of a home, by their ids.
BENIGN, HOSTILE = "20260101-000000-aaaaa0", "20260102-000000-aaaaa1"

_MADE: JsonObject = {
    "ended": "failed", "finish_reason": "length", "error": "The server broke off.", "model": "scripted",
    "server": "scripted", "fingerprint": "fp", "reasoning": "It thought.", "seconds": 2.0, "first": 0.5,
    "left_out": 1, "given": 1, "parameters": {"temperature": 0.5, "stop": ["END"], "user": "me"},
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    "logprobs": [{"token": "fine", "logprob": -1.0, "top_logprobs": [{"token": "good", "logprob": -2.0}]}],
    "request": {"model": "scripted", "start": "1", "pins": ["1"], "reasoning": "reasoning_content", "form": "prefix"},
    "tier": "default", "last": 1.5, "pace": 20.0, "timings": {"prompt_n": 3, "prompt_ms": 10.0}, "stopped": "END",
    "beside": {
        "citations": ["http://a.example/of"],
        "annotations": [{"type": "url_citation", "url_citation": {"url": "http://a.example/", "title": "Words"}}],
        "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
    },
}  # fmt: skip

_CALLS: Json = [
    {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
]


def _message(number: int, parent: str | None, message: JsonObject, **more: Json) -> JsonObject:
    at = f"2026-01-02T03:04:0{number % 10}Z"
    return {"type": "message", "id": str(number), "parent": parent, "at": at, "message": message, **more}  # fmt: skip


#: A session with a record of every type, a message of every role and every field that a reply has.
RECORDS: list[JsonObject] = [
    {"type": "session", "version": 1, "id": BENIGN, "created": "2026-01-02T03:04:05Z"},
    {"type": "system", "content": "Be brief."},
    {"type": "model", "model": "scripted", "server": "scripted"},
    {"type": "set", "name": "stop", "value": ["END"], "origin": "preset"},
    {"type": "set", "name": "user", "value": "me", "origin": "of nobody"},
    {"type": "set", "name": "mirostat", "value": {"name": "value"}},
    {"type": "set", "name": "seed", "value": 1},
    {"type": "unset", "name": "seed"},
    {"type": "by_state", "plain": {"temperature": 0.5, "stop": ["END"]}, "thinking": {"temperature": 1.5, "user": "me"}},
    _message(1, None, {"role": "user", "content": "A question of words"}),
    _message(2, "1", {"role": "assistant", "content": "# An answer\n\n- `of` [words](http://a.example/)"}, made=_MADE),
    _message(3, "2", {"role": "user", "content": [{"type": "text", "text": "And this?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "name": "a.png"}}]}),
    _message(4, "3", {"role": "assistant", "content": None, "tool_calls": _CALLS, "function_call": {"name": "f", "arguments": "a"}}, made=_MADE),
    _message(5, "4", {"role": "tool", "content": "sunny", "tool_call_id": "c1", "name": "weather"}),
    _message(6, "5", {"role": "function", "content": "sunny", "name": "weather"}),
    _message(7, "6", {"role": "developer", "content": "Be kind."}),
    _message(8, "7", {"role": "system", "content": "Be wise."}),
    {**_message(11, "7", {"role": "system", "content": "Be bold."}), "by_hand": {"from": "8"}},
    _message(9, "1", {"role": "assistant", "content": "Another answer of words"}, made={**_MADE, "parameters": {"temperature": 1.5}, "ended": "interrupted"}),
    {"type": "delta", "id": "10", "parent": "1", "at": "2026-01-02T03:04:05Z", "content": "A third", "reasoning": "hm", "made": _MADE},
    {"type": "lab", "parent": "1", "cells": [{"label": "temperature 0.5", "id": "2"}, {"label": "temperature 1.5", "id": "9"}], "blind": False},
    {"type": "cell", "at": 1, "id": "9"},
    {"type": "character", "card": {"name": "Mori", "description": "a cat of words", "personality": "calm", "scenario": "a wood", "system_prompt": "Be Mori.", "examples": "ex", "post_history": "stay", "greetings": ["Hello.", "Hi."], "user": "Me", "persona": "a person", "creator": "somebody", "version": "1", "notes": "note", "tags": ["tag"], "source": "mori.png", "book": {"entries": [{"content": "lore", "name": "entry", "keys": ["cat"], "constant": True}]}}},
    # And off again: what is sent is that of the other records.
    {"type": "character"},
    {"type": "vote", "picked": "temperature 0.5", "labels": ["temperature 0.5", "temperature 1.5"]},
    {"type": "pin", "id": "1", "pinned": True},
    {"type": "withhold", "id": "5", "how": "hidden"},
    {"type": "begin", "text": "Well,", "always": True},
    # Off again, with no text to be made hostile: where the server begins anew, nothing is sent while it is on.
    {"type": "begin", "always": False},
    {"type": "title", "title": "A talk of words"},
    {"type": "head", "id": "9"},
    {"type": "head", "id": "8"},
]  # fmt: skip

CONFIG: JsonObject = {
    "system": "Be brief.",
    "parameters": {"stop": ["END"], "user": "me", "+mirostat": {"tau": "x"}},
    "profiles": {
        "here": {"base_url": "http://127.0.0.1:9/v1", "model": "scripted", "headers": {"X-Name": "a"},
                 "parameters": {"user": "you"}},
        "there": {"base_url": "http://127.0.0.2:9/v1", "model": "other"},
    },
}  # fmt: skip

PRESET: JsonObject = {
    "model": "scripted",
    "system": "Be warm.",
    "parameters": {"stop": ["END"], "user": "me", "+mirostat": "x"},
}

_LOGPROBS: Json = {
    "content": [
        {"token": "fine", "logprob": -1.0, "bytes": None,
         "top_logprobs": [{"token": "good", "logprob": -1.5}, {"token": "", "logprob": -3.0}]}
    ]
}  # fmt: skip
_CHUNK: JsonObject = {
    "id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
    "system_fingerprint": "fp", "service_tier": "default",
}  # fmt: skip
_SAID: JsonObject = {
    "role": "assistant",
    "content": "fine **words** of [it](http://a.example/)\n\n| a | b |\n|---|---|\n| c | d |\n\n```py\nx = 1\n```\n",
    "reasoning_content": "hm",
}
CHUNKS: list[JsonObject] = [
    {**_CHUNK, "choices": [{"index": 0, "delta": _SAID, "logprobs": _LOGPROBS, "finish_reason": None}]},
    {**_CHUNK, "choices": [{"index": 0, "delta": {"tool_calls": _CALLS}, "finish_reason": "tool_calls"}]},
    {**_CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "odd"}],
     "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
]  # fmt: skip
WHOLE: JsonObject = {
    **_CHUNK, "object": "chat.completion", "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    "choices": [{"index": 0, "message": {**_SAID, "refusal": "no"}, "logprobs": _LOGPROBS, "finish_reason": "odd"}],
}  # fmt: skip
ERRORS: list[tuple[int, Json]] = [
    (400, {"error": {"message": "Unsupported parameter: 'user'", "type": "t", "code": "c", "param": "user"}}),
    (400, {"error": {"message": "This model's maximum context length is 4096 tokens.", "code": "context_length_exceeded"}}),
    (401, {"error": "no key"}),
    (404, {"detail": "no model"}),
    (418, "a teapot"),
    (418, "<html><title>a teapot</title><h1>a teapot</h1></html>"),
    (422, {"detail": [{"loc": ["body", "user"], "msg": "not permitted", "type": "t"}]}),
    (200, {"error": {"message": "broken", "code": "c"}}),
    (200, {"object": "error", "message": "broken"}),
    (200, "no reply at all"),
]  # fmt: skip
MODELS: JsonObject = {
    "object": "list",
    "data": [
        {"id": "scripted", "object": "model", "owned_by": "us", "description": "small", "context_length": 4096},
        {"id": "other", "object": "model", "owned_by": "them", "name": "Other"},
    ],
}  # fmt: skip
PROPS: JsonObject = {
    "default_generation_settings": {
        "params": {"samplers": ["top_k", "temperature"], "grammar": "root", "temperature": 0.8, "user": "x"}
    },
    "__verbose": {"generation_settings": {"temperature": 0.7}},
    "tokens": [1, 2],
    "content": "a token",
}  # fmt: skip

#: Files that an import takes, by name.
IMPORTS = ("conversations.json", "llm.json", "messages.json")


def lines_of(records: Iterable[Json]) -> str:
    return "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records)


class Stranger:
    """A home whose every file is hostile, and a server that says nothing else."""

    def __init__(self, home: Path, poison: Poison) -> None:
        self.home = home
        self.poison = poison
        self._asked = 0
        config, data = home / ".config/zatsudan", home / ".local/share/zatsudan"
        state, cache = home / ".local/state/zatsudan", home / ".cache/zatsudan"
        for folder in (config / "presets", data / "sessions", state, cache):
            folder.mkdir(parents=True)
        self.sessions = data / "sessions"
        for path, table in (
            (config / "config.toml", CONFIG),
            (config / "presets/warm.toml", PRESET),
        ):
            self._write(
                path, tomlkit.dumps({key: _values(poison, item) for key, item in table.items()})
            )
        self._write(config / "presets/broken.toml", 'model = "' + poison.text("a") + "\n")
        named, nameless = poison.value(RECORDS), poison.value(RECORDS)
        named[0]["id"] = HOSTILE
        for name, records in ((BENIGN, RECORDS), ("20260103-000000-b", nameless), (HOSTILE, named)):
            self._write(self.sessions / f"{name}.jsonl", lines_of(records))
        learned = [{"server": "scripted", "model": "scripted", "day": "2026-01-02", "kind": "drop", "name": "user", "value": ""}]  # fmt: skip
        found = [{"server": "scripted", "model": "scripted", "name": "seed", "state": "honoured", "detail": "it is", "day": "2026-01-02"}]  # fmt: skip
        self._write(state / "learned.json", json.dumps(poison.value(learned)))
        self._write(state / "findings.json", json.dumps(poison.value(found)))
        known = {"http://127.0.0.1:9/v1": [{"id": "scripted", "context_length": 5}]}
        self._write(cache / "models.json", json.dumps(poison.value(known, "everywhere")))
        self.imports = []
        for name in IMPORTS:
            value = poison.value(json.loads((DATA / name).read_text()))
            self.imports.append(self._write(home / name, json.dumps(value)))
        text = (DATA / "aichat.yaml").read_text()
        for said in ("You are a poet.", "A cat.", "openai:gpt-4o"):
            text = text.replace(said, json.dumps(poison.text(said)))
        self.imports.append(self._write(home / "aichat.yaml", text))
        own = [record for record in poison.value(RECORDS) if record["type"] != "vote"]
        self.imports.append(self._write(home / "own.jsonl", lines_of(own)))
        front = f"---\nzatsudan: 1\ntitle: {json.dumps(poison.text('t'))}\n---\n\n"
        talk = f"## User\n\n{poison.text('hi')}\n\n## Assistant\n\n{poison.text('ho')}\n"
        self.imports.append(self._write(home / "own.md", front + talk))
        self.imports.append(self._write(home / "odd.txt", poison.text("odd")))

    @staticmethod
    def _write(path: Path, text: str) -> Path:
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        return path

    @property
    def listing(self) -> Script:
        return fails(200, self.poison.value(MODELS))

    def __call__(self, request: Request) -> Script:
        """Answer whatever comes: now with a reply, now with an error."""
        if not request.path.endswith("/chat/completions"):
            return fails(200, self.poison.value(PROPS))
        self._asked += 1
        if self._asked % 3 == 0:
            status, body = ERRORS[self._asked // 3 % len(ERRORS)]
            return fails(status, self.poison.value(body))
        if isinstance(request.body, dict) and request.body.get("stream") is not True:
            return fails(200, self.poison.value(WHOLE))
        events = [
            b"data: " + json.dumps(self.poison.value(value)).encode() + b"\n\n" for value in CHUNKS
        ]
        if self._asked % 5 == 0:
            cut = {"error": {"message": self.poison.text("cut")}}
            return Script([events[0], b"data: " + json.dumps(cut).encode() + b"\n\n"])
        return Script([*events, DONE])


def _values(poison: Poison, value: Json) -> Json:
    if isinstance(value, dict):
        named = all(isinstance(item, dict) for item in value.values())  # the profiles
        return {
            _text(poison, key) if named else key: _values(poison, item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_values(poison, item) for item in value]
    # An address must be one.
    return _text(poison, value) if isinstance(value, str) and value[:4] != "http" else value


def _text(poison: Poison, text: str) -> str:
    """Return a text of which TOML can hold every character: no lone surrogate."""
    return poison.text(text).encode("utf-8", "replace").decode()


assert {record["message"]["role"] for record in RECORDS if record["type"] == "message"} == {*ROLES}  # type: ignore[index,call-overload]
