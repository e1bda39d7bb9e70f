"""Requests as they are shown: what was sent, and what is sent next."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.chats import asked, chat_with
from tests.support.commands import lines, run
from tests.support.doubles import turn_in
from tests.support.server import DONE, Request, Script, chunk, event, fails, says, serve
from zatsudan.commands.requested import NOT_WRITTEN
from zatsudan.servers.choice import Server as Address
from zatsudan.sessions.journal import load
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt

#: A reply without usage: then the estimate of tokens is what it was.
UNCOUNTED = Script([chunk("fine"), chunk(finish="stop"), DONE])


async def shown_json(chat: Chat, line: str) -> Any:
    return json.loads(lines(await run(chat, line))[1])


async def system_and_parameters(chat: Chat) -> None:
    await run(chat, "/system Be brief.")
    await run(chat, "/set temperature 0.5 stop END")
    await asked(chat, "one")
    await run(chat, "/system Be long.")
    await asked(chat, "two", seed=4)
    await run(chat, "/system none")
    await run(chat, "/unset all")
    await asked(chat, "three", stream=False)


async def a_short_window(chat: Chat) -> None:
    for number in range(8):
        await asked(chat, f"{number} " + "word " * 60, max_tokens=16)
        if number == 0:
            chat.talk.record({"type": "pin", "id": "1"})


async def goes_on(chat: Chat) -> None:
    turn = turn_in(chat, chat.talk.say("hi"), {}, "And so")
    await turn.run(lambda _: None)
    assert turn.nodes


async def branches(chat: Chat) -> None:
    await asked(chat, "one")
    await asked(chat, "two")
    chat.talk.record({"type": "head", "id": "2"})
    await asked(chat, "other")


def refuses_options(request: Request) -> Script:
    if "stream_options" in request.body:
        return fails(400, {"error": {"message": "Unknown field: stream_options"}})
    return says("fine")


def refuses_system(request: Request) -> Script:
    if request.body["messages"][0]["role"] == "system":
        return fails(400, {"error": {"message": "System role not supported"}})
    return says("fine")


def alphabet(request: Request) -> Script:
    return says(" o p") if request.body.get("max_tokens") == 4 else says(" fine")


def reasons(request: Request) -> Script:
    del request
    thought = event({"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]})
    return Script([thought, chunk("fine"), chunk(finish="stop"), DONE])


@pytest.mark.parametrize(
    ("script", "talk", "address"),
    [
        (says("fine"), system_and_parameters, {}),
        (refuses_options, system_and_parameters, {}),
        (refuses_system, system_and_parameters, {}),
        (UNCOUNTED, a_short_window, {"context_length": 400}),
        (alphabet, goes_on, {}),
        (says("fine"), branches, {}),
        (reasons, branches, {"reasoning": "reasoning_content"}),
        (says("fine"), system_and_parameters, {"name": "mistral"}),
    ],
)
async def test_a_recorded_request_is_what_the_server_got(
    script: Script | Callable[[Request], Script],
    talk: Callable[[Chat], Any],
    address: dict[str, Any],
) -> None:
    where = Address(**{"name": "scripted", "base_url": "", "model": "scripted", **address})
    async with serve(script) as server, chat_with(server.base_url, where) as chat:
        await talk(chat)
        bodies = server.posted
        replies = list(chat.talk.session.replies())
        assert replies
        for reply in replies:
            body = rebuilt(chat.talk.session, reply).body
            assert body in bodies
            assert await shown_json(chat, f"/request {reply.id}") == body
        # In the order in which they were made: the last one is the last.
        assert rebuilt(chat.talk.session, replies[-1]).body == bodies[-1]


async def test_the_next_request_is_what_the_server_gets() -> None:
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/system Be brief.")
        await run(chat, "/set temperature 0.5 +top_k 40")
        await asked(chat, "one")
        shown = await shown_json(chat, "/request")
        assert shown["messages"][-1] == {"role": "user", "content": NOT_WRITTEN}
        await asked(chat, "two")
        shown["messages"][-1]["content"] = "two"
        assert shown == server.posted[-1]


async def test_no_key_is_in_a_request_shown() -> None:
    where = Address("scripted", "", "sk-secret", "scripted", query={"key": "sk-secret"})
    async with serve(says("fine")) as server, chat_with(server.base_url, where) as chat:
        await asked(chat, "one")
        for line in ("/request", "/request 2", "/why"):
            assert "sk-secret" not in "\n".join(lines(await run(chat, line)))


async def test_what_the_window_left_out_is_said() -> None:
    where = Address("scripted", "", model="scripted", context_length=400)
    async with serve(UNCOUNTED) as server, chat_with(server.base_url, where) as chat:
        await a_short_window(chat)
        last = list(chat.talk.session.replies())[-1]
        assert last.made is not None
        assert last.made.left_out > 0
        said = lines(await run(chat, f"/request {last.id}"))[-1]
        assert said.startswith(f"{last.made.left_out} earlier messages left out (2 to ")
        assert f"{last.made.left_out} left out" in "\n".join(lines(await run(chat, "/why")))


async def test_a_reloaded_session_tells_the_same(tmp_path: Path) -> None:
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        chat.talk.folder = tmp_path
        chat.talk.new()
        await system_and_parameters(chat)
        assert chat.talk.journal.path is not None
        again = load(chat.talk.journal.path).session
        assert again.start == chat.talk.session.start
        assert list(again.systems) == list(chat.talk.session.systems) == ["Be brief.", "Be long."]
        for reply in chat.talk.session.replies():
            assert rebuilt(again, again.nodes[reply.id]) == rebuilt(chat.talk.session, reply)
