"""The row under a growing reply."""

from tests.support.doubles import ScriptedClient, chat_over, turn_in
from zatsudan.base.printable import EMPTY, printable
from zatsudan.terminal.live.replystatus import reply_status, spinner


def test_it_says_what_is_waited_for_and_then_how_fast_it_comes() -> None:
    chat = chat_over(ScriptedClient().connect)
    turn = turn_in(chat, chat.talk.say("hi"))
    assert reply_status(turn, 0.0, EMPTY) == "⠋ connecting · 0 s · Esc stops"
    assert reply_status(turn, 1.0, printable("loading")) == "⠇ loading · 1 s · Esc stops"
    turn.started = 0.0
    assert reply_status(turn, 0.0, EMPTY) == "⠋ waiting · 0 s · Esc stops"
    turn.waiting = printable("again in 4 s")
    assert reply_status(turn, 0.0, printable("loading")) == "⠋ again in 4 s · 0 s · Esc stops"


def test_the_spinner_turns_eight_times_a_second() -> None:
    assert len({spinner(step / 8) for step in range(10)}) == 10
    assert spinner(10 / 8) == spinner(0)
