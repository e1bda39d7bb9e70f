"""The exported programs are run, and what they send is what zatsudan sends."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.support import server as scripted
from tests.support.doubles import chat_over, turn_in
from tests.support.server import Request, says, serve
from tests.support.talks import HOSTILE
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.commands.transfer import export_saved, export_text
from zatsudan.config.settings import Config, Network, Profile
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.servers.exported import key_variable
from zatsudan.sessions import exports
from zatsudan.sessions.records import apply
from zatsudan.talk.addressee import client_for
from zatsudan.talk.chat import Chat

PARAMETERS: dict[str, Json] = {
    "temperature": 0.5,
    "top_p": 1e-7,
    "stop": ["\n\n", "</s>", 'a "quote"'],
    "logit_bias": {"50256": -100},
    "response_format": {"type": "json_object"},
    "top_k": 40,
    "x": {"__proto__": {"a": [1, [], {}, None, True]}, "日本": "\x00\x9b\u2028\U000e0041"},
}
#: What runs each export, and what it needs besides.
PROGRAMS = {
    "curl": ("sh", "curl"),
    "python": (sys.executable, "sh"),
    "javascript": ("node", "node"),
}


def _chat(address: str, **facts: Any) -> Chat:
    server = Server("there", address, api_key="sk-secret", model="scripted", **facts)

    async def connect() -> Client:
        return Client(server, Network())

    config = Config(profiles={"there": Profile(address, api_key_env="MY_KEY")})
    chat = chat_over(connect, config=config)
    chat.talk.new()
    return chat


async def _run(name: str, text: str, folder: Path) -> str:
    program, _ = PROGRAMS[name]
    path = folder / f"request.{exports.FORMATS[name].ending}"
    path.write_text(text, encoding="utf-8")
    environ = {
        **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
        "MY_KEY": "sk-secret",
        "X_API_KEY": "hidden",
        "SIG": "hid-en",
    }
    process = await asyncio.create_subprocess_exec(
        program,
        path,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def _posts(server: scripted.Server) -> Iterator[Request]:
    return (request for request in server.requests if request.method == "POST")


def _exact(value: Any) -> str:
    """Return a JSON value as text: 1 and 1.0 and True are three values here."""
    return json.dumps(value)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
async def test_a_program_sends_what_zatsudan_sends(name: str, stream: bool, tmp_path: Path) -> None:
    for program in PROGRAMS[name]:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine, and the {name} export needs it")
    whole = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "日本 ok"}}]}
    reply = says("日本", " ok") if stream else scripted.fails(200, whole)
    facts = {
        "headers": {"X-Org": 'a "b" $c `d` \\e', "x-api-key": "hidden"},
        "query": {"api version": "1&2=$3", "sig": "hid-en"},
    }
    async with serve(reply) as server:
        chat = _chat(server.base_url, **facts)
        try:
            chat.talk.record({"type": "system", "content": HOSTILE[0]})
            for key, value in (*PARAMETERS.items(), *([] if stream else [("stream", False)])):
                chat.talk.record({"type": "set", "name": key, "value": value})
            for text in HOSTILE:
                turn = turn_in(chat, chat.talk.say(text))
                await turn.run(lambda _: None)
                assert turn.error is None
            written = await export_text(chat, name)
        finally:
            await chat.aclose()
        own = list(_posts(server))[-1]
        said = await _run(name, written, tmp_path)
        sent = list(_posts(server))[-1]
    assert len(list(_posts(server))) == len(HOSTILE) + 1
    assert _exact(sent.body) == _exact(own.body)
    assert unquote_plus(sent.path) == unquote_plus(own.path)
    for header in ("authorization", "content-type", "accept", "x-org", "x-api-key"):
        assert sent.headers[header] == own.headers[header]
    # curl shows the events as they come.
    assert ("ok" if name == "curl" else "日本 ok") in said


async def test_javascript_keeps_integers_that_its_numbers_cannot_hold(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not on this machine, and the javascript export needs it")
    async with serve(says("ok")) as server:
        chat = _chat(server.base_url)
        chat.talk.record({"type": "set", "name": "seed", "value": 2**63 - 1})
        chat.talk.say("Hello")
        await _run("javascript", await export_text(chat, "javascript"), tmp_path)
        await chat.aclose()
    assert server.requests[-1].body["seed"] == 2**63 - 1


async def test_what_was_learned_of_a_server_and_its_own_key_header_are_kept(tmp_path: Path) -> None:
    refusal = {
        "error": {
            "message": "Unknown parameter: 'stream_options'.",
            "code": "unknown_parameter",
            "param": "stream_options",
        }
    }
    thought = [
        scripted.event({"choices": [{"delta": {"content": "ok", "reasoning_content": "hm"}}]})
    ]
    replies = [scripted.fails(400, refusal), scripted.Script([*thought, scripted.DONE])]
    async with serve(*replies) as server:
        chat = _chat(server.base_url, api_key_header="x-key", reasoning="reasoning_content")
        for text in ("Hello", "And?"):
            turn = turn_in(chat, chat.talk.say(text))
            await turn.run(lambda _: None)
            assert turn.error is None
        own = list(_posts(server))[-1]
        await _run("python", await export_text(chat, "python"), tmp_path)
        await chat.aclose()
    sent = list(_posts(server))[-1]
    assert "stream_options" not in sent.body
    assert sent.body["messages"][1]["reasoning_content"] == "hm"
    assert _exact(sent.body) == _exact(own.body)
    assert sent.headers["x-key"] == "sk-secret"
    assert "authorization" not in sent.headers


async def test_the_request_of_a_reply_is_the_one_that_made_it() -> None:
    async with serve(says("one"), says("two"), says("three")) as server:
        chat = _chat(server.base_url)
        first = chat.talk.say("Hello")
        await turn_in(chat, first).run(lambda _: None)
        chat.talk.record({"type": "head", "id": first.id})
        again = turn_in(chat, first, {"temperature": 1.5})
        await again.run(lambda _: None)
        chat.talk.record({"type": "set", "name": "temperature", "value": 0.0})
        await turn_in(chat, chat.talk.say("And?")).run(lambda _: None)
        texts = [await export_text(chat, "http", reply) for reply in (again.nodes[0].id, "")]
        bodies = [request.body for request in _posts(server)]
        await chat.aclose()
    found = [json.loads(text.partition("\n\n")[2]) for text in texts]
    assert found == [bodies[1], bodies[2]]


async def test_a_reply_that_is_not_there_is_named() -> None:
    chat = _chat("http://127.0.0.1:9/v1")
    chat.talk.say("Hello")
    with pytest.raises(CommandError, match="no reply '7'"):
        await export_text(chat, "curl", "7")
    await chat.aclose()


async def test_a_saved_session_is_exported_while_it_is_open(tmp_path: Path) -> None:
    chat = _chat("http://127.0.0.1:9/v1")
    chat.talk.folder = tmp_path
    chat.talk.new()
    chat.talk.use_model("elsewhere", "elsewhere")
    chat.talk.say("Hello")
    path = chat.talk.journal.path
    assert path is not None
    before = path.read_bytes()
    reader = _chat("http://127.0.0.1:9/v1")
    try:
        assert "\nHello\n" in await export_saved(reader, path, "markdown")
        written = await export_saved(reader, path, "http")
    finally:
        await reader.aclose()
        await chat.aclose()
    assert json.loads(written.partition("\n\n")[2])["model"] == "scripted"
    assert path.read_bytes() == before


async def test_a_talk_without_a_message_has_no_request() -> None:
    chat = _chat("http://127.0.0.1:9/v1")
    with pytest.raises(CommandError, match="no message was written") as caught:
        await export_text(chat, "curl")
    assert caught.value.advice
    await chat.aclose()


async def test_what_a_record_does_not_tell_is_not_guessed() -> None:
    chat = _chat("http://127.0.0.1:9/v1")
    user = chat.talk.say("question")
    apply(
        chat.talk.session,
        {
            "type": "message",
            "id": chat.talk.session.next_id(),
            "parent": user.id,
            "message": {"role": "assistant", "content": "answer"},
            "made": {"model": "scripted", "left_out": 3},
        },
    )
    with pytest.raises(CommandError, match="not in its record"):
        await export_text(chat, "http", str(chat.talk.session.head))
    await chat.aclose()


async def test_an_exported_request_is_that_of_then_when_all_has_changed_since() -> None:
    async with serve(says("one"), says("two"), says("three")) as server:
        chat = _chat(server.base_url)
        chat.talk.record({"type": "system", "content": "Be brief."})
        chat.talk.use_model("before", "scripted")
        for text in ("Hello", "And?", "More"):
            await turn_in(chat, chat.talk.say(text)).run(lambda _: None)
            chat.talk.record({"type": "system", "content": f"Be otherwise than at {text}."})
            chat.talk.use_model(f"since {text}", "scripted")
        replies = [node.id for node in chat.talk.session.path() if node.made is not None]
        texts = [await export_text(chat, "http", reply) for reply in replies]
        bodies = [request.body for request in _posts(server)]
        await chat.aclose()
    assert [json.loads(text.partition("\n\n")[2]) for text in texts] == bodies


def test_the_key_has_the_variable_that_the_profile_names() -> None:
    server = Server("mine", "https://example.org/v1", api_key="k")
    named = Config(profiles={"mine": Profile("https://example.org/v1", api_key_env="MINE")})
    odd = Config(profiles={"mine": Profile("https://example.org/v1", api_key_env="$(id)")})
    assert key_variable(server, named) == "MINE"
    assert key_variable(server, odd) == "ZATSUDAN_API_KEY"
    assert key_variable(Server("o", "https://api.openai.com/v1"), Config()) == "OPENAI_API_KEY"


@pytest.mark.posix  # a script is a program there
@pytest.mark.parametrize("shell", ["sh", "bash", "dash"])
@pytest.mark.parametrize("key", ["sk-secret", None])
async def test_no_secret_is_among_the_arguments_of_curl(
    shell: str, key: str | None, tmp_path: Path
) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not on this machine")
    chat = _chat("http://host.example/v1", headers={"Cookie": 'a="b"; c=$d'})
    await client_for(chat.talk, chat.link)  # whose server the request is for
    chat.talk.session.model = "m"
    chat.talk.say("Hello")
    written = await export_text(chat, "curl")
    await chat.aclose()
    # Another curl, which tells what it was given.
    (tmp_path / "curl").write_text('#!/bin/sh\necho "arguments: $*"; cat /dev/fd/3\n')
    (tmp_path / "curl").chmod(0o700)
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "COOKIE": 'a="b"; c=$d'}
    process = await asyncio.create_subprocess_exec(
        *(program, "-c", written),
        env=environ if key is None else {**environ, "MY_KEY": key},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if key is None:
        assert "MY_KEY" in err.decode()
        assert b"arguments" not in out
        return
    arguments, *headers = out.decode().splitlines()
    assert "sk-secret" not in arguments
    assert "c=$d" not in arguments
    assert headers == ['Cookie: a="b"; c=$d', "Authorization: Bearer sk-secret"]
