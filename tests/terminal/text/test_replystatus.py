"""The row under a growing reply."""

import pytest

from tests.support.doubles import ScriptedClient, chat_over, turn_in
from zatsudan.base.printable import EMPTY, printable
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.replystatus import reply_status, spinner
from zatsudan.wire.protocol import Delta


def test_it_says_what_is_waited_for_and_then_how_fast_it_comes() -> None:
    chat = chat_over(ScriptedClient().connect)
    turn = turn_in(chat, chat.talk.say("hi"))
    assert reply_status(turn, 0.0, EMPTY, 79) == "⠋ connecting · 0 s · Esc stops"
    assert reply_status(turn, 1.0, printable("loading"), 79) == "⠇ loading · 1 s · Esc stops"
    turn.started = 0.0
    assert reply_status(turn, 0.0, EMPTY, 79) == "⠋ waiting · 0 s · Esc stops"
    turn.waiting = printable("again in 4 s")
    assert reply_status(turn, 0.0, printable("loading"), 79) == "⠋ again in 4 s · 0 s · Esc stops"


def test_the_spinner_turns_eight_times_a_second() -> None:
    assert len({spinner(step / 8) for step in range(10)}) == 10
    assert spinner(10 / 8) == spinner(0)


@pytest.mark.parametrize("room", [79, 39])
@pytest.mark.parametrize("state", ["grows", "thinks", "loops", "waits"])
def test_it_is_one_row_of_whole_parts_that_says_how_to_stop_it(room: int, state: str) -> None:
    chat = chat_over(ScriptedClient().connect)
    turn = turn_in(chat, chat.talk.say("hi"))
    turn.started = 0.0
    for number in range(0 if state == "waits" else 2400):
        text = "the same again. " if state == "loops" else f"{number} "
        turn._take(Delta(0, "", text) if state == "thinks" else Delta(0, text))
    row = reply_status(turn, 123.0, EMPTY, room)
    assert cells(row) <= room
    wide = reply_status(turn, 123.0, EMPTY, 200)[2:].split(" · ")
    shown = row[2:].split(" · ")
    assert all(any(whole.startswith(part) for whole in wide) for part in shown)
    assert any(part.startswith("Esc stops") for part in shown)
    assert bool(turn.looping) == (state == "loops") == ("it repeats itself" in row)
    assert ("thinking" in row) == (state == "thinks") == ("Ctrl-G answers" in row)
