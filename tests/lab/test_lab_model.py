"""The lab with the embedded engine, for real."""

import asyncio

import pytest

from tests.support.chats import talk
from tests.support.doubles import turn_in
from zatsudan.commands import COMMANDS
from zatsudan.commands.outcomes import Experiment, Show, Work
from zatsudan.commands.parts import Table
from zatsudan.commands.registry import find
from zatsudan.lab.run import Run, choices
from zatsudan.lab.slots import Slot
from zatsudan.servers.choice import Server
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import parse

pytestmark = pytest.mark.model


async def run_of(chat: Chat, line: str) -> Run:
    parsed = parse(line)
    assert parsed is not None
    outcome = await find(COMMANDS, parsed[0]).run(chat, parsed[1])
    assert isinstance(outcome, Experiment)
    return Run(chat.talk, chat.link, outcome.parent, [Slot(cell) for cell in outcome.cells])


def texts(run: Run) -> list[str]:
    return [slot.node.message.text if slot.node is not None else "" for slot in run.slots]


async def test_a_sweep_with_a_fixed_seed(model: Server) -> None:
    async with talk(model) as chat:
        line = "/sweep temperature 0 0 1.5 seed=7 max_tokens=16 logprobs=on -- Tell me of the sea."
        run = await run_of(chat, line)
        await run.run(lambda _number, _delta: None)
        cold, again, warm = texts(run)
        assert cold == again != warm
        made = [slot.node.made for slot in run.slots if slot.node is not None]
        assert [one.parameters["temperature"] for one in made if one] == [0, 0, 1.5]
        assert all(one is not None and len(one.logprobs) > 0 for one in made)
        shown = await find(COMMANDS, "lab").run(chat, "")
        assert isinstance(shown, Show)
        table = shown.parts[0]
        assert isinstance(table, Table)
        assert "logp" in table.head
        assert float(table.rows[0][table.head.index("logp")]) < 0


async def test_n_as_one_request(model: Server) -> None:
    async with talk(model) as chat:
        parent = chat.talk.say("Say a colour.")
        run = choices(
            chat.talk,
            chat.link,
            parent,
            {"n": 3, "max_tokens": 8, "temperature": 1.2, "logprobs": True},
        )
        assert run is not None
        notes: list[str] = []
        await run.run(lambda _number, _delta: None, notes.append)
        assert notes == []
        assert len({slot.turn for slot in run.slots}) == 1
        assert all(text.strip() for text in texts(run))
        assert all(
            slot.node is not None and slot.node.made is not None and slot.node.made.logprobs
            for slot in run.slots
        )


async def test_more_than_the_engine_takes_at_once_are_requests_of_their_own(model: Server) -> None:
    async with talk(model) as chat:
        parent = chat.talk.say("Say a colour.")
        run = choices(
            chat.talk, chat.link, parent, {"n": 6, "max_tokens": 6, "temperature": 1.2, "seed": 3}
        )
        assert run is not None
        notes: list[str] = []
        await run.run(lambda _number, _delta: None, notes.append)
        assert notes[-1].endswith("refused n=6: 6 further requests make the rest.")
        assert all(text.strip() for text in texts(run))
        made = [slot.node.made for slot in run.slots if slot.node is not None]
        assert [one.parameters["seed"] for one in made if one] == [3, 4, 5, 6, 7, 8]


async def test_a_stop_in_the_middle_of_six_keeps_the_finished(model: Server) -> None:
    async with talk(model) as chat:
        run = await run_of(
            chat, "/sweep temperature 0..1:0.2 max_tokens=12 -- Tell me of a lighthouse."
        )
        begun = asyncio.Event()
        task = asyncio.ensure_future(
            run.run(lambda number, delta: begun.set() if number == 3 and delta.content else None)
        )
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [slot.went_well for slot in run.slots[:3]] == [True] * 3
        assert texts(run)[3]
        assert texts(run)[4:] == ["", ""]
        assert chat.talk.session.lab is not None
        assert len(chat.talk.session.children[run.parent.id]) == 4
        # The slot of the engine is free again: the talk goes on.
        turn = turn_in(chat, chat.talk.say("And now?"), {"max_tokens": 4})
        await turn.run(lambda _: None)
        assert turn.error is None


async def work(chat: Chat, line: str) -> Show:
    parsed = parse(line)
    assert parsed is not None
    outcome = await find(COMMANDS, parsed[0]).run(chat, parsed[1])
    assert isinstance(outcome, Work)
    shown = await outcome.run(lambda _: None)
    assert isinstance(shown, Show)
    return shown


async def test_the_engine_says_what_it_uses(model: Server) -> None:
    async with talk(model) as chat:
        shown = await work(chat, "/probe")
        table = shown.parts[0]
        assert isinstance(table, Table)
        states = {name: state.split()[1] for name, state, _ in table.rows}
        assert {name for name, state in states.items() if state != "honoured"} == set()
        assert {"temperature", "seed", "stop", "n", "logit_bias", "max_tokens"} <= set(states)
        assert chat.talk.session.nodes == {}


async def test_the_same_seed_is_repeatable(model: Server) -> None:
    async with talk(model) as chat:
        parameters = {"max_tokens": 10, "temperature": 1.0, "seed": 5}
        await turn_in(chat, chat.talk.say("Tell me of the sea."), parameters).run(lambda _: None)
        shown = await work(chat, "/repro 3")
        assert "3 of 3 replies are the same." in str(shown.parts[0])
