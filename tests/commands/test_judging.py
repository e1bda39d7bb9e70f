"""/judge: both orders, ties, the person's own pick beside it, and nothing of it in the talk."""

import pytest

from tests.support.chats import chat_with
from tests.support.commands import lines, refusal, run
from tests.support.experiments import talk
from tests.support.server import Request, Script, says, serve
from zatsudan.commands.outcomes import Work
from zatsudan.lab.verdicts import question, read
from zatsudan.sessions.planned import Lab
from zatsudan.talk.chat import Chat


async def judged(chat: Chat, line: str) -> list[str]:
    outcome = await run(chat, line)
    assert isinstance(outcome, Work)
    return [*lines(outcome), *lines(await outcome.run(lambda _: None))]


def longer(request: Request) -> Script:
    """A judge who likes the word `good`; where neither has it, whatever stands first."""
    text = request.body["messages"][-1]["content"]
    first, second = text.split("=== REPLY B ===")
    if "good" in first.split("=== REPLY A ===")[1]:
        return says("Thinking of B…\nA")
    return says("**B**" if "good" in second else "I say: A")


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ("A", 0), ("B.", 1), ("tie", -1), ("TIE", -1), ("A is good, but: B", 1), ("**A**", 0),
        ("勝ちはB。", 1), ("", None), ("a b c", None), ("ABBA", None), ("It's a draw", None),
    ],
)  # fmt: skip
def test_the_last_word_counts(answer: str, meant: int | None) -> None:
    assert read(answer) == meant
    swapped = {0: 1, 1: 0}.get(meant, meant) if meant is not None else None
    assert read(answer, swapped=True) == swapped


def test_what_is_long_is_cut_and_marked() -> None:
    system, text = question("m" * 9_000, "a", "b", "Which is funnier?")
    assert "Which is funnier?" in system
    assert "[…]" in text
    assert len(text) < 7_000


async def test_only_a_winner_of_both_orders_counts() -> None:
    async with serve(longer) as server, chat_with(server.base_url) as chat:
        talk(chat, "bad", "good", "bad too")
        cells = (("cold", "2"), ("warm", "3"), ("hot", "4"))
        chat.talk.record(Lab("1", cells, blind=True).to_json())
        assert "still blind" in str(await refusal(chat, "/judge m"))
        await run(chat, "/pick #3")
        before = (list(chat.talk.session.nodes), list(chat.talk.session.votes))

        shown = await judged(chat, "/judge the-judge Which is friendlier?")

        assert shown == [
            "6 requests · Esc stops",
            "1 : 2 | 2 | 2 | 2",
            "1 : 3 | 1 | 3 | the order decided: a tie",
            "2 : 3 | 2 | 2 | 2",
            "The judge's best: warm.",
            "With your own pick it agrees in 2 of 2.",
        ]
        assert (list(chat.talk.session.nodes), list(chat.talk.session.votes)) == before
        assert {request.body["model"] for request in server.requests} == {"the-judge"}
        assert all(
            "Which is friendlier?" in request.body["messages"][0]["content"]
            for request in server.requests
        )


async def test_what_cannot_be_judged_is_said() -> None:
    async with serve(says("hm")) as server, chat_with(server.base_url) as chat:
        assert "No model" in str(await refusal(chat, "/judge"))
        assert "no two replies" in str(await refusal(chat, "/judge m"))
        talk(chat, "one", "two")
        chat.talk.record(Lab("1", (("a", "2"), ("b", "3"))).to_json())
        shown = await judged(chat, "/judge m")
        assert shown[1:] == [
            "1 : 2 | no answer | no answer | the order decided: a tie",
            "The judge tells none from the rest.",
        ]
