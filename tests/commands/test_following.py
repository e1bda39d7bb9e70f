"""/forks PLACE WAYS: the ways on from a place, drawn, and made variants."""

import asyncio

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, refusal, run
from tests.support.doubles import turn_in
from tests.support.server import DONE, Request, Script, chunk, event, serve
from tests.support.toymodel import failing, model
from zatsudan.commands.outcomes import Generate, Outcome, Show, Work
from zatsudan.talk.chat import Chat
from zatsudan.wire.tokenview import read_tokens

#: What the model says at temperature 1: not its likeliest.
SAID = ("The", " sky", " fell")

TREE = [
    "Place 2 of reply 2, behind 'The'",
    "├─ 50 %    ·sea·is",
    "│    ├─ 60 % a  ·calm. (end)",
    "│    └─ 40 % b  ·deep! (end)",
    "├─ 30 % •  ·sky·fell (end)",
    "├─ 15 %    ·海",
    "│    ├─ 70 % c  は青い (end)",
    "│    └─ 30 % d  も青い (end)",
    "└─  5 % e  ·moon (end)",
]


async def sent_first(chat: Chat, *settings: str) -> None:
    await run(chat, "/logprobs on 5")
    for line in settings:
        await run(chat, line)
    await ask(chat, "go")


async def drawn(chat: Chat, line: str) -> list[str]:
    outcome = await run(chat, line)
    if isinstance(outcome, Work):
        outcome = await outcome.run(lambda _: None)
    return lines(outcome)


async def take(chat: Chat, letter: str) -> Generate:
    outcome = await run(chat, f"/forks {letter}")
    assert isinstance(outcome, Generate)
    turn = turn_in(chat, outcome.parent, outcome.overrides, outcome.prefix, outcome.logprobs)
    await turn.run(lambda _: None)
    assert turn.error is None
    return outcome


async def test_each_way_is_followed_as_the_model_weighs_it_and_parts_where_it_was_undecided() -> (
    None
):
    async with serve(model(said=SAID)) as server, chat_with(server.base_url) as chat:
        await sent_first(chat, "/set min_p 0.3 max_tokens 50 seed 3")
        rows = await drawn(chat, "/forks 2 4")
        assert rows[:9] == TREE
        assert "/forks LETTER goes on" in rows[-1]
        asked = server.posted[-5:]  # behind the question whether it goes on from a given text
        assert [body["messages"][-1]["content"] for body in asked] == [
            *("The sea", "The 海", "The moon"),
            *("The sea is deep", "The 海も"),
        ]
        for body in asked:
            assert (body["temperature"], body["min_p"], body["seed"]) == (0, 0, 3)
        assert [body["max_tokens"] for body in asked] == [12, 12, 12, 10, 11]
        ((count, _),) = chat.talk.aside().values()
        assert count == 5


async def test_a_way_is_followed_for_so_many_tokens_and_only_so_many_are_drawn() -> None:
    async with serve(model(said=SAID)) as server, chat_with(server.base_url) as chat:
        await sent_first(chat)
        assert (await drawn(chat, "/forks #2 2 2 1"))[:4] == [
            TREE[0],
            "├─ 50 % a  ·sea·is …",
            "└─ 30 % •  ·sky·fell (end)",
            "• is the reply as it stands; /forks LETTER goes on with a way, as a variant.",
        ]
        rows = await drawn(chat, "/forks #2 2")  # 4 ways where it is not said
        assert rows[1:9] == TREE[1:]
        assert any("record more" in row for row in await drawn(chat, "/forks 2 6"))


async def test_a_letter_makes_just_that_text_a_variant_with_all_its_log_probabilities() -> None:
    async with serve(model(said=SAID)) as server, chat_with(server.base_url) as chat:
        await sent_first(chat)
        await drawn(chat, "/forks 2 4 2")
        taken = await take(chat, "c")
        assert taken.prefix == "The 海は青い"
        reply = chat.talk.session.path()[-1]
        assert server.posted[-1]["messages"][-1] == {"role": "assistant", "content": taken.prefix}
        assert reply.message.text == "The 海は青い"
        assert reply.made is not None
        known = read_tokens(reply.made.logprobs)
        assert [(token.text, round(token.p or 0, 2)) for token in known] == [
            *(("The", 0.9), (" 海", 0.15), ("は", 0.7), ("青い", 1.0)),
        ]
        assert len(chat.talk.session.variants(reply)) == 2
        await take(chat, "b")  # the letters hold till the next tree; it goes on where it was cut
        assert chat.talk.session.path()[-1].message.text == "The sea is deep!"
        await run(chat, "/new")
        await sent_first(chat)
        assert "There is no way b" in str(await refusal(chat, "/forks b"))


async def test_where_the_server_begins_anew_one_step_is_drawn_as_it_was_recorded() -> None:
    async with (
        serve(model(said=SAID, prefill=False)) as server,
        chat_with(server.base_url) as chat,
    ):
        await sent_first(chat)
        for _ in range(2):  # asked, and then known
            assert await drawn(chat, "/forks 2 3") == [
                TREE[0],
                "├─ 50 %    ·sea …",
                "├─ 30 % •  ·sky·fell (end)",
                "└─ 15 %    ·海 …",
                "This server does not go on from a given text: what was recorded is drawn.",
            ]
        assert "There is no way a" in str(await refusal(chat, "/forks a"))


async def test_what_came_is_drawn_where_a_request_fails() -> None:
    async with serve(failing(3)) as server, chat_with(server.base_url) as chat:
        await sent_first(chat)
        rows = await drawn(chat, "/forks 2 3")
        assert rows[1:6] == [
            "├─ 50 %    ·sea·is",
            "│    ├─ 60 % •  ·calm. (end)",
            "│    └─ 40 % a  ·deep …",
            "├─ 30 % b  ·sky·fell (end)",
            "└─ 15 % c  ·海 …",
        ]
        assert "no more" in rows[6]


async def test_what_came_is_drawn_where_it_is_stopped() -> None:
    came = asyncio.Event()

    def hangs(_: Request) -> Script:
        came.set()
        return Script([30.0])

    scripts = (model(), model(), model(), hangs)
    async with serve(*scripts) as server, chat_with(server.base_url) as chat:
        await sent_first(chat)
        work = await run(chat, "/forks 2 3")
        assert isinstance(work, Work)
        task = asyncio.create_task(_carried_out(work))
        await came.wait()
        task.cancel()
        outcome = await task
        assert isinstance(outcome, Show)
        rows = lines(outcome)
        assert "├─ 30 % b  ·sky·fell (end)" in rows
        assert "└─ 15 % c  ·海 …" in rows
        assert "Stopped: not all ways were followed." in rows


async def test_parts_of_a_character_are_drawn_as_bytes_and_have_no_letter() -> None:
    parts = [
        {"token": "", "bytes": [0xE6], "logprob": -1.0},
        {"token": " sky", "bytes": list(b" sky"), "logprob": -2.0},
    ]
    place = {"token": " sea", "bytes": list(b" sea"), "logprob": -1.5, "top_logprobs": parts}
    choice = {"index": 0, "delta": {"content": " sea"}, "logprobs": {"content": [place]}}
    said = Script([event({"choices": [choice]}), chunk(finish="stop"), DONE])
    async with serve(said, model()) as server, chat_with(server.base_url) as chat:
        await sent_first(chat)
        rows = await drawn(chat, "/forks 1 3 1")
        assert rows[1:4] == ["├─ 37 %    <E6>", "├─ 22 % •  ·sea (end)", "└─ 14 % a  ·sky (end)"]
        assert "parts of a character" in rows[4]


async def _carried_out(work: Work) -> Outcome:
    return await work.run(lambda _: None)


async def test_it_is_said_whose_alternatives_they_are() -> None:
    async with serve(model(said=SAID)) as server, chat_with(server.base_url) as chat:
        await sent_first(chat)
        await run(chat, "/model other")
        rows = await drawn(chat, "/forks 2 2")
        assert (
            "The alternatives are those of scripted at scripted; other at scripted goes on." in rows
        )
