"""What a terminal is told besides text: notices, progress, marks of turns and its title.

All text that stands in one goes through `one_line`: no control character is left in it that could
end the sequence, and begin another. Each ends with ST, not BEL, which older terminals ring.
"""

from zatsudan.base.printable import Printable, Styled, one_line
from zatsudan.terminal.text.emulators import Notice
from zatsudan.terminal.text.rows import PROMPT

BELL = Styled("\a")
FOCUS_ON, FOCUS_OFF = Styled("\x1b[?1004h"), Styled("\x1b[?1004l")
#: Keep the title that there is, and bring it back.
PUSH_TITLE, POP_TITLE = Styled("\x1b[22;0t"), Styled("\x1b[23;0t")

#: Where what a person sent begins: the terminal is not to think that we would draw it anew
#: (kitty's `redraw=0`). Behind it what was typed begins; then what came of it; and its end.
MARK_PROMPT, MARK_INPUT, MARK_OUTPUT = (
    Styled("\x1b]133;A;redraw=0\x1b\\"),
    Styled("\x1b]133;B\x1b\\"),
    Styled("\x1b]133;C\x1b\\"),
)

#: Something is under way, and nobody knows how far it is.
BUSY = Styled("\x1b]9;4;3;0\x1b\\")
IDLE = Styled("\x1b]9;4;0;0\x1b\\")


def with_input(row: Styled) -> Styled:
    """Return the row of what a person sent with the mark behind the prompt: there it begins."""
    return Styled(row.replace(PROMPT, PROMPT + MARK_INPUT, 1))


def mark_end(*, well: bool) -> Styled:
    """Return what marks the end of a turn, as a shell tells the exit code of a command."""
    return Styled(f"\x1b]133;D;{0 if well else 1}\x1b\\")


def progress(share: float | None) -> Styled:
    """Return what tells how much is done, of 1; None: nobody knows."""
    if share is None:
        return BUSY
    return Styled(f"\x1b]9;4;1;{max(0, min(100, int(share * 100)))}\x1b\\")


def title(text: str) -> Styled:
    """Return what makes a text the title of window and tab."""
    return Styled(f"\x1b]0;{one_line(text, 100)}\x1b\\")


def notice(how: Notice, text: Printable) -> Styled:
    """Return what has the terminal tell the person a text, or rings.

    It begins with our name: a text that began with a number would be an order of ConEmu's in OSC 9.
    """
    said = one_line(text, 200)
    if how is Notice.OSC_9:
        return Styled(f"\x1b]9;zatsudan: {said}\x1b\\")
    if how is Notice.OSC_777:
        return Styled(f"\x1b]777;notify;zatsudan;{said}\x1b\\")
    if how is Notice.OSC_99:
        return Styled(
            f"\x1b]99;i=zatsudan:d=0;zatsudan\x1b\\\x1b]99;i=zatsudan:d=1:p=body;{said}\x1b\\"
        )
    return BELL
