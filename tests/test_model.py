"""Real requests to the embedded engine: the path that users run."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from zatsudan import embedded
from zatsudan.chat import Chat
from zatsudan.client import Client
from zatsudan.config import Config, Local, Network
from zatsudan.connect import Server
from zatsudan.core.errors import StatusError
from zatsudan.core.messages import Json
from zatsudan.prefill import known_form
from zatsudan.turn import Turn

pytestmark = pytest.mark.model


@asynccontextmanager
async def talk(server: Server, sessions: Path | None = None) -> AsyncIterator[Chat]:
    async def connect() -> Client:
        return Client(server, Network())

    chat = Chat(Config(), sessions, connect=connect)
    chat.new()
    try:
        yield chat
    finally:
        await chat.aclose()


async def ask(chat: Chat, text: str, **parameters: Json) -> Turn:
    turn = chat.turn(chat.say(text), {"max_tokens": 16, **parameters})
    await turn.run(lambda _: None)
    assert turn.error is None, turn.error
    return turn


async def test_it_streams_with_usage_and_timing(model: Server) -> None:
    async with talk(model) as chat:
        deltas = []
        turn = chat.turn(chat.say("Say hello."), {"max_tokens": 12})
        await turn.run(lambda delta: deltas.append(delta.content))
        assert len([text for text in deltas if text]) > 1
        assert "".join(deltas) == turn.nodes[0].message.text
        made = turn.made
        assert made.usage is not None
        assert not made.usage.estimated
        assert 0 < made.usage.completion <= 12
        assert made.first is not None
        assert 0 < made.first <= made.seconds
        assert chat.context_length == 0  # this server value does not tell; the model list does
        await chat.fetch_models()
        assert chat.context_length == 4096


async def test_not_streamed_it_says_the_same(model: Server) -> None:
    async with talk(model) as chat:
        one = await ask(chat, "Name a colour.", temperature=0, seed=1)
        two = await ask(chat, "Name a colour.", temperature=0, seed=1, stream=False)
        assert one.request["stream"] is True
        assert two.request["stream"] is False
        assert chat.session.nodes[two.nodes[0].id].message.text


async def test_the_same_seed_gives_the_same_reply(model: Server) -> None:
    texts = []
    for seed in (7, 7, 8):
        async with talk(model) as chat:
            turn = await ask(chat, "Tell me a tiny story.", temperature=1.0, seed=seed)
            texts.append(turn.nodes[0].message.text)
    assert texts[0] == texts[1]
    assert texts[2] != texts[0]


async def test_a_stop_sequence_ends_the_reply(model: Server) -> None:
    async with talk(model) as chat:
        whole = await ask(chat, "Count: one two three four five six.", temperature=0, max_tokens=24)
        text = whole.nodes[0].message.text
        word = text.split()[3]
    async with talk(model) as chat:
        turn = await ask(
            chat,
            "Count: one two three four five six.",
            temperature=0,
            max_tokens=24,
            stop=[" " + word],
        )
        assert text.startswith(turn.nodes[0].message.text)
        assert word not in turn.nodes[0].message.text.split()[3:]
        assert turn.made.finish_reason == "stop"


async def test_max_tokens_ends_it_with_length(model: Server) -> None:
    async with talk(model) as chat:
        turn = await ask(chat, "Write a long story.", max_tokens=3)
        assert turn.made.finish_reason == "length"


async def test_logprobs_come_for_each_token(model: Server) -> None:
    async with talk(model) as chat:
        turn = await ask(chat, "Hello", max_tokens=4, logprobs=True, top_logprobs=3, temperature=0)
        entries = turn.made.logprobs
        assert len(entries) == 4
        assert all(isinstance(entry, dict) and len(entry["top_logprobs"]) == 3 for entry in entries)  # type: ignore[arg-type]


async def test_n_replies_are_variants_of_one_message(model: Server) -> None:
    async with talk(model) as chat:
        turn = await ask(chat, "A random word:", n=3, max_tokens=5, temperature=1.5)
        assert len(turn.nodes) == 3
        assert chat.session.head == turn.nodes[0].id
        assert {node.id for node in chat.session.variants(turn.nodes[0])} == {
            node.id for node in turn.nodes
        }


async def test_the_talk_is_remembered(model: Server, tmp_path: Path) -> None:
    async with talk(model, tmp_path) as chat:
        await ask(chat, "My name is Hanako.", temperature=0)
        second = await ask(chat, "What is my name?", temperature=0)
        contents: list[Any] = [message["content"] for message in second.request["messages"]]  # type: ignore[union-attr,index,call-overload]
        assert contents[0] == "My name is Hanako."
        assert len(contents) == 3


async def test_stopping_in_the_middle_closes_the_connection(model: Server) -> None:
    """The engine's slot is free again at once: it saw that we left."""
    async with talk(model) as chat:
        came = asyncio.Event()
        turn = chat.turn(chat.say("Write a very long story."), {"max_tokens": 2000})
        task = asyncio.ensure_future(turn.run(lambda delta: came.set() if delta.content else None))
        await came.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert turn.made.ended == "interrupted"
        assert turn.nodes[0].message.text
        slots_url = model.base_url.removesuffix("/v1") + "/slots"
        async with asyncio.timeout(10), httpx.AsyncClient() as http:
            while await _busy(http, slots_url):  # noqa: ASYNC110  only asking tells
                await asyncio.sleep(0.05)


async def _busy(http: httpx.AsyncClient, url: str) -> bool:
    answer = await http.get(url, headers={"Authorization": "Bearer test-key"})
    return any(slot["is_processing"] for slot in answer.json())


async def test_a_wrong_key_is_said(model: Server) -> None:
    client = Client(Server("local", model.base_url, api_key="wrong"), Network())
    chunks = client.stream({"model": "x", "messages": []})
    with pytest.raises(StatusError) as raised:
        await anext(chunks)
    assert raised.value.status == 401
    assert "wrong" not in str(raised.value)
    await client.aclose()


async def test_the_engine_starts_answers_and_ends() -> None:
    engine = await embedded.start(Local(context_length=512))
    assert engine.alive
    assert engine.server.base_url.startswith("http://127.0.0.1:")
    client = Client(engine.server, Network())
    assert [entry.context_length for entry in await client.models()] == [512]
    await client.aclose()
    await engine.stop()
    assert not engine.alive


def test_the_engine_dies_with_its_parent(tmp_path: Path) -> None:
    """Also after kill -9, which leaves no time to tidy up."""
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio\n"
        "from zatsudan import embedded\n"
        "from zatsudan.config import Local\n"
        "async def main():\n"
        "    engine = await embedded.start(Local(context_length=512))\n"
        "    print(engine._process.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        signal.sigtimedwait([], 0.05)
    os.kill(child, signal.SIGKILL)
    raise AssertionError("the engine outlived its parent")


async def test_a_reply_goes_on_from_a_given_text(model: Server) -> None:
    async with talk(model) as chat:
        parent = chat.say("Name three colours.")
        shown: list[str] = []
        turn = chat.turn(parent, {"max_tokens": 8, "temperature": 0}, "The colours are blu")
        await turn.run(lambda delta: shown.append(delta.content))
        assert turn.error is None
        reply = turn.nodes[0]
        assert reply.message.text.startswith("The colours are blue")
        assert reply.message.text == "".join(shown)
        assert reply.made is not None
        assert reply.made.given == len("The colours are blu")
        assert known_form(chat) == "trailing"

        # Not streamed, llama.cpp repeats what it was given.
        whole = chat.turn(
            parent, {"max_tokens": 8, "temperature": 0, "stream": False}, "The colours are blu"
        )
        await whole.run(lambda _: None)
        assert whole.nodes[0].message.text == reply.message.text
        assert chat.session.variants(reply) == [reply, whole.nodes[0]]
