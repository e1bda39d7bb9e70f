"""The embedded model: what is said of its limits, and of requests that are written for it."""

import pytest

from tests.support.chats import ADDRESS, ask, chat_with
from tests.support.commands import lines, refusal, run
from tests.support.server import fails, says, serve
from zatsudan.base.errors import StatusError
from zatsudan.servers.choice import BY_ITSELF

EMBEDDED = ADDRESS._replace(reason=BY_ITSELF, api_key="tmp-key")


@pytest.mark.parametrize("name", ["curl", "python", "http"])
async def test_it_is_said_when_it_runs_and_how_its_key_is_set(name: str) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url, EMBEDDED) as chat:
        await ask(chat, "hi")
        shown = lines(await run(chat, f"/export {name}"))
        assert "tmp-key" not in "".join(shown)
        assert shown[-1] == "/export key shows the line that sets it."
        assert lines(await run(chat, "/export key"))[0] == "export ZATSUDAN_API_KEY=tmp-key"
        assert "/export key" not in "".join(lines(await run(chat, "/export markdown"))[1:])


async def test_the_key_of_another_server_is_never_shown() -> None:
    hosted = ADDRESS._replace(api_key="sk-secret")
    async with serve(says("x")) as server, chat_with(server.base_url, hosted) as chat:
        await ask(chat, "hi")
        error = await refusal(chat, "/export key")
        assert "sk-secret" not in f"{error} {error.advice}"


async def test_a_refused_key_says_which_variable_it_was_read_from() -> None:
    named = ADDRESS._replace(api_key="sk-wrong", key_variable="MY_API_KEY")
    async with serve(fails(401, {})) as server, chat_with(server.base_url, named) as chat:
        turn, _ = await ask(chat, "hi")
        assert isinstance(turn.error, StatusError)
        assert "MY_API_KEY" in turn.error.advice


async def test_the_limits_of_the_embedded_model_are_said() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url, EMBEDDED) as chat:
        await chat.link.client()
        assert "max_tokens 1,024 and repeat_penalty 1.1" in "".join(
            lines(await run(chat, "/params"))
        )
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        await chat.link.client()
        assert "embedded model" not in "".join(lines(await run(chat, "/params")))
