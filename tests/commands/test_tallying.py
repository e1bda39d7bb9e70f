"""Blind picks: a tie, the tally of all sessions, the arena."""

import asyncio
from pathlib import Path

from tests.support.chats import chat_with
from tests.support.commands import lines, refusal, run
from tests.support.emulator import sitting
from tests.support.experiments import talk
from tests.support.server import Request, Script, says, serve
from zatsudan.commands.tallying import summary
from zatsudan.lab.ballots import Ballot
from zatsudan.sessions.journal import load
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.votes import elsewhere, votes_of
from zatsudan.talk.chat import Chat

LAB = Lab("1", (("cold", "2"), ("warm", "3")), blind=True)


def blind(chat: Chat) -> None:
    talk(chat, "one", "two")
    chat.talk.record(LAB.to_json())


async def test_a_tie_is_counted_told_and_kept(tmp_path: Path) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url, folder=tmp_path) as chat:
        assert "no blind comparison" in str(await refusal(chat, "/tie"))
        blind(chat)
        assert lines(await run(chat, "/tie"))[:2] == ["1  cold", "2  warm"]
        assert chat.talk.session.votes == [("", ("cold", "warm"))]
        assert "no blind comparison" in str(await refusal(chat, "/tie"))
        chat.talk.journal.flush()
        path = chat.talk.journal.path
        assert path is not None
        assert load(path).session.votes == [("", ("cold", "warm"))]
        assert votes_of(path.read_bytes()) == [("", ("cold", "warm"))]


async def test_the_tally_is_over_all_sessions_and_here_alone(tmp_path: Path) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url, folder=tmp_path) as chat:
        assert lines(await run(chat, "/tally")) == [
            "No blind comparison has been picked yet. /compare A B blind makes one."
        ]
        for _ in range(3):
            blind(chat)
            await run(chat, "/pick #3")
            chat.talk.new()
        blind(chat)
        await run(chat, "/pick #2")

        here = lines(await run(chat, "/tally here"))
        everywhere = lines(await run(chat, "/tally"))

        assert here[0].startswith("cold | warm | 1 | 0 | 0 | 100 % | ")
        assert everywhere[0].startswith("warm | cold | 3 | 1 | 0 | 75 % | ")
        assert "not yet to be told apart: about " in everywhere[0]
        assert "not understood" in str(await refusal(chat, "/tally there"))


def test_what_only_looks_like_a_pick_counts_for_nothing(tmp_path: Path) -> None:
    good = b'{"type":"vote","picked":"a","labels":["a","b"]}\n'
    bad = (
        b'{"type":"vote","picked":"c","labels":["a","b"]}\n'
        b'{"type":"vote","picked":"","labels":["a","b"]}\n'
        b'{"type":"message","text":"{\\"type\\":\\"vote\\""}\n'
        b'x{"type":"vote","picked":"a","labels":["a","b"]}\n'
        b'{"type":"vote","picked":"a","labels":["a"\n'
    )
    assert votes_of(bad + good + bad + good[:-1]) == [("a", ("a", "b"))] * 2
    (tmp_path / "s.jsonl").write_bytes(good)
    (tmp_path / "t.jsonl").write_bytes(bad)
    (tmp_path / "folder.jsonl").mkdir()
    assert elsewhere(tmp_path, tmp_path / "t.jsonl") == [("a", ("a", "b"))]


def test_more_than_two_are_ranked_and_a_leaning_is_said() -> None:
    ballots = [Ballot(("a", "b", "c"), 0)] * 12 + [Ballot(("b", "c"), 0)] * 4
    shown = [line for part in summary(ballots) for line in lines_of(part)]
    assert [row.split(" | ")[1] for row in shown[3:6]] == ["a", "b", "c"]
    assert shown[-1].startswith("You picked the first of a comparison 16 times of 16; by chance")


def lines_of(part: object) -> list[str]:
    from zatsudan.commands.outcomes import Show
    from zatsudan.commands.parts import Line, Table

    assert isinstance(part, Line | Table)
    return lines(Show((part,)))


def hot_or_cold(request: Request) -> Script:
    return says("HOT" if request.body.get("temperature") == 2 else "COLD")


async def test_an_arena_goes_from_message_to_message_by_single_keys() -> None:
    async with sitting(hot_or_cold) as person:
        person.type("/arena temperature=2 temperature=0\r")
        for number, key in enumerate("12=-", 1):
            await person.until(f"Esc leaves · {number - 1} picked")
            person.type(f"question {number}\r")
            await person.until("leave it out")
            person.type("x")  # no answer: nothing happens
            person.type(key)
        await person.until("Esc leaves · 3 picked")
        person.type("\x1b")
        shown = await person.until("90 % interval")
        assert len(person.chat.talk.session.votes) == 3
        assert person.chat.talk.session.votes[2][0] == ""
        assert person.chat.talk.session.lab is not None
        assert "temperature 2" in shown
        chats = [request.body for request in person.server.requests if "messages" in request.body]
        asked = [body["messages"][-1]["content"] for body in chats]
        assert {f"question {number}" for number in range(1, 5)} <= set(asked)


async def test_a_key_of_an_arena_that_is_pressed_twice_or_too_early_is_no_text() -> None:
    held = asyncio.Event()

    later = Script([held, *says("so").pieces])
    async with sitting(later) as person:
        person.type("/arena temperature=2 temperature=0\r")
        await person.until("0 picked")
        person.type("go\r")
        await person.until("0 of 2 done")
        person.type("12")  # the replies are still to come
        await person.until("» 12")
        held.set()
        await person.until("leave it out")
        person.type("11two")
        shown = await person.until("Next message » two")
        assert "1 picked" in shown
        person.type("\x1b")
        await person.until("90 % interval")
        assert (await person.at_rest()).splitlines()[-2].rstrip() == "»"
