"""What is measured of servers: by tests with a control, by requests that are repeated."""

import json
from collections.abc import Callable
from itertools import count

import pytest

from tests.support.chats import chat_with
from tests.support.commands import lines, run
from tests.support.doubles import turn_in
from tests.support.server import DONE, Request, Script, Server, chunk, fails, says, serve, usage
from zatsudan.commands.outcomes import Work
from zatsudan.parameters.table import PARAMETERS
from zatsudan.servers.findings import REPEAT
from zatsudan.sessions.planned import Lab
from zatsudan.talk.chat import Chat


async def work(chat: Chat, line: str) -> list[str]:
    outcome = await run(chat, line)
    assert isinstance(outcome, Work)
    return lines(await outcome.run(lambda _: None))


async def states(chat: Chat, line: str) -> dict[str, str]:
    rows = [row.split(" | ") for row in await work(chat, line) if " | " in row]
    return {name: state.split()[1] for name, state, _ in rows}


def answers(*texts: str, tokens: int = 8, finish: str = "length", **more: object) -> Script:
    """An answer that is not streamed: a choice for each text."""
    choices = [
        {"index": at, "message": {"content": text}, "finish_reason": finish, **more}
        for at, text in enumerate(texts)
    ]
    return fails(200, {"choices": choices, "usage": {"completion_tokens": tokens}})


# --- servers that ignore what is probed, each in a way of its own ---------------------


def as_ever(_request: Request) -> Script:
    return answers("1, 2, 3, 4")


def by_dice() -> Callable[[Request], Script]:
    numbers = count()
    return lambda _request: answers(f"reply {next(numbers)}, and on")


def by_turns() -> Callable[[Request], Script]:
    """Two replies, one after the other: what differs once need not have been changed."""
    numbers = count()
    return lambda _request: answers(("1, 2, 3", "one, two")[next(numbers) % 2])


def writes_json(request: Request) -> Script:
    words = request.body["messages"][-1]["content"]
    return answers('{"numbers": [1, 2' if "JSON" in words else "1, 2, 3, 4")


def short(_request: Request) -> Script:
    """Cuts every reply at 3 tokens, whatever is asked for."""
    return answers("1, 2", tokens=3)


def lavish(_request: Request) -> Script:
    """Two choices with log probabilities, whatever is asked for."""
    entry = {"token": "1", "logprob": -0.1, "top_logprobs": [{"token": "1", "logprob": -0.1}]}
    return answers("1, 2", "1, 2", logprobs={"content": [entry]})


def knows_seed_and_temperature(request: Request) -> Script:
    body = request.body
    if body.get("temperature", 1) == 0:
        return answers("1, 2, 3, 4")
    return answers(f"a story of {body.get('seed')}")


@pytest.mark.parametrize(
    ("ignoring", "honoured"),
    [
        (as_ever, set[str]()),
        (by_dice(), set[str]()),
        (by_turns(), set[str]()),
        (writes_json, set[str]()),
        (short, set[str]()),
        (lavish, set[str]()),
        (knows_seed_and_temperature, {"seed", "temperature"}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_server_that_ignores_a_field_is_never_taken_for_one_that_honours_it(
    ignoring: Callable[[Request], Script], honoured: set[str]
) -> None:
    async with serve(ignoring) as server, chat_with(server.base_url) as chat:
        names = [row.name for row in PARAMETERS if not row.delivery]
        found = await states(chat, "/probe " + " ".join(names))
        assert {name for name, state in found.items() if state == "honoured"} <= honoured
        assert len(found) > 20


async def test_json_that_comes_anyway_is_told_apart_by_a_schema() -> None:
    def keeps_to_schemas(request: Request) -> Script:
        wanted = request.body.get("response_format", {})
        if wanted.get("type") == "json_schema":
            (key,) = wanted["json_schema"]["schema"]["required"]
            return answers(json.dumps({key: 1}))
        return writes_json(request)

    async with serve(keeps_to_schemas) as server, chat_with(server.base_url) as chat:
        assert await states(chat, "/probe response_format") == {"response_format": "honoured"}


async def test_what_a_server_does_not_name_among_its_settings_is_ignored() -> None:
    def llama(request: Request) -> Script:
        settings = {"temperature": 0.7, "repeat_penalty": request.body.get("repeat_penalty", 1.0)}
        body = {
            "choices": [{"index": 0, "message": {"content": "1, 2"}, "finish_reason": "length"}],
            "__verbose": {"generation_settings": settings},
        }
        return fails(200, body)

    async with serve(llama) as server, chat_with(server.base_url) as chat:
        assert await states(chat, "/probe repetition_penalty repeat_penalty") == {
            "repetition_penalty": "ignored",
            "repeat_penalty": "honoured",
        }


# --- repro ----------------------------------------------------------------------


async def ask(chat: Chat, words: str, prefix: str = "", **settings: object) -> None:
    turn = turn_in(chat, chat.talk.say(words), settings, prefix)  # type: ignore[arg-type]
    await turn.run(lambda _: None)
    assert turn.error is None, turn.error


def posted(server: Server) -> list[object]:
    return [request.body for request in server.requests if "chat" in request.path]


def goes_on(request: Request) -> Script:
    """Goes on from what is given to it; knows the alphabet."""
    last = request.body["messages"][-1]
    if last["role"] == "assistant" and last["content"].endswith("m n"):
        return says(" o", " p")
    return says(" and stars") if last["role"] == "assistant" else says("Salt and storms")


async def test_what_went_on_from_a_beginning_is_repeated_with_it() -> None:
    async with serve(goes_on) as server, chat_with(server.base_url) as chat:
        await run(chat, "/system Be brief.")
        await ask(chat, "hi", "Salt", seed=11)
        made = posted(server)[-1]
        await run(chat, "/system Be long.")
        await run(chat, "/set temperature 2 seed 5")
        shown = await work(chat, "/repro 3")
        assert posted(server)[-3:] == [made] * 3
        assert shown[0] == "3 of 3 replies are the same."
        assert shown[1] == "The reply that stands in the talk is the same too."


async def test_a_verdict_with_a_seed_outlives_a_run_without() -> None:
    numbers = count()

    def answer(request: Request) -> Script:
        return says("Salt" if "seed" in (request.body or {}) else f"Salt {next(numbers)}")

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        await ask(chat, "hi", seed=4, temperature=0.8)
        await work(chat, "/repro")
        await ask(chat, "again")
        await run(chat, "/set seed 4")
        shown = await work(chat, "/repro")
        assert shown[0] == "All 5 replies differ."
        assert shown[-1].startswith("It was made without a seed")
        (found,) = chat.findings.of("scripted", "scripted").values()
        assert found.detail == "5 of 5 replies the same, seed 4 temperature 0.8"
        assert "5 of 5 replies the same (seed 4 temperature 0.8)" in "".join(
            lines(await run(chat, "/params"))
        )


async def test_what_was_otherwise_is_named() -> None:
    texts = iter(["Salt", *["Storm"] * 5])
    async with serve(lambda _: says(next(texts))) as server, chat_with(server.base_url) as chat:
        await ask(chat, "hi", seed=4)
        shown = await work(chat, "/repro 2")
        assert len(shown) == 2
        assert "beside others" not in shown[-1]
        reply = chat.talk.session.head
        chat.talk.record(Lab("1", (("a", reply), ("b", None))).to_json())
        assert (await work(chat, "/repro 2"))[-1].startswith("It was made beside others")
        assert chat.findings.of("scripted", "scripted")[REPEAT].state == "honoured"


async def test_requests_beside_the_talk_are_counted_on_a_line_of_their_own() -> None:
    counted = Script([chunk("x"), chunk(finish="stop"), usage(484, 30), DONE])
    async with serve(counted) as server, chat_with(server.base_url) as chat:
        await ask(chat, "hi", seed=1)
        for _ in range(2):
            await work(chat, "/repro")
        rows = lines(await run(chat, "/usage"))
        assert rows[1].startswith("session | 484 | 30 |")
        assert rows[2].startswith("10 requests beside the talk (scripted) | 4,840 | 300 |")
        chat.talk.new()
        assert lines(await run(chat, "/usage")) == ["No tokens yet in this session."]
