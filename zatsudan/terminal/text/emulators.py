"""Which terminal this is, and what it takes besides text: the one table of both.

Nothing here is asked of the terminal. What it is told stands in variables of the environment,
of which only TERM goes over ssh; one that is not in the table is taken for one that knows nothing.
A multiplexer draws rows of its own and stands for itself.
"""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple


class Emulator(Enum):
    """A terminal program, or a library that several are made with (VTE)."""

    ALACRITTY = auto()
    CONEMU = auto()
    FOOT = auto()
    GHOSTTY = auto()
    ITERM = auto()
    KITTY = auto()
    KONSOLE = auto()
    MINTTY = auto()
    TMUX = auto()
    URXVT = auto()
    VSCODE = auto()
    VTE = auto()
    WEZTERM = auto()
    WINDOWS = auto()
    XTERM = auto()


_MULTIPLEXERS = ("TMUX", "STY", "ZELLIJ", "DVTM", "NVIM", "VIM_TERMINAL", "INSIDE_EMACS")
_XTERM = ("xterm", "xterm-256color", "xterm-direct")
#: What TERM may be, a name in the environment, and its value; empty: whatever it is, if it is set.
_KNOWN: tuple[tuple[tuple[str, ...], str, str, Emulator], ...] = (
    (("xterm-kitty",), "TERM", "", Emulator.KITTY),
    (("xterm-ghostty",), "TERM", "", Emulator.GHOSTTY),
    (_XTERM, "TERM_PROGRAM", "ghostty", Emulator.GHOSTTY),
    (("wezterm", *_XTERM), "TERM_PROGRAM", "WezTerm", Emulator.WEZTERM),
    (("wezterm", *_XTERM), "TERM_PROGRAM", "iTerm.app", Emulator.ITERM),
    (_XTERM, "TERM_PROGRAM", "vscode", Emulator.VSCODE),
    (_XTERM, "TERM_PROGRAM", "mintty", Emulator.MINTTY),
    (("foot", "foot-extra", "foot-direct"), "TERM", "", Emulator.FOOT),
    (("alacritty", "alacritty-direct"), "TERM", "", Emulator.ALACRITTY),
    (("rxvt-unicode", "rxvt-unicode-256color"), "TERM", "", Emulator.URXVT),
    # Terminals hand down what those have set in which they were started: what names one of
    # few that start others comes first.
    (_XTERM, "XTERM_VERSION", "", Emulator.XTERM),
    (_XTERM, "ConEmuANSI", "ON", Emulator.CONEMU),
    (_XTERM, "KONSOLE_VERSION", "", Emulator.KONSOLE),
    (_XTERM, "VTE_VERSION", "", Emulator.VTE),
    (_XTERM, "WT_SESSION", "", Emulator.WINDOWS),
)
_TMUX = ("tmux", "tmux-256color", "screen", "screen-256color")


class Notice(Enum):
    """How a terminal is told to tell the person something."""

    #: OSC 9, of iTerm2.
    OSC_9 = auto()
    #: OSC 777, of urxvt.
    OSC_777 = auto()
    #: OSC 99, of kitty (https://sw.kovidgoyal.net/kitty/desktop-notifications/).
    OSC_99 = auto()
    BELL = auto()


class Since(NamedTuple):
    """The variable that tells a version, and the first that will do; none: every one will."""

    name: str = ""
    first: tuple[int, ...] = ()

    def met(self, environ: Mapping[str, str]) -> bool:
        """Tell whether this is such a version; one that is not told is none."""
        found = tuple(int(number) for number in re.findall(r"\d+", environ.get(self.name, "")))
        return found >= self.first


_ALWAYS = Since()


class Takes(NamedTuple):
    """What a terminal takes, and since which version.

    `notice` is how it tells the person something. `progress` is OSC 9;4, of ConEmu; terminals for
    which OSC 9 is a notice show one for each where they are too old for it. `marks` is OSC 133,
    of FinalTerm: where prompts and outputs begin. `title` is a stack of titles (CSI 22 t), without
    which none could be restored.
    """

    notice: Notice = Notice.BELL
    progress: Since | None = None
    marks: Since | None = None
    title: Since | None = None


_TAKES = {
    Emulator.ALACRITTY: Takes(title=_ALWAYS),
    Emulator.CONEMU: Takes(progress=_ALWAYS),
    Emulator.FOOT: Takes(Notice.OSC_777, marks=_ALWAYS, title=_ALWAYS),
    Emulator.GHOSTTY: Takes(
        Notice.OSC_9, Since("TERM_PROGRAM_VERSION", (1, 2)), marks=_ALWAYS, title=_ALWAYS
    ),
    Emulator.ITERM: Takes(
        Notice.OSC_9, Since("TERM_PROGRAM_VERSION", (3, 6, 6)), marks=_ALWAYS, title=_ALWAYS
    ),
    Emulator.KITTY: Takes(Notice.OSC_99, marks=_ALWAYS, title=_ALWAYS),
    # It has no stack of titles.
    Emulator.KONSOLE: Takes(
        progress=Since("KONSOLE_VERSION", (240_000,)), marks=Since("KONSOLE_VERSION", (220_000,))
    ),
    Emulator.MINTTY: Takes(progress=_ALWAYS, title=_ALWAYS),
    Emulator.TMUX: Takes(
        marks=Since("TERM_PROGRAM_VERSION", (3, 4)), title=Since("TERM_PROGRAM_VERSION", (3, 0))
    ),
    Emulator.URXVT: Takes(Notice.OSC_777),
    Emulator.VSCODE: Takes(marks=_ALWAYS),
    Emulator.VTE: Takes(
        progress=Since("VTE_VERSION", (8000,)), marks=Since("VTE_VERSION", (8000,)), title=_ALWAYS
    ),
    Emulator.WEZTERM: Takes(
        Notice.OSC_9,
        Since("TERM_PROGRAM_VERSION", (20_250_000,)),
        marks=_ALWAYS,
        title=_ALWAYS,
    ),
    # Nor has Windows Terminal, and OSC 9 alone is no notice there.
    Emulator.WINDOWS: Takes(progress=_ALWAYS, marks=_ALWAYS),
    Emulator.XTERM: Takes(title=_ALWAYS),
}


def within(environ: Mapping[str, str]) -> bool:
    """Tell whether a multiplexer, or an editor, stands between us and the terminal."""
    term = environ.get("TERM", "")
    return term.startswith(("tmux", "screen")) or any(environ.get(name) for name in _MULTIPLEXERS)


def emulator(environ: Mapping[str, str]) -> Emulator | None:
    """Return which terminal it is, as far as the environment tells."""
    term = environ.get("TERM", "")
    if within(environ):
        inner = any(environ.get(name) for name in _MULTIPLEXERS if name != "TMUX")
        is_tmux = environ.get("TERM_PROGRAM") == "tmux" and term in _TMUX
        return Emulator.TMUX if is_tmux and not inner else None
    for terms, name, value, found in _KNOWN:
        told = environ.get(name, "")
        if term in terms and told and value in ("", told):
            return found
    return None


class Taken(NamedTuple):
    """What this terminal takes."""

    notice: Notice = Notice.BELL
    progress: bool = False
    marks: bool = False
    title: bool = False


def taken(environ: Mapping[str, str]) -> Taken:
    """Return what the terminal takes that the environment describes."""
    found = emulator(environ)
    if found is None:
        return Taken()
    takes = _TAKES[found]
    progress, marks, title = (
        since is not None and since.met(environ)
        for since in (takes.progress, takes.marks, takes.title)
    )
    return Taken(takes.notice, progress, marks, title)
