"""Whatever a server repeats, wherever and however: no byte on the terminal and no file holds a key.

Property: a secret put into any place of a server's profile, which the server sends back in any
place of any answer, in any form that things are written in.
"""

import asyncio
import base64
import contextlib
import functools
import io
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.doubles import chat_over, event
from tests.support.secrets import FORMS
from zatsudan.base.jsonvalues import Json
from zatsudan.base.secrets import Secrets
from zatsudan.cli.asjson import JsonTerminal
from zatsudan.commands import COMMANDS
from zatsudan.config.settings import Network, Profile
from zatsudan.servers.choice import Server, from_profile
from zatsudan.servers.client import Client
from zatsudan.servers.wirelog import wire_log
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.plain.terminal import PlainTerminal

#: Characters that a key may hold in a header.
chars = st.sampled_from(list("abcXYZ019-_.~/+=:@&<>'%$"))
keys = st.text(chars, min_size=10, max_size=40).map(lambda text: f"zq9{text}7w")

Place = Callable[[str], Profile]

#: Where a secret stands in a profile.
PLACES: dict[str, Place] = {
    "key": lambda key: Profile("http://host.example/v1", api_key=key),
    "key in a header": lambda key: Profile(
        "http://host.example/v1", api_key=key, api_key_header="X"
    ),
    "environment": lambda _: Profile("http://host.example/v1", api_key_env="A_KEY"),
    "command": lambda key: Profile("http://host.example/v1", api_key_command=_printing(key)),
    "Authorization": lambda key: Profile(
        "http://host.example/v1", headers={"Authorization": f"Token {key}"}
    ),
    "header": lambda key: Profile("http://host.example/v1", headers={"X-Session": key}),
    "query": lambda key: Profile("http://host.example/v1", query={"code": key}),
    "query of the address": lambda key: Profile(
        f"http://host.example/v1?sig={quote(key, safe='')}"
    ),
    "password": lambda key: Profile(f"http://me:{quote(key, safe='')}@host.example/v1"),
    "name": lambda key: Profile(f"http://{quote(key, safe='')}@host.example/v1"),
}


def _printing(key: str) -> str:
    coded = base64.b64encode(key.encode()).decode()
    program = f"import base64; print(base64.b64decode('{coded}').decode())"
    return f'{sys.executable} -c "{program}"'


def _answer(status: int, body: Json, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


def _page(status: int, text: str) -> httpx.Response:
    return httpx.Response(status, text=text)


def _stream(*events: bytes) -> httpx.Response:
    return httpx.Response(
        200, content=b"".join(events), headers={"Content-Type": "text/event-stream"}
    )


def _reply(**more: Json) -> Json:
    return {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}], **more}


#: Where it stands in an answer; `key` is how it is written there, `bare` the secret itself.
ECHOES: dict[str, Callable[[str], httpx.Response]] = {
    "message": lambda key: _answer(401, {"error": {"message": f"Bad key: Bearer {key}"}}),
    "message alone": lambda key: _answer(400, {"error": key}),
    "message behind many words": lambda key: _answer(400, {"message": "x" * 270 + key}),
    "code and param": lambda key: _answer(400, {"error": {"message": "no", "code": key, "param": key}}),
    "refused field": lambda key: _answer(422, {"detail": [{"loc": ["header", key], "msg": f"not {key}"}]}),
    "name of a field": lambda key: _answer(400, {"errors": {key: [key]}}),
    "message in a message": lambda key: _answer(500, {"message": json.dumps({"detail": key})}),
    "busy": lambda key: _answer(503, {"error": {"message": f"queue of {key} is full"}}),
    "text": lambda key: _page(403, f"key {key} may not"),
    "title": lambda key: _page(502, f"<html><title>{key}</title></html>"),
    "heading": lambda key: _page(404, f"<html><h1>No {key}</h1></html>"),
    "status": lambda key: httpx.Response(400, extensions={"reason_phrase": _ascii(key)}),
    "redirect": lambda key: _answer(307, {}, Location=f"http://host.example/{quote(unquote(key))}"),
    "redirect's query": lambda key: _answer(302, {}, Location=f"/v1/login?key={quote(key)}"),
    "redirect's name": lambda key: _answer(308, {}, Location=f"https://me:{quote(key, safe='')}@host.example/v1"),
    "time to wait": lambda key: _answer(429, {}, **{"Retry-After": _ascii(key).decode()}),
    "chunk's error": lambda key: _stream(event(_reply()), event({"error": {"message": f"{key} expired"}})),
    "error event": lambda key: _stream(b"event: error\ndata: " + key.encode() + b"\n\n"),
    "no chunk": lambda key: _stream(b"data: " + key.encode() + b"\n\n"),
    "no stream": lambda key: _page(200, f"the key {key} is bad"),
    "no reply": lambda key: _answer(200, {"detail": key}),
    "error of a whole answer": lambda key: _answer(200, {"error": {"message": "y" * 280 + key}}),
    "facts of a chunk": lambda key: _stream(event(_reply(id=key, model=f"m-{key}", system_fingerprint=key))),
    "finish reason": lambda key: _stream(event({"choices": [{"delta": {"content": "Hi"}, "finish_reason": key}]})),
    "models": lambda key: _answer(200, {"data": [{"id": f"m-{key}"}, {"id": key}]}),
    "props": lambda key: _answer(200, {"default_generation_settings": {"params": {"temperature": key, key: 1}}}),
    "what llama.cpp used": lambda key: _answer(200, {
        "choices": [{"message": {"content": "1"}}],
        "__verbose": {"generation_settings": {"temperature": key, "seed": key}},
    }),
}  # fmt: skip

#: What a person does: each goes to the server by another way.
LINES = (
    "Hi",
    "/model",
    "/probe temperature seed",
    "/title auto",
    "/params all",
    "/bias hello 5",
    "/tokens",
    "/retry",
)


def _ascii(key: str) -> bytes:
    return " ".join(key.split()).encode("ascii", "replace")


def server_of(place: str, key: str) -> Server:
    profile = PLACES[place](key)
    return from_profile("p", profile, {"A_KEY": key}, reason="--profile", model="m")


async def talk(server: Server, echo: Callable[[], httpx.Response], home: Path, kind: str) -> str:
    """Do all that reaches the server; return what was written to the terminal."""

    async def connect() -> Client:
        transport = httpx.MockTransport(lambda _: echo())
        return Client(server, Network(), transport, wire_log(home / "wire.log"))

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    chat = chat_over(
        connect,
        home / "sessions",
        learned=home / "learned.json",
        findings=home / "findings.json",
        catalogue=home / "models.json",
        sleep=at_once,
    )
    chat.talk.new()
    written = io.StringIO()
    with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
        terminal = (JsonTerminal if kind == "json" else PlainTerminal)(chat, COMMANDS)
        for line in LINES:
            await terminal.once(Entered.of(line, KEYS))
        if isinstance(terminal, JsonTerminal):
            terminal.write(terminal.result(chat))
    await chat.aclose()
    return written.getvalue()


def written(home: Path) -> str:
    """Return all that stands in files, whatever they are."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode(errors="replace") for path in files)


@settings(max_examples=150)
@given(
    key=keys,
    place=st.sampled_from(sorted(PLACES)),
    answer=st.tuples(st.sampled_from(sorted(ECHOES)), st.sampled_from(sorted(FORMS))),
    kind=st.sampled_from(["plain", "json"]),
    basic=st.booleans(),
)
def test_what_a_server_repeats_is_nowhere(
    key: str, place: str, answer: tuple[str, str], kind: str, *, basic: bool
) -> None:
    echo, form = answer
    secret = key
    if basic and place in ("password", "name"):  # as it was sent
        pair = f"me:{key}" if place == "password" else f"{key}:"
        secret = base64.b64encode(pair.encode()).decode()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        echoed = FORMS[form](secret)
        seen = asyncio.run(talk(server_of(place, key), lambda: ECHOES[echo](echoed), home, kind))
        seen += "".join(
            path.read_bytes().decode(errors="replace") for path in home.rglob("*") if path.is_file()
        )
    assert "wire.log" not in seen
    for value in (key, secret):
        for form_of_it in {write(value) for write in FORMS.values()}:
            assert form_of_it[:12] not in seen


#: Places of an answer of which nothing is shown or kept in any case.
UNSEEN = (
    *("status", "time to wait", "code and param", "name of a field"),
    *("redirect's query", "redirect's name"),
)


def test_the_property_would_find_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "zq9-very-secret-7w"
    monkeypatch.setattr(Secrets, "hidden", lambda _, text: text)
    server = server_of("key", key)
    unseen = []
    for echo, answer in ECHOES.items():
        with tempfile.TemporaryDirectory() as name:
            answering = functools.partial(answer, key)
            seen = asyncio.run(talk(server, answering, Path(name), "plain"))
            if key[:12] not in seen + written(Path(name)):
                unseen.append(echo)
    assert sorted(unseen) == sorted(UNSEEN)


def test_the_text_of_a_reply_stays_as_it_came() -> None:
    """It is what the talk is about: neither the screen nor the journal changes what was said."""
    key = "zq9-very-secret-7w"
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        said = event({"choices": [{"delta": {"content": key}, "finish_reason": "stop"}]})
        seen = asyncio.run(talk(server_of("key", key), lambda: _stream(said), home, "plain"))
        log = (home / "wire.log").read_text()
        assert key in seen
        assert key in "".join(path.read_text() for path in home.rglob("*.jsonl"))
        assert key not in log
        asked = {
            json.loads(line).get("request", "").rpartition("/")[2] for line in log.splitlines()
        }
        assert asked == {"completions", "models", "props", "tokenize", ""}
