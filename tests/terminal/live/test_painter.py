"""The painter: what makes one row of another."""

import pyte
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.terminal.live.rowwriting import change

WORDS = st.text("ab 日é\u0301👩", max_size=6)


def dressed(word: str, code: str) -> str:
    if code == "link":
        return f"\x1b]8;;https://example.org\x1b\\{word}\x1b]8;;\x1b\\"
    return f"\x1b[{code}m{word}\x1b[0m" if code else word


# Three of them fit the screen below: a row never wraps.
ROWS = st.lists(
    st.builds(dressed, WORDS, st.sampled_from(["", "", "1", "1;36", "link"])), max_size=3
).map("".join)


def cells_of(text: str) -> list[tuple[object, ...]]:
    screen = pyte.Screen(120, 2)
    # pyte knows no hyperlinks: the sequence is taken away, the text stays.
    text = text.replace("\x1b]8;;https://example.org\x1b\\", "").replace("\x1b]8;;\x1b\\", "")
    pyte.Stream(screen).feed(text)
    return [tuple(screen.buffer[0][x]) for x in range(120)]


@given(st.tuples(ROWS, ROWS, ROWS))
def test_a_changed_row_looks_as_if_it_were_written_anew(parts: tuple[str, str, str]) -> None:
    begin, old, new = parts
    before, after = begin + old, begin + new

    assert cells_of(f"{before}\r{change(before, after)}") == cells_of(after)


def test_only_the_end_is_written_of_a_row_that_grew() -> None:
    assert change("\x1b[1mSo:\x1b[0m one", "\x1b[1mSo:\x1b[0m one two") == "\x1b[7C two\x1b[K"
    assert change("the same", "the same") == ""


def test_a_row_is_written_whole_where_terminals_differ_in_its_width() -> None:
    assert change("日本", "日本語") == "\x1b[K日本語"
    assert change("e", "e\u0301") == "\x1b[Ke\u0301"
    assert change("e\x1b[1m\u0301\x1b[0m", "e") == "\x1b[Ke"
    assert change("\x1b[1mbo\x1b[0m", "\x1b[1mbold\x1b[0m") == "\x1b[K\x1b[1mbold\x1b[0m"
