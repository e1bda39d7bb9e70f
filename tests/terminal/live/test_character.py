"""A character on the screen: its greeting, and the others by Alt-Right; on the plain one as well."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import cards
from tests.support.doubles import ScriptedClient, chat_over, reply
from tests.support.emulator import sitting
from tests.support.server import says
from zatsudan.commands import COMMANDS
from zatsudan.config.settings import Config, Persona
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.plain.terminal import PlainTerminal

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json

ANN = Config(persona=Persona("Ann"))
EARLIER, LATER = "\x1b[1;3D", "\x1b[1;3C"


async def test_the_greeting_and_its_variants_on_the_screen(tmp_path: Path) -> None:
    path = cards.written(tmp_path)
    async with sitting(says("Mm."), config=ANN) as person:
        shown = await person.say(f"/character {path}")
        assert "Mori by a maker · ~" in shown
        assert "3 entries of lore" in shown
        assert "Welcome, Ann." in shown
        assert "2 other greetings: Alt-Right, or /pick N." in shown

        person.type(LATER)
        await person.until("You again, Ann?")
        person.type(LATER)
        await person.until("Hush.")
        person.type(EARLIER)
        await person.at_rest()
        assert person.chat.talk.session.path()[0].message.text == "You again, Ann?"

        person.type("\r")  # an empty line does not have the model go on with the card's words
        assert "Mm." not in await person.at_rest()
        assert "Mm." in await person.say("hello")
        body = person.server.requests[-1].body
        assert body is not None
        assert body["messages"][1:3] == [
            {"role": "assistant", "content": "You again, Ann?"},
            {"role": "user", "content": "hello"},
        ]


async def test_a_hostile_card_steers_no_screen(tmp_path: Path) -> None:
    evil = "\x1b[2J\x1b]0;title\x07\x9b31m\u202eevil"
    listed: list[Json] = [{"keys": [evil], "content": evil, "constant": True}]
    value = cards.card(
        name=evil, description=evil, first_mes=evil, creator=evil, tags=[evil],
        creator_notes=evil, character_book={"entries": listed},
    )  # fmt: skip
    async with sitting(says("Mm.")) as person:
        before = len(person.screen.raw)
        await person.say(f"/character {cards.written(tmp_path, value)}")
        await person.say("/character")
        shown = await person.say("/context")
        assert "evil" in shown
        written = "".join(person.screen.raw[before:])
        assert not any(odd in written for odd in ("\x1b[2J", "\x1b]0;title", "\x9b", "\u202e"))


async def test_the_plain_terminal_tells_the_same(tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    client = ScriptedClient(reply("Mm."))
    chat = chat_over(client.connect, config=ANN)
    chat.talk.new()
    plain = PlainTerminal(chat, COMMANDS, out=out, err=err)
    for line in (f"/character {cards.written(tmp_path)}", "/pick 2", "hello"):
        assert await plain.once(Entered.of(line, KEYS))
    told = out.getvalue() + err.getvalue()

    for words in (
        "Mori by a maker",
        "Welcome, Ann.",
        "2 other greetings",
        "You again, Ann?",
        "Mm.",
    ):
        assert words in told
    await chat.aclose()
