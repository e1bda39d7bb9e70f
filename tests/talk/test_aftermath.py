"""A turn that went wrong never poisons the next: every quirk, and every way in which a stream ends."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.doubles import Time, chat_over, turn_in
from tests.support.quirks import QUIRKS, Quirk
from tests.support.server import (
    CUT,
    DONE,
    RESET,
    Piece,
    Request,
    Script,
    chunk,
    event,
    fails,
    says,
    serve,
    usage,
)
from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.sessions import journal
from zatsudan.sessions.records import message_record
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt
from zatsudan.talk.turn import Turn
from zatsudan.wire.messages import Message, Usage
from zatsudan.wire.refusals import DROP, SHRINK, Repair


@asynccontextmanager
async def talking(
    base_url: str, sessions: Path | None = None, idle: float = 10.0
) -> AsyncIterator[tuple[Chat, Time]]:
    async def connect() -> Client:
        return Client(Server("scripted", base_url, model="scripted"), Network(5.0, idle))

    time = Time()
    chat = chat_over(connect, sessions, clock=time.clock, sleep=time.sleep)
    chat.talk.new()
    try:
        yield chat, time
    finally:
        await chat.aclose()


async def ask(chat: Chat, text: str, **parameters: Json) -> Turn:
    turn = turn_in(chat, chat.talk.say(text), parameters)
    await turn.run(lambda _: None)
    return turn


def check_sent(body: JsonObject, last: str) -> None:
    """What every server takes: turns about, nothing empty, no call without its answer."""
    messages = body["messages"]
    assert isinstance(messages, list)
    talk = [message for message in messages if isinstance(message, dict)]
    assert all(one["role"] != two["role"] for one, two in pairwise(talk))
    assert all(message["content"] for message in talk)
    assert all("tool_calls" not in message for message in talk)
    assert all("function_call" not in message for message in talk)
    assert str(talk[-1]["content"]).endswith(last)


def posts(requests: list[Request]) -> list[Request]:
    return [request for request in requests if request.method == "POST"]


@pytest.mark.parametrize("quirk", [pytest.param(quirk, id=quirk.file) for quirk in QUIRKS])
async def test_the_next_turn_is_sound(quirk: Quirk, tmp_path: Path) -> None:
    odd = Script([quirk.body], quirk.status, (("Content-Type", quirk.content_type),))

    def script(request: Request) -> Script:
        return says("fine") if "second" in str(request.body["messages"][-1]) else odd

    async with serve(script) as server, talking(server.base_url, tmp_path) as (chat, _):
        turn = await ask(chat, "first")
        assert quirk.error in str(turn.error or "")
        assert (turn.error is None) is not bool(quirk.error)
        assert turn.made.ended == ("failed" if quirk.error else "finished")
        # No error text as a reply.
        assert [node.message.text for node in turn.nodes][:1] == [quirk.content][: len(turn.nodes)]
        came = quirk.content or quirk.reasoning or quirk.calls or quirk.beside
        assert bool(turn.nodes) is bool(came)

        turn = await ask(chat, "second")
        assert turn.error is None
        check_sent(server.requests[-1].body, "second")
        roles = [node.message.role for node in chat.talk.session.path()]
        assert ("user", "user") not in list(pairwise(roles))
        path = chat.talk.journal.path
        assert path is not None
        assert journal.load(path).session == chat.talk.session


ENDS: list[tuple[str, list[Piece], str, str]] = [
    ("[DONE]", [chunk("a"), DONE], "finished", ""),
    ("finish_reason", [chunk("a"), chunk(finish="stop")], "finished", ""),
    ("neither", [chunk("a")], "failed", "did not say that the reply was done"),
    ("cut", [chunk("a"), CUT], "failed", "broke"),
    ("reset", [chunk("a"), RESET], "failed", "broke"),
    ("cut behind finish_reason", [chunk("a"), chunk(finish="stop"), CUT], "finished", ""),
    ("reset behind [DONE]", [chunk("a"), DONE, RESET], "finished", ""),
]


@pytest.mark.parametrize(("end", "pieces", "ended", "sentence"), ENDS)
async def test_the_ends_of_a_stream(
    end: str, pieces: list[Piece], ended: str, sentence: str
) -> None:
    async with serve(Script(pieces)) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "hi")

        assert turn.made.ended == ended, end
        assert sentence in str(turn.error or "")
        assert turn.nodes[0].message.text == "a"
        assert len(posts(server.requests)) == 1  # what came stands: nothing is asked again


async def test_what_a_splitter_holds_is_kept_when_the_stream_is_cut() -> None:
    half = rb'data: {"choices": [{"index": 0, "delta": {"content": "a\ud83d"}}]}' + b"\n\n"
    async with (
        serve(Script([half, CUT]), Script([chunk("<thi"), CUT])) as server,
        talking(server.base_url) as (chat, _),
    ):
        assert (await ask(chat, "one")).nodes[0].message.text == "a\ufffd"
        assert (await ask(chat, "two")).nodes[0].message.text == "<thi"


async def test_a_choice_that_begins_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zatsudan.servers.chunks.AFTERMATH_SECONDS", 0.05)
    late = Script([
        chunk("a"), chunk(finish="stop"), 0.3,
        chunk("b", index=1), chunk(index=1, finish="stop"), usage(1, 2), DONE,
    ])  # fmt: skip
    async with serve(late) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "hi", n=2)

        assert [node.message.text for node in turn.nodes] == ["a", "b"]
        assert turn.made.usage == Usage(1, 2, together=2)


# --- waiting ----------------------------------------------------------------

LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}


async def test_a_model_that_loads_for_minutes_is_waited_for() -> None:
    scripts = [*[fails(503, LOADING)] * 100, says("ready")]
    async with serve(*scripts) as server, talking(server.base_url) as (chat, time):
        turn = await ask(chat, "hi")

        assert turn.nodes[0].message.text == "ready"
        assert time.now == 200.0


@pytest.mark.parametrize(
    ("script", "waited"),
    [
        (fails(429, "slow down", Retry_After="3600"), 0.0),
        (fails(429, "slow down", Retry_After="Fri, 31 Dec 2100 23:59:59 GMT"), 0.0),
        (fails(429, {"error": {"message": "no", "code": "insufficient_quota"}}), 0.0),
        (fails(503, "busy", Retry_After="20"), 3 * 20.2),
    ],
)
async def test_how_long_is_waited(script: Script, waited: float) -> None:
    async with serve(script) as server, talking(server.base_url) as (chat, time):
        turn = await ask(chat, "hi")

        assert turn.error is not None
        assert time.now == pytest.approx(waited)
        assert len(posts(server.requests)) == (4 if waited else 1)


# --- refusals ---------------------------------------------------------------


def refuses(request: Request) -> Script:
    """Refuse one field after the other, under whatever name."""
    fields = [name for name in request.body if name not in ("model", "messages", "stream")]
    name = fields[0] if fields else "messages"
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return fails(400, {"error": {"message": message, "param": name}})


async def test_a_server_that_refuses_everything_ends_in_one_error() -> None:
    async with serve(refuses) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "hi", temperature=0.1, top_p=0.5, max_tokens=9, seed=1)

        assert "'messages' is not supported" in str(turn.error)
        assert turn.nodes == []
        assert len(posts(server.requests)) == 6  # once for each field, and once bare
        assert set(server.requests[-1].body) == {"model", "messages", "stream"}


async def test_a_limit_that_is_taken_under_neither_name_is_left_out() -> None:
    def script(request: Request) -> Script:
        for name, other in (("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")):  # fmt: skip
            if name in request.body:
                message = f"'{name}' is not supported, use '{other}' instead."
                return fails(400, {"error": {"message": message, "param": name}})
        return says("fine")

    async with serve(script) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "hi", max_tokens=9)
        assert turn.nodes[0].message.text == "fine"
        assert turn.made.parameters == {}
        assert len(posts(server.requests)) == 3

        await ask(chat, "more", max_tokens=9)  # it is remembered
        assert len(posts(server.requests)) == 4
        assert Repair(DROP, "max_completion_tokens") in chat.link.learned.of("scripted", "scripted")


async def test_a_talk_that_stays_too_long_ends_in_one_error() -> None:
    refusal = {"error": {"message": "This model's maximum context length is 8192 tokens. However,"
                         " your messages resulted in 9000 tokens.", "code": "context_length_exceeded"}}  # fmt: skip
    async with serve(fails(400, refusal)) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "hi")

        assert turn.error is not None
        assert len(posts(server.requests)) <= 2


# --- servers that answer in their own way ------------------------------------------------


async def test_a_finish_reason_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zatsudan.servers.chunks.AFTERMATH_SECONDS", 0.05)
    early = Script([chunk("a", finish="stop"), 0.3, chunk("b", finish="stop"), DONE])
    async with serve(early) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "hi")

        assert (turn.made.ended, turn.nodes[0].message.text) == ("finished", "ab")


async def test_a_server_that_never_hangs_up_ends_a_whole_reply_at_the_idle_limit() -> None:
    script = Script([chunk("a", finish="stop"), 30.0])
    async with serve(script) as server, talking(server.base_url, idle=0.2) as (chat, _):
        turn = await ask(chat, "hi")

        assert (turn.made.ended, turn.nodes[0].message.text) == ("finished", "a")
        assert turn.error is None


TOO_LONG = {"error": {"code": 400, "message": "the request exceeds the available context size (512 tokens)"}}  # fmt: skip


@pytest.mark.parametrize("error", [TOO_LONG, {"error": "prompt too long: n_ctx = 512"}])
async def test_a_refusal_as_the_first_event_is_mended(error: JsonObject) -> None:
    async with serve(Script([event(error)]), says("fine")) as server, talking(server.base_url) as (chat, _):  # fmt: skip
        turn = await ask(chat, "hi")

        assert turn.error is None
        assert turn.nodes[0].message.text == "fine"
        ((_, _, repair, _),) = chat.link.learned.all()
        assert repair == Repair(SHRINK, value=512)


async def test_a_passing_fault_as_the_first_event_is_waited_for() -> None:
    busy: JsonObject = {"error": {"code": 429, "message": "Provider returned error", "metadata": {"raw": "slow down"}}}  # fmt: skip
    async with serve(Script([event(busy)]), says("fine")) as server, talking(server.base_url) as (chat, time):  # fmt: skip
        turn = await ask(chat, "hi")

        assert turn.nodes[0].message.text == "fine"
        assert time.now > 0


def _deaf(request: Request) -> Script:
    return Script([30.0]) if "stream_options" in request.body else says("fine")


def _wordless(request: Request) -> Script:
    return fails(400, "") if "stream_options" in request.body else says("fine")


@pytest.mark.parametrize("behaves", [_deaf, _wordless])
async def test_stream_options_that_are_not_answered_are_left_out_from_then_on(
    behaves: Callable[[Request], Script],
) -> None:
    async with serve(*[behaves] * 3) as server, talking(server.base_url, idle=0.2) as (chat, _):
        assert (await ask(chat, "one")).nodes[0].message.text == "fine"
        assert (await ask(chat, "two")).nodes[0].message.text == "fine"

        assert len(posts(server.requests)) == 3
        ((_, _, repair, _),) = chat.link.learned.all()
        assert repair == Repair(DROP, "stream_options")


async def test_a_server_that_is_deaf_to_all_is_not_misunderstood() -> None:
    async with serve(*[fails(400, "")] * 4) as server, talking(server.base_url) as (chat, _):
        for text in ("one", "two"):
            assert isinstance((await ask(chat, text)).error, StatusError)

        assert chat.link.learned.all() == []
        assert [("stream_options" in request.body) for request in posts(server.requests)] == [True, False] * 2  # fmt: skip


async def test_the_developers_role_is_sent_as_it_is_taken() -> None:
    unknown = {"error": {"message": "messages[0].role: unknown variant `developer`, expected one of `system`, `user`"}}  # fmt: skip
    async with serve(fails(422, unknown), says("fine")) as server, talking(server.base_url) as (chat, _):  # fmt: skip
        chat.talk.record(message_record("1", None, Message("developer", "Be kind."), ""))
        turn = await ask(chat, "hi")

        assert turn.nodes[0].message.text == "fine"
        sent = posts(server.requests)[-1].body
        assert [message["role"] for message in sent["messages"]] == ["system", "user"]
        assert rebuilt(chat.talk.session, turn.nodes[0]).body == sent


async def test_blanks_are_not_sent_back() -> None:
    async with (
        serve(says(" ", "\n"), says("fine")) as server,
        talking(server.base_url) as (chat, _),
    ):
        assert (await ask(chat, "one")).nodes[0].message.text == " \n"
        await ask(chat, "two")

        check_sent(posts(server.requests)[-1].body, "two")


async def test_reasoning_in_parts_is_not_sent_back() -> None:
    parts: Json = [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}, {"type": "text", "text": "Hello!"}]  # fmt: skip
    odd = Script([event({"choices": [{"delta": {"content": parts}, "finish_reason": "stop"}]}), DONE])  # fmt: skip
    async with serve(odd, says("fine")) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "one")
        assert (turn.nodes[0].message.text, turn.made.reasoning) == ("Hello!", "Hm.")
        await ask(chat, "two")

        assert posts(server.requests)[-1].body["messages"][1] == {"role": "assistant", "content": "Hello!"}  # fmt: skip


NAMELESS = {"error": {"message": "prompt too long; exceeded max context length by 1119 tokens"}}


async def test_a_length_without_a_number_leaves_out_earlier_turns_and_is_not_kept() -> None:
    async with serve(says("a" * 400), fails(400, NAMELESS), says("fine")) as server, talking(server.base_url) as (chat, _):  # fmt: skip
        await ask(chat, "one " * 100)
        turn = await ask(chat, "two")

        assert turn.nodes[0].message.text == "fine"
        sent = posts(server.requests)[-1].body["messages"]
        assert [message["content"] for message in sent] == ["two"]
        assert chat.link.learned.all() == []


async def test_one_turn_that_is_too_long_is_said_and_poisons_nothing() -> None:
    async with serve(fails(400, NAMELESS), Script([event(NAMELESS)]), says("fine")) as server, talking(server.base_url) as (chat, _):  # fmt: skip
        for _ in range(2):
            turn = await ask(chat, "one")
            assert "prompt too long" in str(turn.error)
            assert turn.error is not None
            assert turn.error.advice.startswith("Shorten it")

        assert (await ask(chat, "two")).nodes[0].message.text == "fine"


async def test_a_picture_of_an_earlier_message_does_not_stop_a_talk_with_a_model_for_text() -> None:
    blind = {"error": {"message": "messages[0].content[1]: unknown variant `image_url`, expected `text`"}}  # fmt: skip
    picture: Json = [{"type": "text", "text": "See?"}, {"type": "image_url", "image_url": {"url": "data:,"}}]  # fmt: skip
    async with serve(says("yes"), fails(400, blind), says("fine"), fails(400, blind)) as server, talking(server.base_url) as (chat, _):  # fmt: skip
        await turn_in(chat, chat.talk.say(picture), {}).run(lambda _: None)
        turn = await ask(chat, "and now?")
        assert turn.nodes[0].message.text == "fine"
        sent = posts(server.requests)[-1].body
        assert sent["messages"][0]["content"] == "See?[image_url]"
        assert rebuilt(chat.talk.session, turn.nodes[0]).body == sent
        # One that is sent now is not left out behind the person's back.
        turn = turn_in(chat, chat.talk.say(picture), {})
        await turn.run(lambda _: None)
        assert "image_url" in str(turn.error)


@pytest.mark.parametrize(
    ("pieces", "ended"),
    [
        ([chunk("a", finish="stop"), chunk("b"), CUT], "failed"),
        ([chunk("a", finish="stop"), chunk("b"), RESET], "failed"),
        ([chunk("a", finish="stop"), chunk("b", finish="stop"), CUT], "finished"),
        ([chunk("a", finish="stop"), chunk("b")], "finished"),
        ([chunk("ab", finish="stop"), CUT], "finished"),
    ],
)
async def test_a_reply_that_goes_on_after_its_finish_reason_can_be_cut(
    pieces: list[Piece], ended: str
) -> None:
    async with serve(Script(pieces)) as server, talking(server.base_url) as (chat, _):
        turn = await ask(chat, "hi")

        assert (turn.made.ended, turn.nodes[0].message.text) == (ended, "ab")
