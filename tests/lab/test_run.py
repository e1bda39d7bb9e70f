"""The lab: many replies to one message, what is kept of them, and where the head stands."""

import asyncio
from pathlib import Path

import pytest

from tests.support.chats import chat_with
from tests.support.doubles import turn_in
from tests.support.experiments import drive, texts
from tests.support.server import CUT, DONE, Request, Script, chunk, fails, says, serve
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.commands.variants import pick
from zatsudan.lab.run import Run, choices
from zatsudan.lab.slots import Cell, Slot
from zatsudan.sessions import journal
from zatsudan.sessions.session import Node
from zatsudan.talk.chat import Chat
from zatsudan.wire.refusals import DROP, Repair


def temperature(request: Request) -> Script:
    """A reply that says with what temperature it was asked for."""
    return says("at ", str(request.body.get("temperature")))


def run_of(chat: Chat, message: str, *temperatures: float, blind: bool = False) -> Run:
    cells = [Cell(f"temperature {value}", {"temperature": value}) for value in temperatures]
    return Run(
        chat.talk, chat.link, chat.talk.say(message), [Slot(cell) for cell in cells], blind=blind
    )


def run_nodes(run: Run) -> list[Node]:
    return [slot.node for slot in run.slots if slot.node is not None]


async def test_each_cell_becomes_a_variant_with_its_parameters() -> None:
    async with serve(temperature) as server, chat_with(server.base_url) as chat:
        run = run_of(chat, "hi", 0.0, 0.5, 1.0)
        await drive(run)
        assert texts(run) == ["at 0.0", "at 0.5", "at 1.0"]
        nodes = [slot.node for slot in run.slots]
        assert [node.made.parameters for node in nodes if node and node.made] == [
            {"temperature": 0.0},
            {"temperature": 0.5},
            {"temperature": 1.0},
        ]
        assert chat.talk.session.numbered(run.parent.id) == nodes
        # A new message was unanswered: its first reply is on the path.
        assert chat.talk.session.head == nodes[0].id if nodes[0] else None


async def test_the_head_goes_back_to_the_reply_that_was_there() -> None:
    async with serve(temperature) as server, chat_with(server.base_url) as chat:
        await turn_in(chat, chat.talk.say("hi")).run(lambda _: None)
        head = chat.talk.session.head
        parent = chat.talk.last_user()
        assert parent is not None
        run = Run(
            chat.talk, chat.link, parent, [Slot(Cell("a", {"temperature": 1})), Slot(Cell("b", {}))]
        )
        await drive(run)
        assert chat.talk.session.head == head
        assert len(chat.talk.session.children[parent.id]) == 3
        # The cells count from 1, the reply that was there comes after them.
        assert [node.id for node in chat.talk.session.variants(run_nodes(run)[0])][-1] == head


async def test_another_model_is_asked_and_recorded() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        parent = chat.talk.say("hi")
        run = Run(
            chat.talk, chat.link, parent, [Slot(Cell("one", {}, "m-1")), Slot(Cell("two", {}))]
        )
        await drive(run)
        asked = [request.body["model"] for request in server.requests if request.method == "POST"]
        assert asked == ["m-1", "scripted"]
        assert chat.talk.session.model == "scripted"


async def test_one_that_fails_ends_alone() -> None:
    def answer(request: Request) -> Script:
        if request.body["temperature"] == 0.5:
            return Script([chunk("half "), CUT])
        return temperature(request)

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        run = run_of(chat, "hi", 0.0, 0.5, 1.0)
        await drive(run)
        assert texts(run) == ["at 0.0", "half ", "at 1.0"]
        assert [slot.went_well for slot in run.slots] == [True, False, True]
        assert run.slots[1].error is not None


async def test_a_key_that_is_refused_is_not_tried_again_for_every_cell() -> None:
    async with serve(fails(401, {"error": "no"})) as server, chat_with(server.base_url) as chat:
        run = run_of(chat, "hi", 0.0, 0.5, 1.0)
        await drive(run)
        assert len(server.requests) == 1
        assert all(slot.error is run.slots[0].error for slot in run.slots)
        assert chat.talk.session.lab is None
        assert chat.talk.session.head == run.parent.id


async def test_cancelling_keeps_the_finished_and_the_partial_ones(tmp_path: Path) -> None:
    def answer(request: Request) -> Script:
        if request.body["temperature"] < 0.5:
            return temperature(request)
        return Script([chunk("begun "), *[10.0] * 3, chunk("never"), DONE])

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        chat.talk.folder = tmp_path
        chat.talk.new()
        run = run_of(chat, "hi", 0.0, 0.2, 0.6, 0.8)
        begun = asyncio.Event()
        task = asyncio.ensure_future(
            run.run(lambda number, delta: begun.set() if number == 2 and delta.content else None)
        )
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert texts(run) == ["at 0.0", "at 0.2", "begun ", ""]
        assert chat.talk.session.lab is not None
        assert [node_id is not None for _, node_id in chat.talk.session.lab.cells] == [True] * 3 + [
            False
        ]
        assert chat.talk.session.head == (run.slots[0].node.id if run.slots[0].node else None)
        path = chat.talk.journal.path
        assert path is not None
        loaded = journal.load(path).session
        assert loaded.lab == chat.talk.session.lab
        assert loaded.head == chat.talk.session.head
        assert loaded.unknown == 0


async def test_one_cell_can_be_stopped_alone() -> None:
    def answer(request: Request) -> Script:
        if request.body["temperature"] == 0.5:
            return Script([chunk("begun "), *[10.0] * 3, chunk("never"), DONE])
        return temperature(request)

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        run = run_of(chat, "hi", 0.0, 0.5, 1.0, 1.5)
        run.stop(3)

        def stop(number: int, _delta: object) -> None:
            if number == 1:
                run.stop(1)

        await run.run(stop)
        assert texts(run) == ["at 0.0", "begun ", "at 1.0", ""]


# --- n --------------------------------------------------------------------------


def many(chat: Chat, message: str, **parameters: Json) -> Run:
    run = choices(chat.talk, chat.link, chat.talk.say(message), parameters)
    assert run is not None
    return run


async def test_n_is_one_request_where_the_server_takes_it() -> None:
    both = Script(
        [
            chunk("a", index=0),
            chunk("b", index=1),
            chunk(finish="stop", index=1),
            chunk(finish="stop"),
            DONE,
        ]
    )
    async with serve(both) as server, chat_with(server.base_url) as chat:
        assert choices(chat.talk, chat.link, chat.talk.say("hi"), {"n": 1}) is None
        run = many(chat, "hi", n=2, seed=7)
        assert await drive(run) == []
        assert texts(run) == ["a", "b"]
        assert [request.body["n"] for request in server.requests] == [2]
        assert server.requests[0].body["seed"] == 7


async def test_a_server_that_ignores_n_gets_a_request_for_each() -> None:
    def answer(request: Request) -> Script:
        return says(f"seed {request.body.get('seed')}")

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        run = many(chat, "hi", n=3, seed=7)
        notes = await drive(run)
        assert notes == ["scripted answered n=3 with 1: 2 further requests make the rest."]
        assert texts(run) == ["seed 7", "seed 8", "seed 9"]
        assert [request.body.get("n") for request in server.requests] == [3, None, None]
        # The next time it is known.
        assert Repair(DROP, "n") in chat.link.learned.of("scripted", "scripted")
        notes = await drive(many(chat, "again", n=2))
        assert notes == ["scripted makes one reply a request: 2 requests instead of n=2."]
        assert len(server.requests) == 5


@pytest.mark.parametrize(
    "message",
    ["Unsupported parameter: 'n'", "Field 'n': Value must be between 1 <= value <= 2, but got 3"],
)
async def test_a_server_that_refuses_n_gets_a_request_for_each(message: str) -> None:
    def answer(request: Request) -> Script:
        if "n" in request.body:
            return fails(400, {"error": {"message": message}})
        return says("ok")

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        run = many(chat, "hi", n=3)
        notes = await drive(run)
        assert texts(run) == ["ok"] * 3
        assert "further requests make the rest" in notes[-1]
        assert all(slot.error is None for slot in run.slots)


# --- small parts ------------------------------------------------------------------


async def test_a_blind_pick_is_counted_and_told() -> None:
    async with serve(temperature) as server, chat_with(server.base_url) as chat:
        run = run_of(chat, "hi", 0.0, 1.0, blind=True)
        await drive(run)
        with pytest.raises(CommandError, match="There are 2 variants"):
            await pick.run(chat, "3")
        told = await pick.run(chat, "2")
        assert "temperature 1.0" in str(told)
        assert chat.talk.session.votes == [
            ("temperature 1.0", ("temperature 0.0", "temperature 1.0"))
        ]
        assert chat.talk.session.lab is not None
        assert not chat.talk.session.lab.blind
        assert chat.talk.session.path()[-1].message.text == "at 1.0"
        await pick.run(chat, "1")  # told already: no vote
        assert len(chat.talk.session.votes) == 1
