"""/preset import and /preset export, as one would use them."""

import json
from pathlib import Path

import pytest

from tests.support.chats import ADDRESS, chat_with
from tests.support.commands import lines, refusal, run
from tests.support.places import DATA
from tests.support.server import says, serve
from zatsudan.base.words import quote
from zatsudan.commands import COMMANDS

PRESETS = DATA / "presets"


async def test_a_preset_of_another_program_is_kept_and_taken(tmp_path: Path) -> None:
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, presets=tmp_path) as chat,
    ):
        said = lines(await run(chat, f"/preset import {PRESETS / 'sillytavern-text.json'} warm"))

        assert said[0] == "Read as SillyTavern's preset of text completion: sillytavern-text.json"
        assert "rep_pen | repeat_penalty | 1.05 | renamed" in said
        assert "top_p | top_p | 1 | taken" in said
        assert "dropped: num_beams: only the transformers library takes it" in said
        assert "20 neutral values left out: they do nothing." in said
        assert "Saved: warm, 17 parameters." in said
        assert chat.talk.session.parameters == {}

        await run(chat, "/preset warm")
        assert chat.talk.session.parameters["repeat_penalty"] == 1.05
        assert chat.talk.session.settings["min_p"].origin == "preset"


async def test_a_preset_that_is_there_stays(tmp_path: Path) -> None:
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, presets=tmp_path) as chat,
    ):
        await run(chat, "/set temperature 0.1")
        await run(chat, "/preset save textgen")
        before = (tmp_path / "textgen.toml").read_bytes()
        refused = await refusal(chat, f"/preset import {PRESETS / 'textgen.yaml'}")

        assert str(refused) == "There is a preset 'textgen' already."
        assert (tmp_path / "textgen.toml").read_bytes() == before


@pytest.mark.parametrize("content", ["hello", '{"temp": ', "\x00\x01", "FROM m\n", ""])
async def test_a_file_that_is_no_preset_changes_nothing(tmp_path: Path, content: str) -> None:
    file = tmp_path / "it is none"
    file.write_text(content, encoding="utf-8")
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, presets=tmp_path / "presets") as chat,
    ):
        await refusal(chat, f"/preset import {quote(str(file))}")
        assert chat.presets.names() == []


async def test_text_of_strangers_steers_nothing(tmp_path: Path) -> None:
    evil = "\x1b]52;c;AAAA\x07\u202e"
    file = tmp_path / "evil.json"
    fields = {"do_sample": True, "temperature": 0.5, f"{evil}x": evil, "stop_strings": [evil]}
    file.write_text(json.dumps(fields), encoding="utf-8")
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, presets=tmp_path) as chat,
    ):
        said = "\n".join(lines(await run(chat, f"/preset import {file}")))
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "␛" in said
        await run(chat, "/preset evil")
        assert chat.talk.session.parameters["stop"] == [evil]


async def test_the_messages_of_a_modelfile_begin_a_talk(tmp_path: Path) -> None:
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, presets=tmp_path) as chat,
    ):
        said = lines(await run(chat, f"/preset import {PRESETS / 'Modelfile'}"))
        assert "Saved: Modelfile, 5 parameters and system and 2 messages." in said

        taken = lines(await run(chat, "/preset Modelfile"))
        assert "The talk begins with its 2 messages." in taken
        path = [(node.message.role, node.message.text) for node in chat.talk.session.path()]
        assert path == [("user", "Is it stormy?"), ("assistant", "Yes.\nVery.")]

        again = lines(await run(chat, "/preset Modelfile"))
        assert any("beginning of a talk only" in line for line in again)
        assert len(chat.talk.session.nodes) == 2


async def test_what_this_server_does_not_take_is_said(tmp_path: Path) -> None:
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, ADDRESS._replace(name="ollama"), presets=tmp_path) as chat,
    ):
        await chat.link.client()
        said = lines(await run(chat, f"/preset import {PRESETS / 'textgen.yaml'}"))

        assert "min_p | min_p | 0.04 | unknown here" in said
        assert any(line.startswith("Unknown here: ") for line in said)
        assert "temperature | temperature | 1.1 | taken" in said
        assert chat.presets.read("textgen").parameters["min_p"] == 0.04


async def test_presets_are_written_for_other_programs(tmp_path: Path) -> None:
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, presets=tmp_path) as chat,
    ):
        await run(chat, "/set temperature 0.5 top_k 7 top_logprobs 2")
        await run(chat, "/preset save warm model")
        file = tmp_path / "warm.yaml"
        said = lines(await run(chat, f"/preset export warm textgen {file}"))
        assert file.read_text(encoding="utf-8") == "temperature: 0.5\ntop_k: 7\n"
        assert said == [f"Written: {file}", "textgen has no field for top_logprobs."]

        shown = lines(await run(chat, "/preset export warm modelfile"))
        assert shown[0].splitlines()[1:] == ["PARAMETER temperature 0.5", "PARAMETER top_k 7"]
        assert "already" in str(await refusal(chat, f"/preset export warm textgen {file}"))
        refused = await refusal(chat, "/preset export warm lmstudio")
        assert "sillytavern-text" in refused.advice
        for line in ("/preset export warm", "/preset import", "/preset import a b c"):
            await refusal(chat, line)
        assert "cannot be called" in str(await refusal(chat, "/preset save import"))


async def test_formats_and_files_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some.json").touch()
    monkeypatch.chdir(tmp_path)
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, presets=tmp_path) as chat,
    ):
        await run(chat, "/preset save warm")

        def offered(args: str) -> list[str]:
            return [choice.text for choice in COMMANDS["preset"].complete(chat, args)]

        assert {"save ", "import ", "export "} <= {*offered("")}
        assert "some.json" in offered("import so")
        assert offered("export w") == ["warm"]
        assert "textgen" in offered("export warm ")
        assert "some.json" in offered("export warm textgen so")
    page = "\n".join(lines(await run(chat, "/help preset")))
    assert "TextGen's preset" in page
