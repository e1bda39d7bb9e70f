"""What fits a model: by an estimate, and by the server's own count where it has one."""

import pytest

from tests.support.chats import ADDRESS, chat_with
from tests.support.commands import lines, run
from tests.support.doubles import turn_in
from tests.support.server import DONE, Request, Script, Server, chunk, fails, serve, whole
from zatsudan.base.errors import TooLong
from zatsudan.commands.outcomes import Generate
from zatsudan.sessions.made import INTERRUPTED, Made
from zatsudan.sessions.records import message_record
from zatsudan.talk.beginning import turn_to
from zatsudan.talk.chat import Chat
from zatsudan.talk.fitting import window_of
from zatsudan.talk.turn import Turn
from zatsudan.terminal.live.toolbar import Toolbar
from zatsudan.wire.messages import Message, Usage

SMALL = ADDRESS._replace(context_length=1024)
UNCOUNTED = Script([chunk("x"), chunk(finish="stop"), DONE])
#: By the estimate 789 tokens, where 768 are left besides a reply.
LONG = "a" * 4 * 785


def answered(chat: Chat, tokens: int, text: str = "", **more: object) -> None:
    made = Made(usage=Usage(10, tokens), **more)  # type: ignore[arg-type]
    parent = chat.talk.say("hi").id
    message = Message("assistant", text or "a" * 4 * tokens)
    chat.talk.record(message_record(chat.talk.session.next_id(), parent, message, "", made))


# --- nothing written yet ---------------------------------------------------------


async def test_context_shows_what_the_next_request_leaves_out_before_anything_is_written() -> None:
    async with serve(UNCOUNTED) as server, chat_with(server.base_url, SMALL) as chat:
        await chat.link.client()
        answered(chat, 900)
        rows = lines(await run(chat, "/context"))
        assert rows[0].startswith("left out | user |")
        assert rows[1].startswith("left out | assistant | ~900 |")
        assert "2 earlier messages are left out" in rows[-1]
        bar = Toolbar(chat, lambda: 0.0)
        assert "full" not in "".join(text for _, text, *_ in bar.tuples((), ""))  # type: ignore[arg-type]
        turn = turn_in(chat, chat.talk.say("and?"))
        await turn.run(lambda _: None)
        assert turn.error is None
        assert turn.made.left_out == 2


@pytest.mark.parametrize("ended", [INTERRUPTED, "finished"])
async def test_what_was_counted_is_not_estimated_again(ended: str) -> None:
    async with serve(UNCOUNTED) as server, chat_with(server.base_url) as chat:
        await chat.link.client()
        answered(chat, 6333, "Lunar Eclipse " * 2000, ended=ended)
        assert window_of(chat.talk, chat.link).tokens in range(6333, 6360)


async def test_the_toolbar_counts_anew_when_the_room_for_the_reply_changes() -> None:
    async with serve(UNCOUNTED) as server, chat_with(server.base_url, SMALL) as chat:
        await chat.link.client()
        for _ in range(3):
            answered(chat, 250)
        bar = Toolbar(chat, lambda: 0.0)

        def shown() -> str:
            return "".join(text for _, text, *_ in bar.tuples((), ""))  # type: ignore[arg-type]

        seen = set()
        for limit in (10, 700, 10, 100):
            await run(chat, f"/set max_tokens {limit}")
            told = lines(await run(chat, "/context"))[-1].split("~")[1].split(" ")[0]
            assert (f"~{told}/1k" in shown()) is (int(told) > 512)
            seen.add(told)
        assert len(seen) > 1


# --- too long by the estimate ------------------------------------------------------


def counts(tokens: int, *, template: bool = True) -> object:
    """A server with a tokenizer by which everything has so many tokens."""

    def answer(request: Request) -> Script:
        if request.path.endswith("/apply-template"):
            return whole({"prompt": "<chat>"}) if template else fails(404, "")
        if request.path.endswith("/tokenize"):
            return whole({"tokens": list(range(tokens))})
        return UNCOUNTED

    return answer


async def send(chat: Chat) -> Turn:
    turn = turn_in(chat, chat.talk.say(LONG))
    await turn.run(lambda _: None)
    return turn


def asked(server: Server) -> int:
    return sum(request.path.endswith("/chat/completions") for request in server.requests)


@pytest.mark.parametrize("template", [True, False])
@pytest.mark.parametrize("tokens", [740, 1015])
async def test_what_the_servers_own_count_lets_through_is_sent(tokens: int, template: bool) -> None:
    script = counts(tokens, template=template)
    async with serve(script) as server, chat_with(server.base_url, SMALL) as chat:  # type: ignore[arg-type]
        turn = await send(chat)
        assert turn.error is None
        assert asked(server) == 1


async def test_what_it_does_not_is_refused_with_its_count() -> None:
    async with serve(counts(2000)) as server, chat_with(server.base_url, SMALL) as chat:  # type: ignore[arg-type]
        turn = await send(chat)
        assert isinstance(turn.error, TooLong)
        assert "needs 2,000 tokens, and scripted takes 1,024" in str(turn.error)
        assert asked(server) == 0


async def test_without_a_tokenizer_it_can_be_sent_all_the_same() -> None:
    def nothing_beside(request: Request) -> Script:
        return UNCOUNTED if request.path.endswith("/completions") else fails(404, "")

    async with serve(nothing_beside) as server, chat_with(server.base_url, SMALL) as chat:
        turn = await send(chat)
        assert isinstance(turn.error, TooLong)
        assert "/retry! sends it all the same" in turn.error.advice
        outcome = await run(chat, "/retry!")
        assert isinstance(outcome, Generate)
        again = turn_to(chat.talk, chat.link, outcome.parent, anyway=outcome.anyway)
        await again.run(lambda _: None)
        assert again.error is None
        assert asked(server) == 1
