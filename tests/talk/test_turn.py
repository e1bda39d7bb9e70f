"""Turns: what is mended, waited for, learned, and sent back."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest

from tests.support.chats import ADDRESS, ask, chat_with, thinks
from tests.support.doubles import ScriptedServer, chat_over, turn_in
from tests.support.server import Script, chunk, fails, says, serve
from zatsudan.config.settings import Price
from zatsudan.servers.catalogue import Catalogue
from zatsudan.servers.client import Client
from zatsudan.sessions.journal import Journal
from zatsudan.wire.messages import Usage


async def test_nothing_is_shown_before_the_disk_holds_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    monkeypatch.setattr("os.fsync", lambda _: held.wait(5))
    async with serve(says("yes")) as server, chat_with(server.base_url) as chat:
        chat.talk.journal = Journal(tmp_path / "talk.jsonl")
        shown: list[str] = []
        turn = turn_in(chat, chat.talk.say("is it?"))
        running = asyncio.ensure_future(turn.run(lambda delta: shown.append(delta.content)))
        await asyncio.sleep(0.1)
        assert server.requests  # which does not wait
        assert shown == []
        held.set()
        await running
        assert "".join(shown) == "yes"


async def test_reasoning_is_kept_apart_and_not_sent_back() -> None:
    async with (
        serve(thinks("hm, ", "well", says="yes"), says("ok")) as server,
        chat_with(server.base_url) as chat,
    ):
        turn, _ = await ask(chat, "is it?")
        assert turn.nodes[0].message.text == "yes"
        assert turn.made.reasoning == "hm, well"
        await ask(chat, "sure?")
        assert server.requests[-1].body["messages"][1] == {"role": "assistant", "content": "yes"}


async def test_reasoning_goes_back_where_the_profile_says_so() -> None:
    deepseek = ADDRESS._replace(reasoning="reasoning_content")
    async with (
        serve(thinks("hm", says="yes"), says("ok")) as server,
        chat_with(server.base_url, deepseek) as chat,
    ):
        await ask(chat, "is it?")
        await ask(chat, "sure?")
        sent = server.requests[-1].body["messages"][1]
        assert sent == {"role": "assistant", "content": "yes", "reasoning_content": "hm"}


async def test_think_tags_are_reasoning_too() -> None:
    async with (
        serve(says("<th", "ink>hm", "</thi", "nk>\n\nyes")) as server,
        chat_with(server.base_url) as chat,
    ):
        turn, _ = await ask(chat, "is it?")
        assert (turn.nodes[0].message.text, turn.made.reasoning) == ("yes", "hm")


async def test_a_server_that_always_refuses_ends_in_one_error() -> None:
    refusal = {
        "error": {"message": "Unknown parameter: 'stream_options'.", "param": "stream_options"}
    }
    async with serve(fails(400, refusal)) as server, chat_with(server.base_url) as chat:
        turn, notes = await ask(chat, "hello")
        assert turn.error is not None
        assert len(notes) == 1
        assert len(server.requests) == 2


async def test_max_tokens_takes_the_name_that_the_server_wants(tmp_path: Path) -> None:
    refusal = {"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model."
                         " Use 'max_completion_tokens' instead.", "param": "max_tokens"}}  # fmt: skip
    path = tmp_path / "learned.json"
    async with serve(fails(400, refusal), says("ok")) as server:
        async with chat_with(server.base_url, learned=path) as chat:
            chat.talk.record({"type": "set", "name": "max_tokens", "value": 50})
            turn, _ = await ask(chat, "hello")
            assert turn.error is None
            assert turn.made.parameters == {"max_completion_tokens": 50}
        async with chat_with(server.base_url, learned=path) as chat:  # another day
            chat.talk.record({"type": "set", "name": "max_tokens", "value": 50})
            await ask(chat, "hello")
            assert server.requests[-1].body["max_completion_tokens"] == 50
            assert len(server.requests) == 3


async def test_a_model_without_system_messages_gets_it_with_the_first_message() -> None:
    refusal = {"error": {"message": "System role not supported"}}
    async with serve(fails(400, refusal), says("ok")) as server, chat_with(server.base_url) as chat:
        chat.talk.record({"type": "system", "content": "Be brief."})
        await ask(chat, "hello")
        assert server.requests[-1].body["messages"] == [
            {"role": "user", "content": "Be brief.\n\nhello"}
        ]


async def test_a_loading_model_is_waited_for() -> None:
    loading = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
    async with (
        serve(fails(503, loading), says("ready")) as server,
        chat_with(server.base_url) as chat,
    ):
        turn, _ = await ask(chat, "hello")
        assert turn.nodes[0].message.text == "ready"


async def test_a_connection_that_the_server_has_closed_is_opened_again() -> None:
    async with (
        serve(says("one"), Script(["reset"]), says("two")) as server,
        chat_with(server.base_url) as chat,
    ):
        await ask(chat, "first")
        turn, _ = await ask(chat, "second")
        assert turn.nodes[0].message.text == "two"


async def test_the_cost_is_counted_by_the_profiles_prices() -> None:
    priced = ADDRESS._replace(prices={"scripted": Price(input=1.0, output=10.0, cached=0.5)})
    async with serve(says("a", "b")) as server, chat_with(server.base_url, priced) as chat:
        await ask(chat, "hello")
        assert chat.talk.usage() == {"scripted": Usage(10, 2)}
        assert chat.link.cost(chat.talk.usage()) == (10 * 1.0 + 2 * 10.0) / 1e6


async def test_models_are_known_before_the_server_answers(tmp_path: Path) -> None:
    catalogue = tmp_path / "models.json"
    async with serve(says("a")) as server, chat_with(server.base_url, catalogue=catalogue) as chat:
        models = await chat.link.fetch_models()
        assert Catalogue(tmp_path / "models.json").of(server.base_url) == models
        assert [model.id for model in models] == ["scripted"]


async def test_a_cut_reply_goes_on_in_words_where_prefill_is_refused() -> None:
    refusal = fails(400, {"error": {"message": "does not support assistant message prefill"}})
    async with (
        serve(
            Script([chunk("one two"), "cut"]), refusal, refusal, refusal, refusal, says(" three")
        ) as server,
        chat_with(server.base_url) as chat,
    ):
        cut, _ = await ask(chat, "count")
        assert cut.made.ended == "failed"
        notes: list[str] = []
        parent = chat.talk.last_user()
        assert parent is not None
        turn = turn_in(chat, parent, prefix=cut.nodes[0].message.text, asking=True)
        await turn.run(lambda _: None, notes.append)
        assert notes == ["scripted takes no prefill here: it is asked in words to go on."]
        assert turn.nodes[0].message.text == "one two three"
        assert [message["role"] for message in server.requests[-1].body["messages"]] == [
            "user",
            "assistant",
            "user",
        ]
        assert len(chat.talk.session.variants(turn.nodes[0])) == 2


@pytest.mark.parametrize(
    ("url", "requests"), [("https://far.example/v1", 1), ("http://127.0.0.1:9/v1", 4)]
)
async def test_a_reply_that_may_have_been_made_far_away_is_not_asked_for_again(
    url: str, requests: int
) -> None:
    double = ScriptedServer(*[httpx.Response(504, text="too late")] * 4)

    async def connect() -> Client:
        return double.client(ADDRESS._replace(base_url=url))

    async def at_once(_seconds: float) -> None:
        return

    chat = chat_over(connect, sleep=at_once)
    chat.talk.new()
    turn, _ = await ask(chat, "hi")
    assert turn.error is not None
    assert "504" in str(turn.error)
    assert "/retry" in turn.error.advice
    assert len(double.requests) == requests
    await chat.aclose()
