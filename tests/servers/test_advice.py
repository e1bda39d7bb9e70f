"""What the makers of a model advise: from its file, from beside it, from its server."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.chats import chat_with
from tests.support.commands import lines, run
from tests.support.gguf import head, text
from tests.support.server import Request, Script, fails, says, serve, whole
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.servers.choice import Server as At
from zatsudan.servers.engine.gguf import sampling
from zatsudan.sessions.session import Setting

LLAMA = At("llama.cpp", "", model="scripted")
NAMED = (b"general.name", 8, text(b"Qwen3"))
TOLD = (
    (b"general.sampling.temp", 6, struct.pack("<f", 0.6)),
    (b"general.sampling.top_k", 5, struct.pack("<i", 20)),
    (b"general.sampling.penalty_repeat", 6, struct.pack("<f", 1.05)),
    (b"general.sampling.sequence", 8, text(b"top_k;top_p;temperature")),
    (b"general.sampling.top_p", 6, struct.pack("<f", 7.5)),  # out of range
    (b"general.sampling.unknown", 4, struct.pack("<I", 5)),
)
USUAL: JsonObject = {"temperature": 0.800000011920929, "top_k": 40, "min_p": 0.05000000074505806}


def server(props: Json) -> Callable[[Request], Script]:
    def answer(request: Request) -> Script:
        if request.path == "/props":
            return whole(props) if props is not None else fails(404, "no")
        return says("x") if request.path.endswith("/completions") else fails(404, "no")

    return answer


def told_by(path: Path | str, **values: Json) -> JsonObject:
    return {
        "model_path": str(path),
        "default_generation_settings": {"params": {**USUAL, **values}},
    }


def test_the_head_tells() -> None:
    found = sampling(head(NAMED, (b"general.tags", 9, struct.pack("<IQ", 8, 0)), *TOLD))
    assert found["top_k"] == 20
    assert found["sequence"] == "top_k;top_p;temperature"
    assert sampling(head(NAMED)) == {}
    assert sampling(b"no such file") == {}
    whole_head = head(*TOLD)
    for size in range(len(whole_head)):
        assert sampling(whole_head[:size]).keys() <= found.keys()


async def test_the_file_of_the_model_tells(tmp_path: Path) -> None:
    path = tmp_path / "qwen.gguf"
    path.write_bytes(head(NAMED, *TOLD))
    async with (
        serve(server(told_by(path, repeat_penalty=1.3)), tells=True) as there,
        chat_with(there.base_url, LLAMA) as chat,
    ):
        await chat.link.client()
        chat.talk.record({"type": "model", "model": "scripted", "server": "llama.cpp"})
        shown = lines(await run(chat, "/params"))
        assert [line for line in shown if "makers" in line] == [
            (
                "The makers of the model advise (qwen.gguf): temperature 0.6, top_k 20,"
                ' repeat_penalty 1.05, samplers "top_k" "top_p" "temperature".'
                " /preset model takes it."
            )
        ]
        assert chat.talk.session.settings == {}

        said = lines(await run(chat, "/preset model"))
        assert said[-1] == "As the makers of the model advise (qwen.gguf)."
        assert chat.talk.session.settings["temperature"] == Setting(0.6, "preset")
        assert "top_p" not in chat.talk.session.settings
        assert not [line for line in lines(await run(chat, "/params")) if "makers" in line]


async def test_what_lies_beside_the_file_tells_where_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(head(NAMED))
    beside = '{"temperature": 0.7, "top_p": 0.8, "do_sample": true, "transformers_version": "5"}'
    (tmp_path / "generation_config.json").write_text(beside)
    async with (
        serve(server(told_by(tmp_path / "m.gguf")), tells=True) as there,
        chat_with(there.base_url, LLAMA) as chat,
    ):
        said = lines(await run(chat, "/preset model"))
        assert said[-1] == "As the makers of the model advise (generation_config.json)."
        assert chat.talk.session.parameters == {"temperature": 0.7, "top_p": 0.8}


async def test_what_a_server_samples_by_tells_where_its_file_is_elsewhere() -> None:
    props = told_by("/nowhere/m.gguf", temperature=0.6000000238418579)
    async with (
        serve(server(props), tells=True) as there,
        chat_with(there.base_url, LLAMA) as chat,
    ):
        said = lines(await run(chat, "/preset model"))
        assert said[-1] == "As the makers of the model advise (/props)."
        assert chat.talk.session.parameters == {"temperature": 0.6}


@pytest.mark.parametrize(
    "props", [None, {}, [], {"model_path": 5}, told_by("/nowhere/m.gguf"), told_by("m.gguf")]
)
async def test_where_nothing_tells_nothing_is_changed(props: Json) -> None:
    async with (
        serve(server(props), tells=True) as there,
        chat_with(there.base_url, LLAMA) as chat,
    ):
        await run(chat, "/set temperature 1")
        with pytest.raises(
            CommandError, match="Nothing tells what the makers of scripted"
        ) as caught:
            await run(chat, "/preset model")
        assert "generation_config.json" in caught.value.advice
        assert chat.talk.session.parameters == {"temperature": 1}


async def test_a_file_that_is_no_model_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("no model")
    (tmp_path / "generation_config.json").write_text('{"temperature": 0.7, "do_sample": true}')
    async with (
        serve(server(told_by(tmp_path / "secret")), tells=True) as there,
        chat_with(there.base_url, LLAMA) as chat,
    ):
        with pytest.raises(CommandError):
            await run(chat, "/preset model")


async def test_ollama_tells_the_parameters_of_a_model() -> None:
    def answer(request: Request) -> Script:
        if request.path == "/api/show" and request.body == {"model": "qwen3"}:
            return whole(
                {"parameters": 'temperature                    0.6\nstop "<|im_end|>"\ntop_k 20'}
            )
        return fails(404, "no")

    ollama = At("ollama", "", model="qwen3", dialect="ollama")
    async with serve(answer) as there, chat_with(there.base_url, ollama) as chat:
        await run(chat, "/preset model")
        assert chat.talk.session.parameters == {
            "temperature": 0.6, "stop": ["<|im_end|>"], "top_k": 20,
        }  # fmt: skip


async def test_makers_servers_are_not_asked() -> None:
    async with (
        serve(says("x")) as there,
        chat_with(there.base_url, At("openai", "", model="gpt")) as chat,
    ):
        with pytest.raises(CommandError):
            await run(chat, "/preset model")
        assert there.requests == []


async def test_a_preset_that_was_called_so_is_taken_as_before(tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_text("[parameters]\nseed = 5\n")
    async with serve(says("x")) as there, chat_with(there.base_url, presets=tmp_path) as chat:
        await run(chat, "/preset model")
        assert chat.talk.session.parameters == {"seed": 5}
        with pytest.raises(CommandError, match="cannot be called model"):
            await run(chat, "/preset save model")
