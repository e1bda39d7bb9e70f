"""The painter: what makes one row of another."""

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zatsudan.terminal.live.rowwriting import change, may_wrap
from zatsudan.terminal.text.rows import bare
from zatsudan.terminal.text.widths import set_told

WORDS = st.text("abc ⠋⠙日é\u0301👩", max_size=6)


def dressed(word: str, code: str) -> str:
    if code == "link":
        return f"\x1b]8;;https://example.org\x1b\\{word}\x1b]8;;\x1b\\"
    return f"\x1b[{code}m{word}\x1b[0m" if code else word


# Four of them fit the screen below: a row never wraps.
ROWS = st.lists(
    st.builds(dressed, WORDS, st.sampled_from(["", "", "1", "1;36", "link"])), max_size=3
).map("".join)


def cells_of(text: str) -> list[tuple[object, ...]]:
    screen = pyte.Screen(160, 2)
    # pyte knows no hyperlinks: the text of a link is struck out instead.
    text = text.replace("\x1b]8;;https://example.org\x1b\\", "\x1b[9m")
    text = text.replace("\x1b]8;;\x1b\\", "\x1b[29m")
    pyte.Stream(screen).feed(text)
    return [tuple(screen.buffer[0][x]) for x in range(160)]


@settings(max_examples=500)
@given(st.tuples(ROWS, ROWS, ROWS, ROWS))
def test_a_changed_row_looks_as_if_it_were_written_anew(parts: tuple[str, str, str, str]) -> None:
    begin, old, new, end = parts
    before, after = begin + old + end, begin + new + end

    assert cells_of(f"{before}\r{change(before, after)}") == cells_of(after)


def test_only_the_end_is_written_of_a_row_that_grew() -> None:
    assert change("\x1b[1mSo:\x1b[0m one", "\x1b[1mSo:\x1b[0m one two") == "\x1b[7C two"
    assert change("the same", "the same") == ""
    link = "\x1b]8;id=1;https://a.example\x1b\\here\x1b]8;;\x1b\\"
    assert change(f"See {link}", f"See {link} and") == "\x1b[8C and"
    assert change("one and two", "one or") == "\x1b[4Cor\x1b[K"


def test_what_stands_behind_digits_that_count_is_not_written_again() -> None:
    before, after = (
        "\x1b[2m⠴ ~344 tok · 7 s · Esc stops\x1b[0m",
        "\x1b[2m⠋ ~351 tok · 7 s · Esc stops\x1b[0m",
    )
    assert change(before, after) == "\x1b[2m⠋ ~351\x1b[0m"
    assert change("12 of 日本", "13 of 日本") == "\x1b[1C3"
    assert change("a\u0301 b", "e\u0301 b") == "\x1b[Ke\u0301 b"
    assert change("日 b", "本 b") == "本"
    assert change("日 b", "é b") == "\x1b[Ké b"
    assert change("99 tok", "100 tok") == "\x1b[K100 tok"


def test_only_the_end_is_written_where_all_terminals_agree_about_what_stands_before_it() -> None:
    assert change("日本", "日本語") == "\x1b[4C語"
    assert change("\x1b[1m⠋\x1b[0m 日本は 5", "\x1b[1m⠋\x1b[0m 日本も 6") == "\x1b[6Cも 6"
    assert change("か", "か\u3099") == "\x1b[Kか\u3099"
    assert change("葛", "葛\U000e0100") == "\x1b[K葛\U000e0100"


def test_a_row_is_written_whole_where_terminals_differ_in_its_width() -> None:
    assert change("• one", "• one two") == "\x1b[K• one two"
    assert change("e", "e\u0301") == "\x1b[Ke\u0301"
    assert change("e\x1b[1m\u0301\x1b[0m", "e") == "\x1b[Ke"
    assert change("\x1b[1mbo\x1b[0m", "\x1b[1mbold\x1b[0m") == "\x1b[K\x1b[1mbold\x1b[0m"


@pytest.mark.parametrize(
    "row", ["• one", "│ one", "\x1b[2m◦\x1b[0m one", "é è", "für", "Привет", "→ “a”"]
)
def test_what_this_terminal_has_told_is_sure(row: str) -> None:
    written = {}
    for told in (0, 1, 2):
        set_told({"ambiguous": told})
        written[told] = change(row, f"{row} two"), may_wrap(row, len(bare(row)))
    set_told({})

    assert written[0] == written[2] == (f"\x1b[K{row} two", True)
    assert written[1] == (f"\x1b[{len(bare(row))}C two", False)


@pytest.mark.parametrize(
    "row", ["❤", "👍", "©", "▶", "क", "e\u0301", "\u00ad", "‼", "↔", "\u2011\ufe0f"]
)
def test_of_emoji_and_marks_it_has_told_nothing(row: str) -> None:
    set_told({"ambiguous": 1})
    whole = change(row, f"{row} two")
    set_told({})

    assert whole == f"\x1b[K{row} two"
