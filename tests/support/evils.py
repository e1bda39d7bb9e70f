"""Text that would steer a terminal, and what of it reached one."""

import re

from tests.support.emulator import Sitting

#: A title, the clipboard, a link, a device string, colours, a cleared screen,
#: the same in C1, words that read from right to left, tags, a bell, a way back.
EVILS = (
    "\x1b]0;owned\x07", "\x1b]52;c;b3duZWQ=\x1b\\", "\x1b]8;;http://evil\x07x\x1b]8;;\x07",
    "\x1bP+q544e\x1b\\", "\x1b[31;77m", "\x1b[2J\x1b[77;77H", "\x1bc", "\x1b[77n",
    "\x9b31;77m", "\x9d0;owned\x9c", "\x90q\x9c", "a\u202eb\u2066c\u200fd\u061ce",
    "\U000e0041\U000e007f", "\x07\x08\x08\x7f\x0e\x0f", "secret\rpublic", "a\x0bb\x0cc\x85d\u2028e",
)  # fmt: skip


#: What our own output may hold: colours, moves, erasing, rows that come in and go, modes, and a link as the look makes it.
_OURS = re.compile(
    r"\x1b[78]|\x1b\[[0-9;]*[mABCDEFGHJKLMXdf]|\x1b\[\?[0-9;]+[hl]|\x1b\[[0-9 ]*q"
    r"|\x1b\]8;(?:id=[0-9a-f]+)?;[^\x00-\x20\x7f-\x9f]*\x1b\\"
)


#: Not the backspace, by which prompt_toolkit moves one to the left.
_STEERS = re.compile(
    "[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff\u2028\u2029]"
)


def steering(written: str) -> list[str]:
    """Return what could steer a terminal in `written`, apart from what we write ourselves."""
    return [*_STEERS.findall(_OURS.sub("", written)), *(evil for evil in EVILS if evil in written)]


def safe(person: Sitting) -> None:
    raw = _OURS.sub("", "".join(person.screen.raw))
    assert [
        raw[max(0, found.start() - 20) : found.end() + 20] for found in _STEERS.finditer(raw)
    ] == []
    assert [evil for evil in EVILS if evil in "".join(person.screen.raw)] == []
