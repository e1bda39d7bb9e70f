"""What the server's own template and tokenizer tell: /request prompt and /context."""

import pytest

from tests.support.chats import chat_with, talk
from tests.support.commands import lines, refusal, run
from tests.support.doubles import turn_in
from tests.support.server import Request, Script, fails, says, serve, whole
from zatsudan.commands.outcomes import Show
from zatsudan.commands.parts import Line
from zatsudan.servers.choice import Server
from zatsudan.talk.chat import Chat

LLAMA = whole({"data": [{"id": "scripted", "owned_by": "llamacpp"}]})
VLLM = whole({"data": [{"id": "scripted", "owned_by": "vllm"}]})


def answering(request: Request) -> Script:
    """A llama.cpp whose tokens are words; its template is ChatML."""
    body = request.body or {}
    if request.path == "/apply-template":
        said = (
            f"<|im_start|>{one['role']}\n{one['content']}<|im_end|>" for one in body["messages"]
        )
        return whole({"prompt": "\n".join(said) + "\n\x1b[31m<|im_start|>assistant\n"})
    if request.path == "/tokenize":
        return whole({"tokens": [7] * len(body["content"].split())})
    return says("Salt and storms")


def vllm(request: Request) -> Script:
    body = request.body or {}
    if body.get("return_prompt_text"):
        assert body["max_tokens"] == 1
        assert body["stream"] is False
        assert "stream_options" not in body
        return whole({"choices": [], "prompt_text": "<s>[INST] hi [/INST]"})
    return says("Salt") if "chat" in request.path else fails(404, {})


async def held(chat: Chat) -> None:
    await chat.link.fetch_models()
    await turn_in(chat, chat.talk.say("hi there")).run(lambda _: None)


async def prompt(chat: Chat, line: str) -> Line:
    shown = await run(chat, line)
    assert isinstance(shown, Show)
    part = shown.parts[1]
    assert isinstance(part, Line)
    return part


def marked(line: Line) -> list[str]:
    return [line.text[start:end] for start, end in line.spans]


async def test_the_prompt_is_shown_as_the_model_sees_it() -> None:
    async with serve(answering) as server, chat_with(server.base_url) as chat:
        server.listing = LLAMA
        await held(chat)
        asked = await prompt(chat, "/request prompt 2")
        assert "hi there" in asked.text
        assert "\x1b" not in asked.text
        assert marked(asked) == ["<|im_start|>", "<|im_end|>", "<|im_start|>"]
        following = await prompt(chat, "/request prompt")
        assert "Salt and storms" in following.text
        assert "(what you write next)" in following.text
        assert all(request.path != "/v1/v1/chat/completions" for request in server.requests)


async def test_vllm_tells_it_with_a_token_of_a_reply() -> None:
    async with serve(vllm) as server, chat_with(server.base_url) as chat:
        server.listing = VLLM
        await held(chat)
        assert marked(await prompt(chat, "/request prompt")) == ["<s>", "[INST]", "[/INST]"]


async def test_a_server_that_tells_none() -> None:
    async with serve(lambda _: says("Salt")) as server, chat_with(server.base_url) as chat:
        await held(chat)
        error = await refusal(chat, "/request prompt")
        assert "does not tell the prompt" in str(error)
        assert "/request shows" in str(error.advice)
        assert all("return_prompt_text" not in (one.body or {}) for one in server.requests)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("<\uff5cUser\uff5c>hi<\uff5cAssistant\uff5c><think>", ["<\uff5cUser\uff5c>", "<\uff5cAssistant\uff5c>", "<think>"]),
        ("<bos><start_of_turn>user\nhi<end_of_turn>", ["<bos>", "<start_of_turn>", "<end_of_turn>"]),
        ("a <b> [ok] <| x |y| <<SYS>>", ["<<SYS>>"]),
    ],
)  # fmt: skip
async def test_special_tokens_are_marked(text: str, marks: list[str]) -> None:
    def told(request: Request) -> Script:
        return whole({"prompt": text}) if request.path == "/apply-template" else says("Salt")

    async with serve(told) as server, chat_with(server.base_url) as chat:
        server.listing = LLAMA
        await held(chat)
        assert marked(await prompt(chat, "/request prompt")) == marks


async def test_the_context_is_counted_by_the_server() -> None:
    async with serve(answering) as server, chat_with(server.base_url) as chat:
        server.listing = LLAMA
        await held(chat)
        rows = lines(await run(chat, "/context"))
        assert " | user | 2 | hi there" in rows
        assert " | assistant | 3 | Salt and storms" in rows
        assert rows[-1].startswith("8 tokens in 2 messages, as the server counts")


async def test_what_nobody_counts_is_estimated() -> None:
    async with serve(lambda _: says("Salt")) as server, chat_with(server.base_url) as chat:
        await held(chat)
        rows = lines(await run(chat, "/context"))
        assert rows[-1].startswith("about ~")
        assert all("tokenize" not in request.path for request in server.requests)


@pytest.mark.model
async def test_the_embedded_engine_tells_both(model: Server) -> None:
    async with talk(model) as chat:
        await chat.link.client()
        chat.talk.say("hi there")
        told = await prompt(chat, "/request prompt")
        assert told.text.count("hi there") == 1
        assert marked(told)[-1] == "<|im_start|>"
        assert "as the server counts" in lines(await run(chat, "/context"))[-1]
