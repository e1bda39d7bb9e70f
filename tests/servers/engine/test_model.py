"""Real requests to the embedded engine: the path that users run."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.chats import asked, talk
from tests.support.doubles import turn_in
from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json
from zatsudan.commands import COMMANDS
from zatsudan.commands.outcomes import Generate, Inspect, Outcome, Show, Work
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.registry import find
from zatsudan.commands.replaying import verdict
from zatsudan.commands.tokens import fork
from zatsudan.config.settings import Local, Network
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.servers.engine import embedded
from zatsudan.talk.beginning import again
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import known_form
from zatsudan.talk.deciding import parse
from zatsudan.talk.fitting import context_length
from zatsudan.talk.turn import Turn
from zatsudan.wire.tokenview import read_tokens

pytestmark = pytest.mark.model


async def ask(chat: Chat, text: str, **parameters: Json) -> Turn:
    return await asked(chat, text, **{"max_tokens": 16, **parameters})


async def test_it_streams_with_usage_and_timing(model: Server) -> None:
    async with talk(model) as chat:
        deltas = []
        turn = turn_in(chat, chat.talk.say("Say hello."), {"max_tokens": 12})
        await turn.run(lambda delta: deltas.append(delta.content))
        assert len([text for text in deltas if text]) > 1
        assert "".join(deltas) == turn.nodes[0].message.text
        made = turn.made
        assert made.usage is not None
        assert not made.usage.estimated
        assert 0 < made.usage.completion <= 12
        assert made.first is not None
        assert 0 < made.first <= made.seconds
        assert (
            context_length(chat.talk, chat.link) == 0
        )  # this server value does not tell; the model list does
        await chat.link.fetch_models()
        assert context_length(chat.talk, chat.link) == 4096


async def test_not_streamed_it_says_the_same(model: Server) -> None:
    async with talk(model) as chat:
        one = await ask(chat, "Name a colour.", temperature=0, seed=1)
        two = await ask(chat, "Name a colour.", temperature=0, seed=1, stream=False)
        assert one.request["stream"] is True
        assert two.request["stream"] is False
        assert chat.talk.session.nodes[two.nodes[0].id].message.text


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
        assert chat.talk.session.head == turn.nodes[0].id
        assert {node.id for node in chat.talk.session.variants(turn.nodes[0])} == {
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
        turn = turn_in(chat, chat.talk.say("Write a very long story."), {"max_tokens": 2000})
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


@pytest.mark.posix  # signals, and /proc
def test_the_engine_dies_with_its_parent(tmp_path: Path) -> None:
    """Also after kill -9, which leaves no time to tidy up."""
    program = tmp_path / "parent.py"
    program.write_text(
        "import asyncio\n"
        "from zatsudan.servers.engine import embedded\n"
        "from zatsudan.config.settings import Local\n"
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
        parent = chat.talk.say("Name three colours.")
        shown: list[str] = []
        turn = turn_in(chat, parent, {"max_tokens": 8, "temperature": 0}, "The colours are blu")
        await turn.run(lambda delta: shown.append(delta.content))
        assert turn.error is None
        reply = turn.nodes[0]
        assert reply.message.text.startswith("The colours are blue")
        assert reply.message.text == "".join(shown)
        assert reply.made is not None
        assert reply.made.given == len("The colours are blu")
        assert known_form(chat.link, chat.talk.session.model) == "trailing"

        # Not streamed, llama.cpp repeats what it was given.
        whole = turn_in(
            chat,
            parent,
            {"max_tokens": 8, "temperature": 0, "stream": False},
            "The colours are blu",
        )
        await whole.run(lambda _: None)
        assert whole.nodes[0].message.text == reply.message.text
        assert chat.talk.session.variants(reply) == [reply, whole.nodes[0]]


async def command(chat: Chat, line: str) -> Outcome:
    parsed = parse(line)
    assert parsed is not None
    return await find(COMMANDS, parsed[0]).run(chat, parsed[1])


async def test_a_fork_goes_on_from_exactly_that_text(model: Server) -> None:
    async with talk(model) as chat:
        await command(chat, "/set logprobs on top_logprobs 5 temperature 0")
        turn = await ask(chat, "Name three colours.")
        work = await command(chat, "/inspect")
        assert isinstance(work, Work)
        outcome = await work.run(lambda _: None)
        assert isinstance(outcome, Inspect)
        assert outcome.refusal == ""
        assert "".join(token.text for token in outcome.tokens).startswith(
            turn.nodes[0].message.text
        )
        at = 4
        other = next(
            option
            for option in outcome.tokens[at].options
            if option.data != outcome.tokens[at].data
        )
        taken = fork(chat, turn.nodes[0], at, other)
        before = "".join(token.text for token in outcome.tokens[:at])
        assert taken.prefix == before + other.text
        forked = turn_in(chat, taken.parent, {"max_tokens": 8}, taken.prefix, taken.logprobs)
        await forked.run(lambda _: None)
        text = forked.nodes[0].message.text
        assert text.startswith(taken.prefix)
        assert len(text) > len(taken.prefix)
        known = read_tokens(forked.made.logprobs)
        assert "".join(token.text for token in known).startswith(text)
        # Its own next token, by the server's account: greedy, so the likeliest.
        assert known[at + 1].data == known[at + 1].options[0].data


async def test_a_ban_keeps_a_word_out(model: Server) -> None:
    async with talk(model) as chat:
        await command(chat, "/set temperature 0 seed 1 max_tokens 24")
        turn = await ask(chat, "Name three colours.", max_tokens=24)
        word = "Red"
        assert word in turn.nodes[0].message.text
        await command(chat, f"/ban {word} --forms")
        shown = await command(chat, "/bias")
        assert isinstance(shown, Show)
        assert isinstance(shown.parts[0], Table)
        assert {row[1] for row in shown.parts[0].rows} >= {"Red", "·Red"}
        banned = await ask(chat, "Name three colours.", max_tokens=24)
        assert word not in banned.nodes[0].message.text
        assert banned.nodes[0].message.text


async def test_a_replay_at_temperature_0_is_the_same(model: Server) -> None:
    async with talk(model) as chat:
        await command(chat, "/temperature 0")
        first = await ask(chat, "Name three colours.")
        await ask(chat, "And more?")
        outcome = await command(chat, f"/replay {first.nodes[0].id}")
        assert isinstance(outcome, Generate)
        assert outcome.again is not None
        repeated = again(chat.talk, chat.link, outcome.again)
        await repeated.run(lambda _: None)
        assert repeated.request == first.request
        said = verdict(first.nodes[0], repeated.nodes[0])
        assert isinstance(said[0], Line)
        assert said[0].text.startswith("The same text")


async def test_the_engine_tells_its_own_defaults(model: Server) -> None:
    async with talk(model) as chat:
        shown = await command(chat, "/params all")
        assert isinstance(shown, Show)
        assert isinstance(shown.parts[0], Table)
        assert shown.parts[0].head[1:3] == ("value", "origin")
        told: dict[str, tuple[str, ...]] = {row[0]: row[1:3] for row in shown.parts[0].rows}
        assert told["temperature"] == ("0.8", "server")
        assert told["min_p"] == ("0.05", "server")
        assert told["dry_base"] == ("1.75", "server")
        assert told["user"] == ("·", "")
