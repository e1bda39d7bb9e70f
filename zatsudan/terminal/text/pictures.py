"""Pictures as terminals are sent them: which of them show PNG as it is, and by what sequence.

Two protocols are spoken: kitty's (https://sw.kovidgoyal.net/kitty/graphics-protocol/), which
Ghostty, Konsole and others have too and answer to, and iTerm2's inline images (OSC 1337), which
nobody can be asked for. A multiplexer draws its rows anew and knows of neither.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum, auto

from zatsudan.base.printable import EMPTY, Styled

#: Cells that a picture takes at most.
COLUMNS, ROWS = 40, 12
#: Bytes of a picture; what has more is not sent to a terminal.
LARGEST = 8_000_000
#: Over ssh: what is sent holds up the keys that are typed meanwhile.
LARGEST_FAR = 1_000_000
#: Pixels of a cell, where nobody tells: only how large a small picture is hangs on it.
_CELL_WIDTH, _CELL_HEIGHT = 10, 20
#: Pixels that a terminal is made to unpack.
_PIXELS = 50_000_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
#: Characters of base64 in one of kitty's sequences.
_CHUNK = 4096


class Protocol(Enum):
    """How a terminal is sent a picture."""

    KITTY = auto()
    ITERM = auto()


_MULTIPLEXERS = ("TMUX", "STY", "ZELLIJ", "DVTM", "NVIM", "VIM_TERMINAL", "INSIDE_EMACS")
_XTERM = r"xterm(-256color|-direct)?"
#: What must match: TERM as a whole, a name in the environment, its value as a whole.
_KNOWN = (
    (r"xterm-(kitty|ghostty)", "TERM", ".*", Protocol.KITTY),
    (_XTERM, "TERM_PROGRAM", "ghostty", Protocol.KITTY),
    (r"wezterm|" + _XTERM, "TERM_PROGRAM", "WezTerm|iTerm.app", Protocol.ITERM),
)
#: They print what they do not know: macOS' own, the console of Linux and what is no terminal.
_PRINTS = (("TERM_PROGRAM", "Apple_Terminal"), ("TERM", "linux|dumb|unknown|vt.*|"))


def known(environ: Mapping[str, str]) -> Protocol | None:
    """Return what the terminal takes, as far as the environment tells."""
    if _is_within(environ):
        return None
    term = environ.get("TERM", "")
    return next(
        (
            protocol
            for fitting, name, value, protocol in _KNOWN
            if re.fullmatch(fitting, term) and re.fullmatch(value, environ.get(name, ""))
        ),
        None,
    )


def largest(environ: Mapping[str, str]) -> int:
    """Return how many bytes a picture may have that is sent to the terminal."""
    return LARGEST_FAR if environ.get("SSH_CONNECTION") else LARGEST


def answers(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal can be asked: whatever it is, it prints nothing of the question."""
    return not _is_within(environ) and not any(
        re.fullmatch(value, environ.get(name, "")) for name, value in _PRINTS
    )


def _is_within(environ: Mapping[str, str]) -> bool:
    term = environ.get("TERM", "")
    return term.startswith(("tmux", "screen")) or any(environ.get(name) for name in _MULTIPLEXERS)


def rows_for(png: bytes, columns: int, rows: int) -> int:
    """Return how many rows a picture takes within so many cells; 0 for what is none that can be shown."""
    if not png.startswith(_SIGNATURE) or not len(_SIGNATURE) + 8 <= len(png) <= LARGEST:
        return 0
    width, height = (
        int.from_bytes(png[at : at + 4]) for at in (len(_SIGNATURE), len(_SIGNATURE) + 4)
    )
    if not 0 < width * height <= _PIXELS:
        return 0
    fitting = min(columns, COLUMNS) * _CELL_WIDTH * height // (width * _CELL_HEIGHT)
    return min(ROWS, rows, fitting, -(-height // _CELL_HEIGHT))


def sequence(png: bytes, rows: int, protocol: Protocol, number: int) -> Styled:
    """Return what draws a picture so many rows high at the cursor, which stays where it is.

    `number` is what kitty's protocol calls it by. The one place where bytes from elsewhere become a sequence: they stand in it as base64 only.
    """
    import base64

    data = base64.b64encode(png).decode("ascii")
    if protocol is Protocol.ITERM:
        head = f"inline=1;size={len(png)};height={rows:d};preserveAspectRatio=1"
        return _in_place(f"\x1b]1337;File={head}:{data}\x07")
    pieces = [data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)] or [""]
    # C=1: the cursor stays. q=2: nothing is answered. The width follows from the height.
    keys = [f"a=T,f=100,t=d,q=2,C=1,i={number:d},r={rows:d},", *[""] * (len(pieces) - 1)]
    more = [1] * (len(pieces) - 1) + [0]
    return _in_place(
        "".join(
            f"\x1b_G{key}m={left};{piece}\x1b\\"
            for key, left, piece in zip(keys, more, pieces, strict=True)
        )
    )


def _in_place(drawn: str) -> Styled:
    """Return what draws and leaves the cursor where it was: not all terminals know of C=1."""
    return Styled(f"\x1b7{drawn}\x1b8")


def removal(numbers: Iterable[int]) -> str:
    """Return what takes pictures off the screen and out of scrollback; their rows stay."""
    return "".join(f"\x1b_Ga=d,d=I,i={number:d},q=2\x1b\\" for number in numbers)


def picture_rows(png: bytes, rows: int, protocol: Protocol, number: int) -> list[Styled]:
    """Return the rows of a picture: blank ones, and a last one that draws it over them all.

    So all rows are there before it is drawn, and none is erased behind it. The row below is
    there as well, since a terminal may move its cursor there while it draws.
    """
    up = f"\x1b[{rows - 1}A" if rows > 1 else ""
    down = f"\x1b[{rows - 1}B" if rows > 1 else ""
    drawn = sequence(png, rows, protocol, number)
    return [*[EMPTY] * (rows - 1), Styled(f"\r\n\x1b[A{up}{drawn}{down}")]
