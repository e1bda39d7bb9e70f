"""The row under a growing reply: what is waited for, how much came, and how fast."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, printable
from zatsudan.sessions.estimate import tokens_per_second
from zatsudan.terminal.text.onerow import Piece, one_row

if TYPE_CHECKING:
    from zatsudan.talk.turn import Turn

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def spinner(seconds: float) -> str:
    """Return the spinner as it stands after so many seconds."""
    return _FRAMES[int(seconds * 8) % len(_FRAMES)]


def reply_status(turn: "Turn", seconds: float, doing: Printable, room: int) -> Printable:
    """Return the row of a turn after so many seconds, in `room` cells.

    `doing` is what the program does meanwhile.
    """
    return led(spinner(seconds), _pieces(turn, seconds, doing), room)


def led(spin: str, pieces: Sequence[Piece], room: int) -> Printable:
    """Return the parts of a status as one row behind the spinner."""
    return printable(f"{spin} {one_row(pieces, room - len(spin) - 1)}")


def _pieces(turn: "Turn", seconds: float, doing: Printable) -> list[Piece]:
    since = Piece(1, say("{seconds} s", seconds=f"{seconds:.0f}"))
    stops = Piece(5, say("Esc stops"))
    first, last = turn.times
    if first is None:
        waiting = say("waiting") if turn.started is not None else say("connecting")
        return [Piece(6, turn.waiting or doing or waiting), since, stops]
    count = Piece(3, say("{count} tok", count=f"~{turn.deltas:,}"))
    if turn.looping:
        remedy = say("Esc stops, then {remedy}", remedy=turn.looping)
        return [count, since, Piece(6, say("it repeats itself")), Piece(5, remedy, stops.text)]
    speed = tokens_per_second(turn.deltas, first, last, seconds) or 0.0
    pieces = [count, Piece(2, say("{speed} tok/s", speed=f"{speed:.0f}")), since, stops]
    if turn.thought.under_way:
        answers = Piece(4, say("Ctrl-G answers now"), say("Ctrl-G answers"))
        return [Piece(6, say("thinking")), *pieces[:-1], answers, stops]
    return pieces
