"""/think: a wish in the form that the server takes, found out once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.chats import chat_with, thinks
from tests.support.commands import lines, run
from tests.support.server import Request, Script, Server, fails, says, serve
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.cli import opening
from zatsudan.cli.arguments import parser
from zatsudan.commands.outcomes import Outcome, Work
from zatsudan.config.presetfiles import Presets
from zatsudan.config.settings import Places
from zatsudan.servers.choice import Server as At
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Setting
from zatsudan.talk.bystate import of_preset
from zatsudan.talk.chat import Chat


async def done(chat: Chat, line: str) -> list[str]:
    outcome: Outcome = await run(chat, line)
    if isinstance(outcome, Work):
        outcome = await outcome.run(lambda _: None)
    return lines(outcome)


def model(does: Callable[[JsonObject], bool]) -> Callable[[Request], Script]:
    """A server whose model thinks where the body says so."""
    return lambda request: thinks("Hm.", says="391") if does(request.body) else says("391")


def by_template(body: JsonObject) -> bool:
    values = body.get("chat_template_kwargs")
    return not (isinstance(values, dict) and values.get("enable_thinking") is False)


def bodies(server: Server) -> list[JsonObject]:
    return [request.body for request in server.requests if request.path.endswith("completions")]


async def test_what_works_is_found_once_and_remembered() -> None:
    async with serve(model(by_template)) as server, chat_with(server.base_url) as chat:
        told = await done(chat, "/think off")
        assert told == ['chat_template_kwargs  unset → {"enable_thinking": false}']
        # One without, one by reasoning_effort, one by the template.
        assert len(bodies(server)) == 3
        assert [line for line in lines(await run(chat, "/learned")) if "thinking template" in line]

        await done(chat, "/think on")
        assert len(bodies(server)) == 3
        assert chat.talk.session.parameters == {"chat_template_kwargs": {"enable_thinking": True}}
        assert "3 requests" in " ".join(lines(await run(chat, "/usage")))


async def test_a_model_that_thinks_only_when_told() -> None:
    def does(body: JsonObject) -> bool:
        return body.get("reasoning_effort") not in (None, "none")

    async with serve(model(does)) as server, chat_with(server.base_url) as chat:
        assert await done(chat, "/think high") == ["reasoning_effort  unset → high"]
        assert await done(chat, "/think unset") == [
            "reasoning_effort  high → unset", "The model decides whether it thinks.",
        ]  # fmt: skip


async def test_what_is_refused_is_no_form() -> None:
    def answer(request: Request) -> Script:
        if "reasoning_effort" in request.body or "chat_template_kwargs" in request.body:
            return fails(400, {"error": {"message": "Unrecognized request argument"}})
        off = request.body.get("reasoning") == {"effort": "none"}
        return says("391") if off else thinks("Hm.", says="391")

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        await done(chat, "/think off")
        assert chat.talk.session.parameters == {"reasoning": {"effort": "none"}}


async def test_a_model_without_thoughts() -> None:
    async with serve(says("391")) as server, chat_with(server.base_url) as chat:
        for wish in ("on", "low", "500"):
            with pytest.raises(CommandError, match="scripted does not think: nothing") as caught:
                await done(chat, f"/think {wish}")
            assert "/model chooses one that does" in caught.value.advice
        assert await done(chat, "/think off") == ["scripted does not think: nothing is changed."]
        assert chat.talk.session.parameters == {}
        assert "scripted does not think." in await done(chat, "/think")


async def test_a_model_that_always_thinks() -> None:
    async with serve(thinks("Hm.", says="391")) as server, chat_with(server.base_url) as chat:
        with pytest.raises(CommandError, match="in every form that is known") as caught:
            await done(chat, "/think off")
        assert "Ctrl-G" in caught.value.advice
        assert await done(chat, "/think on") == ["scripted thinks, whatever is sent."]
        await done(chat, "/think low")
        assert chat.talk.session.parameters == {"reasoning_effort": "low"}


@pytest.mark.parametrize("wrong", ["maybe", "-5", "1.5", "on off", "12345678901"])
async def test_what_is_no_wish(wrong: str) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        with pytest.raises(CommandError, match="/think does not take") as caught:
            await run(chat, f"/think {wrong}")
        assert caught.value.advice.startswith("on, off, a number of tokens, or minimal, low")
        assert server.requests == []


@pytest.mark.parametrize(
    ("name", "wish", "sent"),
    [
        ("openai", "off", {"reasoning_effort": "none"}),
        ("openrouter", "2000", {"reasoning": {"max_tokens": 2000}}),
        ("openrouter", "off", {"reasoning": {"effort": "none"}}),
        ("deepseek", "off", {"thinking": {"type": "disabled"}}),
    ],
)
async def test_makers_are_not_asked(name: str, wish: str, sent: JsonObject) -> None:
    async with (
        serve(says("x")) as server,
        chat_with(server.base_url, At(name, "", model="m")) as chat,
    ):
        await done(chat, f"/think {wish}")
        assert chat.talk.session.parameters == sent
        assert server.requests == []


@pytest.mark.parametrize(
    ("name", "wish", "sentence", "advice"),
    [
        ("openai", "500", "OpenAI takes no number of tokens for a thought.", "/think low says"),
        ("deepseek", "high", "DeepSeek has no word for how hard", "/think on and /think off"),
        ("deepseek", "500", "DeepSeek takes no number of tokens", "/think on and /think off"),
    ],
)
async def test_what_a_server_has_no_form_for(
    name: str, wish: str, sentence: str, advice: str
) -> None:
    async with (
        serve(says("x")) as server,
        chat_with(server.base_url, At(name, "", model="m")) as chat,
    ):
        with pytest.raises(CommandError, match=sentence) as caught:
            await done(chat, f"/think {wish}")
        assert advice in caught.value.advice
        assert chat.talk.session.parameters == {}


async def test_a_number_at_llama_cpp_goes_under_its_name() -> None:
    llama = At("llama.cpp", "", model="m")
    async with serve(model(by_template)) as server, chat_with(server.base_url, llama) as chat:
        await done(chat, "/think 500")
        sent = chat.link.mended(dict(chat.talk.session.parameters), "m")
        assert sent == {
            "chat_template_kwargs": {"enable_thinking": True},
            "thinking_budget_tokens": 500,
        }
        assert "Thinking: at most 500 tokens" in (await done(chat, "/think"))[0]
        assert await done(chat, "/think 500") == ["It is so already."]


PRESET = """
[parameters]
temperature = 0.7
top_k = 20
chat_template_kwargs = { enable_thinking = false }

[parameters.thinking]
temperature = 0.6
presence_penalty = 1.5
"""


async def test_a_preset_has_a_second_set_for_thinking(tmp_path: Path) -> None:
    (tmp_path / "qwen.toml").write_text(PRESET)
    async with (
        serve(model(by_template)) as server,
        chat_with(server.base_url, presets=tmp_path) as chat,
    ):
        told = await done(chat, "/preset qwen")
        assert "Otherwise while it thinks (/think): temperature, presence_penalty." in told
        assert chat.talk.session.settings["temperature"] == Setting(0.7, "preset")

        assert "temperature  0.7 → 0.6" in await done(chat, "/think on")
        assert chat.talk.session.settings["temperature"] == Setting(0.6, "thinking")
        assert chat.talk.session.settings["presence_penalty"] == Setting(1.5, "thinking")
        assert chat.talk.session.parameters["top_k"] == 20

        await run(chat, "/preset save again")
        saved = chat.presets.read("again")
        assert saved.thinking == {"temperature": 0.6, "presence_penalty": 1.5}
        assert saved.parameters == {
            "temperature": 0.7, "top_k": 20, "chat_template_kwargs": {"enable_thinking": True},
        }  # fmt: skip

        await done(chat, "/think off")
        assert chat.talk.session.settings["temperature"] == Setting(0.7, "preset")
        assert "presence_penalty" not in chat.talk.session.settings

        await run(chat, "/set temperature 1")
        await done(chat, "/think on")
        assert chat.talk.session.settings["temperature"] == Setting(1, "session")

        await done(chat, "/preset again")
        assert chat.talk.session.settings["temperature"] == Setting(0.6, "thinking")
        await run(chat, "/reset")
        assert chat.talk.session.by_state is None
        assert chat.talk.session.settings == {}


async def test_a_preset_that_thinks_begins_with_its_second_set(tmp_path: Path) -> None:
    text = PRESET.replace("enable_thinking = false", "enable_thinking = true")
    (tmp_path / "qwen.toml").write_text(text)
    preset = Presets(tmp_path).read("qwen")
    places = Places(tmp_path, tmp_path, tmp_path, tmp_path)
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "qwen.toml").write_text(text)
    session = replay(opening.of_preset(parser().parse_args(["--preset", "qwen"]), places))
    assert session.settings["temperature"] == Setting(0.6, "thinking")
    assert session.by_state == of_preset(preset)

    async with serve(says("x")) as server, chat_with(server.base_url, presets=tmp_path) as chat:
        (row,) = lines(await run(chat, "/preset"))[:1]
        assert "temperature unset → 0.6" in row
        await run(chat, "/preset qwen")
        assert "as now" in lines(await run(chat, "/preset"))[0]
