"""/manual: a reply that is chosen token by token."""

import asyncio
from collections.abc import Callable

import pytest

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, refusal, run, settled
from tests.support.emulator import sitting
from tests.support.server import Request, Script, says, serve
from tests.support.toymodel import failing, model
from zatsudan.commands.outcomes import Ask, Generate, Outcome, Show
from zatsudan.talk.chat import Chat
from zatsudan.wire.tokenview import read_tokens


async def pressed(chat: Chat, line: str, *keys: str) -> Outcome:
    """Run a line and answer its questions; `esc` leaves one."""
    outcome = await settled(await run(chat, line))
    for key in keys:
        assert isinstance(outcome, Ask), outcome
        left = outcome.leave() if key == "esc" and outcome.leave is not None else None
        outcome = await settled(left if left is not None else await outcome.answered(key))
    return outcome


def rows(outcome: Outcome) -> list[tuple[str, ...]]:
    assert isinstance(outcome, Ask)
    return [tuple(row.cells) for row in outcome.question.rows]


async def test_each_step_shows_the_likeliest_next_tokens_and_what_the_settings_leave_of_them() -> (
    None
):
    async with serve(model()) as server, chat_with(server.base_url) as chat:
        await ask(chat, "go")
        await run(chat, "/set min_p 0.25 temperature 1")
        outcome = await pressed(chat, "/manual")
        assert rows(outcome) == [
            ("1", "The", "90 %", "100 %"),
            ("2", "A", "10 %", "cut"),
            ("t", "type a text"),
        ]
        outcome = await pressed(chat, "/manual", "1")
        assert isinstance(outcome, Ask)
        assert outcome.question.title == "The"
        assert rows(outcome)[:4] == [
            ("1", "·sea", "50 %", "53 %"),
            ("2", "·sky", "30 %", "32 %"),
            ("3", "·海", "15 %", "16 %"),
            ("4", "·moon", "5 %", "cut"),
        ]
        assert [row[0] for row in rows(outcome)[4:]] == ["t", "u", "g"]
        body = server.posted[-1]
        assert body["max_tokens"] == 1
        assert body["messages"][-1] == {"role": "assistant", "content": "The"}


async def test_the_model_goes_on_from_what_was_chosen_and_it_is_marked() -> None:
    async with serve(model()) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 5")
        await ask(chat, "go")
        outcome = await pressed(chat, "/manual", "1", "2", "u", "3", "g")
        assert isinstance(outcome, Generate)
        assert outcome.prefix == "The 海"
        assert outcome.begun
        told = read_tokens(outcome.logprobs)
        assert [(token.text, round(token.p or 0, 2)) for token in told] == [
            ("The", 0.9),
            (" 海", 0.15),
        ]


async def test_what_is_typed_is_taken_as_it_is_and_leaving_keeps_what_was_chosen() -> None:
    async with serve(model()) as server, chat_with(server.base_url) as chat:
        first, _ = await ask(chat, "go")
        outcome = await pressed(chat, "/manual", "1", "t", '" sky"', "1", "esc")
        assert isinstance(outcome, Show)
        assert "chosen by hand" in lines(outcome)[-1]
        node = chat.talk.session.path()[-1]
        assert node.message.text == "The sky fell"
        assert node.by_hand is not None
        assert len(chat.talk.session.variants(first.nodes[0])) == 2
        taken = await pressed(chat, "/manual", "t", "The sky fell", "g")
        assert isinstance(taken, Generate)
        assert taken.logprobs == ()  # of what was typed none is known
        outcome = await pressed(chat, "/manual", "t", "esc", "esc")
        assert lines(outcome) == ["Nothing was chosen."]


async def test_it_begins_at_a_place_of_the_reply_or_behind_a_way() -> None:
    async with serve(model()) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 5")
        await ask(chat, "go")
        outcome = await pressed(chat, "/manual 4")
        assert isinstance(outcome, Ask)
        assert outcome.question.title == "The sea is"
        assert rows(outcome)[1][:3] == ("2", "·deep", "40 %")
        taken = await pressed(chat, "/manual #2 4", "2", "1", "g")
        assert isinstance(taken, Generate)
        assert taken.prefix == "The sea is deep!"
        assert len(taken.logprobs) == 5
        await settled(await run(chat, "/forks 2 3 1"))
        outcome = await pressed(chat, "/manual a")
        assert isinstance(outcome, Ask)
        assert outcome.question.title == "The sky fell"
        for args in ("x", "0", "2 3", "#2 x"):
            assert "is no place" in str(await refusal(chat, f"/manual {args}"))
        assert "tokens" in str(await refusal(chat, "/manual 99"))


async def test_where_it_would_end_that_is_said_and_a_server_that_begins_anew_is_told_of() -> None:
    async with serve(model()) as server, chat_with(server.base_url) as chat:
        await ask(chat, "go")
        outcome = await pressed(chat, "/manual", "t", "The moon")
        assert [row[0] for row in rows(outcome)] == ["t", "u", "g"]
        assert "it would end" in rows(outcome)[-1][1]
    async with serve(model(prefill=False)) as server, chat_with(server.base_url) as chat:
        await ask(chat, "go")
        work = await run(chat, "/manual")
        with pytest.raises(Exception, match="begins anew"):
            await settled(work)


async def test_what_was_chosen_is_kept_where_a_request_fails() -> None:
    async with serve(failing(4)) as server, chat_with(server.base_url) as chat:
        await ask(chat, "go")
        outcome = await pressed(chat, "/manual", "1", "2")
        shown = lines(outcome)
        assert "no more" in shown[0]
        assert chat.talk.session.path()[-1].message.text == "The sky"


def in_pieces(asked: Callable[[Request], Script]) -> Callable[[Request], Script]:
    """A server that sends nothing of a character before it is whole, as llama.cpp."""

    def answer(request: Request) -> Script:
        body = request.body
        last = body["messages"][-1]
        if last["content"] == "The" and body.get("max_tokens") == 1:
            return says(finish="length")
        return asked(request)

    return answer


async def test_a_character_of_several_tokens_is_offered_whole() -> None:
    async with serve(in_pieces(model())) as server, chat_with(server.base_url) as chat:
        await ask(chat, "go")
        outcome = await pressed(chat, "/manual", "1")
        assert rows(outcome)[2][1] == "·海"
        assert server.posted[-1]["max_tokens"] == 4


async def test_keys_choose_it_on_the_screen() -> None:
    async with sitting(model()) as person:
        await person.say("go")
        person.type("/manual\r")
        shown = await person.until("▸ 1  The  90 %")
        assert "Begin »" in shown
        person.type("\r")
        shown = await person.until("▸ 1  ·sea")
        assert "The »" in shown
        person.type("3")
        shown = await person.until("▸ 1  は  70 %")
        assert "The 海 »" in shown
        person.type("2")
        await person.until("▸ 1  青い")
        person.type("g")
        shown = await person.at_rest()
        assert "The 海も青い" in shown
        assert "Begin »" not in shown
        person.type("/manual\r")
        await person.until("▸ 1  The")
        person.type("2")
        await person.until("A »")
        person.type("\x1b")
        shown = await person.until("was chosen by hand")
        assert "[by hand]" in shown


class Slow:
    """A server whose requests for a token wait until they are let go."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self._answer = model()
        self.cut = 0

    def __call__(self, request: Request) -> Script:
        script = self._answer(request)
        waits = request.body.get("max_tokens") == 1 and request.body["messages"][-1]["content"]
        if not waits or request.body["messages"][-1]["role"] != "assistant":
            return script
        return Script([self.goes_on, *script.pieces])


async def test_while_a_slow_server_is_asked_no_key_is_lost_and_none_chooses_unseen() -> None:
    slow = Slow()
    async with sitting(slow) as person:
        await person.say("go")
        person.type("/manual\r")
        await person.until("▸ 1  The")
        person.type("1")
        shown = await person.until("asking for the next token")
        assert "The »" in shown
        assert "  1  …\n  2  …\n  t  type a text" in shown
        assert "u  take The back" in shown
        person.type("2\r")
        await person.until("Not yet: what can be chosen is still to come.")
        slow.goes_on.set()
        shown = await person.until("▸ 1  ·sea")
        assert "The »" in shown  # neither 2 nor Enter has chosen
        slow.goes_on.clear()
        person.type("2")
        await person.until("The sky »")
        person.type("u")  # what does not hang on the list acts at once
        await person.until("The »")
        slow.goes_on.set()
        await person.until("▸ 1  ·sea")
        person.type("1")
        await person.until("▸ 1  ·is")
        person.type("\x1b")
        await person.until("was chosen by hand")
        assert person.chat.talk.session.path()[-1].message.text == "The sea"
        shown = await person.at_rest()
        assert shown.endswith("»\nscripted") or "»\n" in shown  # nothing was typed into the line


async def test_keys_that_come_at_once_choose_only_what_was_seen() -> None:
    async with sitting(model()) as person:
        await person.say("go")
        person.type("/manual\r")
        await person.until("▸ 1  The")
        person.type("1112")
        shown = await person.until("▸ 1  ·sea")
        assert "The »" in shown
        person.type("\x03")
        await person.until("was chosen by hand")
        assert person.chat.talk.session.path()[-1].message.text == "The"


async def test_what_the_shares_are_stands_above_them() -> None:
    async with sitting(model()) as person:
        await person.say("/set min_p 0.25 temperature 1")
        await person.say("go")
        person.type("/manual\r")
        shown = await person.until("▸ 1  The")
        rows_ = shown.split("\n")
        at = next(at for at, row in enumerate(rows_) if "▸ 1" in row)
        assert rows_[at - 1].split() == ["model", "with", "the", "settings"]
        assert rows_[at - 1].index("model") == rows_[at].index("90 %")
        assert rows_[at - 1].index("with") == rows_[at].index("100 %")
        person.type("\x1b")
        await person.until("Nothing was chosen.")
