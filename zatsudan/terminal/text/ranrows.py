"""What is shown of a command that the person's shell ran."""

from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import printable
from zatsudan.commands.parts import Line, Part

if TYPE_CHECKING:
    from zatsudan.talk.running import Ran

#: Of a longer output this many lines of its beginning and of its end are shown.
HEAD_LINES, TAIL_LINES = 10, 30


def ran_parts(ran: "Ran") -> tuple[Part, ...]:
    """Return what is shown of a command that was run."""
    lines = ran.output.rstrip("\n").split("\n") if ran.output.strip("\n") else []
    parts: list[Part] = []
    if len(lines) > HEAD_LINES + TAIL_LINES + 1:
        parts.append(Line(printable("\n".join(lines[:HEAD_LINES]))))
        folded = len(lines) - HEAD_LINES - TAIL_LINES
        note = say("[{folded:,} lines folded, {all:,} in all]", folded=folded, all=len(lines))
        parts.append(Line(note, "dim"))
        parts.append(Line(printable("\n".join(lines[-TAIL_LINES:]))))
    elif lines:
        parts.append(Line(printable("\n".join(lines))))
    end: list[str] = []
    if ran.stopped or ran.code:
        end.append(say("stopped") if ran.stopped else say("exit {code}", code=ran.code))
    end.append(say("{seconds} s", seconds=f"{ran.seconds:.1f}"))
    end.append(say("@! in a message attaches this output") if lines else say("no output"))
    return (*parts, Line(printable(" · ".join(end)), "dim"))
