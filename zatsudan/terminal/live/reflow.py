"""What terminals wrap anew when their width changes, and where that puts the cursor.

No terminal says so, and no question tells before the width has changed. The
environment tells what the terminal is, if it is not believed blindly: what one
terminal puts there is inherited by all that is started from it. So what a
terminal says of itself holds only with a TERM that it sets, and not within what
shows programs in a terminal of its own.

Where nothing is known, rows are taken to stay as they are: what may be wrong then
is a row of ours that stays on the screen, and no row of the talk is erased.

A terminal that the environment does not name, as over ssh, is asked once what it is.

Afterwards one question does tell: where the cursor is. Its column shows whether a row that
was longer has been wrapped, also over ssh, where the environment says nothing. And its row
shows where kitty has put it: once what it wraps anew takes more rows than its screen has, the
cursor stands somewhere below its character, and our rows end with the screen.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from prompt_toolkit.utils import get_cwidth

from zatsudan.terminal.text.pictures import answers


class Reflow(Enum):
    """What is wrapped anew, and where the cursor stands then."""

    NONE = auto()
    """Nothing: rows are cut, or kept as they are."""
    ALL = auto()
    """All rows; the cursor stays on its character."""
    FIRST = auto()
    """All rows; the cursor stays in the first of those that its own has become (Konsole)."""
    SCROLLED = auto()
    """As FIRST, but nothing before the screen has scrolled once (urxvt)."""
    XTERM_JS = auto()
    """All rows but the cursor's; rows that wrap below move the cursor too (xterm.js)."""


#: Around what shows programs in a terminal of its own: Neovim's and Vim's :terminal, Emacs'
#: vterm and eat, dvtm, GNU screen, zellij. What wraps around them tells nothing of them.
_WITHIN = ("NVIM", "VIM_TERMINAL", "INSIDE_EMACS", "DVTM", "STY", "ZELLIJ")

#: Multiplexers wrap anew by themselves, whatever is around them.
_MULTIPLEXERS = (
    (r"(tmux|screen)(-256color|-direct)?", "TMUX"),
    (r"screen[.-]?.*", "STY"),
)

_XTERM = r"xterm(-256color|-direct|-16color)?"

#: What must match: TERM as a whole, a name in the environment, its value as a whole. The
#: first that fits holds; where TERM is a terminal's own, nothing else is wanted.
_KNOWN = (
    (r"(alacritty|foot|xterm-kitty|xterm-ghostty|wezterm|contour)(-.*)?", "TERM", ".*", Reflow.ALL),
    (r"rxvt-unicode(-256color)?", "TERM", ".*", Reflow.SCROLLED),
    (_XTERM, "TERM_PROGRAM", "vscode|Hyper|Tabby|WaveTerminal|waveterm", Reflow.XTERM_JS),
    (_XTERM, "TERM_PROGRAM", "iTerm.app|WezTerm|ghostty|Apple_Terminal", Reflow.ALL),
    (_XTERM, "WT_SESSION", ".+", Reflow.ALL),
    # 210400 is 21.04, the first that wraps anew.
    (_XTERM, "KONSOLE_VERSION", "(210[4-9]|21[1-9].|2[2-9]..|[3-9]...)..", Reflow.FIRST),
    # 3600 is 0.36, the first that wraps anew; 7006 is 0.70.6.
    (r"(xterm|vte|gnome)(-256color)?", "VTE_VERSION", "3[6-9]..|[4-9]...|.{5,}", Reflow.ALL),
)

#: What terminals that wrap nothing anew set, or may have inherited others' names beside.
_PLAIN = ("XTERM_VERSION", "MLTERM")


def possible(environ: Mapping[str, str]) -> frozenset[Reflow]:
    """Return what the terminal may do, as far as the environment tells; NONE where it does not.

    Of two terminals that both say so of themselves, one runs in the other.
    """
    term = environ.get("TERM", "")
    if any(environ.get(name) and re.fullmatch(fitting, term) for fitting, name in _MULTIPLEXERS):
        return frozenset({Reflow.ALL})
    if any(environ.get(name) for name in _WITHIN):
        return frozenset({Reflow.NONE})
    found: set[Reflow] = set()
    for fitting, name, value, reflow in _KNOWN:
        told = environ.get(name, "")
        if told and re.fullmatch(fitting, term) and re.fullmatch(value, told):
            if name == "TERM":
                return frozenset({reflow})
            found.add(reflow)
    if not found or any(environ.get(name) for name in _PLAIN):
        found.add(Reflow.NONE)
    return frozenset(found)


#: What terminals call themselves (XTVERSION), where the environment says nothing, as over ssh.
QUESTION = "\x1b[>q"
ANSWER = ("\x1bP>|", "\x1b\\")
#: As a whole, and what such a one wraps anew. Konsole answers from 22.04 on.
_NAMES = (
    (r"Konsole .*", Reflow.FIRST),
    (r"(VTE|foot|kitty|ghostty|WezTerm|iTerm2|contour|Alacritty)\b.*", Reflow.ALL),
    (r"xterm\.js\b.*", Reflow.XTERM_JS),
)


def asks_name(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal is to be asked what it is: the environment leaves it open."""
    term = environ.get("TERM", "")
    named = any(environ.get(name) for name in (*_WITHIN, *_PLAIN))
    is_open = bool(re.fullmatch(_XTERM, term)) and not named and possible(environ) == {Reflow.NONE}
    return is_open and answers(environ)


def by_name(name: str) -> Reflow | None:
    """Return what a terminal wraps anew that calls itself so; None where it is not known."""
    return next((found for fitting, found in _NAMES if re.fullmatch(fitting, name)), None)


class Before(NamedTuple):
    """What was on the screen before its width changed: rows of text, and the cursor's place in them."""

    rows: Sequence[str]
    cursor: int
    column: int
    scrolled: bool
    """Has the screen scrolled since it was begun? False where that is not known."""


class Place(NamedTuple):
    """Where a cursor stands: its row and its column, from 0, on a screen of so many rows."""

    row: int
    column: int
    rows: int


def seen(possible: frozenset[Reflow], before: Before, columns: int, at: Place) -> frozenset[Reflow]:
    """Return what the terminal does, by where its cursor stands now that the width is `columns`.

    That tells something only if its column is not there any more.
    """
    if before.column < columns or before.cursor >= len(before.rows):
        return possible
    wrapped = _column(before.rows[before.cursor], before.column, columns)
    if wrapped in (0, columns - 1):  # there it may stand in any case
        return possible
    if at.column == wrapped:
        return frozenset({Reflow.ALL})
    return possible - {Reflow.ALL} if at.column == columns - 1 and len(possible) > 1 else possible


def rows_above(
    possible: Iterable[Reflow], before: Before, columns: int, at: Place | None = None
) -> int:
    """Return how many rows above the cursor the first row stands, now that the width is `columns`.

    Of all that is possible it is the smallest number:
    a row that is left is ugly, a row of the talk that is erased is lost. `at` is where the
    terminal says that its cursor stands.
    """
    above = min(_above(each, before, columns, at) for each in possible)
    return min(above, at.row) if at is not None else above


def _above(reflow: Reflow, before: Before, columns: int, at: Place | None) -> int:
    rows, cursor, column, scrolled = before
    if reflow is Reflow.SCROLLED:
        reflow = Reflow.FIRST if scrolled else Reflow.NONE
    if reflow is Reflow.NONE:
        return cursor
    if reflow is Reflow.XTERM_JS:
        stands = cursor
        for number in range(len(rows) - 1, -1, -1):
            if number != stands:
                stands += taken(rows[number], columns) - 1
        return stands
    above = sum(taken(row, columns) for row in rows[:cursor])
    if reflow is Reflow.ALL and cursor < len(rows):
        above += taken(_upto(rows[cursor], column), columns) - 1
        every = sum(taken(row, columns) for row in rows)
        if at is not None and at.row + (every - above) > at.rows:  # it has been moved (kitty)
            return every - (at.rows - at.row)
    return above


def _column(text: str, column: int, columns: int) -> int:
    """Return the column of what stood in a column of a text that is wrapped now."""
    used = 0
    for char in text:
        if column <= 0:
            return used
        size = get_cwidth(char)
        used = size if used + size > columns else used + size
        column -= size
    return (used + max(0, column)) % columns


def taken(text: str, columns: int) -> int:
    """Return how many rows a text takes that is wrapped at a width wherever it ends."""
    if text.isascii():
        return max(1, -(-len(text) // columns))
    rows, at = 1, 0
    for char in text:
        size = get_cwidth(char)
        if at + size > columns:
            rows, at = rows + 1, 0
        at += size
    return rows


def _upto(text: str, column: int) -> str:
    """Return the beginning of a text up to the character in a column, with that."""
    at, used = 0, 0
    while at < len(text) and used <= column:
        used += get_cwidth(text[at])
        at += 1
    return text[:at]
