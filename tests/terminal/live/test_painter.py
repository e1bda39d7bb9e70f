"""The painter: what makes one row of another."""

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from zatsudan.terminal.live.rowwriting import change

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
    assert change("日 b", "本 b") == "\x1b[K本 b"
    assert change("99 tok", "100 tok") == "\x1b[K100 tok"


def test_a_row_is_written_whole_where_terminals_differ_in_its_width() -> None:
    assert change("日本", "日本語") == "\x1b[K日本語"
    assert change("e", "e\u0301") == "\x1b[Ke\u0301"
    assert change("e\x1b[1m\u0301\x1b[0m", "e") == "\x1b[Ke"
    assert change("\x1b[1mbo\x1b[0m", "\x1b[1mbold\x1b[0m") == "\x1b[K\x1b[1mbold\x1b[0m"
