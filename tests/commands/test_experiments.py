"""What the cells of a comparison send: what a person would send with those settings."""

from pathlib import Path

import pytest

from tests.support.chats import ADDRESS, chat_with
from tests.support.commands import run
from tests.support.doubles import turn_in
from tests.support.experiments import drive, experiment
from tests.support.server import DONE, Script, chunk, says, serve
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.config.presetfiles import Preset, Presets
from zatsudan.lab.run import Run
from zatsudan.lab.slots import Slot
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt

SETTINGS: list[JsonObject] = [
    {"type": "set", "name": "top_p", "value": 0.9, "origin": "config"},
    {"type": "set", "name": "seed", "value": 4, "origin": "flag"},
    {"type": "set", "name": "xtc_probability", "value": 0.5},
    {"type": "set", "name": "top_k", "value": 3, "origin": "preset"},
    {"type": "system", "content": "Be brief."},
]


def set_all(chat: Chat, folder: Path, preset: Preset) -> None:
    """Settings of every origin, and a preset."""
    chat.presets = Presets(folder)
    chat.presets.write("sober", preset)
    for record in SETTINGS:
        chat.talk.record(record)


async def compared(chat: Chat, line: str) -> Run:
    outcome = await experiment(chat, line)
    slots = [Slot(cell) for cell in outcome.cells]
    made = Run(chat.talk, chat.link, outcome.parent, slots, blind=outcome.blind)
    await drive(made)
    return made


@pytest.mark.parametrize(
    "preset",
    [
        Preset({"temperature": 0.2}),
        Preset({"temperature": 0.2, "seed": 9}, "other", "Be long."),
        Preset({}, None, ""),
        Preset({"max_tokens": 50, "top_p": 1.0}, "other"),
    ],
)
async def test_a_cell_sends_what_preset_would_send(tmp_path: Path, preset: Preset) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        set_all(chat, tmp_path, preset)
        made = await compared(chat, "/compare sober now -- hi")
        cell, now = (
            request.body for request in server.requests if request.path.endswith("completions")
        )
        assert now["xtc_probability"] == 0.5
        assert now["messages"][0]["content"] == "Be brief."
        assert chat.talk.session.system == "Be brief."
        node = made.slots[0].node
        assert node is not None
        assert rebuilt(chat.talk.session, node).body == cell
        chat.talk.new()
        set_all(chat, tmp_path, preset)
        await run(chat, "/preset sober")
        await turn_in(chat, chat.talk.say("hi")).run(lambda _: None)
        assert server.requests[-1].body == cell


async def test_each_cell_keeps_free_what_its_own_reply_may_take() -> None:
    small = ADDRESS._replace(context_length=1000)
    uncounted = Script([chunk("x"), chunk(finish="stop"), DONE])
    async with serve(uncounted) as server, chat_with(server.base_url, small) as chat:
        await turn_in(chat, chat.talk.say("word " * 200)).run(lambda _: None)
        await compared(chat, "/compare max_tokens=10 max_tokens=800 -- hi")
        sent = [len(request.body["messages"]) for request in server.requests[-2:]]
        assert sent == [3, 1]
