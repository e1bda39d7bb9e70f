"""The desk on the screen: knobs, tokens, the place, and what its keys lead to."""

from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, run
from tests.support.emulator import sitting
from tests.support.server import says, serve
from tests.support.weighed import reply
from zatsudan.base import language, languages
from zatsudan.config.presetfiles import Presets
from zatsudan.lab.reshaping import Chain
from zatsudan.lab.weighing import Weighing


async def test_a_knob_is_turned_and_seen_and_the_next_reply_stands_beside() -> None:
    script = (reply(" cat", " dog"), reply(" dog", " dog"))
    async with sitting(*script, columns=80, rows=24) as person:
        await person.say("/logprobs on 3")
        await person.say("which?")
        person.type("/desk\r")
        shown = await person.until("token 1 of 2")
        assert "▸temperature" in shown
        assert "·cat·dog" in shown
        assert "60 % →   60 %" in shown
        person.type("2\r")
        shown = await person.until("60 % →   29 %")  # up to the rest, which nobody told
        assert "stay 2 / 2" in shown
        person.type("\t\x1b[C")
        await person.until("token 2 of 2")
        person.type("\r")  # asks again, with what was turned
        await person.until("c compares it with the reply before")
        assert person.server.requests[-1].body["temperature"] == 2
        assert person.server.requests[-1].body["top_logprobs"] == 20
        person.type("c")
        await person.until("catdog dog")
        person.type("\x1b")
        await person.until("Keep these settings? temperature 2")
        person.type("y")
        await person.until("temperature  unset → 2")
        assert person.chat.talk.session.parameters["temperature"] == 2


async def test_without_log_probabilities_it_is_a_board_of_knobs_that_asks_for_them() -> None:
    async with sitting(says("plain"), reply(" cat"), columns=80, rows=24) as person:
        await person.say("which?")
        person.type("/desk\r")
        await person.until("Enter asks again with them")
        person.type("0\r")
        await person.until("token 1 of 1")
        assert person.server.requests[-1].body["logprobs"] is True
        person.type("q")
        await person.until("Keep these settings?")
        person.type("n")
        await person.until(lambda: "Keep these" not in person.screen.shown())
        assert "logprobs" not in person.chat.talk.session.parameters


async def test_it_saves_a_preset(tmp_path: Path) -> None:
    async with sitting(reply(" cat")) as person:
        person.chat.presets = Presets(tmp_path)
        await person.say("which?")
        person.type("/desk\r")
        await person.until("token 1 of 1")
        person.type("\x1b[C" + "s" + "warm\r")
        await person.until("Saved: /preset warm sets it.")
        assert person.chat.presets.read("warm").parameters["temperature"] == 1.1
        person.type("sdawn\x1b")
        await person.until(lambda: "Name of the preset" not in person.screen.shown())


@pytest.mark.parametrize("columns", [80, 120])
async def test_it_speaks_japanese_within_the_screen(columns: int) -> None:
    before = language.speak(language.English())
    languages.speak("ja")
    try:
        async with sitting(reply(" cat"), columns=columns, rows=24) as person:
            await person.say("which?")
            person.type("/desk\r")
            shown = await person.until("Esc 離れる")
            assert "変えた場合" in shown
            assert "デスク" in shown
            assert all(get_cwidth(row) <= columns for row in shown.split("\n"))
            person.type("q")
    finally:
        language.speak(before)


async def test_where_there_is_no_screen_it_is_told_by_lines() -> None:
    async with serve(reply(" cat")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 3")
        await ask(chat, "which?")
        told = lines(await run(chat, "/desk"))
        assert told[0].startswith("1 | temperature | (1) | 1 | 0 – 2")
        assert any(line.startswith("stay 1 / 1") for line in told)
        assert told[-1].startswith("/reshape NAME=VALUE")


async def test_places_are_weighed_when_they_are_seen_and_only_once() -> None:
    async with serve(reply(*[" cat"] * 200)) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 3")
        turn, _ = await ask(chat, "which?")
        from zatsudan.commands.tokens import tokens_of
        from zatsudan.lab.reshaping import read

        order = ("temperature", "min_p")
        now, then = Chain(order, {}), Chain(order, {"min_p": 0.6})
        weighing = Weighing(read(tokens_of(turn.nodes[0])), now, now)
        assert weighing.at(3) is weighing.at(3)
        assert not weighing.more(199)
        assert weighing.totals() is None
        assert weighing.more(1)
        assert weighing.totals() is not None
        weighing.turn(then)
        assert not weighing.whole
        assert weighing.at(0).then.cut == ("", "min_p", "min_p")
        weighing.turn(then)
        assert weighing.at(0) is weighing.at(0)
