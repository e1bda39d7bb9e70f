"""What a terminal wraps anew: told by the environment, and what it does to the cursor."""

import pytest

from tests.support.emulator import sitting
from zatsudan.terminal.live import ptk
from zatsudan.terminal.live.reflow import Before, Reflow, possible, rows_above, taken

NONE, ALL, FIRST = Reflow.NONE, Reflow.ALL, Reflow.FIRST
SCROLLED, XTERM_JS = Reflow.SCROLLED, Reflow.XTERM_JS

XTERM = {"TERM": "xterm-256color"}
GNOME = {**XTERM, "VTE_VERSION": "7006", "COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, {NONE}),
        (XTERM, {NONE}),  # over ssh
        ({**XTERM, "XTERM_VERSION": "XTerm(379)"}, {NONE}),
        (GNOME, {ALL}),
        ({**XTERM, "VTE_VERSION": "3405"}, {NONE}),  # 0.34.5
        ({**XTERM, "KONSOLE_VERSION": "221203"}, {FIRST}),
        ({**XTERM, "KONSOLE_VERSION": "210400"}, {FIRST}),
        ({**XTERM, "KONSOLE_VERSION": "201203"}, {NONE}),
        ({**XTERM, "WT_SESSION": "1-2"}, {ALL}),
        ({**XTERM, "TERM_PROGRAM": "vscode"}, {XTERM_JS}),
        ({**XTERM, "TERM_PROGRAM": "iTerm.app"}, {ALL}),
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, {ALL}),
        ({"TERM": "xterm-kitty"}, {ALL}),  # over ssh
        ({"TERM": "alacritty"}, {ALL}),
        ({"TERM": "foot-extra"}, {ALL}),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/a,1,0"}, {ALL}),
        ({"TERM": "screen", "TMUX": "/tmp/a,1,0"}, {ALL}),
        ({"TERM": "screen", "STY": "1.pts"}, {ALL}),
        ({"TERM": "screen.xterm-256color", "STY": "1.pts"}, {ALL}),
        ({"TERM": "rxvt-unicode-256color"}, {SCROLLED}),
        # What is inherited from the terminal in which it was started.
        ({"TERM": "st-256color", "VTE_VERSION": "7006"}, {NONE}),
        ({"TERM": "st-256color", "KITTY_WINDOW_ID": "1"}, {NONE}),
        ({"TERM": "rxvt-unicode-256color", "VTE_VERSION": "7006"}, {SCROLLED}),
        ({"TERM": "dvtm-256color", "DVTM": "1", "VTE_VERSION": "7006"}, {NONE}),
        ({**GNOME, "NVIM": "/run/nvim.1.0"}, {NONE}),
        ({**XTERM, "TMUX": "/tmp/a,1,0", "NVIM": "/run/nvim.1.0"}, {NONE}),
        ({**XTERM, "TMUX": "/tmp/a,1,0"}, {NONE}),  # an xterm that was started from tmux
        ({**GNOME, "TMUX": "/tmp/a,1,0"}, {ALL}),
        ({**GNOME, "INSIDE_EMACS": "29.1,vterm"}, {NONE}),
        ({**GNOME, "VIM_TERMINAL": "900"}, {NONE}),
        ({**GNOME, "STY": "1.pts"}, {NONE}),
        ({**GNOME, "XTERM_VERSION": "XTerm(379)"}, {NONE, ALL}),
        ({**XTERM, "KITTY_WINDOW_ID": "1"}, {NONE}),
        ({"TERM": "eterm-color", "VTE_VERSION": "7006"}, {NONE}),
        ({"TERM": "linux", "TMUX": "/tmp/a,1,0"}, {NONE}),
        ({**GNOME, "TERM_PROGRAM": "vscode"}, {XTERM_JS, ALL}),
    ],
)
def test_what_is_inherited_is_not_believed(environ: dict[str, str], expected: set[Reflow]) -> None:
    assert possible(environ) == expected


ROWS = ["t" * 97, "t" * 97, "> " + "p" * 90, "m" * 80, "n" * 80]


@pytest.mark.parametrize(
    ("reflow", "rows", "scrolled", "above"),
    # As seen in the terminals themselves: three rows, the input line, and two below it.
    [
        (NONE, ROWS, True, 2),
        (ALL, ROWS, True, 5),  # kitty, VTE, alacritty, GNU screen
        (FIRST, ROWS, True, 4),  # Konsole
        (SCROLLED, ROWS, True, 4),
        (SCROLLED, ROWS, False, 2),
        (XTERM_JS, ROWS[:3], True, 4),
        (XTERM_JS, ROWS, True, 6),
    ],
)
def test_where_the_first_row_stands_when_the_window_is_narrower(
    reflow: Reflow, rows: list[str], scrolled: bool, above: int
) -> None:
    assert rows_above({reflow}, Before(rows, 2, 92, scrolled), 54) == above
    assert rows_above({reflow}, Before(rows, 2, 92, scrolled), 200) == 2


def test_of_all_that_is_possible_nothing_is_erased_that_is_not_ours() -> None:
    assert rows_above({NONE, ALL}, Before(ROWS, 2, 92, True), 54) == 2


def test_a_wide_character_is_not_cut_in_two() -> None:
    assert taken("猫" * 10, 20) == 1
    assert taken("猫" * 10, 9) == 3
    assert taken("", 9) == 1


async def test_a_row_of_the_menu_ends_with_its_text() -> None:
    async with sitting(columns=100) as person:
        person.type("/se")
        await person.until("/sessions")
        await person.at_rest()
        rows = ptk.drawn_rows(person.terminal._app)
        menu = [row for row in rows if row.lstrip().startswith("/")]
        assert len(menu) > 3
        assert all(row == row.rstrip() for row in menu)
        assert len({len(row) for row in menu}) > 1
