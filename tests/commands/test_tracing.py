"""Settings, traces and tokens: the commands against a scripted server."""

from pathlib import Path

import pytest

from tests.support.chats import asked, chat_with
from tests.support.commands import lines, run, table
from tests.support.doubles import turn_in
from tests.support.server import DONE, Script, chunk, event, says, serve
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.commands.outcomes import Generate, Inspect, Work
from zatsudan.commands.tokens import fork
from zatsudan.servers.choice import Server as Address
from zatsudan.talk.chat import Chat
from zatsudan.wire.tokenview import read_tokens


async def inspected(chat: Chat) -> Inspect:
    """What /inspect comes to where the server is asked first."""
    work = await run(chat, "/inspect")
    assert isinstance(work, Work)
    outcome = await work.run(lambda _: None)
    assert isinstance(outcome, Inspect)
    return outcome


# --- how it was made ---------------------------------------------------------


async def test_why_names_the_settings_and_marks_what_is_otherwise_now() -> None:
    fingerprinted = Script([chunk("fine", system_fingerprint="fp_1"), chunk(finish="stop"), DONE])
    async with serve(fingerprinted) as server, chat_with(server.base_url) as chat:
        await run(chat, "/set temperature 0.5 seed 7")
        await asked(chat, "one")
        await run(chat, "/temperature 0.9")
        shown = table(await run(chat, "/why"))
        rows: dict[str, str] = {row[0]: row[1] for row in shown.rows}
        assert rows["temperature"] == "0.5"
        assert rows["fingerprint"] == "fp_1"
        assert [shown.rows[mark][0] for mark in shown.marks] == ["temperature"]
        await run(chat, "/use 2")
        assert chat.talk.session.parameters == {"temperature": 0.5, "seed": 7}


async def test_use_gives_the_names_back_that_are_set() -> None:
    where = Address("mistral", "", model="scripted")
    async with serve(says("fine")) as server, chat_with(server.base_url, where) as chat:
        await run(chat, "/set seed 7")
        await asked(chat, "one")
        assert server.posted[-1]["random_seed"] == 7
        assert "seed as random_seed" in "\n".join(lines(await run(chat, "/params")))
        assert table(await run(chat, "/params")).marks == frozenset()
        await run(chat, "/unset all")
        await run(chat, "/use")
        assert chat.talk.session.parameters == {"seed": 7}


async def test_a_reply_from_elsewhere_has_no_request(chat_of_old: Chat) -> None:
    with pytest.raises(CommandError, match="not in its record") as caught:
        await run(chat_of_old, "/request 2")
    assert caught.value.advice
    assert ("model", "old") in table(await run(chat_of_old, "/why 2")).rows


@pytest.fixture
async def chat_of_old() -> Chat:
    from tests.support.commands import make

    chat = make(None)
    chat.talk.say("hi")
    chat.talk.record(
        {"type": "message", "id": "2", "parent": "1", "message": {"role": "assistant", "content": "ho"},
         "made": {"model": "old"}}
    )  # fmt: skip
    return chat


# --- settings ---------------------------------------------------------------


async def test_reset_goes_back_to_before_the_first_message() -> None:
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/set temperature 0.5")
        await run(chat, "/system Be brief.")
        await asked(chat, "one")
        await run(chat, "/set temperature 0.9 seed 7")
        await run(chat, "/system Be long.")
        await run(chat, "/model other")
        assert len(lines(await run(chat, "/reset"))) == 4
        assert chat.talk.session.parameters == {"temperature": 0.5}
        assert chat.talk.session.system == "Be brief."
        assert chat.talk.session.model == "scripted"
        assert "as it was" in lines(await run(chat, "/reset"))[0]


async def test_reset_before_the_first_message_is_what_sessions_begin_with() -> None:
    start = [{"type": "set", "name": "top_p", "value": 0.9, "origin": "config"}]
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, start=lambda: start) as chat,
    ):
        await run(chat, "/set top_p 0.5 seed 1")
        await run(chat, "/reset")
        assert chat.talk.session.settings["top_p"].value == 0.9
        assert chat.talk.session.settings["top_p"].origin == "config"
        assert "seed" not in chat.talk.session.settings


@pytest.mark.parametrize(
    ("line", "text", "values"),
    [
        ('/with temperature=1.2 seed=7 Say "hi', 'Say "hi', {"temperature": 1.2, "seed": 7}),
        ('/with stop="a b" a=b is it?', "a=b is it?", {"stop": ["a b"]}),
        ("/with +top_k=4 x  y", "x  y", {"top_k": 4}),
    ],
)
async def test_with_takes_the_text_as_it_stands(
    line: str, text: str, values: dict[str, Json]
) -> None:
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        outcome = await run(chat, line)
        assert isinstance(outcome, Generate)
        assert outcome.parent.message.content == text
        assert outcome.overrides == values
        assert chat.talk.session.parameters == {}


async def test_presets_are_taken_over_what_was_set_by_hand(tmp_path: Path) -> None:
    start = [{"type": "set", "name": "top_p", "value": 0.9, "origin": "config"}]
    async with (
        serve(says("fine")) as server,
        chat_with(server.base_url, start=lambda: start, presets=tmp_path) as chat,
    ):
        await run(chat, "/set temperature 0.5")
        await run(chat, "/system Be brief.")
        await run(chat, "/unset top_p")
        await run(chat, "/preset save warm system model")
        await run(chat, "/set top_p 0.9")
        await run(chat, "/set temperature 0.9 seed 7")
        await run(chat, "/system none")
        (row,) = table(await run(chat, "/preset")).rows
        assert row[1] == "temperature 0.9 → 0.5 · seed 7 → unset · system → Be brief."
        await run(chat, "/preset warm")
        assert chat.talk.session.parameters == {"top_p": 0.9, "temperature": 0.5}
        assert chat.talk.session.settings["temperature"].origin == "preset"
        assert chat.talk.session.system == "Be brief."
        assert table(await run(chat, "/preset")).marks == frozenset({0})
        await run(chat, "/set top_p 0.5")
        await run(chat, "/preset save other")
        await run(chat, "/preset other")
        # What lay beneath comes up again where the next preset says nothing.
        await run(chat, "/preset warm")
        assert chat.talk.session.settings["top_p"].value == 0.9
        assert chat.talk.session.settings["top_p"].origin == "config"
        await run(chat, "/preset delete other")
        await run(chat, "/preset delete warm")
        assert "no preset yet" in lines(await run(chat, "/preset"))[0]


async def test_logprobs_with_a_number() -> None:
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 5")
        assert chat.talk.session.parameters == {"logprobs": True, "top_logprobs": 5}
        await run(chat, "/logprobs off")
        assert chat.talk.session.parameters == {"logprobs": False}
        for line in ("/logprobs on 50", "/logprobs off 5", "/logprobs perhaps"):
            with pytest.raises(CommandError):
                await run(chat, line)


# --- tokens -----------------------------------------------------------------


def with_logprobs(*texts: str) -> Script:
    pieces = [
        event(
            {
                "model": "scripted",
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": text},
                        "logprobs": {
                            "content": [
                                {
                                    "token": text,
                                    "bytes": list(text.encode()),
                                    "logprob": -2.5,
                                    "top_logprobs": [
                                        {"token": " sea", "bytes": list(b" sea"), "logprob": -0.1}
                                    ],
                                }
                            ]
                        },
                    }
                ],
            }
        )
        for text in texts
    ]
    return Script([*pieces, chunk(finish="stop"), DONE])


async def test_a_fork_goes_on_from_exactly_that_text() -> None:
    async with (
        serve(
            with_logprobs("The", " sky", " is"), says(" o p"), with_logprobs(" and", " on")
        ) as server,
        chat_with(server.base_url) as chat,
    ):
        await run(chat, "/logprobs on 1")
        turn = await asked(chat, "go")
        outcome = await inspected(chat)
        assert outcome.refusal == ""
        generate = fork(chat, turn.nodes[0], 1, outcome.tokens[1].options[0])
        assert generate.prefix == "The sea"
        forked = turn_in(
            chat, generate.parent, generate.overrides, generate.prefix, generate.logprobs
        )
        await forked.run(lambda _: None)
        assert server.posted[-1]["messages"][-1] == {"role": "assistant", "content": "The sea"}
        assert forked.nodes[0].message.text == "The sea and on"
        known = read_tokens(forked.made.logprobs)
        assert [token.text for token in known] == ["The", " sea", " and", " on"]
        assert chat.talk.session.variants(turn.nodes[0])[1] is forked.nodes[0]


async def test_where_no_reply_can_go_on_it_is_said_before() -> None:
    async with (
        serve(with_logprobs("The", " sky"), says("a b c")) as server,
        chat_with(server.base_url) as chat,
    ):
        await asked(chat, "go")
        outcome = await inspected(chat)
        assert "does not go on" in outcome.refusal


async def test_tokens_without_logprobs_say_how_to_get_them() -> None:
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        await asked(chat, "go")
        with pytest.raises(CommandError, match="without log probabilities") as caught:
            await run(chat, "/tokens")
        assert "/logprobs on" in caught.value.advice
