"""What a server tells of its work: how far it has read, how long it took, at which text it stopped."""

import json

import pytest

from tests.support.chats import ADDRESS, chat_with
from tests.support.commands import lines, run
from tests.support.doubles import turn_in
from tests.support.server import DONE, Request, Script, chunk, event, fails, says, serve, whole
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.sessions.made import Made
from zatsudan.talk.chat import Chat
from zatsudan.talk.turn import Turn
from zatsudan.wire.pace import Progress, read_progress, read_stopped, read_timings


def reading(done: int, total: int = 8200, cached: int = 0) -> bytes:
    """The event of llama.cpp before a reply."""
    told = {"total": total, "cache": cached, "processed": done, "time_ms": 7}
    return chunk(None, prompt_progress=told)


TIMINGS = {
    "cache_n": 24, "prompt_n": 13, "prompt_ms": 2000.04, "prompt_per_second": 6.5,
    "predicted_n": 4, "predicted_ms": 100.0, "predicted_per_second": 40.0,
}  # fmt: skip
LAST = chunk(finish="stop", __verbose={"stopping_word": "END", "prompt": "…"}, timings=TIMINGS)
LLAMA = whole({"data": [{"id": "m", "owned_by": "llamacpp"}]})


def llama(_request: Request) -> Script:
    return Script([reading(0), reading(3100), chunk("Salt"), LAST, DONE])


async def ask(chat: Chat, **settings: object) -> tuple[Turn, list[str]]:
    await chat.link.fetch_models()
    turn = turn_in(chat, chat.talk.say("hi"), settings)  # type: ignore[arg-type]
    shown: list[str] = []
    await turn.run(lambda _: shown.append(str(turn.waiting)))
    assert turn.error is None, turn.error
    return turn, shown


async def test_a_long_prompt_is_counted_while_it_is_read() -> None:
    async with serve(llama) as server, chat_with(server.base_url) as chat:
        server.listing = LLAMA
        _, shown = await ask(chat)
        assert "reading 3,100 of 8,200 tokens" in shown
        sent = server.requests[-1].body
        assert sent["return_progress"] is True
        assert "verbose" not in sent


async def test_what_is_asked_besides_is_no_setting_and_is_shown_as_it_was_sent() -> None:
    async with serve(llama) as server, chat_with(server.base_url) as chat:
        server.listing = LLAMA
        turn, _ = await ask(chat, stop=["END", "x"])
        sent = server.requests[-1].body
        assert sent["verbose"] is True
        assert turn.made.parameters == {"stop": ["END", "x"]}
        said = "\n".join(lines(await run(chat, "/request 2")))
        assert '"return_progress": true' in said
        assert '"verbose": true' in said


async def test_why_tells_of_the_work() -> None:
    async with serve(llama) as server, chat_with(server.base_url) as chat:
        server.listing = LLAMA
        await ask(chat, stop=["END"])
        rows = lines(await run(chat, "/why"))
        assert "stopped at | END" in rows
        assert "reading | 13 tokens in 2.00 s, 6.5 a second" in rows
        assert "writing | 4 tokens in 0.10 s, 40.0 a second" in rows
        assert "from the cache | 24 tokens" in rows


async def test_a_word_of_the_servers_own_is_no_stop_text() -> None:
    def ended(_request: Request) -> Script:
        last = {
            "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "stop_reason": "eos"}]
        }
        return Script([chunk("Salt"), event(last), DONE])

    async with serve(ended) as server, chat_with(server.base_url) as chat:
        turn, _ = await ask(chat, stop=["END"])
        assert turn.made.stopped == ""


async def test_what_is_refused_is_asked_once() -> None:
    def picky(request: Request) -> Script:
        if "return_progress" in (request.body or {}):
            return fails(400, {"error": {"message": "Unrecognized field: return_progress"}})
        return says("Salt")

    async with serve(picky) as server, chat_with(server.base_url) as chat:
        server.listing = LLAMA
        await ask(chat)
        await ask(chat)
        asked = [request.body for request in server.requests if "chat" in request.path]
        assert ["return_progress" in body for body in asked] == [True, False, False]
        said = "\n".join(lines(await run(chat, "/request 2")))
        assert "return_progress" not in said


async def test_another_server_is_asked_nothing_besides() -> None:
    async with serve(says("Salt")) as server, chat_with(server.base_url) as chat:
        await ask(chat, stop=["END"])
        assert set(server.requests[-1].body) == {
            "model", "messages", "stream", "stream_options", "stop",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "progress"),
    [
        ({"prompt_progress": {"total": 934, "cache": 4, "processed": 512}}, Progress(512, 934, 4)),
        ({"prompt_progress": {"total": 0}}, None),
        ({"prompt_progress": [1]}, None),
        ({"prompt_progress": {"total": "x"}}, None),
        ({}, None),
    ],
)
def test_progress_is_read_leniently(value: JsonObject, progress: Progress | None) -> None:
    assert read_progress(value) == progress


def test_timings_and_the_stop_text_are_read_leniently() -> None:
    assert read_timings({"timings": {"cache_n": "x", "prompt_n": True, "prompt_ms": -1}}) == {}
    assert read_timings({"timings": 7}) == {}
    assert read_stopped({"choices": [{"matched_stop": 7}], "__verbose": []}) == ""
    assert read_stopped({"choices": [{"stop_reason": "END"}]}) == "END"


def test_the_work_is_kept_in_the_record() -> None:
    made = Made(timings={"prompt_n": 13, "prompt_ms": 2000.0}, stopped="END")
    assert Made.from_json(made.to_json()) == made


async def test_a_request_in_a_dialect_is_shown_as_it_is_sent() -> None:
    line = {"model": "m", "message": {"role": "assistant", "content": "Salt"}, "done": True}

    def ollama(_request: Request) -> Script:
        return Script([json.dumps(line).encode() + b"\n"])

    spoken = ADDRESS._replace(dialect="ollama")
    async with serve(ollama) as server, chat_with(server.base_url, spoken) as chat:
        await ask(chat, top_k=20, max_tokens=9)
        sent = server.requests[-1]
        assert sent.path == "/api/chat"
        assert sent.body["options"] == {"top_k": 20, "num_predict": 9}
        shown = lines(await run(chat, "/request 2"))
        assert json.loads("\n".join(shown[1:])) == sent.body
        assert lines(await run(chat, "/request"))[0].endswith("/api/chat")
