"""The row under a growing reply: what is waited for, how much came, and how fast."""

from typing import TYPE_CHECKING

from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, printable
from zatsudan.sessions.estimate import tokens_per_second

if TYPE_CHECKING:
    from zatsudan.talk.turn import Turn

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def spinner(seconds: float) -> str:
    """Return the spinner as it stands after so many seconds."""
    return _FRAMES[int(seconds * 8) % len(_FRAMES)]


def reply_status(turn: "Turn", seconds: float, doing: Printable) -> Printable:
    """Return the row of a turn after so many seconds; `doing` is what the program does meanwhile."""
    if turn.first is None or turn.started is None:
        waiting = say("waiting") if turn.started is not None else say("connecting")
        text = say(
            "{doing} · {seconds:.0f} s · Esc stops",
            doing=turn.waiting or doing or waiting,
            seconds=seconds,
        )
    elif turn.looping:
        text = say(
            "~{count:,} tok · {seconds:.0f} s · it repeats itself: Esc stops, then {remedy}",
            count=turn.deltas,
            seconds=seconds,
            remedy=turn.looping,
        )
    else:
        form = later("~{count:,} tok · {speed:.0f} tok/s · {seconds:.0f} s · Esc stops")
        if turn.thought.under_way:
            form = later(
                "thinking · ~{count:,} tok · {speed:.0f} tok/s · {seconds:.0f} s"
                " · Ctrl-G answers now · Esc stops"
            )
        text = say(
            form,
            count=turn.deltas,
            speed=tokens_per_second(turn.deltas, turn.first, turn.last, seconds) or 0.0,
            seconds=seconds,
        )
    return printable(f"{spinner(seconds)} {text}")
