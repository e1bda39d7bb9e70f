"""Experiments of the lab, and what came of them."""

from tests.support.commands import run
from zatsudan.commands.outcomes import Experiment
from zatsudan.lab.run import Run
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import Message


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


def talk(chat: Chat, *replies: str) -> None:
    """A message with these replies."""
    parent = chat.talk.say("a question")
    for at, text in enumerate(replies):
        made = Made(model="m", parameters={"temperature": at, "seed": 1})
        node_id = chat.talk.session.next_id()
        chat.talk.record(message_record(node_id, parent.id, Message("assistant", text), "", made))
