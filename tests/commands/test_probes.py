"""What is measured of servers: by tests with a control, by requests that are repeated."""

import json
from collections.abc import Callable
from itertools import count

import pytest

from tests.support.chats import chat_with
from tests.support.commands import lines, run
from tests.support.server import Request, Script, fails, serve
from zatsudan.commands.outcomes import Work
from zatsudan.parameters.table import PARAMETERS
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
