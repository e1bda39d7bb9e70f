"""Which terminal it is, and what it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.printable import one_line
from zatsudan.terminal.text.emulators import Emulator, Notice, Taken, emulator, taken
from zatsudan.terminal.text.sequences import BELL, notice, progress, title

_X = "xterm-256color"


@pytest.mark.parametrize(
    ("environ", "found", "takes"),
    [
        ({"TERM": "xterm-kitty"}, Emulator.KITTY, (Notice.OSC_99, False, True, True)),
        (
            {"TERM": "xterm-ghostty", "TERM_PROGRAM_VERSION": "1.2.3"},
            Emulator.GHOSTTY,
            (Notice.OSC_9, True, True, True),
        ),
        # Over ssh nobody tells the version: an old one would show a notice for each progress.
        ({"TERM": "xterm-ghostty"}, Emulator.GHOSTTY, (Notice.OSC_9, False, True, True)),
        (
            {"TERM": _X, "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.5.14"},
            Emulator.ITERM,
            (Notice.OSC_9, False, True, True),
        ),
        (
            {"TERM": _X, "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.10"},
            Emulator.ITERM,
            (Notice.OSC_9, True, True, True),
        ),
        (
            {"TERM": _X, "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809-5046"},
            Emulator.WEZTERM,
            (Notice.OSC_9, False, True, True),
        ),
        (
            {"TERM": _X, "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20250601-1-abc"},
            Emulator.WEZTERM,
            (Notice.OSC_9, True, True, True),
        ),
        ({"TERM": "foot"}, Emulator.FOOT, (Notice.OSC_777, False, True, True)),
        ({"TERM": "rxvt-unicode"}, Emulator.URXVT, (Notice.OSC_777, False, False, False)),
        ({"TERM": _X, "VTE_VERSION": "7600"}, Emulator.VTE, (Notice.BELL, False, False, True)),
        ({"TERM": _X, "VTE_VERSION": "8001"}, Emulator.VTE, (Notice.BELL, True, True, True)),
        (
            {"TERM": _X, "KONSOLE_VERSION": "240802"},
            Emulator.KONSOLE,
            (Notice.BELL, True, True, False),
        ),
        ({"TERM": _X, "WT_SESSION": "a-b"}, Emulator.WINDOWS, (Notice.BELL, True, True, False)),
        ({"TERM": _X, "ConEmuANSI": "ON"}, Emulator.CONEMU, (Notice.BELL, True, False, False)),
        ({"TERM": _X, "TERM_PROGRAM": "mintty"}, Emulator.MINTTY, (Notice.BELL, True, False, True)),
        ({"TERM": "alacritty"}, Emulator.ALACRITTY, (Notice.BELL, False, False, True)),
        (
            {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.5a"}
            | {"TMUX": "/tmp/x"},
            Emulator.TMUX,
            (Notice.BELL, False, True, True),
        ),
        (
            {"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.2"},
            Emulator.TMUX,
            (Notice.BELL, False, False, True),
        ),
        # What the outer terminal set says nothing within another.
        ({"TERM": "screen", "STY": "1", "TERM_PROGRAM": "ghostty"}, None, Taken()),
        ({"TERM": "xterm-kitty", "NVIM": "/run/nvim"}, None, Taken()),
        ({"TERM": "xterm-ghostty", "INSIDE_EMACS": "29,vterm"}, None, Taken()),
        ({"TERM": _X}, None, Taken()),
        ({"TERM": "linux", "VTE_VERSION": "8001"}, None, Taken()),
        ({}, None, Taken()),
    ],
)
def test_only_what_a_terminal_is_known_to_take(
    environ: dict[str, str], found: Emulator | None, takes: tuple[object, ...]
) -> None:
    assert emulator(environ) is found
    assert taken(environ) == takes


@given(st.text(), st.sampled_from(list(Notice)))
def test_no_text_leaves_its_sequence(text: str, how: Notice) -> None:
    for told in (title(f"zatsudan: {text}"), notice(how, one_line(text))):
        if told == BELL:
            continue
        pieces = told.split("\x1b\\")
        assert pieces.pop() == ""
        for piece in pieces:
            assert piece.startswith("\x1b]")
            assert not any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 for char in piece[2:])
            assert not piece.startswith(("\x1b]9;4", "\x1b]9;1;"))


def test_progress_is_a_share_of_a_hundred() -> None:
    assert progress(None) == "\x1b]9;4;3;0\x1b\\"
    assert [progress(share) for share in (-1.0, 0.5, 7.0)] == [
        f"\x1b]9;4;1;{percent}\x1b\\" for percent in (0, 50, 100)
    ]
