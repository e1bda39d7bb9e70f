"""A sweep that several servers of one model share: a slow one, one that dies, one with too much to do."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import lines, refusal
from tests.support.commands import run as command
from tests.support.doubles import Time
from tests.support.experiments import drive, experiment, posts, run_of, stopped, talk_beside, texts
from tests.support.server import (
    CUT,
    DONE,
    Request,
    Script,
    Server,
    chunk,
    fails,
    says,
    serve,
    usage,
)
from zatsudan.commands.outcomes import Show
from zatsudan.commands.parts import Table
from zatsudan.config.settings import Price, Profile
from zatsudan.lab.run import Run
from zatsudan.talk.chat import Chat

LINE = "/sweep temperature 0 1 runs=6 pool=a,b,c -- hi"


def quick(_request: Request) -> Script:
    return Script([chunk("well"), chunk(finish="stop"), usage(10, 1), DONE])


def slow(_request: Request) -> Script:
    return Script([chunk("we"), 0.3, chunk("ll"), chunk(finish="stop"), usage(10, 2), DONE])


def dying(after: int, end: Script) -> Callable[[Request], Script]:
    """A server that fails behind so many replies."""
    made = 0

    def answer(request: Request) -> Script:
        nonlocal made
        made += 1
        return quick(request) if made <= after else end

    return answer


BROKEN = Script([chunk("half a "), CUT])


def profiles(*servers: Server, **more: object) -> dict[str, Profile]:
    return {
        name: Profile(base_url=server.base_url, **more)  # type: ignore[arg-type]
        for name, server in zip("abc", servers, strict=False)
    }


async def swept(chat: Chat, line: str = LINE) -> tuple[Run, list[str]]:
    run = run_of(chat, await experiment(chat, line))
    return run, await drive(run)


def made_by(run: Run) -> Counter[str]:
    return Counter(
        slot.node.made.server for slot in run.slots if slot.node is not None and slot.node.made
    )


async def test_all_servers_are_used_and_the_slow_one_makes_fewer() -> None:
    async with (
        serve(says("own")) as own,
        serve(quick) as a,
        serve(slow) as b,
        serve(quick) as c,
        talk_beside(own, profiles(a, b, c), {}) as chat,
    ):
        wanted = await experiment(chat, LINE)
        assert lines(wanted) == ["12 requests to 3 servers, 3 at a time · Esc stops"]
        run = run_of(chat, wanted)
        assert await drive(run) == []
        assert texts(run) == ["well"] * 12
        counts = made_by(run)
        assert counts["b"] < min(counts["a"], counts["c"])
        assert counts["b"] >= 1
        assert {
            name: len(posts(server)) for name, server in zip("abc", (a, b, c), strict=True)
        } == counts
        assert posts(own) == []
        # Each has both settings, so that no server stands for one of them.
        at_a = Counter(request.body["temperature"] for request in posts(a))
        assert abs(at_a[0] - at_a[1]) <= 1


async def test_concurrency_is_that_of_the_sweep_else_of_the_profile() -> None:
    for words, of_profile, most in (("", 3, 3), ("concurrency=2", 3, 2), ("", 0, 1)):
        under_way: set[int] = set()
        highest = 0
        async with serve(says("own")) as own, serve(slow) as a:
            known = profiles(a, concurrency=of_profile)
            async with talk_beside(own, known, {}) as chat:
                wanted = await experiment(
                    chat, f"/sweep temperature 0 1 runs=3 pool=a {words} -- hi"
                )
                run = run_of(chat, wanted)

                def look(_number: int, _delta: object, run: Run = run) -> None:
                    nonlocal highest
                    running = sum(slot.state == "running" for slot in run.slots)
                    highest = max(highest, running)

                await run.run(look)
                assert texts(run) == ["well"] * 6
        assert highest == most, (words, of_profile, under_way)


@pytest.mark.parametrize("end", [BROKEN, fails(500, "oh"), fails(503, {"error": "down"})])
async def test_what_a_dying_server_did_not_make_is_made_by_the_others(end: Script) -> None:
    time = Time()
    async with (
        serve(says("own")) as own,
        serve(quick) as a,
        serve(slow) as b,
        serve(dying(1, end)) as c,
        talk_beside(own, profiles(a, b, c), {}, sleep=time.sleep) as chat,
    ):
        chat.link.clock = time.clock
        run, notes = await swept(chat)
        assert texts(run) == ["well"] * 12
        assert all(slot.went_well for slot in run.slots)
        assert made_by(run)["c"] == 1
        assert len(posts(c)) == 4
        [note] = notes
        assert note.startswith("c is left out: ")
        # What was cut off stays in the talk, and is not in the table.
        broken = [
            node
            for node in chat.talk.session.numbered(run.parent.id)
            if node and node.made and node.made.ended == "failed"
        ]
        assert [node.message.text for node in broken] == ["half a "] * (3 if end is BROKEN else 0)
        assert all(slot.lost == [] or slot.node not in slot.lost for slot in run.slots)
        lab = chat.talk.session.lab
        assert lab is not None
        assert not {node.id for node in broken} & {id_ for _, id_ in lab.cells}


async def test_one_that_refuses_connections_is_left_out() -> None:
    time = Time()
    async with serve(says("own")) as own, serve(quick) as a, serve(quick) as b:
        known = profiles(a, b) | {"c": Profile(base_url="http://127.0.0.1:9/v1", model="scripted")}
        async with talk_beside(own, known, {}, sleep=time.sleep) as chat:
            chat.link.clock = time.clock
            run, notes = await swept(chat)
            assert texts(run) == ["well"] * 12
            assert [note.partition(":")[0] for note in notes] == ["c is left out"]
            assert "Nothing answers" in notes[0]


async def test_when_all_have_died_the_sweep_ends_and_can_be_gone_on_with(tmp_path: Path) -> None:
    time = Time()
    async with (
        serve(says("own")) as own,
        serve(dying(3, BROKEN)) as a,
        serve(dying(2, fails(500, "oh"))) as b,
        talk_beside(own, profiles(a, b), {}, sleep=time.sleep) as chat,
    ):
        chat.link.clock = time.clock
        chat.talk.folder = tmp_path
        chat.talk.new()
        run, notes = await swept(chat, LINE.replace("a,b,c", "a,b"))
        done = sum(slot.went_well for slot in run.slots)
        assert done == 5
        assert sorted(note.partition(":")[0] for note in notes) == [
            "a is left out",
            "b is left out",
        ]
        assert (
            run.told() == "No server is left: 7 replies are missing; /sweep continue asks for them."
        )
        assert "left: /sweep continue" in str(lines(await command(chat, "/lab")))
        # The same servers are up again; and what is left goes to other ones if so wanted.
        a.scripts, b.scripts = [quick], [quick]
        assert chat.talk.journal.path is not None
        copy = tmp_path / "copy.jsonl"
        copy.write_bytes(chat.talk.journal.path.read_bytes())
        await chat.talk.load(copy)
        before = len(posts(b))
        assert {cell.pool for cell in (await experiment(chat, "/sweep continue")).cells} == {
            ("a", "b")
        }
        wanted = await experiment(chat, "/sweep continue pool=b")
        assert lines(wanted) == [
            "5 replies are there.",
            "7 requests to 1 server, 1 at a time · Esc stops",
        ]
        again = run_of(chat, wanted)
        assert await drive(again) == []
        assert len(posts(b)) - before == 7
        lab = chat.talk.session.lab
        assert lab is not None
        nodes = [chat.talk.session.nodes[id_ or ""] for _, id_ in lab.cells]
        assert [node.message.text for node in nodes] == ["well"] * 12
        assert "Nothing is left" in str(await refusal(chat, "/sweep continue"))


async def test_too_many_requests_slow_that_server_alone() -> None:
    asked = 0

    def busy(request: Request) -> Script:
        nonlocal asked
        asked += 1
        return (
            fails(429, {"error": {"message": "slow down"}}, Retry_After="30")
            if asked == 1
            else quick(request)
        )

    slept: list[float] = []
    held = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await held.wait()

    async with (
        serve(says("own")) as own,
        serve(quick) as a,
        serve(busy) as b,
        talk_beside(own, profiles(a, b), {}, sleep=sleep) as chat,
    ):
        run, notes = await swept(chat, LINE.replace("a,b,c", "a,b"))
        # It never came back, and nobody waited for it; nor did anybody leave it out.
        assert texts(run) == ["well"] * 12
        assert made_by(run) == {"a": 12}
        assert notes == []
        assert len(posts(b)) == 1
        assert slept
        assert all(25 < seconds <= 30 for seconds in slept)


async def test_a_refused_setting_ends_alone_and_no_server_with_it() -> None:
    def picky(request: Request) -> Script:
        if request.body["temperature"] == 1:
            return fails(400, {"error": {"message": "too hot"}})
        return quick(request)

    async with (
        serve(says("own")) as own,
        serve(picky) as a,
        serve(picky) as b,
        talk_beside(own, profiles(a, b), {}) as chat,
    ):
        run, notes = await swept(chat, "/sweep temperature 0 1 runs=2 pool=a,b -- hi")
        assert texts(run) == ["well", "", "well", ""]
        assert all("too hot" in run.fault(slot) for slot in run.slots[1::2])
        assert notes == []
        assert len(posts(a)) + len(posts(b)) == 4


async def test_cancelling_stops_all_servers_and_keeps_what_came() -> None:
    endless = Script([chunk("begun "), *[10.0] * 3, chunk("never"), DONE])
    async with (
        serve(says("own")) as own,
        serve(endless) as a,
        serve(endless) as b,
        talk_beside(own, profiles(a, b), {}) as chat,
    ):
        run = run_of(chat, await experiment(chat, LINE.replace("a,b,c", "a,b")))
        await stopped(run, (a, b))
        assert [text for text in texts(run) if text] == ["begun "] * 2
        assert all(slot.state == "ended" for slot in run.slots)


# --- what is asked, and what is told ---------------------------------------------------


async def test_all_are_asked_for_the_model_that_one_names_and_another_model_is_said() -> None:
    async with (
        serve(says("own")) as own,
        serve(quick) as a,
        serve(quick) as b,
        serve(quick) as c,
    ):
        known = profiles(a, b, c)
        known["a"] = known["a"]._replace(model="qwen")
        b.models, c.models = ("first", "qwen"), ("llama",)
        async with talk_beside(own, known, {}) as chat:
            _, notes = await swept(chat)
            asked = [{request.body["model"] for request in posts(server)} for server in (a, b, c)]
            assert asked == [{"qwen"}, {"qwen"}, {"llama"}]
            assert notes == ["c has another model, llama, than the others of the pool, qwen."]
            _, notes = await swept(chat, LINE.replace("pool", "model=m pool"))
            assert {posts(server)[-1].body["model"] for server in (a, b, c)} == {"m"}
            assert notes == []


async def test_the_talks_own_server_can_be_one_of_them_and_patterns_name_many() -> None:
    async with serve(quick) as own, serve(quick) as a:
        known = {"gpu-1": Profile(base_url=a.base_url), "gpu-2": Profile(base_url=a.base_url)}
        async with talk_beside(own, known, {}) as chat:
            run, _ = await swept(chat, LINE.replace("a,b,c", "now,gpu*"))
            assert run.slots[0].cell.pool == ("", "gpu-1", "gpu-2")
            assert posts(own)
            assert posts(a)
            assert len(posts(own)) + len(posts(a)) == 12
            for line, word in (
                ("/sweep seed 1 pool=x* -- hi", "No profile is called like x*."),
                ("/sweep seed 1 pool=gpu-1,b -- hi", "There is no profile 'b'."),
                ("/sweep seed 1 pool=gpu-1, -- hi", "There is no profile ''."),
                ("/sweep seed 1 pool=gpu-1 profile=gpu-2 -- hi", "one server"),
                ("/sweep seed 1 concurrency=0 -- hi", "concurrency takes"),
                ("/sweep seed 1 concurrency=101 -- hi", "1 to 100"),
            ):
                assert word in str(await refusal(chat, line))


async def test_the_settings_of_the_first_go_to_all_and_that_is_said() -> None:
    async with serve(quick) as own, serve(quick) as a, serve(quick) as b:
        known = profiles(a, b)
        known["a"] = known["a"]._replace(parameters={"top_k": 5})
        async with talk_beside(own, known, {}) as chat:
            wanted = await experiment(chat, "/sweep seed 1 2 pool=a,b -- hi")
            assert lines(wanted)[0] == "The parameters of a go to all servers of the pool."
            await drive(run_of(chat, wanted))
            assert {request.body["top_k"] for request in (*posts(a), *posts(b))} == {5}


async def test_the_tables_and_files_tell_who_replied(tmp_path: Path) -> None:
    async with (
        serve(says("own")) as own,
        serve(quick) as a,
        serve(slow) as b,
        talk_beside(own, profiles(a, b), {}) as chat,
    ):
        run, _ = await swept(chat, "/sweep temperature 0 1 runs=4 seed=3 pool=a,b -- hi")
        counts = made_by(run)
        shown = await command(chat, "/lab")
        said = lines(shown)
        told = (
            f"Several servers replied (a {counts['a']}, b {counts['b']}): settings are compared "
            "server by server, s and tok/s are theirs."
        )
        assert told in said
        seeds = "The seeds are used across servers: each may give another text for the same seed."
        assert seeds in said
        replies = await command(chat, "/lab replies")
        assert isinstance(replies, Show)
        [table] = [part for part in replies.parts if isinstance(part, Table)]
        assert table.head[2] == "server"
        assert Counter(row[2] for row in table.rows) == counts
        for name in ("x.csv", "x.json", "x.md", "x.html"):
            await command(chat, f"/lab export {tmp_path / name}")
            text = (tmp_path / name).read_text(encoding="utf-8")
            assert "server" in text
        assert '"server": "b"' in (tmp_path / "x.json").read_text(encoding="utf-8")
        page = (tmp_path / "x.html").read_text(encoding="utf-8")
        assert ">b</td>" in page
        assert seeds in page
        # One server alone is not remarked on.
        await swept(chat, "/sweep temperature 0 1 runs=2 seed=3 profile=a -- hi")
        assert not any("servers" in line for line in lines(await command(chat, "/lab")))


async def test_a_budget_counts_what_was_cut_off_by_the_prices_of_each_server() -> None:
    prices = {"scripted": Price(1_000_000.0, 1_000_000.0)}
    time = Time()
    async with (
        serve(says("own")) as own,
        serve(quick) as a,
        serve(quick) as b,
    ):
        known = profiles(a, b)
        known["a"] = known["a"]._replace(prices=prices)
        async with talk_beside(own, known, {}, sleep=time.sleep) as chat:
            line = "/sweep temperature 0 1 runs=6 budget=45.0 pool=a,b -- hi"
            assert "no prices" in str(await refusal(chat, line))
            chat.config = chat.config._replace(
                profiles={**known, "b": known["b"]._replace(prices=prices)}
            )
            run, _ = await swept(chat, line)
            assert sum(slot.node is not None for slot in run.slots) == 4
            assert "to keep to the budget" in run.told()
