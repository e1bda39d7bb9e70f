"""The desk on the screen: knobs, tokens, the place, and what its keys lead to."""

import asyncio
from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

from tests.support.atdesk import at_desk, leave
from tests.support.chats import ask, chat_with
from tests.support.commands import lines, run
from tests.support.emulator import ENTER, sitting
from tests.support.server import DONE, RESET, Script, chunk, event, fails, says, serve
from tests.support.weighed import bytewise, reply
from zatsudan.base import language, languages
from zatsudan.config.presetfiles import Presets
from zatsudan.lab.reshaping import Chain
from zatsudan.lab.weighing import Weighing


async def test_a_knob_is_turned_and_seen_and_a_new_variant_grows_on_the_page() -> None:
    script = (reply(" cat", " dog"), reply(" dog", " dog"))
    async with at_desk(*script, told=3) as person:
        shown = await person.until("token 1 of 2")
        assert "▸temperature" in shown
        assert "·cat·dog" in shown
        assert "60 % →     60 %" in shown
        person.type("2\r")
        shown = await person.until("60 % →  11–47 %")  # up to the rest, which nobody told
        assert "stay 2 / 2" in shown
        person.type("\t\x1b[C")
        await person.until("token 2 of 2")
        person.type("\r")  # asks again, with what was turned
        shown = await person.until("▸variant 2 of 2 · temperature 2")
        assert "·dog·dog" in await person.until("c compares")
        assert person.server.requests[-1].body["temperature"] == 2
        assert person.server.requests[-1].body["top_logprobs"] == 20
        assert ENTER not in "".join(person.screen.raw).partition("▸variant 2")[2]  # the same page
        person.type("c")
        shown = await person.until("what changes from variant 1 to 2")
        assert "catdog dog" in shown
        person.type("cv")
        assert "·cat·dog" in await person.until("▸variant 1 of 2")
        person.type("v")
        await person.until("▸variant 2 of 2")
        person.type("\x1b")
        await person.until("Keep these settings? temperature 2")
        person.type("y")
        shown = await person.until("temperature  unset → 2")
        assert person.chat.talk.session.parameters["temperature"] == 2
        assert person.screen.scrollback().count("dog dog") == 1  # it came into the talk once
        assert person.chat.talk.session.head == "3"


async def test_the_talk_goes_on_from_the_variant_that_was_looked_at_last() -> None:
    async with at_desk(reply(" cat"), reply(" dog")) as person:
        person.type("\r")
        await person.until("v variants · c compares")
        person.type("V")
        await person.until("▸variant 1 of 2")
        person.type("q")
        await person.until("Variant 1 of 2.")
        assert person.chat.talk.session.head == "2"
        person.type("/desk\r")
        await person.until("variant 1 of 2")
        person.type("v")  # this one is read now
        await person.until("▸variant 2 of 2")
        person.type("q")
        await person.until("Variant 2 of 2.")
        assert person.chat.talk.session.head == "3"


async def test_a_variant_is_alone_and_says_so() -> None:
    async with at_desk(reply(" cat")) as person:
        person.type("v")
        await person.until("There is no other variant yet: Enter asks for one.")
        person.type("q")


def halts(*texts: str) -> tuple[Script, asyncio.Event]:
    """Stream these, and halt before the last one until the event is set."""
    goes_on = asyncio.Event()
    pieces = list(reply(*texts).pieces)
    return Script([*pieces[: len(texts) - 1], goes_on, *pieces[len(texts) - 1 :]]), goes_on


@pytest.mark.parametrize("key", ["\x1b", "\x03"])
async def test_what_came_is_seen_at_once_and_kept_where_it_is_stopped(key: str) -> None:
    script, _ = halts(" dog", " eel", " cat")
    async with at_desk(reply(" cat"), script, told=3) as person:
        await person.until("token 1 of 1")
        person.type("\r")
        shown = await person.until("token 2 of 2")  # the end is looked at
        assert "▸variant 2 of 2" in shown
        assert "·dog·eel" in shown
        assert "Esc stops the reply" in shown
        person.type("\x1b[C")  # the knobs are at work
        await person.until("1.1 ──")
        person.type("\r")
        await person.until("A reply is under way: Esc stops it.")
        person.type("v")
        await person.until("▸variant 1 of 2")
        person.type("v")
        await person.until("▸variant 2 of 2")
        person.type(key)
        shown = await person.until("Stopped: what came is kept.")
        assert "·dog·eel" in shown
        assert person.chat.talk.session.nodes["3"].message.text == " dog eel"
        person.type("qn")
        await person.until("interrupted")
        assert person.screen.scrollback().count("dog eel") == 1


async def test_a_growing_reply_stands_beside_the_old_one_where_there_is_room() -> None:
    script, goes_on = halts(" dog", " eel", " cat")
    async with at_desk(reply(" cat"), script, columns=140, rows=45, told=3) as person:
        await person.until("token 1 of 1")
        person.type("\r")
        shown = await person.until("token 2 of 2")
        row = next(row for row in shown.split("\n") if "▸variant 2 of 2" in row)
        assert "variant 1 of 2" in row
        assert any("·cat" in row and "·dog·eel" in row for row in shown.split("\n"))
        person.resize(80, 24)
        shown = await person.until(lambda: person.screen.shown().startswith("Desk"))
        assert "▸variant 2 of 2" in shown
        assert "variant 1" not in shown
        assert "·dog·eel" in shown
        goes_on.set()
        shown = await person.until("token 3 of 3")
        assert "·dog·eel·cat" in shown
        await leave(person)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (fails(403, {"error": {"message": "the model is on fire"}}), "the model is on fire"),
        (fails(400, {"error": {"message": "the stars are wrong"}}), "the stars are wrong"),
        (Script([DONE]), "The server sent nothing."),
        (Script([chunk("half a"), RESET]), "broke ("),
    ],
)
async def test_a_failure_is_said_on_the_page_and_nothing_is_lost(answer: Script, told: str) -> None:
    async with at_desk(reply(" cat"), answer, reply(" dog")) as person:
        person.type("\x1b[B\x1b[B0.2\r\r")
        shown = await person.until(told)
        assert "▸min_p" in shown
        assert "0.2 " in shown
        person.type("\r")
        assert "▸variant" in await person.until("•·dog")
        await leave(person, "qn")


async def test_a_refused_parameter_is_left_out_and_the_page_says_so() -> None:
    refusal = fails(400, {"error": {"message": "min_p: not supported"}})
    async with at_desk(reply(" cat"), refusal, reply(" dog")) as person:
        person.type("\x1b[B\x1b[B0.2\r\r")
        await person.until("•·dog")
        shown = await person.until("scripted does not take min_p here: sent without it.")
        assert "▸min_p                 0.2" in shown
        assert "min_p" not in person.server.requests[-1].body
        await leave(person, "qn")


async def test_where_log_probabilities_are_refused_it_says_so() -> None:
    refusal = fails(400, {"error": {"message": "logprobs: not supported"}})
    async with at_desk(says("one"), refusal, says("two")) as person:
        await person.until("Enter asks again with them")
        person.type("\r")
        await person.until("two")
        shown = await person.until("This server cannot be asked for log")
        assert "Enter asks again with them" not in shown
        await leave(person)


async def test_an_empty_reply_is_a_variant_that_says_so() -> None:
    empty = Script([chunk(finish="stop"), DONE])
    async with at_desk(reply(" cat"), empty) as person:
        person.type("\r")
        await person.until("(the reply has no text)")
        person.type("v")
        assert "·cat" in await person.until("▸variant 1 of 2")
        person.type("q")
        await person.until("Variant 1 of 2.")


async def test_who_leaves_the_program_in_the_middle_keeps_what_came() -> None:
    script, _ = halts(" dog", " eel", " cat")
    async with at_desk(reply(" cat"), script, told=3) as person:
        await person.until("token 1 of 1")
        person.type("\r")
        await person.until("token 2 of 2")
        nodes = person.chat.talk.session.nodes
    assert nodes["3"].message.text == " dog eel"
    assert person.screen.scrollback().count("dog eel") == 1


async def test_a_fault_of_ours_ends_the_page_and_is_told_in_the_talk() -> None:
    async with sitting(reply(" cat"), columns=80, rows=24) as person:
        await person.say("which?")

        async def broken(*_: object) -> bool:
            raise RuntimeError("a fault")

        person.terminal._repl._carrying.generation.generate = broken  # type: ignore[method-assign, assignment]
        person.type("/desk\r")
        await person.until("reply #2")
        person.type("\r")
        await person.until("zatsudan has a fault here (RuntimeError: a fault).")
        assert "Desk" not in person.screen.shown()


@pytest.mark.parametrize(("columns", "rows"), [(44, 10), (36, 6), (60, 16)])
async def test_a_screen_that_is_small_shows_what_it_can(columns: int, rows: int) -> None:
    async with at_desk(reply(" cat"), reply(" dog"), columns=columns, rows=rows) as person:
        await person.until(lambda: ENTER in "".join(person.screen.raw))
        person.type("\x1b[C\r")
        await person.until(lambda: len(person.chat.talk.session.nodes) == 3)
        person.type("qn")
        await person.until("dog")


async def test_reasoning_is_seen_while_it_comes_and_a_text_without_log_probabilities() -> None:
    goes_on = asyncio.Event()
    thought = {"choices": [{"index": 0, "delta": {"reasoning_content": "I wonder about 日本"}}]}
    script = Script([event(thought), goes_on, chunk("so be it"), chunk(finish="stop"), DONE])
    async with at_desk(reply(" cat"), script) as person:
        person.type("\r")
        await person.until("I wonder about 日本")
        goes_on.set()
        await person.until("so be it")
        await person.until("The server sent no log")
        await leave(person)
        assert person.chat.talk.session.nodes["3"].message.text == "so be it"


async def test_pieces_of_characters_become_whole_while_they_come() -> None:
    text = "日本語 🙂"
    data = text.encode()
    async with at_desk(reply(" cat"), bytewise(data)) as person:
        person.type("\r")
        shown = await person.until(f"of {len(data)}")
        assert "日本語·🙂" in shown
        await leave(person)


async def test_a_click_goes_to_the_variant_beside_and_a_slider_is_drawn() -> None:
    async with at_desk(reply(" cat", " eel"), reply(" dog"), columns=140, rows=45) as person:
        person.type("\r")
        shown = await person.until("•·dog")
        rows = shown.split("\n")
        y = next(at for at, row in enumerate(rows) if "·cat·eel" in row)
        x = rows[y].index("·cat·eel") + 4
        person.type(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")
        await person.until("▸variant 1 of 2")
        await person.until("token 2 of 2")
        y = next(at for at, row in enumerate(rows) if "top_p" in row)
        x = rows[y].index("○")
        person.type(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<32;{x - 9};{y + 1}M\x1b[<0;{x - 9};{y + 1}m")
        shown = await person.until("▸top_p")
        row = next(row for row in shown.split("\n") if "▸top_p" in row)
        assert 0.4 < float(row.split()[1]) < 0.6
        person.type("qn")
        await person.until("Variant 1 of 2.")


async def test_one_reply_is_asked_for_where_several_are_usual() -> None:
    async with sitting(reply(" cat"), reply(" dog"), columns=80, rows=24) as person:
        await person.say("which?")
        await person.say("/n 3")
        person.type("/desk\r")
        await person.until("reply #2")
        person.type("\r")
        await person.until("•·dog")
        assert person.server.requests[-1].body["n"] == 1
        await leave(person)


async def test_a_text_without_tokens_is_scrolled_and_knobs_out_of_sight_are_told_of() -> None:
    lines_ = "\n".join(f"line {number}" for number in range(40))
    async with at_desk(says(lines_)) as person:
        shown = await person.until("Enter asks again with them")
        assert "line 1" in shown
        knob_rows = shown.split("\n")[1:21]
        assert knob_rows[0].startswith("▸temperature")
        assert knob_rows[-1].startswith("↓")
        person.type("\x1b[6~" * 9)
        await person.until("line 39")
        person.type("\x1b[5~" * 9)
        await person.until(lambda: "line 39" not in person.screen.shown())
        person.type("\x1b[F")
        shown = await person.until(lambda: "\n↑" in person.screen.shown())
        assert "\n▸" in shown
        person.type("q")
        await person.until(lambda: "line 1 " not in person.screen.shown())


async def test_the_mouse_turns_knobs_and_goes_to_tokens_and_is_given_back() -> None:
    async with at_desk(reply(*[" cat"] * 40), told=3) as person:
        shown = (await person.until("token 1 of 40")).split("\n")
        y = next(at for at, row in enumerate(shown) if "min_p" in row)
        x = shown[y].index("○") + 5
        person.type(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")
        shown = (await person.until("▸min_p")).split("\n")
        assert 0.5 < float(shown[y].split()[1]) < 0.6
        y = next(at for at, row in enumerate(shown) if "·cat" in row)
        x = shown[y].index("·cat") + 4 * 3
        person.type(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")
        await person.until("token 4 of 40")
        person.type(f"\x1b[<65;{x + 1};{y + 1}M")
        await person.until("token 14 of 40")
        person.type("qn")
        await person.until(lambda: "reply #2" not in person.screen.shown())
        raw = "".join(person.screen.raw)
        assert "\x1b[?1003h" not in raw  # nobody asked for each move
        for mode in (1000, 1002, 1006):
            assert raw.rfind(f"\x1b[?{mode}l") > raw.rfind(f"\x1b[?{mode}h") > 0
        assert raw.find("\x1b[?1000h") > raw.find("/desk")


async def test_without_log_probabilities_it_is_a_board_of_knobs_that_asks_for_them() -> None:
    async with at_desk(says("plain"), reply(" cat")) as person:
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


@pytest.mark.parametrize(("columns", "rows"), [(71, 24), (60, 24), (40, 20)])
async def test_on_a_narrow_screen_the_knobs_stand_above_and_all_is_readable(
    columns: int, rows: int
) -> None:
    async with sitting(reply(" cat", " dog"), columns=columns, rows=rows) as person:
        await person.say("/logprobs on 3")
        await person.say("which?")
        person.type("/desk\r")
        shown = await person.until("token 1 of 2")
        lines_ = shown.split("\n")
        assert lines_[1].startswith("▸temperature")
        assert "reply #2" in lines_
        assert "·cat·dog" in lines_
        assert next(row for row in lines_ if "•·cat" in row).endswith("60 % →     60 % ██████")
        assert lines_[-2].endswith("Tab tokens")
        assert lines_[-1].startswith("Enter asks again · s saves")
        assert lines_[-1].endswith("Esc leaves")
        person.type("2\r")
        shown = await person.until("60 % →  11–47 %")
        person.type("q")
        shown = await person.until("Esc goes back")
        assert "y keeps them" in shown
        person.type("n")
        await person.until(lambda: "reply #2" not in person.screen.shown())


async def test_it_says_which_penalty_leaves_bounds_and_that_1_narrows_them() -> None:
    note = "bounds by repeat_penalty: 1 narrows them"
    async with sitting(reply(" cat", " cat"), columns=80, rows=24) as person:
        await person.say("/logprobs on 3")
        await person.say("/set repeat_penalty 1.2")
        await person.say("which?")
        person.type("/desk\r")
        await person.until("token 1 of 2")
        person.type("\t\x1b[C")
        await person.until(note)
        row = next(row for row in person.screen.shown().split("\n") if "•·cat" in row)
        assert "–" in row.rpartition("→")[2]
        person.type("\t" + "\x1b[B" * 4)
        await person.until("▸repeat_penalty")
        person.type("0")
        shown = await person.until(lambda: note not in person.screen.shown())
        assert next(row for row in shown.split("\n") if "•·cat" in row).endswith("60 % ██████")
        person.type("qn")
        await person.until(lambda: "reply #2" not in person.screen.shown())


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
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
