"""/repro: requests that are repeated, and what is said and kept of their replies."""

from itertools import count

from tests.support.chats import chat_with
from tests.support.commands import lines, run
from tests.support.doubles import turn_in
from tests.support.server import DONE, Request, Script, chunk, says, serve, usage
from zatsudan.commands.outcomes import Work
from zatsudan.servers.choice import Server as Address
from zatsudan.servers.findings import REPEAT
from zatsudan.sessions.planned import Lab
from zatsudan.talk.chat import Chat


async def work(chat: Chat, line: str) -> list[str]:
    outcome = await run(chat, line)
    assert isinstance(outcome, Work)
    return lines(await outcome.run(lambda _: None))


async def ask(chat: Chat, words: str, prefix: str = "", **settings: object) -> None:
    turn = turn_in(chat, chat.talk.say(words), settings, prefix)  # type: ignore[arg-type]
    await turn.run(lambda _: None)
    assert turn.error is None, turn.error


def goes_on(request: Request) -> Script:
    """Goes on from what is given to it; knows the alphabet."""
    last = request.body["messages"][-1]
    if last["role"] == "assistant" and last["content"].endswith("m n"):
        return says(" o", " p")
    return says(" and stars") if last["role"] == "assistant" else says("Salt and storms")


async def test_what_went_on_from_a_beginning_is_repeated_with_it() -> None:
    async with serve(goes_on) as server, chat_with(server.base_url) as chat:
        await run(chat, "/system Be brief.")
        await ask(chat, "hi", "Salt", seed=11)
        made = server.posted[-1]
        await run(chat, "/system Be long.")
        await run(chat, "/set temperature 2 seed 5")
        shown = await work(chat, "/repro 3")
        assert server.posted[-3:] == [made] * 3
        assert shown[0] == "3 of 3 replies are the same."
        assert shown[1] == "The reply that stands in the talk is the same too."


async def test_a_verdict_with_a_seed_outlives_a_run_without() -> None:
    numbers = count()

    def answer(request: Request) -> Script:
        return says("Salt" if "seed" in (request.body or {}) else f"Salt {next(numbers)}")

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        await ask(chat, "hi", seed=4, temperature=0.8)
        await work(chat, "/repro")
        await ask(chat, "again")
        await run(chat, "/set seed 4")
        shown = await work(chat, "/repro")
        assert shown[0] == "All 5 replies differ."
        assert shown[-1].startswith("It was made without a seed")
        (found,) = chat.findings.of("scripted", "scripted").values()
        assert found.detail == "5 of 5 replies the same, seed 4 temperature 0.8"
        assert "5 of 5 replies the same (seed 4 temperature 0.8)" in "".join(
            lines(await run(chat, "/params"))
        )


async def test_what_was_otherwise_is_named() -> None:
    texts = iter(["Salt", *["Storm"] * 5])
    async with serve(lambda _: says(next(texts))) as server, chat_with(server.base_url) as chat:
        await ask(chat, "hi", seed=4)
        shown = await work(chat, "/repro 2")
        assert len(shown) == 2
        assert "beside others" not in shown[-1]
        reply = chat.talk.session.head
        chat.talk.record(Lab("1", (("a", reply), ("b", None))).to_json())
        assert (await work(chat, "/repro 2"))[-1].startswith("It was made beside others")
        assert chat.findings.of("scripted", "scripted")[REPEAT].state == "honoured"


async def test_requests_beside_the_talk_are_counted_on_a_line_of_their_own() -> None:
    counted = Script([chunk("x"), chunk(finish="stop"), usage(484, 30), DONE])
    async with serve(counted) as server, chat_with(server.base_url) as chat:
        await ask(chat, "hi", seed=1)
        for _ in range(2):
            await work(chat, "/repro")
        rows = lines(await run(chat, "/usage"))
        assert rows[1].startswith("session | 484 | 30 |")
        assert rows[2].startswith("10 requests beside the talk (scripted) | 4,840 | 300 |")
        chat.talk.new()
        assert lines(await run(chat, "/usage")) == ["No tokens yet in this session."]


def reusing(request: Request) -> Script:
    """A server whose seeded text changes when it reuses a part of its prompt cache."""
    body = request.body or {}
    return says("Salt") if body.get("cache_prompt") is False else says(f"Storm {next(NUMBERS)}")


NUMBERS = count()


async def test_a_seeded_text_that_changes_is_tried_without_the_prompt_cache() -> None:
    async with serve(reusing) as server, chat_with(server.base_url) as chat:
        await ask(chat, "hi", seed=4)
        assert not any("prompt cache" in line for line in await work(chat, "/repro 2"))
    llama = Address("llama.cpp", "", model="scripted")
    async with serve(reusing) as server, chat_with(server.base_url, llama) as chat:
        await ask(chat, "hi", seed=4)
        shown = await work(chat, "/repro 2")
        sent = [body.get("cache_prompt") for body in server.posted[-4:] if isinstance(body, dict)]
        assert sent == [None, None, False, False]
        assert any("two of two are the same: it was the cache" in line for line in shown), shown
        assert any("/set +cache_prompt false" in line for line in shown), shown
        await run(chat, "/set +cache_prompt false")
        await ask(chat, "hi", seed=4, cache_prompt=False)
        count_ = len(server.posted)
        await work(chat, "/repro 2")
        assert len(server.posted) == count_ + 2
