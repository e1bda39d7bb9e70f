"""Experiments of the lab, and what came of them."""

from tests.support.commands import run
from zatsudan.commands.outcomes import Experiment
from zatsudan.lab.run import Run
from zatsudan.talk.chat import Chat


def texts(run: Run) -> list[str]:
    return [slot.node.message.text if slot.node else "" for slot in run.slots]


async def drive(run: Run) -> list[str]:
    notes: list[str] = []
    await run.run(lambda _number, _delta: None, notes.append)
    return notes


async def experiment(chat: Chat, line: str) -> Experiment:
    outcome = await run(chat, line)
    assert isinstance(outcome, Experiment)
    return outcome
