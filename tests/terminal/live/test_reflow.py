"""What a terminal wraps anew: told by the environment, and what it does to the cursor."""

import pytest

from tests.support.emulator import Sitting, sitting
from tests.support.server import says
from zatsudan.terminal.live import ptk, resizing
from zatsudan.terminal.live.reflow import (
    QUESTION,
    Before,
    Place,
    Reflow,
    asks_name,
    by_name,
    possible,
    rows_above,
    seen,
    taken,
)

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


@pytest.mark.parametrize(
    ("told", "column", "expected"),
    [
        ({NONE}, 38, {ALL}),  # VTE over ssh: its character is there
        ({NONE}, 53, {NONE}),  # xterm, Konsole: it stands at the edge
        ({NONE, ALL}, 53, {NONE}),
        ({ALL}, 53, {ALL}),
        ({NONE, ALL}, 7, {NONE, ALL}),  # neither: nothing is believed
        ({ALL}, 7, {ALL}),  # kitty
    ],
)
def test_the_column_of_the_cursor_tells_what_was_wrapped(
    told: set[Reflow], column: int, expected: set[Reflow]
) -> None:
    before = Before(ROWS, 2, 92, True)
    assert seen(frozenset(told), before, 54, Place(10, column, 20)) == expected


@pytest.mark.parametrize(("column", "columns"), [(40, 54), (92, 46), (53, 54), (92, 93)])
def test_a_column_that_may_be_there_in_any_case_tells_nothing(column: int, columns: int) -> None:
    before = Before(ROWS, 2, column, True)
    for now in range(columns):
        assert seen(frozenset({NONE}), before, columns, Place(10, now, 20)) == {NONE}


def test_wide_characters_are_wrapped_whole() -> None:
    before = Before(["猫" * 45], 0, 90, True)
    assert seen(frozenset({NONE}), before, 51, Place(3, 40, 20)) == {ALL}


@pytest.mark.parametrize(
    ("at", "above"),
    [
        (Place(10, 38, 20), 5),  # on its character
        (Place(15, 38, 20), 5),  # the same, our last row is that of the screen
        (Place(19, 8, 20), 9),  # behind the last row: kitty
        (Place(17, 8, 20), 7),  # somewhere below it
        (Place(3, 38, 20), 3),  # never above the screen
    ],
)
def test_our_rows_end_with_the_screen_where_the_cursor_was_moved(at: Place, above: int) -> None:
    assert rows_above({ALL}, Before(ROWS, 2, 92, True), 54, at) == above
    assert rows_above({NONE}, Before(ROWS, 2, 92, True), 54, at) == 2


SSH = {"TERM": "xterm-256color"}
KITTY = {"TERM": "xterm-kitty"}


async def thawed(person: Sitting) -> None:
    """Wait until the program draws at the new size."""
    await person.until(lambda: not person.terminal._app.frozen)


async def each_once(
    person: Sitting, columns: int, *, moves: bool = False, first: bool = False
) -> str:
    """Wrap the screen anew; message and reply stand in it once. Return it with its scrollback."""
    person.screen.reflow(columns, moves=moves, first=first)
    person.terminal._app._on_resize()
    await thawed(person)
    await person.at_rest()
    seen = person.screen.scrollback()
    assert seen.count("» go") == seen.count("a reply") == 1, seen
    return seen


async def said_and_typed(person: Sitting) -> None:
    """Have a turn, and a long line at the prompt."""
    await person.say("go")
    person.type("typed " * 14 + "typed")
    await person.until("typed typed")


@pytest.mark.posix  # no console of Windows is asked where the cursor stands
@pytest.mark.parametrize("rows", [30, 11])
@pytest.mark.parametrize(("environ", "moves"), [(SSH, False), (KITTY, True), (KITTY, False)])
async def test_no_prompt_is_left_and_no_row_of_the_talk_erased(
    environ: dict[str, str], moves: bool, rows: int
) -> None:
    async with sitting(
        says("a reply"), columns=100, rows=rows, environ=environ, answers=True
    ) as person:
        await said_and_typed(person)
        for columns in (54, 37, 31, 90):
            assert (await each_once(person, columns, moves=moves)).count("»") == 2
        person.type("\x15/se")
        await person.until("/sessions")
        for columns in (70, 27, 80):
            assert (await each_once(person, columns, moves=moves)).count("» /se") == 1
        person.type("\x15said")
        await person.at_rest()
        assert person.screen.shown().splitlines()[-2:-1] == ["» said"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Konsole 22.12.3", FIRST),
        ("VTE(7006)", ALL),
        ("WezTerm 20240203-110809-5046fc22", ALL),
        ("xterm.js(6.0.0)", XTERM_JS),
        ("XTerm(379)", None),
        ("tmux 3.4", None),
        ("", None),
    ],
)
def test_what_a_terminal_calls_itself(name: str, expected: Reflow | None) -> None:
    assert by_name(name) is expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (XTERM, True),
        (GNOME, False),
        ({"TERM": "xterm-kitty"}, False),
        ({**XTERM, "XTERM_VERSION": "XTerm(379)"}, False),
        ({**XTERM, "NVIM": "/run/nvim.1.0"}, False),
        ({"TERM": "tmux-256color"}, False),
        ({}, False),
    ],
)
def test_who_is_asked_what_it_is(environ: dict[str, str], expected: bool) -> None:
    assert asks_name(environ) is expected


@pytest.mark.posix  # no console of Windows is asked what it is
async def test_konsole_over_ssh_says_what_it_is() -> None:
    async with sitting(
        says("a reply"), columns=100, environ=SSH, answers=True, called="Konsole 22.12.3"
    ) as person:
        await said_and_typed(person)
        for columns in (54, 37, 31, 90):
            assert (await each_once(person, columns, first=True)).count("»") == 2
        assert sum(written.count(QUESTION) for written in person.screen.raw) == 1
        assert "Konsole" not in person.screen.scrollback()


async def test_a_terminal_that_does_not_answer_is_waited_for_once_a_resize(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with sitting(says("a reply"), columns=100, answers=True) as person:
        await person.say("go")
        person.screen._screen.write_process_input = lambda _answer: None  # type: ignore[method-assign, assignment]
        monkeypatch.setattr(resizing, "PLACE_SECONDS", 0.05)
        person.resize(60, 24)
        await thawed(person)
        shown = await person.say("more")
        assert shown.count("» go") == shown.count("» more") == 1


async def test_one_that_never_answered_is_not_asked() -> None:
    async with sitting(columns=100) as person:
        person.resize(60, 24)
        await thawed(person)
        assert "\x1b[6n" not in "".join(person.screen.raw)


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
