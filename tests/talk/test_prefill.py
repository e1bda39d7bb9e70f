"""Prefill: the forms in which servers take a given text, found out by a probe."""

from typing import TYPE_CHECKING

import pytest

from tests.support.doubles import turn_in
from tests.support.server import DONE, Request, Script, chunk, fails, says, serve
from tests.talk.test_turn import chat_with
from zatsudan.servers.prefill import FORMS, goes_on, prefilled, without_echo
from zatsudan.talk.addressee import model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import find_form, known_form

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (" o p q r", True),
        ("o p q", True),
        (", o, p", True),
        ("a b c d e f g h i j k l m n o p", True),
        ("a b c d", False),
        ("Of course!", False),
        ("O my", False),
        ("", None),
        (" \n", None),
    ],
)
def test_the_probe_is_judged_by_the_next_letters(text: str, verdict: bool | None) -> None:
    assert goes_on(text) is verdict


def test_a_form_keeps_what_the_person_set() -> None:
    body: JsonObject = {"messages": [], "chat_template_kwargs": {"x": 1, "enable_thinking": True}}
    assert prefilled(body, "so", "unthinking") == {
        "messages": [{"role": "assistant", "content": "so"}],
        "chat_template_kwargs": {"x": 1, "enable_thinking": False},
    }


def test_an_echo_is_cut_and_a_repetition_is_not() -> None:
    assert without_echo("Ha ha", "Ha", whole=True) == " ha"
    assert without_echo("Ha", "Ha", whole=False) == "Ha"
    assert (
        without_echo("A long beginning of it goes on", "A long beginning of it", whole=False)
        == " goes on"
    )


def known(chat: Chat) -> str:
    return known_form(chat.link, chat.talk.session.model)


async def found(chat: Chat) -> str:
    return await find_form(chat.link, await model_of(chat.talk, chat.link))


def mistral(request: Request) -> Script:
    """Takes the text only if the message says so."""
    last = request.body["messages"][-1]
    if last["role"] == "assistant" and not last.get("prefix"):
        return fails(400, {"message": "Expected last role User or Tool", "type": "invalid_request"})
    return says(" o p q r") if request.body["max_tokens"] == 4 else says(" and", " on")


async def test_the_form_is_found_once_and_used() -> None:
    async with serve(mistral) as server, chat_with(server.base_url) as chat:
        parent = chat.talk.say("hi")
        for expected in (4, 5):  # trailing, continue and prefix are tried; then no more
            turn = turn_in(chat, parent, {"max_tokens": 9}, "And so")
            await turn.run(lambda _: None)
            assert turn.nodes[0].message.text == "And so and on"
            assert len(server.requests) == expected
        assert server.requests[-1].body["messages"][-1] == {
            "role": "assistant", "content": "And so", "prefix": True,
        }  # fmt: skip


async def test_a_server_that_begins_anew_is_named_before_anything_is_asked() -> None:
    async with serve(says("a b c")) as server, chat_with(server.base_url) as chat:
        turn = turn_in(chat, chat.talk.say("hi"), {}, "And so")
        await turn.run(lambda _: None)
        assert "does not go on" in str(turn.error)
        assert turn.nodes == []
        assert len(server.requests) == len(FORMS)
        assert known(chat) == "none"
        again = turn_in(chat, chat.talk.say("hi"), {}, "And so")
        await again.run(lambda _: None)
        assert len(server.requests) == len(FORMS)


async def test_a_model_that_thinks_first_leaves_it_open() -> None:
    silent = Script([chunk(""), chunk(finish="length"), DONE])
    async with serve(silent) as server, chat_with(server.base_url) as chat:
        assert await found(chat) == "trailing"
        assert known(chat) == ""


async def test_a_server_in_trouble_is_not_judged() -> None:
    async with serve(fails(503, "busy")) as server, chat_with(server.base_url) as chat:
        with pytest.raises(Exception, match="busy"):
            await found(chat)
        assert known(chat) == ""


async def test_what_was_given_is_kept_when_the_reply_is_stopped_at_once() -> None:
    async with (
        serve(says(" o p"), Script([chunk(finish="stop"), DONE])) as server,
        chat_with(server.base_url) as chat,
    ):
        turn = turn_in(chat, chat.talk.say("hi"), {}, "All said.")
        await turn.run(lambda _: None)
        assert turn.nodes[0].message.text == "All said."
        assert turn.made.given == 9
