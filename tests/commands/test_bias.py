"""logit_bias: texts to token ids, by whichever tokenizer there is."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.commands.test_commands import lines, run, table
from tests.support.server import Request, Script, fails, says, serve
from tests.talk.test_turn import chat_with
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.commands.bias import forms_of

WORDS = {"sorry": [5, 6], " sorry": [7], "Sorry": [8], " Sorry": [9], "a b": [1, 2]}
TEXTS = {5: "sor", 6: "ry", 7: " sorry", 8: "Sorry", 9: " Sorry", 1: "a", 2: " b"}


def answer(value: object) -> Script:
    kind = (("Content-Type", "application/json"),)
    return Script([json.dumps(value).encode()], 200, kind, whole=True)


def llama(request: Request) -> Script:
    if request.path == "/tokenize" and "content" in request.body:
        return answer({"tokens": WORDS[request.body["content"]]})
    if request.path == "/detokenize":
        return answer({"content": TEXTS.get(request.body["tokens"][0], "")})
    return fails(404, "no such place")


def vllm(request: Request) -> Script:
    if request.path == "/tokenize" and "prompt" in request.body:
        assert request.body["model"] == "scripted"
        return answer({"tokens": WORDS[request.body["prompt"]], "count": 1})
    if request.path == "/detokenize":
        return answer({"prompt": TEXTS[request.body["tokens"][0]]})
    return fails(400, {"error": "content is no field"})


@pytest.mark.parametrize("script", [llama, vllm])
@pytest.mark.parametrize(
    ("line", "set_", "texts"),
    [
        ('/bias " sorry" -5', {"7": -5}, ["·sorry"]),
        ("/bias sorry 1.5 --forms", {"8": 1.5, "7": 1.5, "9": 1.5}, ["Sorry", "·sorry", "·Sorry"]),
        ("/ban sorry --pieces", {"5": -100, "6": -100}, ["sor", "ry"]),
        ("/ban a b --pieces", {"1": -100, "2": -100}, ["a", "·b"]),
        ("/ban 7 8", {"7": -100, "8": -100}, ["·sorry", "Sorry"]),
    ],
)
async def test_a_text_becomes_the_servers_ids(
    script: Callable[[Request], Script], line: str, set_: dict[str, Any], texts: list[str]
) -> None:
    async with serve(script) as server, chat_with(server.base_url) as chat:
        shown = table(await run(chat, line))
        assert chat.talk.session.parameters == {"logit_bias": set_}
        assert [row[1] for row in shown.rows] == texts
        assert table(await run(chat, "/bias")).rows == shown.rows
        await run(chat, "/unset logit_bias")
        assert "No bias" in lines(await run(chat, "/bias"))[0]


async def test_biases_add_up_and_a_later_one_replaces() -> None:
    async with serve(llama) as server, chat_with(server.base_url) as chat:
        await run(chat, '/bias " sorry" -5')
        await run(chat, "/bias 8 2")
        await run(chat, '/ban " sorry"')
        assert chat.talk.session.parameters == {"logit_bias": {"7": -100, "8": 2}}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/ban sorry", '"sorry" is 2 tokens'),
        ("/bias sorry", "a text or a token id, and a number"),
        ("/bias sorry -500", "from -100 to 100"),
        ("/bias sorry nan", "from -100 to 100"),
        ("/bias sorry much", "from -100 to 100"),
        ("/ban --forms", "needs a text"),
    ],
)
async def test_what_cannot_be_done_is_said(line: str, said: str) -> None:
    async with serve(llama) as server, chat_with(server.base_url) as chat:
        with pytest.raises(CommandError, match=said) as caught:
            await run(chat, line)
        assert caught.value.advice
        assert chat.talk.session.parameters == {}


async def test_a_server_without_tokenizer_takes_ids_only() -> None:
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        with pytest.raises(CommandError, match="no tokenizer"):
            await run(chat, "/ban sorry")
        said = lines(await run(chat, "/ban 7"))
        assert said == [
            "7 | ? | -100 | never",
            "This server does not tell the texts of its tokens: ids only.",
        ]


@pytest.mark.parametrize(
    "reply",
    [{"tokens": []}, {"tokens": ["7"]}, {"tokens": None}, [], None, "x", {"content": "7"}],
)
async def test_odd_tokenizers_are_none(reply: Json) -> None:
    async with serve(answer(reply)) as server, chat_with(server.base_url) as chat:
        with pytest.raises(CommandError, match="no tokenizer"):
            await run(chat, "/ban sorry")


def test_the_forms_of_a_word() -> None:
    assert forms_of("sorry") == ["sorry", "Sorry", " sorry", " Sorry"]
    assert forms_of(" Sorry") == [" Sorry", "sorry", "Sorry", " sorry"]
    assert forms_of("雑") == ["雑", " 雑"]
